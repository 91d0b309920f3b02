//! Tags of topics.

use serde_json::{Value, json};

use super::topic::read_arn;
use crate::operation::{Answer, Call};
use crate::refusal::Refusal;
use crate::tags::Tags;
use crate::world::World;

pub(super) fn tag(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let arn = read_arn(&mut input, "ResourceArn")?;
    let tags = Tags::from_list(input.objects("Tags")?, "Key", "Value")?;
    input.finish()?;
    let found = find(call, &arn)?;
    *found = found.with(tags, "TagLimitExceeded")?;
    Ok(json!({}))
}

pub(super) fn untag(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let arn = read_arn(&mut input, "ResourceArn")?;
    let keys = input.texts("TagKeys")?;
    input.finish()?;
    find(call, &arn)?.retain(|key, _| !keys.contains(key));
    Ok(json!({}))
}

pub(super) fn list(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let arn = read_arn(&mut input, "ResourceArn")?;
    input.finish()?;
    let tags: Value = find(call, &arn)?.to_list("Key", "Value");
    Ok(json!({ "Tags": tags }))
}

/// The topics of a region, for Resource Groups Tagging.
pub(crate) fn tagged<'a>(world: &'a World, region: &str) -> Vec<(String, &'a Tags)> {
    let Some(region) = world.regions.get(region) else {
        return Vec::new();
    };
    let topics = region.sns.topics.values();
    topics.map(|it| (it.arn.clone(), &it.tags)).collect()
}

fn find<'a>(call: &'a mut Call<'_>, arn: &str) -> Result<&'a mut Tags, Refusal> {
    let found = call.here().sns.topics.get_mut(arn).map(|it| &mut it.tags);
    found.ok_or_else(|| Refusal::new("ResourceNotFound", "Resource does not exist").status(404))
}
