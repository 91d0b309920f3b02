//! SetInstanceProtection and TerminateInstanceInAutoScalingGroup.

use serde_json::{Value, json};

use super::{activity, ending, group, look, refuse};
use crate::operation::{Answer, Call};

/// `SetInstanceProtection`
pub(super) fn set_protection(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let name = input.required("AutoScalingGroupName")?;
    let ids = input.texts("InstanceIds")?;
    let protected = input.boolean("ProtectedFromScaleIn")?;
    let protected = protected.ok_or_else(|| input.missing("ProtectedFromScaleIn"))?;
    if ids.is_empty() {
        return Err(input.missing("InstanceIds"));
    }
    input.finish()?;
    if ids.len() > 50 {
        return Err(refuse::validation(
            "At most 50 instances can be protected at once.",
        ));
    }
    let (now, region) = (call.now(), call.region.clone());
    let group = group::active(call, &name)?;
    for id in &ids {
        match group.members.iter().find(|it| it.id == *id) {
            None => {
                return Err(refuse::validation(format!(
                    "The instance {id} is not part of Auto Scaling group {name}."
                )));
            }
            Some(member) if !member.is_in_service() => {
                return Err(refuse::validation(format!(
                    "The instance {id} is not in InService or EnteringStandby or Standby."
                )));
            }
            Some(_) => {}
        }
    }
    for member in group.members.iter_mut().filter(|it| ids.contains(&it.id)) {
        member.protected = protected;
    }
    look::wake(call.world, &region, &name, now);
    Ok(json!({}))
}

/// `TerminateInstanceInAutoScalingGroup`: protection from scale-in does not help here.
pub(super) fn terminate(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let id = input.required("InstanceId")?;
    let fewer = input.boolean("ShouldDecrementDesiredCapacity")?;
    let fewer = fewer.ok_or_else(|| input.missing("ShouldDecrementDesiredCapacity"))?;
    let named = input.text("AutoScalingGroupName")?;
    input.finish()?;
    let (now, region) = (call.now(), call.region.clone());
    let found = super::group_of(call.world, &region, &id);
    let found = found.filter(|group| named.as_ref().is_none_or(|name| *name == group.name));
    let Some(found) = found else {
        return Err(refuse::validation(format!(
            "Instance Id not found - No managed instance found for instance ID: {id}"
        )));
    };
    let name = found.name.clone();
    let group = group::active(call, &name)?;
    let fitting = group.members.iter().any(|it| it.id == id && it.is_live());
    if !fitting {
        return Err(refuse::validation(format!(
            "Instance {id} is not in a state from which it can be terminated."
        )));
    }
    let mut cause = format!(
        "At {} instance {id} was taken out of service in response to a user request",
        now.iso8601()
    );
    if fewer {
        if group.desired <= group.min {
            return Err(refuse::validation(
                "Currently, desiredSize equals minSize. Terminating instance without replacement will violate group's min size constraint.",
            ));
        }
        group.desired -= 1;
        cause += &format!(
            ", shrinking the capacity from {} to {}",
            group.desired + 1,
            group.desired
        );
    }
    ending::begin(call.world, &region, &name, &id, cause + ".");
    look::wake(call.world, &region, &name, now);
    let member = super::group_of(call.world, &region, &id);
    let member = member.and_then(|group| group.members.iter().find(|it| it.id == id));
    let activity = member.map(|it| it.activity.clone());
    let shown = activity.map_or(Value::Null, |id| activity::show(call.world, &region, &id));
    Ok(json!({ "Activity": shown }))
}
