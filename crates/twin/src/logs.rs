//! CloudWatch Logs.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::clock::Millis;
use crate::operation::Operation;
use crate::tags::Tags;
use crate::world::World;

/// The log groups of one region.
#[derive(Default, Serialize, Deserialize, Debug)]
#[serde(default)]
pub struct Logs {
    groups: BTreeMap<String, Group>,
}

#[derive(Serialize, Deserialize, Debug)]
struct Group {
    arn: String,
    created: Millis,
    retention: Option<i64>,
    tags: Tags,
    streams: BTreeMap<String, Stream>,
}

#[derive(Serialize, Deserialize, Debug, Default)]
struct Stream {
    created: Millis,
    events: Vec<Event>,
}

#[derive(Serialize, Deserialize, Debug)]
struct Event {
    time: Millis,
    ingested: Millis,
    message: String,
}

pub(crate) const OPERATIONS: &[Operation] = &[];

/// Appends lines to a stream, which is made if need be. False: there is no such group.
pub(crate) fn append(
    world: &mut World,
    region: &str,
    group: &str,
    stream: &str,
    lines: Vec<String>,
) -> bool {
    let now = world.now;
    let Some(group) = world.region(region).logs.groups.get_mut(group) else {
        return false;
    };
    let stream = group
        .streams
        .entry(stream.to_owned())
        .or_insert_with(|| Stream {
            created: now,
            events: Vec::new(),
        });
    stream.events.extend(lines.into_iter().map(|message| Event {
        time: now,
        ingested: now,
        message,
    }));
    true
}

/// The tagged log groups, for Resource Groups Tagging.
pub(crate) fn tagged<'a>(world: &'a World, region: &str) -> Vec<(String, &'a Tags)> {
    let Some(region) = world.regions.get(region) else {
        return Vec::new();
    };
    region
        .logs
        .groups
        .values()
        .map(|group| (group.arn.clone(), &group.tags))
        .collect()
}
