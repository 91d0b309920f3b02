//! Reads outside a run: sent again while that can help, and never for long.

use std::time::Duration;

use futures_util::{FutureExt, select_biased};

use super::{Next, draw, next, rest};
use crate::clock::Clock;
use crate::failure::{Class, Failure};
use crate::kind::Patience;

/// No run is open, nothing is in doubt, and somebody sits and waits for the first line.
const READS_AT_MOST: Duration = Duration::from_secs(60);

/// Reads, with a deadline for each attempt, until there is an answer or an error that no other
/// attempt can change. `what` is read, for the message; reads of different names do not come back
/// at the same time.
///
/// # Errors
/// The last attempt's. A read that is throttled, unanswered or not visible for a minute is
/// given up.
pub async fn patiently<T, F>(
    clock: &dyn Clock,
    patience: &Patience,
    what: &str,
    mut read: impl FnMut() -> F,
) -> Result<T, Failure>
where
    F: Future<Output = Result<T, Failure>>,
{
    let began = clock.now();
    let mut attempt = 0;
    loop {
        let failure = match within(clock, patience.attempt, what, read()).await {
            Ok(answer) => return Ok(answer),
            Err(failure) => failure,
        };
        attempt += 1;
        let waited = clock.now().saturating_sub(began);
        let pause = match failure.class {
            Class::Throttled | Class::Unsent | Class::Unknown | Class::Eventual => {
                let jitter = draw(&format!("{what} attempt {attempt}"));
                match next(failure.class, attempt, waited, patience, jitter) {
                    Next::Resend(after) | Next::Look(after) => rest(after, &failure),
                    Next::Pause | Next::GiveUp => return Err(failure),
                }
            }
            _ => return Err(failure),
        };
        if waited.saturating_add(pause) >= READS_AT_MOST {
            return Err(failure);
        }
        clock.sleep(pause).await;
    }
}

/// An answer that does not come in time is an unknown outcome.
pub(crate) async fn within<T>(
    clock: &dyn Clock,
    limit: Duration,
    operation: &str,
    work: impl Future<Output = Result<T, Failure>>,
) -> Result<T, Failure> {
    select_biased! {
        answer = Box::pin(work).fuse() => answer,
        () = clock.sleep_here(limit).fuse() => Err(Failure::new(
            Class::Unknown,
            operation,
            "TimedOut",
            format!("no answer within {} s", limit.as_secs()),
        )),
    }
}
