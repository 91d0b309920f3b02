//! What a secret may be called, and a version's token.

use super::refuse;
use crate::refusal::Refusal;

/// Names have letters, digits and `/_+=.@-` [Secrets Manager API: CreateSecret Name].
pub(super) fn check(name: &str) -> Result<(), Refusal> {
    let good = |c: char| c.is_ascii_alphanumeric() || "/_+=.@-!".contains(c);
    if name.chars().count() > 512 {
        return Err(refuse::validation(
            "1 validation error detected: Value at 'name' failed to satisfy constraint: Member must have length less than or equal to 512",
        ));
    }
    if name.is_empty() || !name.chars().all(good) {
        return Err(refuse::validation(
            "Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!",
        ));
    }
    Ok(())
}

/// What names a secret in a request: a name or an ARN.
pub(super) fn check_id(id: &str) -> Result<(), Refusal> {
    if id.starts_with("arn:") {
        return Ok(());
    }
    check(id)
}

/// The token becomes the version's id: 32 to 64 characters [Secrets Manager API: ClientRequestToken].
pub(super) fn check_token(token: &str) -> Result<(), Refusal> {
    if (32..=64).contains(&token.chars().count()) {
        return Ok(());
    }
    Err(refuse::parameter(
        "ClientRequestToken must be 32-64 characters long.",
    ))
}
