//! Tags of keys.

use serde_json::{Value, json};

use super::key;
use crate::operation::{Answer, Call};
use crate::tags::Tags;

/// `TagResource`
pub(super) fn tag_resource(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let named = input.required("KeyId")?;
    let tags = Tags::from_list(input.objects("Tags")?, "TagKey", "TagValue")?;
    input.finish()?;
    let key = key::find(call, &named)?;
    key.must_not_wait()?;
    key.tags = key.tags.with(tags, "LimitExceededException")?;
    Ok(Value::Null)
}

/// `UntagResource`
pub(super) fn untag_resource(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let named = input.required("KeyId")?;
    let keys = input.texts("TagKeys")?;
    input.finish()?;
    let key = key::find(call, &named)?;
    key.must_not_wait()?;
    key.tags.retain(|name, _| !keys.contains(name));
    Ok(Value::Null)
}

/// `ListResourceTags`
pub(super) fn list_resource_tags(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let named = input.required("KeyId")?;
    input.number("Limit")?;
    input.accept("Marker", &[])?;
    input.finish()?;
    let tags = &key::find(call, &named)?.tags;
    Ok(json!({ "Tags": tags.to_list("TagKey", "TagValue"), "Truncated": false }))
}
