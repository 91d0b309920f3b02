//! Tags of hosted zones and health checks.

use serde_json::{Value, json};

use super::{refuse, zone};
use crate::input::Input;
use crate::operation::{Answer, Call};
use crate::refusal::Refusal;
use crate::tags::Tags;
use crate::world::World;

/// Resources of one listing, tags of one change [Route 53 API: ChangeTagsForResource, ListTagsForResources].
const AT_ONCE: usize = 10;

/// `ChangeTagsForResource`
pub(super) fn change_tags_for_resource(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let (kind, id) = resource(&mut input)?;
    let added = input.objects("AddTags")?;
    let count = added.len();
    let added = Tags::from_list(added, "Key", "Value")?;
    let removed = input.texts("RemoveTagKeys")?;
    input.finish()?;
    let tags = tags_of(call.world, &kind, &id)?;
    if count == 0 && removed.is_empty() {
        return Err(refuse::input(
            "At least one of AddTags and RemoveTagKeys must be specified.",
        ));
    }
    if count > AT_ONCE || removed.len() > AT_ONCE {
        return Err(refuse::input(format!(
            "A request changes at most {AT_ONCE} tags."
        )));
    }
    let mut after = tags.clone();
    removed.iter().for_each(|key| drop(after.remove(key)));
    *tags = after.with(added, "InvalidInput")?;
    Ok(json!({}))
}

/// `ListTagsForResource`
pub(super) fn list_tags_for_resource(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let (kind, id) = resource(&mut input)?;
    input.finish()?;
    let tags = tags_of(call.world, &kind, &id)?;
    Ok(json!({ "ResourceTagSet": answer(&kind, &id, tags) }))
}

/// `ListTagsForResources`
pub(super) fn list_tags_for_resources(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let kind = resource_type(&mut input)?;
    let ids = input.texts("ResourceIds")?;
    input.finish()?;
    if ids.is_empty() || ids.len() > AT_ONCE {
        return Err(refuse::input(format!(
            "ResourceIds must have 1 to {AT_ONCE} members."
        )));
    }
    let mut sets = Vec::new();
    for id in &ids {
        sets.push(answer(&kind, id, tags_of(call.world, &kind, id)?));
    }
    Ok(json!({ "ResourceTagSets": { "ResourceTagSet": sets } }))
}

/// Zones and health checks with their tags. What has no region is listed in us-east-1 only
/// [Resource Groups Tagging API: GetResources].
pub(crate) fn tagged<'a>(world: &'a World, region: &str) -> Vec<(String, &'a Tags)> {
    if region != "us-east-1" {
        return Vec::new();
    }
    let zones = world.route53.zones.iter();
    let zones = zones.map(|(id, zone)| (format!("arn:aws:route53:::hostedzone/{id}"), &zone.tags));
    let checks = world.route53.health_checks.iter();
    let checks =
        checks.map(|(id, check)| (format!("arn:aws:route53:::healthcheck/{id}"), &check.tags));
    zones.chain(checks).collect()
}

fn resource(input: &mut Input) -> Result<(String, String), Refusal> {
    let kind = resource_type(input)?;
    let id = input.required("ResourceId")?;
    Ok((kind, id.trim_start_matches("/hostedzone/").to_owned()))
}

fn resource_type(input: &mut Input) -> Result<String, Refusal> {
    let kind = input.required("ResourceType")?;
    match kind.as_str() {
        "hostedzone" | "healthcheck" => Ok(kind),
        other => Err(refuse::input(format!("Invalid resource type: {other}"))),
    }
}

fn tags_of<'a>(world: &'a mut World, kind: &str, id: &str) -> Result<&'a mut Tags, Refusal> {
    if kind == "hostedzone" {
        return Ok(&mut zone::find_mut(world, id)?.tags);
    }
    let check = world.route53.health_checks.get_mut(id);
    let check = check.ok_or_else(|| super::health_check::no_such_check(id))?;
    Ok(&mut check.tags)
}

fn answer(kind: &str, id: &str, tags: &Tags) -> Value {
    let list = tags.to_list("Key", "Value");
    json!({ "ResourceType": kind, "ResourceId": id, "Tags": { "Tag": list } })
}
