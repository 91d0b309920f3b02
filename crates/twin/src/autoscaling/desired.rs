//! UpdateAutoScalingGroup, SetDesiredCapacity, DeleteAutoScalingGroup: what changes how many instances there are to be.

use serde_json::Value;

use super::group::{active, named};
use super::settings::{self, Settings, check_bounds};
use super::{look, refuse, shape};
use crate::operation::{Answer, Call};
use crate::refusal::Refusal;

/// `UpdateAutoScalingGroup`: instances that are there keep what they were launched with.
pub(super) fn update(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let name = input.required("AutoScalingGroupName")?;
    let wanted = Settings::read(&mut input)?;
    input.finish()?;
    let before = active(call, &name)?.clone();
    let (min, max) = (
        wanted.min.unwrap_or(before.min),
        wanted.max.unwrap_or(before.max),
    );
    // Bounds alone move the desired capacity along [Auto Scaling API: UpdateAutoScalingGroup].
    let desired = match wanted.desired {
        Some(desired) => desired,
        None if max >= min => before.desired.clamp(min, max),
        None => before.desired,
    };
    check_bounds(min, max, desired)?;
    let place = wanted.place(call)?;
    let subnet = place
        .as_ref()
        .map_or(&before.subnets, |(subnets, _)| subnets)[0]
        .clone();
    let template = settings::choose(call, wanted.template.as_ref(), &subnet)?;
    let (now, region) = (call.now(), call.region.clone());
    let mut group = wanted.over(before.clone());
    if let Some(template) = template {
        group.template = template;
    }
    if let Some((subnets, zones)) = place {
        (group.subnets, group.zones) = (subnets, zones);
    }
    if (min, max, desired) != (before.min, before.max, before.desired) {
        group.cause = format!(
            "At {} a user request update of AutoScalingGroup constraints to min: {min}, max: {max}, desired: {desired} changing the desired capacity from {} to {desired}.",
            now.iso8601(),
            before.desired
        );
    }
    (group.min, group.max, group.desired) = (min, max, desired);
    // What was wrong may be right now.
    (group.hold, group.failures) = (None, 0);
    call.here().autoscaling.groups.insert(name.clone(), group);
    look::wake(call.world, &region, &name, now);
    Ok(Value::Null)
}

/// `SetDesiredCapacity`
pub(super) fn set(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let name = input.required("AutoScalingGroupName")?;
    let desired = shape::number(&mut input, "DesiredCapacity", 0..=10_000)?;
    let desired = desired.ok_or_else(|| input.missing("DesiredCapacity"))?;
    // There are no scaling activities of policies here whose cooldown could be honoured.
    input.boolean("HonorCooldown")?;
    input.finish()?;
    let (now, region) = (call.now(), call.region.clone());
    let group = active(call, &name)?;
    if desired > group.max {
        return Err(refuse::validation(format!(
            "New SetDesiredCapacity value {desired} is above max value {} for the AutoScalingGroup.",
            group.max
        )));
    }
    if desired < group.min {
        return Err(refuse::validation(format!(
            "New SetDesiredCapacity value {desired} is below min value {} for the AutoScalingGroup.",
            group.min
        )));
    }
    group.cause = format!(
        "At {} a user request explicitly set group desired capacity changing the desired capacity from {} to {desired}.",
        now.iso8601(),
        group.desired
    );
    group.desired = desired;
    (group.hold, group.failures) = (None, 0);
    look::wake(call.world, &region, &name, now);
    Ok(Value::Null)
}

/// `DeleteAutoScalingGroup`: refused while it has instances, unless forced: then they are ended without their lifecycle
/// hooks, and it goes with the last [Auto Scaling API: DeleteAutoScalingGroup].
pub(super) fn delete(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let name = input.required("AutoScalingGroupName")?;
    let force = input.boolean("ForceDelete")?.unwrap_or(false);
    input.finish()?;
    let (now, region) = (call.now(), call.region.clone());
    let group = named(call, &name)?;
    if group.deleting {
        return Err(refuse::being_deleted(&name));
    }
    if !force && group.members.iter().any(super::group::Member::is_live) {
        return Err(Refusal::new(
            "ResourceInUse",
            "You cannot delete an AutoScalingGroup while there are instances or pending Spot instance request(s) still in the group.",
        ));
    }
    if !force && !group.members.is_empty() {
        return Err(Refusal::new(
            "ScalingActivityInProgress",
            "You cannot delete an AutoScalingGroup while there are scaling activities in progress for that group.",
        ));
    }
    if group.members.is_empty() {
        call.here().autoscaling.groups.remove(&name);
        return Ok(Value::Null);
    }
    group.deleting = true;
    (group.min, group.max, group.desired) = (0, 0, 0);
    group.cause = format!(
        "At {} a user request force deleted AutoScalingGroup.",
        now.iso8601()
    );
    look::wake(call.world, &region, &name, now);
    Ok(Value::Null)
}
