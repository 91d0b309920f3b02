//! Tags of scalable targets.

use serde_json::{Value, json};

use super::resource::validation;
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
    let tags = input.text_map("Tags")?;
    input.finish()?;
    let many = "TooManyTagsException";
    let tags = Tags::from_map(tags, "ValidationException", many)?;
    let found = find(call, &arn)?;
    *found = found.with(tags, many)?;
    Ok(Value::Null)
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
    Ok(Value::Null)
}

pub(super) fn list(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let arn = input.required("ResourceARN")?;
    input.finish()?;
    Ok(json!({ "Tags": find(call, &arn)?.0 }))
}

/// The scalable targets of a region, for Resource Groups Tagging.
pub(crate) fn tagged<'a>(world: &'a World, region: &str) -> Vec<(String, &'a Tags)> {
    let Some(region) = world.regions.get(region) else {
        return Vec::new();
    };
    let targets = region.appautoscaling.targets.values();
    targets.map(|it| (it.arn.clone(), &it.tags)).collect()
}

fn find<'a>(call: &'a mut Call<'_>, arn: &str) -> Result<&'a mut Tags, Refusal> {
    if !arn.contains(":scalable-target/") {
        return Err(validation(format!(
            "1 validation error detected: Value '{arn}' at 'resourceARN' failed to satisfy constraint: Member must satisfy regular expression pattern: ^arn:.+:application-autoscaling:.+:[0-9]+:scalable-target\\/[a-zA-Z0-9-]+$"
        )));
    }
    let mut targets = call.here().appautoscaling.targets.values_mut();
    let found = targets.find(|it| it.arn == arn).map(|it| &mut it.tags);
    found.ok_or_else(|| {
        Refusal::new(
            "ResourceNotFoundException",
            format!("The resource doesn't exist: {arn}"),
        )
    })
}
