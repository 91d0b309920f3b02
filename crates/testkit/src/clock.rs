//! A clock that stands still until everybody waits, and then jumps to the next thing that is due:
//! an hour of waiting is a millisecond in a test, and every run of a test is the same.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::future::Future;
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use ashore_engine::clock::Clock;
use futures_util::FutureExt;
use futures_util::future::LocalBoxFuture;

/// Virtual time. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct ManualClock {
    inner: Rc<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    now: Cell<Duration>,
    count: Cell<u64>,
    /// Who is to be woken, and when; equals in the order in which they went to sleep.
    timers: RefCell<BTreeMap<(Duration, u64), Waker>>,
}

/// Why a piece of work did not come to its end.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Stalled {
    /// It waits, and nothing will ever wake it.
    #[error("it waits for something that will never happen")]
    Deadlock,
    /// It is still at work after the time that it was given.
    #[error("it is still at work after {0:?}")]
    Endless(Duration),
}

impl ManualClock {
    /// Runs the work to its end, jumping from timer to timer.
    ///
    /// # Errors
    /// If it can never go on, or takes longer than `limit` of virtual time.
    pub fn run<T>(&self, limit: Duration, work: impl Future<Output = T>) -> Result<T, Stalled> {
        let began = self.now();
        let woken = Arc::new(Woken(AtomicBool::new(true)));
        let waker = Waker::from(woken.clone());
        let mut cx = Context::from_waker(&waker);
        let mut work = pin!(work);
        loop {
            while woken.0.swap(false, Ordering::Relaxed) {
                if let Poll::Ready(value) = work.as_mut().poll(&mut cx) {
                    return Ok(value);
                }
            }
            let first = self.inner.timers.borrow_mut().pop_first();
            let Some(((due, _), sleeper)) = first else {
                return Err(Stalled::Deadlock);
            };
            if due.saturating_sub(began) > limit {
                return Err(Stalled::Endless(limit));
            }
            self.inner.now.set(due.max(self.now()));
            sleeper.wake();
        }
    }

    /// Lets time pass while nobody works.
    pub fn advance(&self, by: Duration) {
        self.inner.now.set(self.now() + by);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Duration {
        self.inner.now.get()
    }

    fn sleep(&self, duration: Duration) -> LocalBoxFuture<'_, ()> {
        let count = self.inner.count.get();
        self.inner.count.set(count + 1);
        let key = (self.now().saturating_add(duration), count);
        Sleep { clock: self, key }.boxed_local()
    }

    fn timestamp(&self) -> jiff::Timestamp {
        let since = jiff::SignedDuration::try_from(self.now()).unwrap_or_default();
        let epoch = jiff::Timestamp::UNIX_EPOCH;
        epoch.saturating_add(since).unwrap_or(epoch)
    }
}

struct Sleep<'a> {
    clock: &'a ManualClock,
    key: (Duration, u64),
}

impl Future for Sleep<'_> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        if self.clock.now() >= self.key.0 {
            return Poll::Ready(());
        }
        let mut timers = self.clock.inner.timers.borrow_mut();
        timers.insert(self.key, cx.waker().clone());
        Poll::Pending
    }
}

impl Drop for Sleep<'_> {
    fn drop(&mut self) {
        self.clock.inner.timers.borrow_mut().remove(&self.key);
    }
}

struct Woken(AtomicBool);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_hour_passes_at_once_and_in_order() {
        let clock = ManualClock::default();
        let hour = Duration::from_secs(3600);
        let ran = clock.run(hour * 2, async {
            let (long, short) = (clock.sleep(hour), clock.sleep(Duration::from_secs(1)));
            short.await;
            assert_eq!(clock.now(), Duration::from_secs(1));
            long.await;
        });
        assert_eq!((ran, clock.now()), (Ok(()), hour));
    }

    #[test]
    fn what_waits_for_ever_is_told_from_what_works_for_ever() {
        let clock = ManualClock::default();
        let second = Duration::from_secs(1);
        let waits = clock.run(second, std::future::pending::<()>());
        assert_eq!(waits, Err(Stalled::Deadlock));
        let works = clock.run(second, async {
            loop {
                clock.sleep(second).await;
            }
        });
        let works: Result<(), Stalled> = works;
        assert_eq!(works, Err(Stalled::Endless(second)));
    }
}
