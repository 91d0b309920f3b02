//! The one place that decides whether and when a request is tried again. Pure, but for
//! [`patiently`], which does as is decided here for reads outside a run.

mod patiently;

use std::time::Duration;

use crate::failure::{Class, Failure};
use crate::kind::Patience;

pub use patiently::patiently;
pub(crate) use patiently::within;

/// What to do after a failed attempt.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Next {
    /// It was not applied: send it again after this pause.
    Resend(Duration),
    /// It may have been applied: look after this pause, then go on from what is there.
    Look(Duration),
    /// No use: our credentials have to be renewed first. The run pauses and can be resumed.
    Pause,
    /// No use at all.
    GiveUp,
}

/// Throttling that lasts this long without a break is somebody else's runaway: it is surfaced
/// (`failures.md` 1.0, class T).
const THROTTLED_AT_MOST: Duration = Duration::from_secs(10 * 60);
/// An endpoint that cannot be reached at all for this long is down.
const UNREACHABLE_AT_MOST: Duration = Duration::from_secs(10 * 60);
/// Capacity may come back; longer than this nobody wants to sit and wait.
const NO_CAPACITY_AT_MOST: Duration = Duration::from_secs(15 * 60);
/// The longest pause between two attempts.
const CAP: Duration = Duration::from_secs(20);

/// Decides after attempt number `attempt` (from 1) of one request failed with `class`, `waited`
/// after its first attempt. `jitter` is a number from 0 to 1 that the caller draws.
pub fn next(
    class: Class,
    attempt: u32,
    waited: Duration,
    patience: &Patience,
    jitter: f64,
) -> Next {
    let within = |deadline: Duration, next: Next| {
        if waited < deadline {
            next
        } else {
            Next::GiveUp
        }
    };
    match class {
        Class::Throttled => within(THROTTLED_AT_MOST, Next::Resend(backoff(attempt, jitter))),
        Class::Unsent => within(UNREACHABLE_AT_MOST, Next::Resend(backoff(attempt, jitter))),
        Class::Eventual => within(patience.eventual, Next::Resend(poll(attempt))),
        Class::Dependency => within(patience.dependency, Next::Resend(poll(attempt))),
        Class::Capacity => within(NO_CAPACITY_AT_MOST, Next::Resend(CAP)),
        Class::Unknown => within(UNREACHABLE_AT_MOST, Next::Look(backoff(attempt, jitter))),
        // The name is taken: by our own lost request, or by somebody else. Looking tells.
        Class::Exists if attempt <= 2 => Next::Look(Duration::ZERO),
        Class::Auth => Next::Pause,
        Class::Exists | Class::Gone | Class::Quota | Class::Denied | Class::Invalid => Next::GiveUp,
    }
}

/// How long to rest before the next attempt: as decided, or for as long as the cloud wants to be
/// left alone. It blocks those who come sooner for longer; what it asks for beyond the longest
/// throttling that we know is a mistake of its own.
pub fn rest(decided: Duration, failure: &Failure) -> Duration {
    let asked = failure.retry_after.unwrap_or_default();
    decided.max(asked.min(THROTTLED_AT_MOST))
}

/// A number from 0 to 1 made from a text.
pub(crate) fn draw(text: &str) -> f64 {
    let digest = blake3::hash(text.as_bytes());
    let bytes = digest.as_bytes();
    f64::from(u16::from_le_bytes([bytes[0], bytes[1]])) / f64::from(u16::MAX)
}

/// Full jitter over a doubling ceiling: 0.5 s, 1 s, 2 s … 20 s. At least a twentieth of the
/// ceiling, so that nothing is sent twice at once.
fn backoff(attempt: u32, jitter: f64) -> Duration {
    let ceiling =
        Duration::from_millis(500).saturating_mul(1 << attempt.clamp(1, 7).saturating_sub(1));
    ceiling.min(CAP).mul_f64(jitter.clamp(0.05, 1.0))
}

/// What clears by itself is asked for at a steady and slowly falling rate: 1 s … 5 s.
fn poll(attempt: u32) -> Duration {
    Duration::from_secs(u64::from(attempt.clamp(1, 5)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATIENCE: Patience = Patience::DEFAULT;

    #[test]
    fn no_pause_is_longer_than_the_cap() {
        for attempt in 1..1000 {
            for class in [
                Class::Throttled,
                Class::Unsent,
                Class::Eventual,
                Class::Dependency,
            ] {
                match next(class, attempt, Duration::ZERO, &PATIENCE, 1.0) {
                    Next::Resend(pause) => assert!(pause <= CAP && pause > Duration::ZERO),
                    other => panic!("{class:?} gave {other:?}"),
                }
            }
        }
    }

    #[test]
    fn what_the_cloud_asks_for_is_granted_up_to_the_longest_throttling_that_we_know() {
        let second = Duration::from_secs(1);
        let mut throttled = Failure::new(Class::Throttled, "toy", "Slow", "down");
        assert_eq!(rest(second, &throttled), second);
        for (asked, granted) in [
            (Duration::ZERO, second),
            (Duration::from_secs(300), Duration::from_secs(300)),
            (Duration::from_secs(24 * 3600), THROTTLED_AT_MOST),
            (Duration::MAX, THROTTLED_AT_MOST),
        ] {
            throttled.retry_after = Some(asked);
            assert_eq!(rest(second, &throttled), granted);
        }
    }

    #[test]
    fn an_unknown_outcome_is_looked_at_and_never_sent_again_blindly() {
        assert!(matches!(
            next(Class::Unknown, 1, Duration::ZERO, &PATIENCE, 0.5),
            Next::Look(_)
        ));
    }

    /// Seed: B40.
    #[test]
    fn every_class_gives_up_or_pauses_in_the_end() {
        let for_ever = Duration::from_secs(365 * 24 * 3600);
        for class in [
            Class::Unknown,
            Class::Unsent,
            Class::Throttled,
            Class::Eventual,
            Class::Dependency,
            Class::Quota,
            Class::Capacity,
            Class::Denied,
            Class::Invalid,
            Class::Exists,
            Class::Gone,
        ] {
            assert_eq!(
                next(class, 100, for_ever, &PATIENCE, 0.5),
                Next::GiveUp,
                "{class:?}"
            );
        }
        assert_eq!(
            next(Class::Auth, 1, Duration::ZERO, &PATIENCE, 0.5),
            Next::Pause
        );
    }
}
