//! Somebody's wish that the run pause.

use tokio::sync::watch;

/// Raised once, seen by everybody who holds it.
#[derive(Clone, Debug)]
pub struct Stop {
    raised: watch::Sender<bool>,
}

impl Default for Stop {
    fn default() -> Self {
        Self {
            raised: watch::Sender::new(false),
        }
    }
}

impl Stop {
    /// Asks for it: nothing new is started, what is in flight is seen through.
    pub fn request(&self) {
        self.raised.send_replace(true);
    }

    /// Whether it was asked for.
    pub fn requested(&self) -> bool {
        *self.raised.borrow()
    }

    /// Waits until it is asked for.
    pub async fn asked(&self) {
        if !self.requested() {
            self.wait().await;
        }
    }

    /// Waits until it is asked for. Once it was, never returns again: there is nothing more to
    /// tell.
    pub(crate) async fn wait(&self) {
        if self.requested() {
            std::future::pending::<()>().await;
        }
        let mut seen = self.raised.subscribe();
        if seen.wait_for(|raised| *raised).await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
