//! Amazon EC2 Auto Scaling: groups that keep as many instances as are desired.
//!
//! A group is looked at again whenever something about it or one of its instances changed (`look`), never every second.
//! Launches and ends leave activities behind, with the words by which AWS tells why an instance did not come.
//!
//! Launch configurations, Spot in mixed instances, warm pools, scaling policies and scheduled actions are not modelled. The
//! groups' tags are not among those that Resource Groups Tagging lists [Resource Groups Tagging API: supported services].

mod activity;
mod describe;
mod desired;
mod ending;
mod group;
mod launching;
mod look;
mod members;
mod mixed;
mod refresh;
mod refresh_progress;
mod refuse;
mod settings;
mod shape;
mod tagging;
mod template;
mod traffic;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::clock::Millis;
use crate::operation::{Operation, read, write};
use crate::world::World;

pub(crate) use ending::{drained, instance_ended};
pub(crate) use group::Group;
pub(crate) use look::instance_runs;
pub(crate) use template::instance_type;

/// Auto Scaling in one region.
#[derive(Default, Serialize, Deserialize, Debug)]
#[serde(default)]
pub struct AutoScaling {
    /// By name.
    groups: BTreeMap<String, Group>,
    /// Oldest first; also those of groups that are gone.
    activities: Vec<activity::Activity>,
    /// Oldest first.
    refreshes: Vec<refresh::Refresh>,
}

/// What happens in Auto Scaling by itself.
#[derive(Serialize, Deserialize, Debug, Clone)]
#[allow(missing_docs)]
pub enum Happening {
    /// A group is looked at.
    Look { group: String },
    /// An instance of a group has let its connections drain.
    ConnectionsDrained { instance: String },
}

pub(crate) const OPERATIONS: &[Operation] = &[
    write("AttachLoadBalancerTargetGroups", traffic::attach_groups),
    write("AttachTrafficSources", traffic::attach_sources),
    write("CancelInstanceRefresh", refresh::cancel),
    write("CreateAutoScalingGroup", settings::create),
    write("CreateOrUpdateTags", tagging::create_or_update),
    write("DeleteAutoScalingGroup", desired::delete),
    write("DeleteTags", tagging::delete),
    read("DescribeAutoScalingGroups", describe::groups),
    read("DescribeAutoScalingInstances", describe::instances),
    read("DescribeInstanceRefreshes", refresh::describe),
    read("DescribeLoadBalancerTargetGroups", traffic::describe_groups),
    read("DescribeScalingActivities", activity::describe),
    read("DescribeTags", tagging::describe),
    read("DescribeTrafficSources", traffic::describe_sources),
    write("DetachLoadBalancerTargetGroups", traffic::detach_groups),
    write("DetachTrafficSources", traffic::detach_sources),
    write("SetDesiredCapacity", desired::set),
    write("SetInstanceProtection", members::set_protection),
    write("StartInstanceRefresh", refresh::start),
    write("TerminateInstanceInAutoScalingGroup", members::terminate),
    write("UpdateAutoScalingGroup", desired::update),
];

pub(crate) fn happen(world: &mut World, region: &str, what: Happening) {
    match what {
        Happening::Look { group } => look::look(world, region, &group),
        Happening::ConnectionsDrained { instance } => ending::end(world, region, &instance),
    }
}

/// The principal of the service-linked role.
const SERVICE: &str = "autoscaling.amazonaws.com";

/// The ARNs of all groups, for those who ask whether the service-linked role is needed.
pub(crate) fn groups_by_region(world: &World) -> BTreeMap<String, Vec<String>> {
    let regions = world.regions.iter().map(|(name, here)| {
        let groups = here.autoscaling.groups.values();
        (name.clone(), groups.map(|it| it.arn.clone()).collect())
    });
    regions
        .filter(|(_, arns): &(String, Vec<String>)| !arns.is_empty())
        .collect()
}

/// The group with this ARN.
pub(crate) fn group<'a>(world: &'a World, region: &str, arn: &str) -> Option<&'a Group> {
    let mut groups = world.regions.get(region)?.autoscaling.groups.values();
    groups.find(|group| group.arn == arn)
}

/// The group that this instance is in.
pub(crate) fn group_of<'a>(world: &'a World, region: &str, instance: &str) -> Option<&'a Group> {
    let mut groups = world.regions.get(region)?.autoscaling.groups.values();
    groups.find(|group| group.members.iter().any(|it| it.id == instance))
}

/// Another service changes a group's desired capacity, within its bounds.
pub(crate) fn set_desired(world: &mut World, region: &str, arn: &str, count: u32, cause: &str) {
    let now = world.now;
    let mut groups = world.region(region).autoscaling.groups.values_mut();
    let Some(group) = groups.find(|group| group.arn == arn && !group.deleting) else {
        return;
    };
    let count = count.clamp(group.min, group.max);
    if count == group.desired {
        return;
    }
    group.cause = format!(
        "At {} {cause} changing the desired capacity from {} to {count}.",
        now.iso8601(),
        group.desired
    );
    group.desired = count;
    let name = group.name.clone();
    look::wake(world, region, &name, now);
}

/// Another service protects an instance from scale-in, or no longer does.
pub(crate) fn protect(world: &mut World, region: &str, instance: &str, protected: bool) {
    let now = world.now;
    let mut groups = world.region(region).autoscaling.groups.values_mut();
    let found = groups.find_map(|group| {
        let member = group.members.iter_mut().find(|it| it.id == instance)?;
        let changed = member.protected != protected;
        member.protected = protected;
        changed.then(|| group.name.clone())
    });
    if let Some(name) = found {
        look::wake(world, region, &name, now);
    }
}

/// Another service tags a group.
pub(crate) fn tag(world: &mut World, region: &str, arn: &str, key: &str) {
    let mut groups = world.region(region).autoscaling.groups.values_mut();
    if let Some(group) = groups.find(|group| group.arn == arn) {
        group
            .tags
            .entry(key.to_owned())
            .or_insert_with(|| group::Tag {
                value: String::new(),
                propagate: true,
            });
    }
}

/// Tells Auto Scaling that the health of a target of this target group changed.
pub(crate) fn target_changed(world: &mut World, region: &str, target_group: &str) {
    let now = world.now;
    let groups = world.region(region).autoscaling.groups.values();
    let uses = |group: &&Group| group.target_groups.iter().any(|it| it == target_group);
    let names: Vec<String> = groups.filter(uses).map(|it| it.name.clone()).collect();
    for name in names {
        look::wake(world, region, &name, now);
    }
}

/// Puts a happening on the agenda.
fn later(world: &mut World, region: &str, at: Millis, what: Happening) {
    world
        .agenda
        .add(at, region, crate::agenda::Happening::Autoscaling(what));
}
