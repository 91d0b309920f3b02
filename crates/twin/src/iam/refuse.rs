//! How IAM says no: its codes with their HTTP status [IAM service model: errors].

use crate::refusal::Refusal;

/// The thing asked for does not exist (404).
pub(super) fn no_such_entity(message: impl Into<String>) -> Refusal {
    Refusal::new("NoSuchEntity", message).status(404)
}

/// The name is taken (409). IAM has no idempotency tokens: this is how a repeated create shows.
pub(super) fn already_exists(message: impl Into<String>) -> Refusal {
    Refusal::new("EntityAlreadyExists", message).status(409)
}

/// Something still hangs on the thing to be deleted (409).
pub(super) fn delete_conflict(message: impl Into<String>) -> Refusal {
    Refusal::new("DeleteConflict", message).status(409)
}

/// A quota of the account or of one entity (409).
pub(super) fn limit_exceeded(message: impl Into<String>) -> Refusal {
    Refusal::new("LimitExceeded", message).status(409)
}

/// A value that is well formed and still wrong (400).
pub(super) fn invalid_input(message: impl Into<String>) -> Refusal {
    Refusal::new("InvalidInput", message)
}

/// A value outside of its shape: length, pattern, range (400).
pub(super) fn validation(message: impl Into<String>) -> Refusal {
    Refusal::new("ValidationError", message)
}

/// A policy document that IAM cannot read or will not accept (400).
pub(super) fn malformed_policy(message: impl Into<String>) -> Refusal {
    Refusal::new("MalformedPolicyDocument", message)
}

/// A service-linked role is changed by its service only (400).
pub(super) fn unmodifiable(role: &str) -> Refusal {
    Refusal::new(
        "UnmodifiableEntity",
        format!(
            "Cannot perform the operation on the protected role '{role}' - this role is only \
             modifiable by AWS"
        ),
    )
}
