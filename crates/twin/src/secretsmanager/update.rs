//! UpdateSecret: description and value.

use serde_json::json;

use super::secret::CURRENT;
use super::{refuse, value};
use crate::input::Input;
use crate::operation::{Answer, Call};
use crate::refusal::Refusal;

pub(super) fn update(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let id = input.required("SecretId")?;
    let sent = value::read(&mut input)?;
    let description = read_description(&mut input)?;
    read_key(&mut input)?;
    input.finish()?;
    let now = call.now();
    let secret = call.here().secretsmanager.find_live_mut(&id)?;
    secret.must_be_ours("update")?;
    let version = match sent {
        Some(sent) => Some(secret.add(sent, &[CURRENT.to_owned()], now)?),
        None => None,
    };
    if let Some(text) = description {
        secret.description = Some(text).filter(|text| !text.is_empty());
        secret.changed = now;
    }
    let mut answer = secret.names();
    answer["VersionId"] = json!(version);
    Ok(answer)
}

/// At most 2048 characters [Secrets Manager service model: DescriptionType].
pub(super) fn read_description(input: &mut Input) -> Result<Option<String>, Refusal> {
    let description = input.text("Description")?;
    if description
        .as_ref()
        .is_some_and(|text| text.chars().count() > 2048)
    {
        return Err(refuse::validation(
            "1 validation error detected: Value at 'description' failed to satisfy constraint: Member must have length less than or equal to 2048",
        ));
    }
    Ok(description)
}

/// The twin has no KMS: the AWS managed key, which needs no permission of its own, is the only one.
pub(super) fn read_key(input: &mut Input) -> Result<(), Refusal> {
    input.accept("KmsKeyId", &[json!(""), json!("alias/aws/secretsmanager")])
}
