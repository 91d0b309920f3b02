//! The servers' wall clock, which stamps every answer and judges how old a signature is: this machine's, set wrong by
//! as much as a test says. How fast time passes in the world is another matter.

use bytes::Bytes;
use http::header::DATE;
use http::{HeaderValue, Request, Response};
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::refusal::Refusal;
use crate::service::{Protocol, Service};

/// As HTTP spells a time [RFC 9110 5.6.7].
const HTTP: &str = "%a, %d %b %Y %H:%M:%S GMT";
/// As signatures spell one [AWS: Signature Version 4].
const SIGNED: &str = "%Y%m%dT%H%M%SZ";
/// A signature is refused if it is older, or younger, than this [AWS: Signature Version 4, troubleshooting].
const PATIENCE: SignedDuration = SignedDuration::from_mins(5);

/// Puts the time on an answer.
pub(crate) fn stamp(response: &mut Response<Bytes>, skew: i64) {
    if let Ok(date) = HeaderValue::from_str(&now(skew).strftime(HTTP).to_string()) {
        response.headers_mut().insert(DATE, date);
    }
}

/// How a request is refused that was signed at another time. Only where a test has set the clock wrong: other tests
/// sign with clocks of their own.
pub(crate) fn refused(request: &Request<Bytes>, service: &Service, skew: i64) -> Option<Refusal> {
    if skew == 0 {
        return None;
    }
    let signed = request.headers().get("x-amz-date")?.to_str().ok()?;
    let at = DateTime::strptime(SIGNED, signed).ok()?;
    let at = at.to_zoned(TimeZone::UTC).ok()?.timestamp();
    let now = now(skew);
    let off = now.duration_since(at);
    if off.abs() <= PATIENCE {
        return None;
    }
    let stands = now.strftime(SIGNED);
    let message = match off.is_negative() {
        false => format!("Signature expired: {signed} is now earlier than {stands} - 5 min."),
        true => {
            format!("Signature not yet current: {signed} is still later than {stands} + 5 min.")
        }
    };
    Some(match service.protocol {
        Protocol::Ec2 { .. } => Refusal::new("RequestExpired", "Request has expired."),
        Protocol::S3 => {
            let message =
                "The difference between the request time and the current time is too large.";
            Refusal::new("RequestTimeTooSkewed", message).status(403)
        }
        Protocol::Documents { .. } | Protocol::Query { .. } | Protocol::RestXml { .. } => {
            Refusal::new("SignatureDoesNotMatch", message).status(403)
        }
        Protocol::Cbor { .. } | Protocol::Json { .. } | Protocol::Json10 { .. } => {
            Refusal::new("InvalidSignatureException", message)
        }
        Protocol::RestJson { .. } => Refusal::new("InvalidSignatureException", message).status(403),
        Protocol::Registry | Protocol::Rest => return None,
    })
}

#[expect(
    clippy::disallowed_methods,
    reason = "a server's own wall clock is in no world"
)]
fn now(skew: i64) -> Timestamp {
    let now = Timestamp::now();
    now.saturating_add(SignedDuration::from_secs(skew))
        .unwrap_or(now)
}
