//! The refusals of the Parameter Store that several operations share.

use crate::input::Input;
use crate::refusal::Refusal;

pub(super) fn validation(message: impl Into<String>) -> Refusal {
    Refusal::new("ValidationException", message)
}

pub(super) fn not_found(name: &str) -> Refusal {
    Refusal::new("ParameterNotFound", format!("Parameter {name} not found."))
}

/// A list of 1 to 10 names.
pub(super) fn names(input: &mut Input) -> Result<Vec<String>, Refusal> {
    if !input.has("Names") {
        return Err(input.missing("Names"));
    }
    let names = input.texts("Names")?;
    if (1..=10).contains(&names.len()) {
        return Ok(names);
    }
    let rule = match names.len() {
        0 => "greater than or equal to 1",
        _ => "less than or equal to 10",
    };
    Err(validation(format!(
        "1 validation error detected: Value '[{}]' at 'names' failed to satisfy constraint: Member must have length {rule}",
        names.join(", ")
    )))
}

/// `MaxResults` from 1 to `most`, which is also what is meant without it.
pub(super) fn limit(input: &mut Input, most: i64) -> Result<Option<i64>, Refusal> {
    let limit = input.number("MaxResults")?.unwrap_or(most);
    if (1..=most).contains(&limit) {
        return Ok(Some(limit));
    }
    Err(validation(format!(
        "1 validation error detected: Value '{limit}' at 'maxResults' failed to satisfy constraint: Member must have value between 1 and {most}"
    )))
}
