//! Tags of alarms and dashboards.

use super::dashboard::HOME;
use crate::operation::{Answer, Call};
use crate::refusal::Refusal;
use crate::tag_operations;
use crate::tags::Tags;
use crate::world::World;

pub(super) fn tag(call: &mut Call<'_>) -> Answer {
    tag_operations::tag(call, find, "InvalidParameterValue")
}

pub(super) fn untag(call: &mut Call<'_>) -> Answer {
    tag_operations::untag(call, find)
}

pub(super) fn list(call: &mut Call<'_>) -> Answer {
    tag_operations::list(call, find)
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
