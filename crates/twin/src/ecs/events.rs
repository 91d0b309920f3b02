//! The events of a service, newest first, in AWS's words [ECS developer guide: service event messages].

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::service::Service;
use crate::clock::Millis;
use crate::world::{Ids, World};

/// One line of a service's history.
#[derive(Serialize, Deserialize, Debug, Clone)]
pub(super) struct Event {
    id: String,
    at: Millis,
    message: String,
}

/// DescribeServices shows the last hundred [ECS API: Service].
const KEPT: usize = 100;

impl Event {
    pub(super) fn view(&self) -> Value {
        json!({ "id": self.id, "createdAt": self.at.epoch_seconds(), "message": self.message })
    }
}

/// Tells `(service name) …` to the service's readers.
pub(super) fn tell(world: &mut World, region: &str, key: &str, what: impl AsRef<str>) {
    let now = world.now;
    let World { ids, regions, .. } = world;
    let service = regions
        .get_mut(region)
        .and_then(|region| region.ecs.services.get_mut(key));
    if let Some(service) = service {
        say(service, ids, now, what.as_ref());
    }
}

/// The same, unless it is what was told last: the scheduler does not repeat itself at every look.
pub(super) fn tell_once(world: &mut World, region: &str, key: &str, what: String) {
    let service = world.region(region).ecs.services.get(key);
    let last = service.and_then(|it| it.events.first());
    if last.is_none_or(|last| !last.message.ends_with(&what)) {
        tell(world, region, key, what);
    }
}

pub(super) fn say(service: &mut Service, ids: &mut Ids, at: Millis, what: &str) {
    let message = format!("(service {}) {what}", service.name);
    service.events.insert(
        0,
        Event {
            id: ids.uuid(),
            at,
            message,
        },
    );
    service.events.truncate(KEPT);
}

/// `(task id) (task id)`: how events list tasks.
pub(super) fn tasks<'a>(ids: impl IntoIterator<Item = &'a str>) -> String {
    let listed: Vec<String> = ids.into_iter().map(|id| format!("(task {id})")).collect();
    listed.join(" ")
}
