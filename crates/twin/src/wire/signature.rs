//! The signature's credential scope, which names key, region and service. The signature itself is not verified: the
//! twin has no secret keys. The prefix of a key id makes clients' own handling of refused credentials testable.

use http::HeaderMap;

use crate::refusal::Refusal;
use crate::service::{Protocol, Service};

pub(super) struct Scope<'a> {
    pub(super) key: &'a str,
    pub(super) region: &'a str,
    pub(super) service: &'a str,
}

/// `AWS4-HMAC-SHA256 Credential=KEY/20261121/eu-central-1/ec2/aws4_request, …`
pub(super) fn scope(headers: &HeaderMap) -> Option<Scope<'_>> {
    let header = headers.get(http::header::AUTHORIZATION)?.to_str().ok()?;
    let credential = header
        .strip_prefix("AWS4-HMAC-SHA256 ")?
        .split("Credential=")
        .nth(1)?;
    let mut parts = credential.split(',').next()?.split('/');
    let (key, _date) = (parts.next()?, parts.next()?);
    Some(Scope {
        key,
        region: parts.next()?,
        service: parts.next()?,
    })
}

impl Scope<'_> {
    /// That of a request which bears no signature: nobody's, and of no region.
    pub(super) fn nobody(service: &'static str) -> Scope<'static> {
        Scope {
            key: "",
            region: "",
            service,
        }
    }
}

/// Keys that begin with `EXPIRED` or `INVALID` are refused.
pub(super) fn refused(key: &str, service: &Service) -> Option<Refusal> {
    match key {
        key if key.starts_with("EXPIRED") => Some(expired(service)),
        key if key.starts_with("INVALID") => Some(unknown(service)),
        _ => None,
    }
}

/// How a service refuses a session whose time is over.
pub(crate) fn expired(service: &Service) -> Refusal {
    let message = "The security token included in the request is expired";
    match service.protocol {
        Protocol::Ec2 { .. } => Refusal::new("RequestExpired", "Request has expired."),
        Protocol::S3 => Refusal::new("ExpiredToken", "The provided token has expired."),
        Protocol::Query { .. } | Protocol::Documents { .. } | Protocol::RestXml { .. } => {
            Refusal::new("ExpiredToken", message).status(403)
        }
        Protocol::Cbor { .. }
        | Protocol::Json { .. }
        | Protocol::Json10 { .. }
        | Protocol::Registry
        | Protocol::Rest
        | Protocol::RestJson { .. } => Refusal::new("ExpiredTokenException", message),
    }
}

/// How a service refuses a key that does not exist.
fn unknown(service: &Service) -> Refusal {
    let message = "The security token included in the request is invalid.";
    match service.protocol {
        Protocol::Ec2 { .. } => {
            let message = "AWS was not able to validate the provided access credentials";
            Refusal::new("AuthFailure", message).status(401)
        }
        Protocol::S3 => {
            let message = "The AWS Access Key Id you provided does not exist in our records.";
            Refusal::new("InvalidAccessKeyId", message).status(403)
        }
        Protocol::Query { .. } | Protocol::Documents { .. } | Protocol::RestXml { .. } => {
            Refusal::new("InvalidClientTokenId", message).status(403)
        }
        Protocol::Cbor { .. }
        | Protocol::Json { .. }
        | Protocol::Json10 { .. }
        | Protocol::Registry
        | Protocol::Rest
        | Protocol::RestJson { .. } => Refusal::new("UnrecognizedClientException", message),
    }
}
