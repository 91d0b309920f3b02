//! Tags of alarms and dashboards.

use serde_json::{Value, json};

use super::dashboard::HOME;
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
    *found = found.with(tags, "InvalidParameterValue")?;
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

/// The alarms and dashboards of a region, for Resource Groups Tagging.
pub(crate) fn tagged<'a>(world: &'a World, region: &str) -> Vec<(String, &'a Tags)> {
    let Some(region) = world.regions.get(region) else {
        return Vec::new();
    };
    let here = &region.cloudwatch;
    let alarms = here.alarms.values().map(|it| (it.arn.clone(), &it.tags));
    let dashboards = here.dashboards.values();
    alarms
        .chain(dashboards.map(|it| (it.arn.clone(), &it.tags)))
        .collect()
}

fn find<'a>(call: &'a mut Call<'_>, arn: &str) -> Result<&'a mut Tags, Refusal> {
    if !arn.starts_with("arn:aws:cloudwatch:") {
        let message = format!("Invalid ARN: {arn}");
        return Err(Refusal::new("InvalidParameterValue", message));
    }
    let found = if arn.contains(":dashboard/") {
        let mut all = call.world.region(HOME).cloudwatch.dashboards.values_mut();
        all.find(|it| it.arn == arn).map(|it| &mut it.tags)
    } else {
        let mut all = call.here().cloudwatch.alarms.values_mut();
        all.find(|it| it.arn == arn).map(|it| &mut it.tags)
    };
    // Not the alarms' own code: the tagging operations have one of theirs [CloudWatch model].
    found.ok_or_else(|| Refusal::new("ResourceNotFoundException", "Resource not found").status(404))
}
