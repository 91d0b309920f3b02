//! The look from outside, after `up`: how each URL answers.

use std::time::Duration;

use ashore_engine::clock::Clock;
use ashore_providers::outside::Outside;

use crate::document::Look;

/// A name that was made just now is not known everywhere at once; longer than this is worth
/// telling.
const PATIENCE: Duration = Duration::from_secs(60);
const BETWEEN: Duration = Duration::from_secs(5);

/// Asks until somebody answers who is no balancer that has nobody to ask (503), or patience ends.
/// The answer says how it is; it never fails the command, since everything wanted is there.
pub(crate) async fn look(outside: &Outside, clock: &impl Clock, url: &str) -> Look {
    let began = clock.now();
    loop {
        let answer = outside.ask(url).await;
        let served = answer.as_ref().is_ok_and(|answer| answer.status < 500);
        if served || clock.now().saturating_sub(began) >= PATIENCE {
            let url = url.to_string();
            return match answer {
                Ok(answer) => Look {
                    url,
                    status: Some(answer.status),
                    said: answer.location,
                },
                Err(failure) => Look {
                    url,
                    status: None,
                    said: Some(failure.message),
                },
            };
        }
        clock.sleep(BETWEEN).await;
    }
}

/// For people.
pub(crate) fn text(look: &Look) -> String {
    match (look.status, &look.said) {
        (Some(status), Some(location)) => {
            format!("{} answers {status} and sends to {location}", look.url)
        }
        (Some(status), None) => format!("{} answers {status}", look.url),
        (None, Some(why)) => format!(
            "{} does not answer from here yet: {why}; a resolver may remember for minutes that \
             there was no such name",
            look.url
        ),
        (None, None) => format!("{} does not answer from here yet", look.url),
    }
}
