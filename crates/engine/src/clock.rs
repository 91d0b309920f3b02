//! Time, as an argument: an hour of waiting is a millisecond in a test.

use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::LocalBoxFuture;

/// Measures and waits. Monotonic: deadlines never jump with the wall clock.
pub trait Clock {
    /// Time since some fixed moment.
    fn now(&self) -> Duration;
    /// Waits.
    fn sleep(&self, duration: Duration) -> LocalBoxFuture<'_, ()>;
    /// Waits in the machine's own time. How long an answer is on its way does not depend on how
    /// fast the clock of the cloud runs.
    fn sleep_here(&self, duration: Duration) -> LocalBoxFuture<'_, ()> {
        self.sleep(duration)
    }
    /// The wall clock, for people only.
    fn timestamp(&self) -> jiff::Timestamp;
}

/// The machine's clock, or the clock of a cloud that runs faster.
#[derive(Debug)]
pub struct TokioClock {
    began: tokio::time::Instant,
    timestamp: jiff::Timestamp,
    speed: f64,
}

impl TokioClock {
    /// A clock that says `timestamp` now and runs `speed` times as fast as the machine's.
    ///
    /// # Panics
    /// If `speed` is not positive.
    pub fn new(timestamp: jiff::Timestamp, speed: f64) -> Self {
        assert!(speed > 0.0, "a clock runs forward");
        Self {
            began: tokio::time::Instant::now(),
            timestamp,
            speed,
        }
    }
}

impl Clock for TokioClock {
    fn now(&self) -> Duration {
        self.began.elapsed().mul_f64(self.speed)
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "this is the one place that sleeps"
    )]
    fn sleep(&self, duration: Duration) -> LocalBoxFuture<'_, ()> {
        tokio::time::sleep(duration.div_f64(self.speed)).boxed_local()
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "this is the one place that sleeps"
    )]
    fn sleep_here(&self, duration: Duration) -> LocalBoxFuture<'_, ()> {
        tokio::time::sleep(duration).boxed_local()
    }

    fn timestamp(&self) -> jiff::Timestamp {
        self.timestamp
            .saturating_add(jiff::SignedDuration::try_from(self.now()).unwrap_or_default())
            .unwrap_or(self.timestamp)
    }
}
