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
    /// The machine's own wall clock, which goes at its own speed however fast that of the cloud
    /// runs.
    fn timestamp_here(&self) -> jiff::Timestamp {
        self.timestamp()
    }
}

/// The machine's clock, or the clock of a cloud that runs faster.
#[derive(Clone, Debug)]
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

/// Longer than anybody waits, and short enough for every timer.
const FAR: Duration = Duration::from_secs(365 * 24 * 3600);

/// A duration at another speed. What is too long for a number is as long as can be.
fn times(duration: Duration, factor: f64) -> Duration {
    Duration::try_from_secs_f64(duration.as_secs_f64() * factor).unwrap_or(Duration::MAX)
}

impl Clock for TokioClock {
    fn now(&self) -> Duration {
        times(self.began.elapsed(), self.speed)
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "this is the one place that sleeps"
    )]
    fn sleep(&self, duration: Duration) -> LocalBoxFuture<'_, ()> {
        tokio::time::sleep(times(duration, self.speed.recip()).min(FAR)).boxed_local()
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "this is the one place that sleeps"
    )]
    fn sleep_here(&self, duration: Duration) -> LocalBoxFuture<'_, ()> {
        tokio::time::sleep(duration.min(FAR)).boxed_local()
    }

    fn timestamp(&self) -> jiff::Timestamp {
        self.after(self.now())
    }

    fn timestamp_here(&self) -> jiff::Timestamp {
        self.after(self.began.elapsed())
    }
}

impl TokioClock {
    fn after(&self, passed: Duration) -> jiff::Timestamp {
        let passed = jiff::SignedDuration::try_from(passed).unwrap_or_default();
        let later = self.timestamp.saturating_add(passed);
        later.unwrap_or(self.timestamp)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_duration_is_too_long_for_the_clock() {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .build()
            .expect("a runtime");
        runtime.block_on(async {
            for speed in [1e-9, 1.0, 1e9] {
                let clock = TokioClock::new(jiff::Timestamp::UNIX_EPOCH, speed);
                for sleep in [clock.sleep(Duration::MAX), clock.sleep_here(Duration::MAX)] {
                    assert!(sleep.now_or_never().is_none(), "at {speed}");
                }
                clock.timestamp();
            }
        });
    }

    #[test]
    fn a_fast_clock_keeps_its_speed() {
        let half = times(Duration::from_secs(3), 0.5);
        assert_eq!(half, Duration::from_millis(1500));
    }
}
