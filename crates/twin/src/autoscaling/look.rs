//! One look at a group: unhealthy instances are replaced, missing ones launched, surplus ones ended.

use std::time::Duration;

use super::activity::{self, Status};
use super::group::{Group, Life, Member};
use super::{Happening, ending, later, launching, refresh_progress};
use crate::clock::Millis;
use crate::elbv2;
use crate::world::World;

/// Lets a group be looked at at that time, if it would not be earlier anyway.
pub(super) fn wake(world: &mut World, region: &str, name: &str, at: Millis) {
    let Some(group) = world.region(region).autoscaling.groups.get_mut(name) else {
        return;
    };
    if group.wake.is_some_and(|planned| planned <= at) {
        return;
    }
    group.wake = Some(at);
    later(
        world,
        region,
        at,
        Happening::Look {
            group: name.to_owned(),
        },
    );
}

pub(super) fn look(world: &mut World, region: &str, name: &str) {
    let now = world.now;
    let Some(group) = world.region(region).autoscaling.groups.get_mut(name) else {
        return;
    };
    if group.wake.is_none_or(|planned| planned > now) {
        return;
    }
    group.wake = None;
    replace_unhealthy(world, region, name);
    refresh_progress::go_on(world, region, name);
    let Some(group) = world.region(region).autoscaling.groups.get(name) else {
        return;
    };
    if group.deleting && group.members.is_empty() {
        world.region(region).autoscaling.groups.remove(name);
        return;
    }
    let have = group.live().count() as u32;
    let want = if group.deleting {
        0
    } else {
        group.desired + group.surge
    };
    if have < want {
        launching::launch(world, region, name, want - have);
    } else if have > want {
        scale_in(world, region, name, have - want);
    }
}

/// Instances that EC2, or with health checks of type ELB a balancer, finds unhealthy after the grace period.
fn replace_unhealthy(world: &mut World, region: &str, name: &str) {
    let now = world.now;
    let Some(group) = world
        .regions
        .get(region)
        .and_then(|it| it.autoscaling.groups.get(name))
    else {
        return;
    };
    let grace = Duration::from_secs(group.grace.into());
    let mut sick: Vec<(String, &str)> = Vec::new();
    for member in group.members.iter().filter(|it| it.is_in_service()) {
        if !member.healthy {
            sick.push((
                member.id.clone(),
                "EC2 health check indicating it has been terminated or stopped",
            ));
            continue;
        }
        let ripe = member.in_service.is_some_and(|at| at + grace <= now);
        let checked = group.health_type == "ELB" && ripe;
        if checked && is_unhealthy(world, region, group, member) {
            sick.push((member.id.clone(), "ELB system health check failure"));
        }
    }
    let next = group.members.iter().filter_map(|it| it.in_service);
    let next = next
        .map(|at| at + grace)
        .filter(|at| *at > now && group.health_type == "ELB")
        .min();
    for (id, why) in sick {
        let cause = format!(
            "At {} an instance was taken out of service in response to an {why}.",
            now.iso8601()
        );
        if let Some(member) = member_mut(world, region, name, &id) {
            member.healthy = false;
        }
        ending::begin(world, region, name, &id, cause);
    }
    if let Some(at) = next {
        wake(world, region, name, at);
    }
}

fn is_unhealthy(world: &World, region: &str, group: &Group, member: &Member) -> bool {
    group.target_groups.iter().any(|arn| {
        let port = elbv2::target_group(world, region, arn).map_or(0, |it| it.port);
        elbv2::target_state(world, region, arn, &member.id, port) == Some("unhealthy")
    })
}

/// Ends that many instances: not protected ones, unless the group goes. The default policy looks for the zone with most
/// instances, there for the oldest launch template, then for the oldest instance
/// [EC2 Auto Scaling user guide: termination policies].
fn scale_in(world: &mut World, region: &str, name: &str, count: u32) {
    let now = world.now;
    for _ in 0..count {
        let Some(group) = world.region(region).autoscaling.groups.get(name) else {
            return;
        };
        let free: Vec<&Member> = group
            .live()
            .filter(|it| group.deleting || !it.protected)
            .collect();
        let Some(victim) = choose(group, &free).map(|it| it.id.clone()) else {
            let what = "Could not scale to desired capacity because all remaining instances are protected from scale-in.";
            let known = activity::last_failure(world, region, name);
            if known.as_deref() != Some(what) {
                let cause = cause(world, region, name);
                activity::failed(world, region, name, what.to_owned(), cause, what);
            }
            return;
        };
        let have = group.live().count();
        let cause = format!(
            "{}  At {} an instance was taken out of service in response to a difference between desired and actual capacity, shrinking the capacity from {have} to {}.",
            group.cause,
            now.iso8601(),
            have - 1
        );
        ending::begin(world, region, name, &victim, cause);
    }
}

fn choose<'a>(group: &Group, free: &[&'a Member]) -> Option<&'a Member> {
    let version = |it: &Member| it.template.version.parse::<u64>().unwrap_or_default();
    let in_zone = |zone: &str| group.live().filter(|it| it.zone == zone).count();
    let policy = group.policies.first().map_or("Default", String::as_str);
    let mut sorted = free.to_vec();
    match policy {
        "OldestInstance" => sorted.sort_by_key(|it| it.launched),
        "NewestInstance" => sorted.sort_by_key(|it| std::cmp::Reverse(it.launched)),
        "OldestLaunchTemplate" => sorted.sort_by_key(|it| (version(it), it.launched)),
        _ => sorted.sort_by_key(|it| {
            (
                std::cmp::Reverse(in_zone(&it.zone)),
                version(it),
                it.launched,
            )
        }),
    }
    sorted.first().copied()
}

pub(super) fn cause(world: &World, region: &str, name: &str) -> String {
    let group = world
        .regions
        .get(region)
        .and_then(|it| it.autoscaling.groups.get(name));
    group.map(|group| group.cause.clone()).unwrap_or_default()
}

pub(super) fn member_mut<'a>(
    world: &'a mut World,
    region: &str,
    name: &str,
    id: &str,
) -> Option<&'a mut Member> {
    world
        .region(region)
        .autoscaling
        .groups
        .get_mut(name)?
        .member_mut(id)
}

/// EC2 says that an instance runs: it is in service, and gets requests from the group's balancers.
pub(crate) fn instance_runs(world: &mut World, region: &str, id: &str) {
    let now = world.now;
    let Some(group) = super::group_of(world, region, id) else {
        return;
    };
    let (name, target_groups) = (group.name.clone(), group.target_groups.clone());
    let Some(member) = member_mut(world, region, &name, id).filter(|it| it.life == Life::Pending)
    else {
        return;
    };
    member.life = Life::InService;
    member.in_service = Some(now);
    let activity = member.activity.clone();
    activity::goes_on(world, region, &activity, Status::Successful);
    for arn in target_groups {
        let port = elbv2::target_group(world, region, &arn).map(|it| it.port);
        if let Some(port) = port {
            elbv2::register_target(world, region, &arn, id, port);
        }
    }
    if let Some(group) = world.region(region).autoscaling.groups.get_mut(&name) {
        group.failures = 0;
    }
    wake(world, region, &name, now);
}
