//! Scaling policies.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::read_policy;
use super::resource::{self, DIMENSION, validation};
use super::step::Steps;
use super::target::{Window, dimension_alone};
use super::tracking::{self, Tracking};
use crate::bounds;
use crate::clock::Millis;
use crate::cloudwatch;
use crate::operation::{Answer, Call};
use crate::refusal::Refusal;
use crate::world::World;

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Policy {
    pub(super) name: String,
    pub(super) arn: String,
    pub(super) created: Millis,
    pub(super) kind: Kind,
    /// The alarms that it keeps: high, and low where it scales in.
    pub(super) alarms: Vec<String>,
    /// When it last scaled out, and from how many.
    pub(super) out: Option<(Millis, u32)>,
    /// When it last scaled in, or by a step.
    pub(super) acted: Option<Millis>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) enum Kind {
    Step(Steps),
    Tracking(Tracking),
}

const KINDS: [&str; 3] = ["StepScaling", "TargetTrackingScaling", "PredictiveScaling"];

pub(super) fn put(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let name = bounds::required(&mut input, "PolicyName", 1, 256)?;
    let resource = resource::read(&mut input)?;
    let word = bounds::one_of(&mut input, "PolicyType", &KINDS)?;
    let step = input.object("StepScalingPolicyConfiguration")?;
    let step = step.map(read_policy::steps).transpose()?;
    let tracking = input.object("TargetTrackingScalingPolicyConfiguration")?;
    let tracking = tracking.map(read_policy::tracking).transpose()?;
    input.accept("PredictiveScalingPolicyConfiguration", &[])?;
    input.finish()?;

    let region = call.region.clone();
    resource::target(call, &resource)?;
    let kind = match (word.as_deref().unwrap_or(KINDS[0]), step, tracking) {
        ("StepScaling", Some(steps), None) => Kind::Step(steps),
        ("TargetTrackingScaling", None, Some(tracking)) => Kind::Tracking(tracking),
        ("PredictiveScaling", _, _) => {
            return Err(Refusal::not_implemented("PolicyType=PredictiveScaling"));
        }
        (word, _, _) => {
            return Err(validation(format!(
                "You must specify the {word}PolicyConfiguration parameter, and only that, for the policy type {word}."
            )));
        }
    };
    if let Kind::Tracking(tracking) = &kind {
        tracking::check(call.world, &region, &resource, tracking)?;
    }
    let uuid = call.world.ids.uuid();
    let arn = call.arn(
        "autoscaling",
        &format!("scalingPolicy:{uuid}:resource/ecs/{resource}:policyName/{name}"),
    );
    let now = call.now();
    let before = resource::target(call, &resource)?.policies.remove(&name);
    let mut policy = match before {
        Some(before) => {
            before.drop_alarms(call.world, &region);
            Policy { kind, ..before }
        }
        None => Policy {
            name: name.clone(),
            arn,
            created: now,
            kind,
            alarms: Vec::new(),
            out: None,
            acted: None,
        },
    };
    policy.alarms = tracking::keep_alarms(call.world, &region, &resource, &policy);
    let answer =
        json!({ "PolicyARN": policy.arn, "Alarms": policy.alarm_views(call.world, &region) });
    let target = resource::target(call, &resource)?;
    target.policies.insert(name, policy);
    Ok(answer)
}

pub(super) fn describe(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    resource::read_namespace(&mut input)?;
    let names = bounds::texts(&mut input, "PolicyNames", 50)?;
    let resource = bounds::sized(&mut input, "ResourceId", 1, 1600)?;
    let dimension = resource::read_dimension(&mut input)?;
    let window = Window::read(&mut input)?;
    input.finish()?;
    if dimension.is_some() && resource.is_none() {
        return Err(dimension_alone());
    }
    let region = call.region.clone();
    let targets = call.here().appautoscaling.targets.values();
    let targets = targets.filter(|it| resource.as_ref().is_none_or(|one| *one == it.resource));
    let found: Vec<(String, Policy)> = targets
        .flat_map(|target| {
            let policies = target.policies.values();
            policies.map(|policy| (target.resource.clone(), policy.clone()))
        })
        .filter(|(_, it)| names.is_empty() || names.contains(&it.name) || names.contains(&it.arn))
        .collect();
    let rows = found.iter();
    let rows = rows.map(|(resource, policy)| policy.view(call.world, &region, resource));
    let rows = rows.collect();
    window.answer("ScalingPolicies", rows)
}

pub(super) fn delete(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let name = bounds::required(&mut input, "PolicyName", 1, 1600)?;
    let resource = resource::read(&mut input)?;
    input.finish()?;
    let region = call.region.clone();
    let target = call.here().appautoscaling.targets.get_mut(&resource);
    let policy = target.and_then(|target| target.policies.remove(&name));
    let policy = policy.ok_or_else(|| {
        Refusal::new(
            "ObjectNotFoundException",
            format!(
                "No scaling policy found for service namespace: ecs, resource ID: {resource}, scalable dimension: {DIMENSION}, policy name: {name}"
            ),
        )
    })?;
    policy.drop_alarms(call.world, &region);
    Ok(Value::Null)
}

impl Policy {
    pub(super) fn drop_alarms(&self, world: &mut World, region: &str) {
        let kept = self.alarms.iter();
        kept.for_each(|alarm| cloudwatch::drop_alarm(world, region, alarm));
    }

    /// Its own alarms, and those of others that call it.
    fn alarm_views(&self, world: &mut World, region: &str) -> Vec<Value> {
        let alarms = world.region(region).cloudwatch.alarms();
        let calling = alarms.filter(|it| it.alarm_actions.contains(&self.arn));
        calling
            .map(|it| json!({ "AlarmName": it.name, "AlarmARN": it.arn }))
            .collect()
    }

    fn view(&self, world: &mut World, region: &str, resource: &str) -> Value {
        let mut view = json!({
            "PolicyARN": self.arn,
            "PolicyName": self.name,
            "ServiceNamespace": "ecs",
            "ResourceId": resource,
            "ScalableDimension": DIMENSION,
            "Alarms": self.alarm_views(world, region),
            "CreationTime": self.created.epoch_seconds(),
        });
        match &self.kind {
            Kind::Step(steps) => {
                view["PolicyType"] = json!(KINDS[0]);
                view["StepScalingPolicyConfiguration"] = steps.view();
            }
            Kind::Tracking(tracking) => {
                view["PolicyType"] = json!(KINDS[1]);
                view["TargetTrackingScalingPolicyConfiguration"] = tracking.view();
            }
        }
        view
    }
}
