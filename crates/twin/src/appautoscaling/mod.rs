//! Application Auto Scaling, of which the twin scales ECS services: targets with bounds, policies that follow a metric
//! or an alarm, actions on a schedule.
//!
//! A target-tracking policy keeps two alarms, and acts when CloudWatch tells of them (`alarmed`). What is scaled is the
//! service's desired count, so that it drifts from whatever made the service.

mod activity;
mod capacity;
mod policy;
mod read_policy;
mod resource;
mod scheduled;
mod step;
mod tagging;
mod target;
mod tracking;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::operation::{Operation, read, write};
use crate::world::World;

pub(crate) use capacity::alarmed;
pub(crate) use tagging::tagged;

/// The principal of the service-linked role.
pub(crate) const PRINCIPAL: &str = "ecs.application-autoscaling.amazonaws.com";

/// What is scaled in one region.
#[derive(Default, Serialize, Deserialize, Debug)]
#[serde(default)]
pub struct Scaling {
    /// By resource id: `service/cluster/name`.
    targets: BTreeMap<String, target::Target>,
    /// Newest first; those of targets that are gone too.
    activities: Vec<activity::Activity>,
}

/// What happens in Application Auto Scaling by itself.
#[derive(Serialize, Deserialize, Debug, Clone)]
#[allow(missing_docs)]
pub enum Happening {
    Scheduled { resource: String, action: String },
    Fulfilled { activity: String },
}

pub(crate) const OPERATIONS: &[Operation] = &[
    write("DeleteScalingPolicy", policy::delete),
    write("DeleteScheduledAction", scheduled::delete),
    write("DeregisterScalableTarget", target::deregister),
    read("DescribeScalableTargets", target::describe),
    read("DescribeScalingActivities", activity::describe),
    read("DescribeScalingPolicies", policy::describe),
    read("DescribeScheduledActions", scheduled::describe),
    read("ListTagsForResource", tagging::list),
    write("PutScalingPolicy", policy::put),
    write("PutScheduledAction", scheduled::put),
    write("RegisterScalableTarget", target::register),
    write("TagResource", tagging::tag),
    write("UntagResource", tagging::untag),
];

pub(crate) fn happen(world: &mut World, region: &str, what: Happening) {
    match what {
        Happening::Scheduled { resource, action } => {
            scheduled::due(world, region, &resource, &action);
        }
        Happening::Fulfilled { activity } => activity::look(world, region, &activity),
    }
}
