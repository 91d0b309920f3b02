//! Tags of secrets.

use serde_json::Value;

use super::refuse;
use crate::operation::{Answer, Call};
use crate::tags::Tags;

pub(super) fn tag(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let id = input.required("SecretId")?;
    if !input.has("Tags") {
        return Err(input.missing("Tags"));
    }
    let tags = Tags::from_list(input.objects("Tags")?, "Key", "Value")?;
    input.finish()?;
    let secret = call.here().secretsmanager.find_live_mut(&id)?;
    secret.tags = secret.tags.with(tags, "InvalidParameterException")?;
    Ok(Value::Null)
}

/// Keys that are not there are passed over.
pub(super) fn untag(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let id = input.required("SecretId")?;
    let keys = input.texts("TagKeys")?;
    input.finish()?;
    if keys.iter().any(|key| key.is_empty() || key.len() > 128) {
        return Err(refuse::parameter("Tag keys have 1 to 128 characters."));
    }
    let secret = call.here().secretsmanager.find_live_mut(&id)?;
    secret.tags.retain(|key, _| !keys.contains(key));
    Ok(Value::Null)
}
