//! Tags of rules.

use serde_json::{Value, json};

use crate::operation::{Answer, Call};
use crate::refusal::Refusal;
use crate::tags::Tags;
use crate::world::World;

pub(super) fn tag(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let arn = input.required("ResourceARN")?;
    if !input.has("Tags") {
        return Err(input.missing("Tags"));
    }
    let tags = Tags::from_list(input.objects("Tags")?, "Key", "Value")?;
    input.finish()?;
    let found = find(call, &arn)?;
    *found = found.with(tags, "ValidationException")?;
    Ok(json!({}))
}

pub(super) fn untag(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let arn = input.required("ResourceARN")?;
    if !input.has("TagKeys") {
        return Err(input.missing("TagKeys"));
    }
    let keys = input.texts("TagKeys")?;
    input.finish()?;
    find(call, &arn)?.retain(|key, _| !keys.contains(key));
    Ok(json!({}))
}

pub(super) fn list(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let arn = input.required("ResourceARN")?;
    input.finish()?;
    let tags: Value = find(call, &arn)?.to_list("Key", "Value");
    Ok(json!({ "Tags": tags }))
}

/// The rules of a region, for Resource Groups Tagging.
pub(crate) fn tagged<'a>(world: &'a World, region: &str) -> Vec<(String, &'a Tags)> {
    let Some(region) = world.regions.get(region) else {
        return Vec::new();
    };
    let rules = region.events.rules.values();
    rules.map(|it| (it.arn.clone(), &it.tags)).collect()
}

fn find<'a>(call: &'a mut Call<'_>, arn: &str) -> Result<&'a mut Tags, Refusal> {
    if !arn.starts_with("arn:aws:events:") {
        return Err(super::rule::validation(format!("Invalid ARN: {arn}")));
    }
    let mut rules = call.here().events.rules.values_mut();
    let found = rules.find(|it| it.arn == arn).map(|it| &mut it.tags);
    let name = arn.rsplit('/').next().unwrap_or_default();
    found.ok_or_else(|| {
        Refusal::new(
            "ResourceNotFoundException",
            format!("Rule {name} does not exist on EventBus default."),
        )
    })
}
