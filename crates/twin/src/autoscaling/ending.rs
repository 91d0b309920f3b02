//! The end of an instance of a group: lifecycle hook, connection draining, termination.

use std::time::Duration;

use super::activity::{self, Status};
use super::group::Life;
use super::{Happening, later, look};
use crate::world::World;
use crate::{ec2, ecs, elbv2};

/// Takes an instance out of service. ECS's managed draining moves its tasks first; a group that is deleted by force
/// waits for nobody.
pub(super) fn begin(world: &mut World, region: &str, name: &str, id: &str, cause: String) {
    let gone = ec2::instance(world, region, id).is_none_or(|it| {
        !matches!(
            it.state,
            ec2::InstanceState::Pending | ec2::InstanceState::Running
        )
    });
    let what = format!("Terminating EC2 instance: {id}");
    let activity = activity::begin(world, region, name, what, cause, Status::InProgress);
    let Some(group) = world.region(region).autoscaling.groups.get_mut(name) else {
        return;
    };
    let (arn, forced) = (group.arn.clone(), group.deleting);
    let Some(member) = group.member_mut(id) else {
        return;
    };
    if !member.is_live() {
        return;
    }
    member.life = Life::Terminating;
    member.activity = activity.clone();
    if gone {
        instance_ended(world, region, id);
        return;
    }
    if !forced && ecs::drain(world, region, &arn, id) {
        activity::goes_on(world, region, &activity, Status::MidLifecycleAction);
        if let Some(member) = look::member_mut(world, region, name, id) {
            member.life = Life::TerminatingWait;
        }
        return;
    }
    disconnect(world, region, id);
}

/// ECS has moved the tasks of an instance.
pub(crate) fn drained(world: &mut World, region: &str, id: &str) {
    let Some(group) = super::group_of(world, region, id) else {
        return;
    };
    let name = group.name.clone();
    let Some(member) = look::member_mut(world, region, &name, id) else {
        return;
    };
    if member.life != Life::TerminatingWait {
        return;
    }
    member.life = Life::Terminating;
    disconnect(world, region, id);
}

/// The group's balancers let go of it: it drains for as long as the longest of them wants.
fn disconnect(world: &mut World, region: &str, id: &str) {
    let now = world.now;
    let Some(group) = super::group_of(world, region, id) else {
        return;
    };
    let mut longest = Duration::ZERO;
    let activity = group
        .members
        .iter()
        .find(|it| it.id == id)
        .map(|it| it.activity.clone());
    for arn in group.target_groups.clone() {
        let Some(found) = elbv2::target_group(world, region, &arn) else {
            continue;
        };
        let port = found.port;
        let delay = found.attributes.get("deregistration_delay.timeout_seconds");
        let delay = delay
            .and_then(|seconds| seconds.parse().ok())
            .unwrap_or(300);
        elbv2::deregister_target(world, region, &arn, id, port);
        if elbv2::target_state(world, region, &arn, id, port).is_some() {
            longest = longest.max(Duration::from_secs(delay));
        }
    }
    if longest.is_zero() {
        end(world, region, id);
        return;
    }
    let activity = activity.unwrap_or_default();
    activity::goes_on(
        world,
        region,
        &activity,
        Status::WaitingForConnectionDraining,
    );
    later(
        world,
        region,
        now + longest,
        Happening::ConnectionsDrained {
            instance: id.to_owned(),
        },
    );
}

/// EC2 ends it.
pub(super) fn end(world: &mut World, region: &str, id: &str) {
    let reason = (
        "Client.UserInitiatedShutdown",
        "Client.UserInitiatedShutdown: User initiated shutdown",
    );
    ec2::terminate(world, region, id, reason);
}

/// EC2 says that an instance is gone. One that the group did not end itself is replaced.
pub(crate) fn instance_ended(world: &mut World, region: &str, id: &str) {
    let now = world.now;
    let Some(group) = super::group_of(world, region, id) else {
        return;
    };
    let name = group.name.clone();
    let Some(member) = look::member_mut(world, region, &name, id) else {
        return;
    };
    if member.is_live() {
        member.healthy = false;
        let what = "EC2 health check indicating it has been terminated or stopped";
        let cause = format!(
            "At {} an instance was taken out of service in response to an {what}.",
            now.iso8601()
        );
        begin(world, region, &name, id, cause);
        return;
    }
    let activity = member.activity.clone();
    activity::goes_on(world, region, &activity, Status::Successful);
    if let Some(group) = world.region(region).autoscaling.groups.get_mut(&name) {
        group.members.retain(|it| it.id != id);
    }
    ecs::look_at_capacity(world, region);
    look::wake(world, region, &name, now);
}
