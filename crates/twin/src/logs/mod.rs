//! CloudWatch Logs: groups with their retention and tags, streams, events.

mod group;
mod resource_policy;
mod search;
mod stream;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::clock::Millis;
use crate::input::Input;
use crate::operation::{Call, Operation, read, write};
use crate::refusal::Refusal;
use crate::tags::Tags;
use crate::world::World;

pub(crate) const OPERATIONS: &[Operation] = &[
    write("AssociateKmsKey", group::associate_key),
    write("CreateLogGroup", group::create),
    write("CreateLogStream", stream::create),
    write("DeleteLogGroup", group::delete),
    write("DeleteResourcePolicy", resource_policy::delete),
    write("DeleteRetentionPolicy", group::delete_retention),
    write("DisassociateKmsKey", group::disassociate_key),
    read("DescribeLogGroups", group::describe),
    read("DescribeLogStreams", stream::describe),
    read("DescribeResourcePolicies", resource_policy::describe),
    read("FilterLogEvents", search::filter),
    read("GetLogEvents", search::get),
    read("ListTagsForResource", group::list_tags),
    write("PutLogEvents", stream::put_events),
    write("PutResourcePolicy", resource_policy::put),
    write("PutRetentionPolicy", group::put_retention),
    write("TagResource", group::tag),
    write("UntagResource", group::untag),
];

pub(crate) use group::ensure as ensure_group;
pub(crate) use resource_policy::append_as;

/// The log groups of one region.
#[derive(Default, Serialize, Deserialize, Debug)]
#[serde(default)]
pub struct Logs {
    groups: BTreeMap<String, Group>,
    /// By name.
    policies: BTreeMap<String, resource_policy::ResourcePolicy>,
}

#[derive(Serialize, Deserialize, Debug)]
struct Group {
    /// Without the `:*` that some answers append.
    arn: String,
    class: String,
    created: Millis,
    retention: Option<i64>,
    /// The ARN of the customer's key that its events are encrypted with.
    #[serde(default)]
    key: Option<String>,
    tags: Tags,
    streams: BTreeMap<String, Stream>,
    /// Numbers the events, over all streams.
    events: u64,
}

#[derive(Serialize, Deserialize, Debug)]
struct Stream {
    arn: String,
    created: Millis,
    /// In order of time; at the same time, in order of arrival.
    events: Vec<Event>,
}

#[derive(Serialize, Deserialize, Debug)]
struct Event {
    time: u64,
    ingested: Millis,
    number: u64,
    message: String,
}

/// Appends lines to a stream, which is made if need be, as log drivers do. False: there is no such group.
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
    if !group.streams.contains_key(stream) {
        group.add_stream(stream, now);
    }
    group.add_events(stream, now, lines.into_iter().map(|line| (now.0, line)));
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

impl Group {
    fn add_stream(&mut self, name: &str, now: Millis) {
        let arn = format!("{}:log-stream:{name}", self.arn);
        self.streams.insert(
            name.to_owned(),
            Stream {
                arn,
                created: now,
                events: Vec::new(),
            },
        );
    }

    fn add_events(
        &mut self,
        stream: &str,
        ingested: Millis,
        events: impl Iterator<Item = (u64, String)>,
    ) {
        let Some(stream) = self.streams.get_mut(stream) else {
            return;
        };
        for (time, message) in events {
            self.events += 1;
            let at = stream.events.partition_point(|event| event.time <= time);
            stream.events.insert(
                at,
                Event {
                    time,
                    ingested,
                    number: self.events,
                    message,
                },
            );
        }
    }
}

/// The group that `logGroupName` names.
fn group<'a>(call: &'a mut Call<'_>, name: &str) -> Result<&'a mut Group, Refusal> {
    call.here().logs.groups.get_mut(name).ok_or_else(no_group)
}

/// Takes `logGroupName` or `logGroupIdentifier`, of which there must be exactly one, and gives the name.
fn either_name(input: &mut Input) -> Result<String, Refusal> {
    let (name, identifier) = (
        input.text("logGroupName")?,
        input.text("logGroupIdentifier")?,
    );
    match (name, identifier) {
        (Some(name), None) => Ok(name),
        (None, Some(arn)) if arn.starts_with("arn:") => {
            Ok(arn.split(':').nth(6).unwrap_or_default().to_owned())
        }
        (None, Some(name)) => Ok(name),
        (None, None) => Err(input.missing("logGroupName")),
        (Some(_), Some(_)) => Err(Refusal::new(
            "InvalidParameterException",
            "Only one of logGroupName and logGroupIdentifier may be given.",
        )),
    }
}

/// Takes a number that must lie within bounds.
fn bounded(input: &mut Input, name: &str, min: i64, max: i64) -> Result<Option<i64>, Refusal> {
    match input.number(name)? {
        Some(number) if number < min => Err(constraint(
            &json!(number),
            name,
            &format!("Member must have value greater than or equal to {min}"),
        )),
        Some(number) if number > max => Err(constraint(
            &json!(number),
            name,
            &format!("Member must have value less than or equal to {max}"),
        )),
        number => Ok(number),
    }
}

fn constraint(value: &serde_json::Value, name: &str, must: &str) -> Refusal {
    let value = value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned);
    Refusal::new(
        "InvalidParameterException",
        format!(
            "1 validation error detected: Value '{value}' at '{name}' failed to satisfy constraint: {must}"
        ),
    )
}

fn no_group() -> Refusal {
    Refusal::new(
        "ResourceNotFoundException",
        "The specified log group does not exist.",
    )
}

fn no_stream() -> Refusal {
    Refusal::new(
        "ResourceNotFoundException",
        "The specified log stream does not exist.",
    )
}
