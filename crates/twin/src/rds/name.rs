//! Names of things in RDS. They are told apart without regard to case, and kept in lower case.

use super::refuse;
use crate::refusal::Refusal;

/// The names of instances, snapshots and parameter groups: a letter, then letters, digits and single hyphens
/// [RDS API: CreateDBInstance DBInstanceIdentifier].
pub(super) fn identifier(parameter: &str, given: &str, longest: usize) -> Result<String, Refusal> {
    let letters = given
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    let fits = letters
        && given.starts_with(|first: char| first.is_ascii_alphabetic())
        && !given.ends_with('-')
        && !given.contains("--");
    if given.len() > longest {
        return Err(refuse::value(format!(
            "The parameter {parameter} is not a valid identifier. It must not have more than {longest} characters."
        )));
    }
    if !fits {
        return Err(refuse::value(format!(
            "The parameter {parameter} is not a valid identifier. Identifiers must begin with a letter; must contain only ASCII letters, digits, and hyphens; and must not end with a hyphen or contain two consecutive hyphens."
        )));
    }
    Ok(given.to_ascii_lowercase())
}

/// An instance or snapshot as a caller spells it: its name or its ARN.
pub(super) fn given(text: &str) -> String {
    let name = match text.starts_with("arn:") {
        true => text.splitn(7, ':').nth(6).unwrap_or(text),
        false => text,
    };
    name.to_ascii_lowercase()
}
