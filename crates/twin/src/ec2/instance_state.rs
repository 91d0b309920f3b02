//! Instances over time: they run, and end.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::Happening;
use super::instance::{Instance, State};
use super::interfaces;
use super::request::finish;
use super::resource::view;
use crate::operation::{Answer, Call};
use crate::refusal::Refusal;
use crate::world::World;
use crate::{agenda, autoscaling, ecs};

/// What happens to an instance by itself.
#[derive(Serialize, Deserialize, Debug, Clone)]
#[allow(missing_docs)]
pub enum Step {
    Runs,
    Booted,
    Terminated,
    Forgotten,
}

/// A terminated instance can be seen for about an hour [EC2 user guide: terminate instances].
const REMEMBERED: Duration = Duration::from_secs(3600);

/// Puts a step on the agenda.
pub(super) fn plan(world: &mut World, region: &str, id: &str, step: Step, after: Duration) {
    let what = Happening::Instance {
        id: id.to_owned(),
        step,
    };
    world
        .agenda
        .add(world.now + after, region, agenda::Happening::Ec2(what));
}

/// Takes a step, if the instance is where the step belongs.
pub(super) fn step(world: &mut World, region: &str, id: &str, step: Step) {
    let Some(instance) = world.region(region).ec2.instances.get_mut(id) else {
        return;
    };
    match (step, instance.state) {
        (Step::Runs, State::Pending) => {
            instance.state = State::Running;
            let after = Duration::from_millis(world.timing.instance_boot);
            plan(world, region, id, Step::Booted, after);
            autoscaling::instance_runs(world, region, id);
            crate::elbv2::look(world, region);
        }
        (Step::Booted, State::Running) => {
            // The agent tries again for as long as it is not let in; here for an hour.
            let young = instance.launched + REMEMBERED > world.now;
            if !ecs::instance_booted(world, region, id) && young {
                plan(world, region, id, Step::Booted, Duration::from_secs(60));
            }
        }
        (Step::Terminated, State::ShuttingDown) => terminated(world, region, id),
        (Step::Forgotten, _) => drop(world.region(region).ec2.instances.remove(id)),
        _ => {}
    }
}

/// Its interfaces and volumes go with it, its security groups are free.
fn terminated(world: &mut World, region: &str, id: &str) {
    let ec2 = &mut world.region(region).ec2;
    let Some(instance) = ec2.instances.get_mut(id) else {
        return;
    };
    instance.state = State::Terminated;
    instance.interface = None;
    ec2.volumes
        .retain(|_, it| it.instance.as_deref() != Some(id) || !it.dies_with_instance);
    for volume in ec2
        .volumes
        .values_mut()
        .filter(|it| it.instance.as_deref() == Some(id))
    {
        volume.instance = None;
    }
    let mine = ec2
        .interfaces
        .iter()
        .filter(|(_, it)| it.instance.as_deref() == Some(id));
    let mine: Vec<String> = mine.map(|(id, _)| id.clone()).collect();
    for interface in mine {
        interfaces::release(world, region, &interface, Duration::ZERO);
    }
    plan(world, region, id, Step::Forgotten, REMEMBERED);
    autoscaling::instance_ended(world, region, id);
}

/// Ends an instance, for `reason` (code and message) [EC2 API: StateReason].
pub(crate) fn terminate(world: &mut World, region: &str, id: &str, reason: (&str, &str)) {
    let Some(instance) = world.region(region).ec2.instances.get_mut(id) else {
        return;
    };
    if matches!(instance.state, State::ShuttingDown | State::Terminated) {
        return;
    }
    instance.state = State::ShuttingDown;
    instance.reason = Some((reason.0.to_owned(), reason.1.to_owned()));
    let after = Duration::from_millis(world.timing.instance_stop);
    plan(world, region, id, Step::Terminated, after);
    ecs::instance_ends(world, region, id);
    crate::elbv2::look(world, region);
}

/// `TerminateInstances`: all or none; ending one twice is the same as once [EC2 API: TerminateInstances].
pub(super) fn terminate_instances(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let ids = input.texts("InstanceId")?;
    if ids.is_empty() {
        return Err(input.missing("InstanceId"));
    }
    input.accept("Force", &[json!(false)])?;
    input.accept("SkipOsShutdown", &[json!(false)])?;
    finish(input)?;
    let mut before = Vec::new();
    for id in &ids {
        let instance = view(call).find::<Instance>(id)?;
        if instance.protected {
            return Err(Refusal::new(
                "OperationNotPermitted",
                format!(
                    "The instance '{id}' may not be terminated. Modify its 'disableApiTermination' instance attribute and try again."
                ),
            ));
        }
        before.push(instance.state);
    }
    let region = call.region.clone();
    let mut shown = Vec::new();
    for (id, before) in ids.iter().zip(before) {
        let reason = (
            "Client.UserInitiatedShutdown",
            "Client.UserInitiatedShutdown: User initiated shutdown",
        );
        terminate(call.world, &region, id, reason);
        let now = call.here().ec2.instances.get(id).map(|it| it.state.show());
        shown.push(json!({
            "instanceId": id,
            "previousState": before.show(),
            "currentState": now,
        }));
    }
    Ok(json!({ "instancesSet": shown }))
}
