//! How Cloudflare says no: a number, a sentence, and sometimes a chain with the real reason.

use crate::refusal::Refusal;

/// The token may not do this here, or there is no such zone: Cloudflare does not say which (ux.md 3.4).
pub(super) fn authentication() -> Refusal {
    Refusal::new("10000", "Authentication error").status(403)
}

/// The token is unknown, disabled or expired.
pub(super) fn invalid_token() -> Refusal {
    Refusal::new("9109", "Invalid access token").status(403)
}

/// The token cannot be one.
pub(super) fn malformed_token() -> Refusal {
    Refusal::new("6003", "Invalid request headers")
        .because("6111", "Invalid format for Authorization header")
}

/// An identifier in the path that cannot be one.
pub(super) fn no_route(path: &str) -> Refusal {
    Refusal::new(
        "7003",
        format!("Could not route to {path}, perhaps your object identifier is invalid?"),
    )
}

/// No record of that id in that zone.
pub(super) fn no_such_record() -> Refusal {
    Refusal::new("81044", "Record does not exist.").status(404)
}

/// A record's content, in the newer form: the reason itself (ux.md 3.4: 1004 became 9005).
pub(super) fn content(code: &str, message: impl Into<String>) -> Refusal {
    Refusal::new(code, message)
}

/// Anything else about a record, in the older form: the reason is in the chain.
pub(super) fn validation(code: &str, message: impl Into<String>) -> Refusal {
    Refusal::new("1004", "DNS Validation Error").because(code, message)
}

/// A parameter of a listing or of a setting that cannot be.
pub(super) fn parameter(message: impl Into<String>) -> Refusal {
    Refusal::new("1004", message)
}
