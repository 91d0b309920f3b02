//! Scaling activities: what was scaled, and why.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::resource::{self, DIMENSION};
use super::target::{Window, dimension_alone};
use super::{Happening, Scaling};
use crate::agenda;
use crate::bounds;
use crate::clock::Millis;
use crate::ecs;
use crate::operation::{Answer, Call};
use crate::world::World;

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Activity {
    id: String,
    resource: String,
    desired: u32,
    cause: String,
    started: Millis,
    end: End,
}

/// How an activity ended, if it has.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
enum End {
    InProgress,
    Successful(Millis),
    /// Another one came before it was done.
    Overridden(Millis),
    Failed(Millis),
}

/// Kept of each region; AWS keeps those of six weeks.
const KEPT: usize = 1000;
/// Between two looks at the service (assumed).
const LOOK: Duration = Duration::from_secs(10);

/// Sets the service's desired count, and notes why.
pub(super) fn scale(world: &mut World, region: &str, resource: &str, desired: u32, cause: String) {
    let now = world.now;
    let key = resource::key(resource).unwrap_or_default();
    let done = ecs::scaling::set_desired(world, region, key, desired);
    let id = world.ids.uuid();
    let activity = Activity {
        id: id.clone(),
        resource: resource.to_owned(),
        desired,
        cause,
        started: now,
        end: if done {
            End::InProgress
        } else {
            End::Failed(now)
        },
    };
    let activities = &mut world.region(region).appautoscaling.activities;
    for earlier in activities.iter_mut().filter(|it| it.resource == resource) {
        if earlier.end == End::InProgress {
            earlier.end = End::Overridden(now);
        }
    }
    activities.insert(0, activity);
    activities.truncate(KEPT);
    plan(world, region, &id);
}

fn plan(world: &mut World, region: &str, id: &str) {
    let what = Happening::Fulfilled {
        activity: id.to_owned(),
    };
    let at = world.now + LOOK;
    let what = agenda::Happening::Appautoscaling(what);
    world.agenda.add(at, region, what);
}

/// Looks whether the service has come to what was asked of it.
pub(super) fn look(world: &mut World, region: &str, id: &str) {
    let now = world.now;
    let counts = |world: &World, resource: &str| {
        let key = resource::key(resource).unwrap_or_default();
        ecs::scaling::counts(world, region, key)
    };
    let find = |here: &Scaling| here.activities.iter().position(|it| it.id == id);
    let here = &world.region(region).appautoscaling;
    let Some(index) = find(here).filter(|index| here.activities[*index].end == End::InProgress)
    else {
        return;
    };
    let (resource, wanted) = (
        here.activities[index].resource.clone(),
        here.activities[index].desired,
    );
    let end = match counts(world, &resource) {
        None => End::Failed(now),
        Some((_, running)) if running == wanted => End::Successful(now),
        Some((desired, _)) if desired != wanted => End::Overridden(now),
        Some(_) => return plan(world, region, id),
    };
    world.region(region).appautoscaling.activities[index].end = end;
}

pub(super) fn describe(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    resource::read_namespace(&mut input)?;
    let resource = bounds::sized(&mut input, "ResourceId", 1, 1600)?;
    let dimension = resource::read_dimension(&mut input)?;
    let window = Window::read(&mut input)?;
    input.accept("IncludeNotScaledActivities", &[json!(false)])?;
    input.finish()?;
    if dimension.is_some() && resource.is_none() {
        return Err(dimension_alone());
    }
    let activities = call.here().appautoscaling.activities.iter();
    let activities =
        activities.filter(|it| resource.as_ref().is_none_or(|one| *one == it.resource));
    let rows = activities.map(Activity::view).collect();
    window.answer("ScalingActivities", rows)
}

impl Activity {
    fn view(&self) -> Value {
        let desired = self.desired;
        let set = format!("Successfully set desired count to {desired}.");
        let (code, end, message) = match self.end {
            End::InProgress => (
                "InProgress",
                None,
                format!("{set} Waiting for change to be fulfilled by ecs."),
            ),
            End::Successful(at) => (
                "Successful",
                Some(at),
                format!("{set} Change successfully fulfilled by ecs."),
            ),
            End::Overridden(at) => (
                "Overridden",
                Some(at),
                format!("{set} Change was overridden by another scaling activity."),
            ),
            End::Failed(at) => (
                "Failed",
                Some(at),
                format!(
                    "Failed to set desired count to {desired}. Reason: ECS service doesn't exist."
                ),
            ),
        };
        json!({
            "ActivityId": self.id,
            "ServiceNamespace": "ecs",
            "ResourceId": self.resource,
            "ScalableDimension": DIMENSION,
            "Description": format!("Setting desired count to {desired}."),
            "Cause": self.cause,
            "StartTime": self.started.epoch_seconds(),
            "EndTime": end.map(Millis::epoch_seconds),
            "StatusCode": code,
            "StatusMessage": message,
        })
    }
}
