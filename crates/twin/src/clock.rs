//! The twin's time: a clock that can be real, scaled, or moved by hand.

use std::ops::{Add, Sub};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Milliseconds since the Unix epoch on the twin's clock.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Debug, Default,
)]
pub struct Millis(pub u64);

/// Where a twin's time comes from. Time never goes back.
pub trait Clock: Send + Sync {
    /// The time now.
    fn now(&self) -> Millis;
    /// Lets `by` pass at once.
    fn advance(&self, by: Duration);
    /// Twin seconds per real second; 0 where time only moves by [`Clock::advance`].
    fn speed(&self) -> f64;
}

/// Follows tokio's clock, `speed` times as fast. Under tokio's paused time it is virtual.
pub struct TokioClock {
    origin: Millis,
    started: tokio::time::Instant,
    speed: f64,
    skipped: AtomicU64,
}

/// Stands still until it is advanced.
pub struct ManualClock(AtomicU64);

impl Millis {
    /// 2026-11-21T10:00:00Z, where twins begin unless told otherwise: a fixed date, so that runs are reproducible.
    pub const START: Millis = Millis(1_795_255_200_000);

    /// As the XML protocols spell a timestamp: `2026-11-21T10:00:00Z`.
    pub fn iso8601(self) -> String {
        match jiff::Timestamp::from_second((self.0 / 1000) as i64) {
            Ok(time) => time.to_string(),
            Err(_) => "1970-01-01T00:00:00Z".to_owned(),
        }
    }

    /// As the JSON protocols spell a timestamp: seconds with a fraction.
    pub fn epoch_seconds(self) -> f64 {
        self.0 as f64 / 1000.0
    }
}

impl Add<Duration> for Millis {
    type Output = Millis;
    fn add(self, by: Duration) -> Millis {
        Millis(self.0.saturating_add(by.as_millis() as u64))
    }
}

impl Sub for Millis {
    type Output = Duration;
    /// The time since `earlier`; zero where that lies ahead.
    fn sub(self, earlier: Millis) -> Duration {
        Duration::from_millis(self.0.saturating_sub(earlier.0))
    }
}

impl TokioClock {
    /// A clock that says `origin` now and then runs `speed` times as fast as tokio's. Needs no runtime.
    pub fn new(origin: Millis, speed: f64) -> TokioClock {
        TokioClock {
            origin,
            started: tokio::time::Instant::now(),
            speed,
            skipped: AtomicU64::new(0),
        }
    }
}

impl Clock for TokioClock {
    fn now(&self) -> Millis {
        let passed = self.started.elapsed().as_secs_f64() * 1000.0 * self.speed;
        Millis(
            self.origin
                .0
                .saturating_add(passed as u64)
                .saturating_add(self.skipped.load(Ordering::SeqCst)),
        )
    }

    fn advance(&self, by: Duration) {
        self.skipped
            .fetch_add(by.as_millis() as u64, Ordering::SeqCst);
    }

    fn speed(&self) -> f64 {
        self.speed
    }
}

impl ManualClock {
    /// A clock that says `origin` until it is advanced.
    pub fn new(origin: Millis) -> ManualClock {
        ManualClock(AtomicU64::new(origin.0))
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Millis {
        Millis(self.0.load(Ordering::SeqCst))
    }

    fn advance(&self, by: Duration) {
        self.0.fetch_add(by.as_millis() as u64, Ordering::SeqCst);
    }

    fn speed(&self) -> f64 {
        0.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timestamps_as_the_wire_spells_them() {
        assert_eq!(Millis::START.iso8601(), "2026-11-21T10:00:00Z");
        assert_eq!(
            (Millis::START + Duration::from_millis(1500)).epoch_seconds(),
            1_795_255_201.5
        );
    }

    #[tokio::test(start_paused = true)]
    async fn a_scaled_clock_follows_virtual_time() {
        let clock = TokioClock::new(Millis(0), 10.0);
        tokio::time::advance(Duration::from_secs(60)).await;
        assert_eq!(clock.now(), Millis(600_000));
        clock.advance(Duration::from_secs(1));
        assert_eq!(clock.now(), Millis(601_000));
    }
}
