//! What the service model and the API reference say of single parameters: names, numbers, words.
//!
//! AWS refuses all of these with `ValidationError` and the wording of its model validator.

use crate::input::Input;
use crate::refusal::Refusal;
use std::ops::RangeInclusive;

/// A `ValidationError` with this message.
pub(crate) fn invalid(message: impl Into<String>) -> Refusal {
    Refusal::new("ValidationError", message)
}

/// An `InvalidConfigurationRequest` with this message.
pub(crate) fn misconfigured(message: impl Into<String>) -> Refusal {
    Refusal::new("InvalidConfigurationRequest", message)
}

/// A number within the bounds that the service model gives.
pub(crate) fn number(
    input: &mut Input,
    name: &str,
    bounds: RangeInclusive<i64>,
) -> Result<Option<i64>, Refusal> {
    let Some(value) = input.number(name)? else {
        return Ok(None);
    };
    let limit = if value < *bounds.start() {
        format!(
            "Member must have value greater than or equal to {}",
            bounds.start()
        )
    } else if value > *bounds.end() {
        format!(
            "Member must have value less than or equal to {}",
            bounds.end()
        )
    } else {
        return Ok(Some(value));
    };
    Err(unsatisfied(&value.to_string(), name, &limit))
}

/// One of the words that the service model lists.
pub(crate) fn one_of(
    input: &mut Input,
    name: &str,
    words: &[&str],
) -> Result<Option<String>, Refusal> {
    // terraform-provider-aws sends `ProtocolVersion=` where its user says nothing.
    let Some(value) = input.text(name)?.filter(|value| !value.is_empty()) else {
        return Ok(None);
    };
    if words.contains(&value.as_str()) {
        return Ok(Some(value));
    }
    let limit = format!("Member must satisfy enum value set: [{}]", words.join(", "));
    Err(unsatisfied(&value, name, &limit))
}

/// The one sentence in which AWS's model validator says everything.
pub(crate) fn unsatisfied(value: &str, name: &str, limit: &str) -> Refusal {
    let mut letters = name.chars();
    let name: String = letters
        .next()
        .map(|first| first.to_lowercase().chain(letters).collect())
        .unwrap_or_default();
    invalid(format!(
        "1 validation error detected: Value '{value}' at '{name}' failed to satisfy constraint: {limit}"
    ))
}

/// The rules for names of load balancers and target groups [ELBv2 API: CreateLoadBalancer, CreateTargetGroup].
pub(crate) fn name(noun: &str, name: &str) -> Result<(), Refusal> {
    if name.is_empty() || name.chars().count() > 32 {
        return Err(invalid(format!(
            "{noun} name '{name}' cannot be longer than '32' characters"
        )));
    }
    if !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-') {
        return Err(invalid(format!(
            "{noun} name '{name}' can only contain characters that are alphanumeric characters or hyphens(-)"
        )));
    }
    if name.starts_with('-') || name.ends_with('-') {
        return Err(invalid(format!(
            "{noun} name '{name}' cannot begin or end with '-'"
        )));
    }
    Ok(())
}
