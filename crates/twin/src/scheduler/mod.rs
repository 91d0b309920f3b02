//! Amazon EventBridge Scheduler: schedules in groups, each of which calls its target as a role: an ECS task or a queue.

mod group;
mod invoke;
mod read_schedule;
mod refuse;
mod schedule;
mod tagging;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::operation::{Operation, read, write};
use crate::wire::Route;
use crate::world::World;

pub(crate) use tagging::tagged;

/// The schedules of one region.
#[derive(Default, Serialize, Deserialize, Debug)]
#[serde(default)]
pub struct Scheduler {
    /// By name, without the default one, which is always there.
    groups: BTreeMap<String, group::Group>,
    /// By `group/name`.
    schedules: BTreeMap<String, schedule::Schedule>,
}

/// What happens in the Scheduler by itself.
#[derive(Serialize, Deserialize, Debug, Clone)]
#[allow(missing_docs)]
pub enum Happening {
    Due { schedule: String },
    GroupGone { group: String },
}

pub(crate) const OPERATIONS: &[Operation] = &[
    write("CreateSchedule", schedule::create),
    write("CreateScheduleGroup", group::create),
    write("DeleteSchedule", schedule::delete),
    write("DeleteScheduleGroup", group::delete),
    read("GetSchedule", schedule::get),
    read("GetScheduleGroup", group::get),
    read("ListScheduleGroups", group::list),
    read("ListSchedules", schedule::list),
    read("ListTagsForResource", tagging::list),
    write("TagResource", tagging::tag),
    write("UntagResource", tagging::untag),
    write("UpdateSchedule", schedule::update),
];

/// [EventBridge Scheduler model: http]
pub(crate) const ROUTES: &[Route] = &[
    route("ListScheduleGroups", "GET", "/schedule-groups"),
    route("CreateScheduleGroup", "POST", "/schedule-groups/{Name}"),
    route("DeleteScheduleGroup", "DELETE", "/schedule-groups/{Name}"),
    route("GetScheduleGroup", "GET", "/schedule-groups/{Name}"),
    route("ListSchedules", "GET", "/schedules"),
    route("CreateSchedule", "POST", "/schedules/{Name}"),
    route("DeleteSchedule", "DELETE", "/schedules/{Name}"),
    route("GetSchedule", "GET", "/schedules/{Name}"),
    route("UpdateSchedule", "PUT", "/schedules/{Name}"),
    route("ListTagsForResource", "GET", "/tags/{ResourceArn}"),
    route("TagResource", "POST", "/tags/{ResourceArn}"),
    route("UntagResource", "DELETE", "/tags/{ResourceArn}"),
];

const fn route(operation: &'static str, method: &'static str, path: &'static str) -> Route {
    Route {
        operation,
        method,
        path,
        status: 200,
        lists: &[],
    }
}

pub(crate) fn happen(world: &mut World, region: &str, what: Happening) {
    match what {
        Happening::Due { schedule } => schedule::due(world, region, &schedule),
        Happening::GroupGone { group } => group::gone(world, region, &group),
    }
}
