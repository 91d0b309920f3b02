//! The refusals that several operations share, in AWS's words.

use crate::refusal::Refusal;

/// What Auto Scaling says to nearly everything that cannot be.
pub(super) fn validation(message: impl Into<String>) -> Refusal {
    Refusal::new("ValidationError", message)
}

pub(super) fn group_not_found(name: &str) -> Refusal {
    validation(format!(
        "AutoScalingGroup name not found - no such group: {name}"
    ))
}

/// A change of a group that is on its way out.
pub(super) fn being_deleted(name: &str) -> Refusal {
    Refusal::new(
        "ScalingActivityInProgress",
        format!("AutoScalingGroup {name} is pending delete"),
    )
}

/// A refusal of EC2 as Auto Scaling passes it on (failures.md 1.2; terraform-provider-aws matches on such sentences).
pub(super) fn template(refusal: Refusal) -> Refusal {
    if refusal.status == 501 {
        return refusal;
    }
    validation(format!(
        "You must use a valid fully-formed launch template. {}",
        refusal.message
    ))
}
