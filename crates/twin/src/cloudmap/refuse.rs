//! The refusals of Cloud Map that several operations share. Codes and statuses are those of the service's model.

use crate::refusal::Refusal;

pub(super) fn input(message: impl Into<String>) -> Refusal {
    Refusal::new("InvalidInput", message)
}

pub(super) fn no_namespace() -> Refusal {
    Refusal::new(
        "NamespaceNotFound",
        "No namespace exists with the specified ID or name.",
    )
    .status(404)
}

pub(super) fn no_service() -> Refusal {
    Refusal::new(
        "ServiceNotFound",
        "No service exists with the specified ID or name.",
    )
    .status(404)
}

pub(super) fn no_instance() -> Refusal {
    Refusal::new(
        "InstanceNotFound",
        "No instance exists with the specified ID.",
    )
    .status(404)
}

pub(super) fn in_use(message: impl Into<String>) -> Refusal {
    Refusal::new("ResourceInUse", message).status(409)
}

/// The same thing is under way already; the answer names that operation.
pub(super) fn duplicate(operation: &str) -> Refusal {
    Refusal::new(
        "DuplicateRequest",
        format!("The operation is already in progress: {operation}"),
    )
    .status(409)
    .because("DuplicateOperationId", operation)
}
