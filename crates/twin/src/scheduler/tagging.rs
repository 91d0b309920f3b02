//! Tags of schedule groups; schedules have none [EventBridge Scheduler API: TagResource].

use serde_json::{Value, json};

use super::refuse::{not_found, validation};
use crate::operation::{Answer, Call};
use crate::refusal::Refusal;
use crate::tags::Tags;
use crate::world::World;

pub(super) fn tag(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let arn = input.required("ResourceArn")?;
    let tags = Tags::from_list(input.objects("Tags")?, "Key", "Value")?;
    input.finish()?;
    let found = find(call, &arn)?;
    *found = found.with(tags, "ValidationException")?;
    Ok(json!({}))
}

/// The keys are in the query, where one alone looks like a text.
pub(super) fn untag(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let arn = input.required("ResourceArn")?;
    let keys: Vec<String> = match input.raw("TagKeys") {
        Some(Value::String(key)) => vec![key],
        Some(Value::Array(keys)) => keys
            .iter()
            .filter_map(|key| key.as_str().map(str::to_owned))
            .collect(),
        _ => return Err(input.missing("TagKeys")),
    };
    input.finish()?;
    find(call, &arn)?.retain(|key, _| !keys.contains(key));
    Ok(json!({}))
}

pub(super) fn list(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let arn = input.required("ResourceArn")?;
    input.finish()?;
    if arn == call.arn("scheduler", "schedule-group/default") {
        return Ok(json!({ "Tags": [] }));
    }
    let tags: Value = find(call, &arn)?.to_list("Key", "Value");
    Ok(json!({ "Tags": tags }))
}

/// The schedule groups of a region, for Resource Groups Tagging.
pub(crate) fn tagged<'a>(world: &'a World, region: &str) -> Vec<(String, &'a Tags)> {
    let Some(region) = world.regions.get(region) else {
        return Vec::new();
    };
    let groups = region.scheduler.groups.values();
    groups.map(|it| (it.arn.clone(), &it.tags)).collect()
}

fn find<'a>(call: &'a mut Call<'_>, arn: &str) -> Result<&'a mut Tags, Refusal> {
    let Some((_, name)) = arn.split_once(":schedule-group/") else {
        return Err(validation(format!(
            "1 validation error detected: Value '{arn}' at 'resourceArn' failed to satisfy constraint: Member must satisfy regular expression pattern: ^arn:aws[a-z-]*:scheduler:[a-z0-9\\-]+:\\d{{12}}:schedule-group\\/[0-9a-zA-Z-_.]+$"
        )));
    };
    let found = call.here().scheduler.groups.get_mut(name);
    let found = found
        .filter(|group| group.arn == arn)
        .map(|it| &mut it.tags);
    found.ok_or_else(|| not_found(format!("Schedule group {name} does not exist.")))
}
