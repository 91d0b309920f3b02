//! How Route 53 says no.

use crate::refusal::Refusal;

/// No zone of that id.
pub(super) fn no_such_zone(id: &str) -> Refusal {
    Refusal::new(
        "NoSuchHostedZone",
        format!("No hosted zone found with ID: {id}"),
    )
    .status(404)
}

/// A parameter that cannot be.
pub(super) fn input(message: impl Into<String>) -> Refusal {
    Refusal::new("InvalidInput", message)
}

/// A batch that cannot be carried out: every reason, and nothing of it is done.
pub(super) fn batch(reasons: &[String]) -> Refusal {
    Refusal::new("InvalidChangeBatch", format!("[{}]", reasons.join(", ")))
}
