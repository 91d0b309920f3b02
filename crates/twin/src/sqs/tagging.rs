//! Tags of queues.

use serde_json::{Value, json};

use super::{queue, refuse};
use crate::operation::{Answer, Call};
use crate::tags::Tags;
use crate::world::World;

const WRONG: &str = "InvalidParameterValue";

pub(super) fn tag(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let url = queue::read_url(&mut input)?;
    if !input.has("Tags") {
        return Err(refuse::missing("Tags"));
    }
    let tags = Tags::from_map(input.text_map("Tags")?, WRONG, WRONG)?;
    input.finish()?;
    let queue = queue::named(call, &url)?;
    queue.tags = queue.tags.with(tags, WRONG)?;
    Ok(Value::Null)
}

pub(super) fn untag(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let url = queue::read_url(&mut input)?;
    if !input.has("TagKeys") {
        return Err(refuse::missing("TagKeys"));
    }
    let keys = input.texts("TagKeys")?;
    input.finish()?;
    let queue = queue::named(call, &url)?;
    queue.tags.retain(|key, _| !keys.contains(key));
    Ok(Value::Null)
}

pub(super) fn list(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let url = queue::read_url(&mut input)?;
    input.finish()?;
    let tags = &queue::named(call, &url)?.tags;
    match tags.is_empty() {
        true => Ok(json!({})),
        false => Ok(json!({ "Tags": tags.0 })),
    }
}

/// The queues of a region, for Resource Groups Tagging.
pub(crate) fn tagged<'a>(world: &'a World, region: &str) -> Vec<(String, &'a Tags)> {
    let Some(region) = world.regions.get(region) else {
        return Vec::new();
    };
    let queues = region.sqs.queues.values().filter(|it| it.deleted.is_none());
    queues.map(|it| (it.arn.clone(), &it.tags)).collect()
}
