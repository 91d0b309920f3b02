//! The half of a capacity provider that is about its Auto Scaling group.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::refuse;
use super::shape::{self, Member, Shape, may, must};
use crate::autoscaling;
use crate::refusal::Refusal;
use crate::world::World;

/// As Describe answers show it.
#[derive(Serialize, Deserialize, Debug, Clone, PartialEq)]
#[serde(rename_all = "camelCase")]
pub(super) struct GroupProvider {
    #[serde(rename = "autoScalingGroupArn")]
    pub(super) arn: String,
    #[serde(default)]
    pub(super) managed_scaling: Scaling,
    #[serde(default = "disabled")]
    pub(super) managed_termination_protection: String,
    /// On unless said otherwise [ECS API: AutoScalingGroupProvider].
    #[serde(default = "enabled")]
    pub(super) managed_draining: String,
}

/// Defaults [ECS API: ManagedScaling].
#[derive(Serialize, Deserialize, Debug, Clone, PartialEq)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Scaling {
    pub(super) status: String,
    pub(super) target_capacity: u32,
    pub(super) minimum_scaling_step_size: u32,
    pub(super) maximum_scaling_step_size: u32,
    pub(super) instance_warmup_period: u32,
}

impl Default for Scaling {
    fn default() -> Scaling {
        Scaling {
            status: disabled(),
            target_capacity: 100,
            minimum_scaling_step_size: 1,
            maximum_scaling_step_size: 10_000,
            instance_warmup_period: 300,
        }
    }
}

fn disabled() -> String {
    "DISABLED".to_owned()
}

fn enabled() -> String {
    "ENABLED".to_owned()
}

const SWITCH: Shape = Shape::OneOf(&["ENABLED", "DISABLED"]);

const SCALING: &[Member] = &[
    may("status", SWITCH),
    may("targetCapacity", Shape::Whole),
    may("minimumScalingStepSize", Shape::Whole),
    may("maximumScalingStepSize", Shape::Whole),
    may("instanceWarmupPeriod", Shape::Whole),
];

const CREATE: Shape = Shape::Struct(&[
    must("autoScalingGroupArn", Shape::Text),
    may("managedScaling", Shape::Struct(SCALING)),
    may("managedTerminationProtection", SWITCH),
    may("managedDraining", SWITCH),
]);

const UPDATE: Shape = Shape::Struct(&[
    may("managedScaling", Shape::Struct(SCALING)),
    may("managedTerminationProtection", SWITCH),
    may("managedDraining", SWITCH),
]);

pub(super) fn read(raw: Option<Value>) -> Result<Option<GroupProvider>, Refusal> {
    let Some(raw) = raw.filter(|raw| !raw.is_null()) else {
        return Ok(None);
    };
    let mut checked = shape::check(raw, &CREATE, "autoScalingGroupProvider")?;
    // A request that says something of managed scaling wants it, unless it says no.
    if checked["managedScaling"].is_object() && checked["managedScaling"]["status"].is_null() {
        checked["managedScaling"]["status"] = Value::from(enabled());
    }
    parse(checked).map(Some)
}

/// What an update leaves out stays.
pub(super) fn over(before: &GroupProvider, raw: Value) -> Result<GroupProvider, Refusal> {
    let checked = shape::check(raw, &UPDATE, "autoScalingGroupProvider")?;
    let mut merged = serde_json::to_value(before).unwrap_or_default();
    for (name, value) in checked.as_object().into_iter().flatten() {
        match value.as_object() {
            Some(members) => {
                for (member, value) in members {
                    merged[name][member] = value.clone();
                }
            }
            None => merged[name] = value.clone(),
        }
    }
    parse(merged)
}

fn parse(value: Value) -> Result<GroupProvider, Refusal> {
    let read: GroupProvider = serde_json::from_value(value)
        .map_err(|error| refuse::parameter(format!("Invalid autoScalingGroupProvider: {error}")))?;
    let Scaling {
        target_capacity: target,
        minimum_scaling_step_size: least,
        maximum_scaling_step_size: most,
        instance_warmup_period: warmup,
        ..
    } = read.managed_scaling;
    // [ECS API: ManagedScaling]
    let steps = 1..=10_000;
    if !(1..=100).contains(&target)
        || !steps.contains(&least)
        || !steps.contains(&most)
        || warmup > 10_000
    {
        return Err(refuse::client(
            "The managed scaling configuration of the capacity provider is invalid: targetCapacity must be between 1 and 100, step sizes between 1 and 10000, instanceWarmupPeriod between 0 and 10000.",
        ));
    }
    if least > most {
        return Err(refuse::client(
            "The minimumScalingStepSize must not be greater than the maximumScalingStepSize.",
        ));
    }
    Ok(read)
}

/// Refuses what cannot be. `own` is the name of the provider that is changed. The sentences are AWS's.
pub(super) fn check(
    world: &World,
    region: &str,
    provider: &GroupProvider,
    own: Option<&str>,
) -> Result<(), Refusal> {
    let Some(group) = autoscaling::group(world, region, &provider.arn).filter(|it| !it.deleting)
    else {
        return Err(refuse::client(
            "The specified Auto Scaling group ARN is invalid. Specify a valid Auto Scaling group ARN and try again.",
        ));
    };
    let ecs = world.regions.get(region).map(|it| &it.ecs);
    let mut others = ecs.into_iter().flat_map(|ecs| ecs.providers.values());
    let taken = others.any(|it| {
        it.active
            && Some(it.name.as_str()) != own
            && it.group().is_some_and(|group| group.arn == provider.arn)
    });
    if taken {
        return Err(refuse::client(
            "The specified Auto Scaling group ARN is already being used by another capacity provider. Specify a unique Auto Scaling group ARN and try again.",
        ));
    }
    if provider.managed_termination_protection == "ENABLED" {
        let wrong = "The managed termination protection setting for the capacity provider is invalid. To enable managed termination protection for a capacity provider,";
        if provider.managed_scaling.status != "ENABLED" {
            return Err(refuse::client(format!(
                "{wrong} managed scaling must be enabled."
            )));
        }
        if !group.protects_new {
            return Err(refuse::client(format!(
                "{wrong} the Auto Scaling group must have instance protection from scale in enabled."
            )));
        }
    }
    Ok(())
}

impl GroupProvider {
    pub(super) fn scales(&self) -> bool {
        self.managed_scaling.status == "ENABLED"
    }

    pub(super) fn drains(&self) -> bool {
        self.managed_draining == "ENABLED"
    }

    pub(super) fn protects(&self) -> bool {
        self.managed_termination_protection == "ENABLED"
    }
}
