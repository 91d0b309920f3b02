//! The refusals of Secrets Manager that several operations share.

use crate::refusal::Refusal;

pub(super) fn not_found() -> Refusal {
    Refusal::new(
        "ResourceNotFoundException",
        "Secrets Manager can't find the specified secret.",
    )
}

/// `what` is `staging label` or `VersionId`.
pub(super) fn no_value(what: &str, which: &str) -> Refusal {
    Refusal::new(
        "ResourceNotFoundException",
        format!("Secrets Manager can't find the specified secret value for {what}: {which}"),
    )
}

/// [emulators.md 4: "GetSecretValue scheduled"; the sentence stands in many issues, e.g. kubernetes-external-secrets #415]
pub(super) fn marked() -> Refusal {
    request("You can't perform this operation on the secret because it was marked for deletion.")
}

pub(super) fn request(message: impl Into<String>) -> Refusal {
    Refusal::new("InvalidRequestException", message)
}

pub(super) fn parameter(message: impl Into<String>) -> Refusal {
    Refusal::new("InvalidParameterException", message)
}

pub(super) fn validation(message: impl Into<String>) -> Refusal {
    Refusal::new("ValidationException", message)
}

pub(super) fn exists(message: impl Into<String>) -> Refusal {
    Refusal::new("ResourceExistsException", message)
}
