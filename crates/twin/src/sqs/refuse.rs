//! The refusals that several operations share, in AWS's words.

use crate::refusal::Refusal;

pub(super) fn no_queue() -> Refusal {
    Refusal::new(
        "AWS.SimpleQueueService.NonExistentQueue",
        "The specified queue does not exist.",
    )
}

pub(super) fn attribute_name(name: &str) -> Refusal {
    Refusal::new("InvalidAttributeName", format!("Unknown Attribute {name}."))
}

pub(super) fn attribute_value(name: &str) -> Refusal {
    Refusal::new(
        "InvalidAttributeValue",
        format!("Invalid value for the parameter {name}."),
    )
}

pub(super) fn parameter(message: impl Into<String>) -> Refusal {
    Refusal::new("InvalidParameterValue", message)
}

pub(super) fn missing(name: &str) -> Refusal {
    Refusal::new(
        "MissingParameter",
        format!("The request must contain the parameter {name}."),
    )
}
