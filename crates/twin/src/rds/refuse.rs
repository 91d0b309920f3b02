//! The refusals of RDS that several operations share, in AWS's words as far as users' reports quote them.

use crate::refusal::Refusal;

pub(super) fn value(message: impl Into<String>) -> Refusal {
    Refusal::new("InvalidParameterValue", message)
}

pub(super) fn combination(message: impl Into<String>) -> Refusal {
    Refusal::new("InvalidParameterCombination", message)
}

pub(super) fn state(message: impl Into<String>) -> Refusal {
    Refusal::new("InvalidDBInstanceState", message)
}

pub(super) fn network(message: impl Into<String>) -> Refusal {
    Refusal::new("InvalidVPCNetworkStateFault", message)
}

pub(super) fn no_instance(name: &str) -> Refusal {
    Refusal::new(
        "DBInstanceNotFound",
        format!("DBInstance {name} not found."),
    )
    .status(404)
}

pub(super) fn no_snapshot(name: &str) -> Refusal {
    Refusal::new(
        "DBSnapshotNotFound",
        format!("DBSnapshot {name} not found."),
    )
    .status(404)
}

pub(super) fn no_subnet_group(name: &str) -> Refusal {
    let message = format!("DB subnet group '{name}' does not exist.");
    Refusal::new("DBSubnetGroupNotFoundFault", message).status(404)
}

pub(super) fn no_parameter_group(name: &str) -> Refusal {
    let message = format!("DBParameterGroup not found: {name}");
    Refusal::new("DBParameterGroupNotFound", message).status(404)
}

/// The instance is busy or stopped.
pub(super) fn not_available() -> Refusal {
    state("Database instance is not in available state.")
}
