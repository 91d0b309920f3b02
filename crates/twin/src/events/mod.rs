//! Amazon EventBridge: the rules of the default event bus, and their targets.
//!
//! What the twin's services tell (`emit`: states of tasks and alarms) and what rules with a schedule make themselves
//! goes to log groups, topics, queues and ECS tasks, each only if its policy or the target's role lets it.

mod bus;
mod deliver;
mod input;
mod pattern;
mod read_target;
mod rule;
mod tagging;
mod target;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::operation::{Operation, read, write};
use crate::world::World;

pub(crate) use bus::{Event, emit, listens};
pub(crate) use tagging::tagged;

/// The rules of the default bus of one region.
#[derive(Default, Serialize, Deserialize, Debug)]
#[serde(default)]
pub struct Events {
    /// By name.
    rules: BTreeMap<String, rule::Rule>,
}

/// What happens in EventBridge by itself.
#[derive(Serialize, Deserialize, Debug, Clone)]
#[allow(missing_docs)]
pub enum Happening {
    /// A rule's schedule has come round.
    Due { rule: String },
}

pub(crate) const OPERATIONS: &[Operation] = &[
    write("DeleteRule", rule::delete),
    read("DescribeEventBus", bus::describe),
    read("DescribeRule", rule::describe),
    write("DisableRule", rule::disable),
    write("EnableRule", rule::enable),
    read("ListRules", rule::list),
    read("ListTagsForResource", tagging::list),
    read("ListTargetsByRule", target::list),
    write("PutRule", rule::put),
    write("PutTargets", target::put),
    write("RemoveTargets", target::remove),
    write("TagResource", tagging::tag),
    write("UntagResource", tagging::untag),
];

pub(crate) fn happen(world: &mut World, region: &str, what: Happening) {
    match what {
        Happening::Due { rule } => rule::due(world, region, &rule),
    }
}
