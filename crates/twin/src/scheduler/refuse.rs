//! The refusals that several operations share.

use crate::bounds;
use crate::input::Input;
use crate::refusal::Refusal;

pub(super) fn validation(message: impl Into<String>) -> Refusal {
    Refusal::new("ValidationException", message)
}

pub(super) fn not_found(message: String) -> Refusal {
    Refusal::new("ResourceNotFoundException", message).status(404)
}

pub(super) fn conflict(message: String) -> Refusal {
    Refusal::new("ConflictException", message).status(409)
}

/// A name of a schedule or a group.
pub(super) fn read_name(input: &mut Input, member: &str) -> Result<Option<String>, Refusal> {
    let Some(name) = bounds::sized(input, member, 1, 64)? else {
        return Ok(None);
    };
    let allowed = |it: char| it.is_ascii_alphanumeric() || matches!(it, '-' | '_' | '.');
    match name.chars().all(allowed) {
        true => Ok(Some(name)),
        false => Err(bounds::refuse(
            input,
            &name,
            member,
            "Member must satisfy regular expression pattern: ^[0-9a-zA-Z-_.]+$",
        )),
    }
}

/// A token that makes a call safe to repeat.
pub(super) fn read_token(input: &mut Input, member: &str) -> Result<Option<String>, Refusal> {
    let token = bounds::sized(input, member, 1, 64)?;
    let allowed = |it: char| it.is_ascii_alphanumeric() || matches!(it, '-' | '_');
    match &token {
        Some(text) if !text.chars().all(allowed) => Err(bounds::refuse(
            input,
            text,
            member,
            "Member must satisfy regular expression pattern: ^[a-zA-Z0-9-_]+$",
        )),
        _ => Ok(token),
    }
}
