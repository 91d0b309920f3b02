//! What EventBridge hears of tasks [ECS developer guide: task state change events].

use serde_json::{Value, json};

use super::task::Task;
use crate::clock::Millis;
use crate::events::{self, Event};
use crate::world::World;

/// A task has come to another state, or is to.
pub(super) fn changed(world: &mut World, region: &str, id: &str) {
    if !events::listens(world, region) {
        return;
    }
    let now = world.now;
    let Some(task) = world.region(region).ecs.tasks.get(id) else {
        return;
    };
    let event = Event {
        source: "aws.ecs".to_owned(),
        kind: "ECS Task State Change".to_owned(),
        resources: vec![task.arn.clone()],
        detail: detail(task, now),
    };
    events::emit(world, region, event);
}

/// The task as DescribeTasks shows it, with times as texts.
fn detail(task: &Task, now: Millis) -> Value {
    let mut detail = task.view(false);
    if let Some(members) = detail.as_object_mut() {
        members.remove("tags");
        members.retain(|_, value| !value.is_null());
        for (_, value) in members.iter_mut().filter(|(name, _)| name.ends_with("At")) {
            if let Some(seconds) = value.as_f64() {
                let at = Millis((seconds * 1000.0) as u64);
                *value = json!(at.iso8601());
            }
        }
        members.insert("updatedAt".to_owned(), json!(now.iso8601()));
    }
    detail
}
