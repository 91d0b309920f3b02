//! Scaling activities: what a group did, is doing, and could not do, and why. The only place where AWS says so.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{refuse, shape};
use crate::clock::Millis;
use crate::operation::{Answer, Call};
use crate::page::page;
use crate::world::World;

/// One activity.
#[derive(Serialize, Deserialize, Debug, Clone)]
pub(super) struct Activity {
    id: String,
    group: String,
    arn: String,
    description: String,
    cause: String,
    started: Millis,
    ended: Option<Millis>,
    status: Status,
    message: Option<String>,
}

/// [Auto Scaling API: Activity StatusCode]
#[derive(Serialize, Deserialize, Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Status {
    PreInService,
    InProgress,
    MidLifecycleAction,
    WaitingForConnectionDraining,
    Successful,
    Failed,
}

/// How many are kept; AWS keeps six weeks of them.
const KEPT: usize = 2000;

impl Status {
    fn word(self) -> &'static str {
        match self {
            Status::PreInService => "PreInService",
            Status::InProgress => "InProgress",
            Status::MidLifecycleAction => "MidLifecycleAction",
            Status::WaitingForConnectionDraining => "WaitingForELBConnectionDraining",
            Status::Successful => "Successful",
            Status::Failed => "Failed",
        }
    }

    fn is_over(self) -> bool {
        matches!(self, Status::Successful | Status::Failed)
    }

    fn progress(self) -> u8 {
        match self {
            Status::PreInService => 30,
            Status::InProgress | Status::WaitingForConnectionDraining => 50,
            Status::MidLifecycleAction => 60,
            Status::Successful | Status::Failed => 100,
        }
    }
}

/// Notes an activity and gives its id.
pub(super) fn begin(
    world: &mut World,
    region: &str,
    group: &str,
    description: String,
    cause: String,
    status: Status,
) -> String {
    let (now, id) = (world.now, world.ids.uuid());
    let state = &mut world.region(region).autoscaling;
    let arn = state
        .groups
        .get(group)
        .map(|it| it.arn.clone())
        .unwrap_or_default();
    state.activities.push(Activity {
        id: id.clone(),
        group: group.to_owned(),
        arn,
        description,
        cause,
        started: now,
        ended: status.is_over().then_some(now),
        status,
        message: None,
    });
    let beyond = state.activities.len().saturating_sub(KEPT);
    state.activities.drain(..beyond);
    id
}

/// An activity goes on, or is over.
pub(super) fn goes_on(world: &mut World, region: &str, id: &str, status: Status) {
    let now = world.now;
    let mut all = world.region(region).autoscaling.activities.iter_mut();
    if let Some(activity) = all.find(|it| it.id == id) {
        activity.status = status;
        activity.ended = status.is_over().then_some(now);
    }
}

/// An activity that came to nothing at once.
pub(super) fn failed(
    world: &mut World,
    region: &str,
    group: &str,
    description: String,
    cause: String,
    message: &str,
) {
    let id = begin(world, region, group, description, cause, Status::Failed);
    let mut all = world.region(region).autoscaling.activities.iter_mut();
    if let Some(activity) = all.find(|it| it.id == id) {
        activity.message = Some(message.to_owned());
    }
}

/// The message of a group's last activity, if that one failed.
pub(super) fn last_failure(world: &World, region: &str, group: &str) -> Option<String> {
    let all = &world.regions.get(region)?.autoscaling.activities;
    let last = all.iter().rev().find(|it| it.group == group)?;
    last.message.clone()
}

pub(super) fn show(world: &World, region: &str, id: &str) -> Value {
    let all = world
        .regions
        .get(region)
        .map(|it| &it.autoscaling.activities);
    let found = all.into_iter().flatten().find(|it| it.id == id);
    found.map(Activity::show).unwrap_or_default()
}

impl Activity {
    fn show(&self) -> Value {
        json!({
            "ActivityId": self.id,
            "AutoScalingGroupName": self.group,
            "AutoScalingGroupARN": self.arn,
            "Description": self.description,
            "Cause": self.cause,
            "StartTime": self.started.iso8601(),
            "EndTime": self.ended.map(Millis::iso8601),
            "StatusCode": self.status.word(),
            "StatusMessage": self.message,
            "Progress": self.status.progress(),
            "Details": "{}",
        })
    }
}

/// `DescribeScalingActivities`: newest first.
pub(super) fn describe(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let ids = input.texts("ActivityIds")?;
    let group = input.text("AutoScalingGroupName")?;
    let deleted = input.boolean("IncludeDeletedGroups")?.unwrap_or(false);
    input.boolean("IncludeManagedResources")?;
    input.accept("Filters", &[json!("")])?;
    let (limit, token) = shape::page_of(&mut input)?;
    input.finish()?;
    let state = &call.here().autoscaling;
    if let Some(name) = &group
        && !deleted
        && !state.groups.contains_key(name)
    {
        return Err(refuse::group_not_found(name));
    }
    let there = |it: &&Activity| {
        let known = state
            .groups
            .get(&it.group)
            .is_some_and(|group| group.arn == it.arn);
        (deleted || known)
            && group.as_ref().is_none_or(|name| it.group == *name)
            && (ids.is_empty() || ids.contains(&it.id))
    };
    let shown = state
        .activities
        .iter()
        .rev()
        .filter(there)
        .map(Activity::show)
        .collect();
    let (shown, next) = page(shown, limit, token)?;
    Ok(json!({ "Activities": shown, "NextToken": next }))
}
