//! Scalable targets: what is scaled, and within which bounds.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::policy::Policy;
use super::resource::{self, DIMENSION, validation};
use super::scheduled::Scheduled;
use super::{PRINCIPAL, capacity};
use crate::bounds;
use crate::clock::Millis;
use crate::ecs;
use crate::iam;
use crate::input::Input;
use crate::operation::{Answer, Call};
use crate::page::page;
use crate::refusal::Refusal;
use crate::tags::Tags;

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Target {
    pub(super) resource: String,
    pub(super) arn: String,
    pub(super) least: u32,
    pub(super) most: u32,
    pub(super) suspended: Suspended,
    pub(super) created: Millis,
    pub(super) tags: Tags,
    pub(super) policies: BTreeMap<String, Policy>,
    pub(super) actions: BTreeMap<String, Scheduled>,
}

/// What the target does not do for now.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub(super) struct Suspended {
    pub(super) scale_in: bool,
    pub(super) scale_out: bool,
    pub(super) scheduled: bool,
}

pub(super) fn register(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let resource = resource::read(&mut input)?;
    let (least, most) = (
        read_bound(&mut input, "MinCapacity")?,
        read_bound(&mut input, "MaxCapacity")?,
    );
    // For ECS the service-linked role is used, whatever is given [Application Auto Scaling API: RegisterScalableTarget].
    bounds::sized(&mut input, "RoleARN", 1, 1600)?;
    let suspended = read_suspended(&mut input)?;
    let tags = input.text_map("Tags")?;
    input.finish()?;
    let tags = Tags::from_map(tags, "ValidationException", "TooManyTagsException")?;

    let region = call.region.clone();
    let key = resource::key(&resource).unwrap_or_default().to_owned();
    // [failures.md 1.2; spinnaker#4371 has the sentence]
    if ecs::scaling::counts(call.world, &region, &key).is_none() {
        return Err(validation(
            "ECS service doesn't exist: ".to_owned() + &resource,
        ));
    }
    let here = &call.here().appautoscaling.targets;
    let before = here.get(&resource);
    let least = least.or(before.map(|it| it.least));
    let most = most.or(before.map(|it| it.most));
    let (Some(least), Some(most)) = (least, most) else {
        return Err(validation(
            "Must specify both MinCapacity and MaxCapacity when registering a new scalable target",
        ));
    };
    if least > most {
        return Err(validation(format!(
            "Minimum capacity ({least}) cannot be greater than maximum capacity ({most})"
        )));
    }
    if !iam::has_service_linked_role(call.world, PRINCIPAL) {
        iam::create_service_linked_role(call.world, PRINCIPAL, None, None)?;
    }
    let id = format!("0ec5{}", call.world.ids.hex("", 32));
    let arn = call.arn("application-autoscaling", &format!("scalable-target/{id}"));
    let created = call.now();
    let targets = &mut call.here().appautoscaling.targets;
    let target = targets.entry(resource.clone()).or_insert_with(|| Target {
        resource: resource.clone(),
        arn,
        least,
        most,
        suspended: Suspended::default(),
        created,
        tags,
        policies: BTreeMap::new(),
        actions: BTreeMap::new(),
    });
    (target.least, target.most) = (least, most);
    if let Some(suspended) = suspended {
        target.suspended = suspended;
    }
    let arn = target.arn.clone();
    capacity::fit(call.world, &region, &resource);
    Ok(json!({ "ScalableTargetARN": arn }))
}

pub(super) fn describe(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    resource::read_namespace(&mut input)?;
    let resources = bounds::texts(&mut input, "ResourceIds", 50)?;
    let dimension = resource::read_dimension(&mut input)?;
    let window = Window::read(&mut input)?;
    input.finish()?;
    if dimension.is_some() && resources.is_empty() {
        return Err(dimension_alone());
    }
    let role = format!(
        "arn:aws:iam::{}:role/aws-service-role/{PRINCIPAL}/AWSServiceRoleForApplicationAutoScaling_ECSService",
        call.world.account
    );
    let targets = call.here().appautoscaling.targets.values();
    let targets = targets.filter(|it| resources.is_empty() || resources.contains(&it.resource));
    let rows = targets.map(|it| it.view(&role)).collect();
    window.answer("ScalableTargets", rows)
}

/// Takes the policies with their alarms and the scheduled actions along
/// [Application Auto Scaling API: DeregisterScalableTarget].
pub(super) fn deregister(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let resource = resource::read(&mut input)?;
    input.finish()?;
    let region = call.region.clone();
    let target = call.here().appautoscaling.targets.remove(&resource);
    let target = target.ok_or_else(|| resource::no_target(&resource))?;
    for policy in target.policies.values() {
        policy.drop_alarms(call.world, &region);
    }
    Ok(Value::Null)
}

impl Target {
    fn view(&self, role: &str) -> Value {
        json!({
            "ServiceNamespace": "ecs",
            "ResourceId": self.resource,
            "ScalableDimension": DIMENSION,
            "MinCapacity": self.least,
            "MaxCapacity": self.most,
            "RoleARN": role,
            "CreationTime": self.created.epoch_seconds(),
            "SuspendedState": {
                "DynamicScalingInSuspended": self.suspended.scale_in,
                "DynamicScalingOutSuspended": self.suspended.scale_out,
                "ScheduledScalingSuspended": self.suspended.scheduled,
            },
            "ScalableTargetARN": self.arn,
        })
    }
}

/// A bound of ECS services may be 0, and is never less.
pub(super) fn read_bound(input: &mut Input, name: &str) -> Result<Option<u32>, Refusal> {
    match input.number(name)? {
        None => Ok(None),
        Some(number) => u32::try_from(number).map(Some).map_err(|_| {
            validation(format!(
                "{name} must be greater than or equal to 0, but was {number}"
            ))
        }),
    }
}

fn read_suspended(input: &mut Input) -> Result<Option<Suspended>, Refusal> {
    let Some(mut given) = input.object("SuspendedState")? else {
        return Ok(None);
    };
    let mut flag = |name: &str| Ok::<_, Refusal>(given.boolean(name)?.unwrap_or(false));
    let suspended = Suspended {
        scale_in: flag("DynamicScalingInSuspended")?,
        scale_out: flag("DynamicScalingOutSuspended")?,
        scheduled: flag("ScheduledScalingSuspended")?,
    };
    given.finish()?;
    Ok(Some(suspended))
}

/// `MaxResults` from 1 to 50, which is also what is meant without it, and `NextToken`.
pub(super) struct Window {
    limit: i64,
    token: Option<String>,
}

impl Window {
    pub(super) fn read(input: &mut Input) -> Result<Window, Refusal> {
        Ok(Window {
            limit: bounds::whole(input, "MaxResults", 1, 50)?.unwrap_or(50),
            token: input.text("NextToken")?,
        })
    }

    pub(super) fn answer(self, name: &str, rows: Vec<Value>) -> Answer {
        let (rows, next) = page(rows, Some(self.limit), self.token)?;
        Ok(json!({ name: rows, "NextToken": next }))
    }
}

/// [Application Auto Scaling API: "If you specify a scalable dimension, you must also specify a resource ID"]
pub(super) fn dimension_alone() -> Refusal {
    validation("If you specify a scalable dimension, you must also specify a resource ID.")
}
