//! The rate limit: 1200 requests in five minutes, then nothing at all for five minutes (ux.md 3.3).
//!
//! `Timing::cloudflare_window` is those five minutes; 0 switches the limit off.

use bytes::Bytes;
use http::{HeaderValue, Response};
use serde::{Deserialize, Serialize};

use super::token;
use crate::clock::Millis;
use crate::operation::Call;
use crate::refusal::Refusal;
use crate::world::World;

/// What one token has used of its window.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Meter {
    /// When the window began.
    pub since: Millis,
    /// Requests in it.
    pub used: u64,
    /// Every call is refused until then.
    pub blocked_until: Option<Millis>,
}

/// Requests a window [Cloudflare docs: API limits].
const QUOTA: u64 = 1200;

/// Counts the call, and refuses it if it is one too many or comes while its token is blocked.
pub(super) fn count(call: &mut Call<'_>) -> Result<(), Refusal> {
    let window = call.world.timing.cloudflare_window;
    if window == 0 {
        return Ok(());
    }
    let now = call.world.now;
    let token = token::of(call).to_owned();
    let meters = &mut call.world.cloudflare.meters;
    let meter = meters.entry(token).or_insert_with(|| Meter::new(now));
    if meter.blocked_until.is_some_and(|until| now >= until) || now.0 >= meter.since.0 + window {
        *meter = Meter {
            blocked_until: meter.blocked_until.filter(|u| now < *u),
            ..Meter::new(now)
        };
    }
    meter.used += 1;
    if meter.used > QUOTA && meter.blocked_until.is_none() {
        meter.blocked_until = Some(Millis(now.0 + window));
    }
    if meter.blocked_until.is_none() {
        return Ok(());
    }
    Err(Refusal::new(
        "971",
        format!(
            "More than {QUOTA} requests per {} seconds reached. Please wait and consider \
             throttling your request speed",
            window / 1000
        ),
    )
    .status(429))
}

/// Writes the headers of every answer of Cloudflare to this token [Cloudflare changelog, 2025-09]. A 429 that came from
/// elsewhere, as by a fault, still says when to come back.
pub(crate) fn limit_headers(world: &World, token: &str, response: &mut Response<Bytes>) {
    let window = world.timing.cloudflare_window;
    let mut headers = Vec::new();
    let mut retry = None;
    if let Some(meter) = world.cloudflare.meters.get(token).filter(|_| window > 0) {
        let end = meter
            .blocked_until
            .unwrap_or(Millis(meter.since.0 + window));
        let seconds = end.0.saturating_sub(world.now.0).div_ceil(1000);
        let left = QUOTA.saturating_sub(meter.used);
        headers.push(("ratelimit", format!("\"default\";r={left};t={seconds}")));
        headers.push((
            "ratelimit-policy",
            format!("\"default\";q={QUOTA};w={}", window / 1000),
        ));
        retry = meter.blocked_until.map(|_| seconds);
    }
    if response.status() == 429 {
        headers.push(("retry-after", retry.unwrap_or(1).to_string()));
    }
    for (name, value) in headers {
        if let Ok(value) = HeaderValue::from_str(&value) {
            response.headers_mut().insert(name, value);
        }
    }
}

impl Meter {
    fn new(since: Millis) -> Meter {
        Meter {
            since,
            used: 0,
            blocked_until: None,
        }
    }
}
