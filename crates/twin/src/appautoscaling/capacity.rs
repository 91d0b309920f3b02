//! Changing the capacity: when an alarm calls a policy, and when bounds move.

use super::activity;
use super::policy::{Kind, Policy};
use super::resource;
use super::tracking::Tracking;
use crate::clock::Millis;
use crate::cloudwatch::{self, Alarm, State};
use crate::ecs;
use crate::world::World;

/// An alarm calls the policy of that ARN, with the metric's latest value. Policies of other services, and such as are
/// gone, do nothing.
pub(crate) fn alarmed(
    world: &mut World,
    region: &str,
    policy_arn: &str,
    alarm: &Alarm,
    value: Option<f64>,
) {
    let targets = world.region(region).appautoscaling.targets.values();
    let found = targets
        .flat_map(|target| target.policies.values().map(move |it| (target, it)))
        .find(|(_, policy)| policy.arn == policy_arn)
        .map(|(target, policy)| (target.resource.clone(), policy.clone()));
    let (Some((resource, policy)), Some(value)) = (found, value) else {
        return;
    };
    let key = resource::key(&resource).unwrap_or_default();
    let Some((current, _)) = ecs::scaling::counts(world, region, key) else {
        return;
    };
    let wanted = match &policy.kind {
        Kind::Step(steps) => {
            let resting = passed(world, policy.acted) < steps.cooldown() * 1000;
            let wanted = steps.capacity(current, value - alarm.threshold);
            wanted.filter(|_| !resting)
        }
        Kind::Tracking(tracking) if policy.alarms.first() == Some(&alarm.name) => {
            out(world, tracking, &policy, current, value)
        }
        Kind::Tracking(_) => scale_in(world, region, &resource, &policy, current),
    };
    let Some(target) = world.region(region).appautoscaling.targets.get(&resource) else {
        return;
    };
    let Some(wanted) = wanted else { return };
    let wanted = wanted.clamp(i64::from(target.least), i64::from(target.most));
    let wanted = u32::try_from(wanted).unwrap_or(0);
    let suspended = match wanted > current {
        true => target.suspended.scale_out,
        false => target.suspended.scale_in,
    };
    if wanted == current || suspended {
        return;
    }
    note(world, region, &resource, &policy.name, current, wanted);
    let cause = format!(
        "monitor alarm {} in state {} triggered policy {}",
        alarm.name,
        alarm.state.word(),
        policy.name
    );
    activity::scale(world, region, &resource, wanted, cause);
}

/// During the cooldown only a larger scale-out than the last one counts, from where that began
/// [Application Auto Scaling User Guide: define cooldown periods].
fn out(
    world: &World,
    tracking: &Tracking,
    policy: &Policy,
    current: u32,
    value: f64,
) -> Option<i64> {
    let base = base(tracking, policy, current, world.now);
    // From nothing no proportion leads to something.
    let wanted = tracking.wanted(base, value).max(1);
    (wanted > i64::from(current)).then_some(wanted)
}

/// Policies scale in together: each that may must have its low alarm, and the one that wants most is followed
/// [Application Auto Scaling User Guide: multiple target tracking policies].
fn scale_in(
    world: &mut World,
    region: &str,
    resource: &str,
    policy: &Policy,
    current: u32,
) -> Option<i64> {
    let Kind::Tracking(own) = &policy.kind else {
        return None;
    };
    if passed(world, policy.acted) < own.cooldown(false) * 1000 {
        return None;
    }
    let target = world.region(region).appautoscaling.targets.get(resource)?;
    let all: Vec<(Tracking, String)> = target
        .policies
        .values()
        .filter_map(|it| match &it.kind {
            Kind::Tracking(tracking) => Some((tracking.clone(), it.alarms.get(1)?.clone())),
            Kind::Step(_) => None,
        })
        .collect();
    let mut most = 0;
    for (tracking, low) in all {
        let alarm = world.region(region).cloudwatch.alarm(&low)?;
        if alarm.state != State::Alarm {
            return None;
        }
        let value = cloudwatch::latest(world, region, &low)?;
        most = most.max(tracking.wanted(current, value));
    }
    (most < i64::from(current)).then_some(most)
}

/// Remembers for the cooldowns that a policy acts now.
fn note(world: &mut World, region: &str, resource: &str, policy: &str, from: u32, to: u32) {
    let now = world.now;
    let targets = &mut world.region(region).appautoscaling.targets;
    let policy = targets
        .get_mut(resource)
        .and_then(|target| target.policies.get_mut(policy));
    let Some(policy) = policy else { return };
    match (&policy.kind, to > from) {
        (Kind::Tracking(tracking), true) => {
            let base = base(tracking, policy, from, now);
            // A scale-out ends the cooldown of scaling in.
            (policy.out, policy.acted) = (Some((now, base)), None);
        }
        _ => policy.acted = Some(now),
    }
}

/// From how many a scale-out is reckoned: within the cooldown, from where the last one began.
fn base(tracking: &Tracking, policy: &Policy, current: u32, now: Millis) -> u32 {
    let cooldown = tracking.cooldown(true) * 1000;
    match policy.out {
        Some((at, base)) if now.0 < at.0 + cooldown => base,
        _ => current,
    }
}

/// Brings the capacity within the target's bounds [Application Auto Scaling API: RegisterScalableTarget].
pub(super) fn fit(world: &mut World, region: &str, resource: &str) {
    let key = resource::key(resource).unwrap_or_default();
    let Some((current, _)) = ecs::scaling::counts(world, region, key) else {
        return;
    };
    let Some(target) = world.region(region).appautoscaling.targets.get(resource) else {
        return;
    };
    let (least, most) = (target.least, target.most);
    if current < least {
        let cause = format!("minimum capacity was set to {least}");
        activity::scale(world, region, resource, least, cause);
    } else if current > most {
        let cause = format!("maximum capacity was set to {most}");
        activity::scale(world, region, resource, most, cause);
    }
}

/// Milliseconds since then; for ever, if it never was.
fn passed(world: &World, since: Option<Millis>) -> u64 {
    since.map_or(u64::MAX, |since| world.now.0.saturating_sub(since.0))
}
