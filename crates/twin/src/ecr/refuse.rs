//! How ECR says no.

use crate::refusal::Refusal;

/// [botocore: RepositoryNotFoundException; the sentence stands in many issues, e.g. terraform-provider-aws #2281]
pub(super) fn no_repository(name: &str, registry: &str) -> Refusal {
    Refusal::new(
        "RepositoryNotFoundException",
        format!(
            "The repository with name '{name}' does not exist in the registry with id '{registry}'"
        ),
    )
}

/// [cloudposse/terraform-aws-ecr #158: "Invalid parameter at 'LifecyclePolicyText' failed to satisfy constraint"]
pub(super) fn parameter(name: &str, constraint: impl std::fmt::Display) -> Refusal {
    Refusal::new(
        "InvalidParameterException",
        format!("Invalid parameter at '{name}' failed to satisfy constraint: '{constraint}'"),
    )
}

pub(super) fn invalid(message: impl Into<String>) -> Refusal {
    Refusal::new("InvalidParameterException", message)
}
