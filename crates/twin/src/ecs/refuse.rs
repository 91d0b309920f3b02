//! The refusals that several operations share, in AWS's words.

use crate::refusal::Refusal;

/// A value that cannot be.
pub(super) fn parameter(message: impl Into<String>) -> Refusal {
    Refusal::new("InvalidParameterException", message)
}

/// The service's word for "your request is wrong" where it has nothing more precise.
pub(super) fn client(message: impl Into<String>) -> Refusal {
    Refusal::new("ClientException", message)
}

pub(super) fn cluster_not_found() -> Refusal {
    Refusal::new("ClusterNotFoundException", "Cluster not found.")
}

/// What every call but DescribeClusters and CreateCluster says to a deleted cluster (terraform-provider-aws matches
/// this sentence).
pub(super) fn cluster_inactive() -> Refusal {
    Refusal::new(
        "ClusterNotFoundException",
        "The referenced cluster was inactive.",
    )
}

pub(super) fn service_not_found() -> Refusal {
    Refusal::new("ServiceNotFoundException", "Service not found.")
}

pub(super) fn service_not_active() -> Refusal {
    Refusal::new("ServiceNotActiveException", "Service was not ACTIVE.")
}

/// The service-linked role is missing (failures.md 1.2; terraform-provider-aws retries on this sentence).
pub(super) fn no_linked_role() -> Refusal {
    parameter(
        "Unable to assume the service linked role. Please verify that the ECS service linked role exists.",
    )
}
