//! The refusals of EFS that several operations share. Codes and statuses are those of the service's model.

use crate::refusal::Refusal;

pub(super) fn bad(message: impl Into<String>) -> Refusal {
    Refusal::new("BadRequest", message)
}

pub(super) fn no_file_system(id: &str) -> Refusal {
    let message = format!("File system '{id}' does not exist.");
    Refusal::new("FileSystemNotFound", message).status(404)
}

pub(super) fn no_mount_target(id: &str) -> Refusal {
    let message = format!("Mount target '{id}' does not exist.");
    Refusal::new("MountTargetNotFound", message).status(404)
}

pub(super) fn no_access_point(id: &str) -> Refusal {
    let message = format!("Access point '{id}' does not exist.");
    Refusal::new("AccessPointNotFound", message).status(404)
}

pub(super) fn no_policy(message: impl Into<String>) -> Refusal {
    Refusal::new("PolicyNotFound", message).status(404)
}

/// The file system is not available.
pub(super) fn wrong_state(id: &str, state: &str) -> Refusal {
    let message =
        format!("File system '{id}' is not available: its life cycle state is '{state}'.");
    Refusal::new("IncorrectFileSystemLifeCycleState", message).status(409)
}
