//! Tags of rules.

use crate::operation::{Answer, Call};
use crate::refusal::Refusal;
use crate::tag_operations;
use crate::tags::Tags;
use crate::world::World;

pub(super) fn tag(call: &mut Call<'_>) -> Answer {
    tag_operations::tag(call, find, "ValidationException")
}

pub(super) fn untag(call: &mut Call<'_>) -> Answer {
    tag_operations::untag(call, find)
}

pub(super) fn list(call: &mut Call<'_>) -> Answer {
    tag_operations::list(call, find)
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
