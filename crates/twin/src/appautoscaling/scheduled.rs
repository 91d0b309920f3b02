//! Scheduled actions: bounds that move at their time.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::resource::{self, DIMENSION, validation};
use super::target::{Window, dimension_alone, read_bound};
use super::{Happening, capacity};
use crate::agenda;
use crate::bounds;
use crate::clock::Millis;
use crate::operation::{Answer, Call};
use crate::refusal::Refusal;
use crate::timetable::{self, Timetable};
use crate::world::World;

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Scheduled {
    name: String,
    arn: String,
    schedule: String,
    zone: Option<String>,
    start: Option<Millis>,
    end: Option<Millis>,
    least: Option<u32>,
    most: Option<u32>,
    created: Millis,
    /// When it happens next.
    next: Option<Millis>,
}

pub(super) fn put(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let name = bounds::required(&mut input, "ScheduledActionName", 1, 256)?;
    let resource = resource::read(&mut input)?;
    let schedule = bounds::sized(&mut input, "Schedule", 1, 1600)?;
    let zone = bounds::sized(&mut input, "Timezone", 1, 1600)?;
    let start = bounds::time(&mut input, "StartTime")?;
    let end = bounds::time(&mut input, "EndTime")?;
    let action = input.object("ScalableTargetAction")?;
    let action = match action {
        None => None,
        Some(mut action) => {
            let bounds = (
                read_bound(&mut action, "MinCapacity")?,
                read_bound(&mut action, "MaxCapacity")?,
            );
            action.finish()?;
            Some(bounds)
        }
    };
    input.finish()?;
    if name.contains([':', '/', '|']) || name.trim() != name {
        return Err(validation(format!(
            "1 validation error detected: Value '{name}' at 'scheduledActionName' failed to satisfy constraint: Member must satisfy regular expression pattern: (?!((^[ ]+.*)|(.*([\\u0000-\\u001f]|[\\u007f-\\u009f]|[:/|])+.*)|(.*[ ]+$))).+"
        )));
    }
    if let Some(text) = &schedule
        && timetable::parse(text).is_none()
    {
        return Err(validation(format!("Invalid schedule expression: {text}")));
    }
    if let Some(zone) = &zone
        && timetable::zone(zone).is_none()
    {
        return Err(validation(format!("Invalid time zone: {zone}")));
    }
    if let (Some(start), Some(end)) = (start, end)
        && end <= start
    {
        return Err(validation("EndTime must be later than StartTime"));
    }
    if let Some((Some(least), Some(most))) = action
        && least > most
    {
        return Err(validation(format!(
            "Minimum capacity ({least}) cannot be greater than maximum capacity ({most})"
        )));
    }
    let region = call.region.clone();
    let (now, uuid) = (call.now(), call.world.ids.uuid());
    let arn = call.arn(
        "autoscaling",
        &format!("scheduledAction:{uuid}:resource/ecs/{resource}:scheduledActionName/{name}"),
    );
    let target = resource::target(call, &resource)?;
    let before = target.actions.get(&name);
    let schedule = schedule.or(before.map(|it| it.schedule.clone()));
    let Some(schedule) = schedule else {
        return Err(validation(
            "Schedule must be specified for a new scheduled action",
        ));
    };
    let action = action.or(before.map(|it| (it.least, it.most)));
    let Some((least, most)) = action.filter(|it| it.0.is_some() || it.1.is_some()) else {
        return Err(validation(
            "ScalableTargetAction must specify MinCapacity, MaxCapacity or both",
        ));
    };
    let mut made = Scheduled {
        name: name.clone(),
        arn: before.map_or(arn, |it| it.arn.clone()),
        schedule,
        // "If you don't specify start and end times, the old values are deleted", other parameters stay
        // [Application Auto Scaling API: PutScheduledAction].
        zone: zone.or(before.and_then(|it| it.zone.clone())),
        start,
        end,
        least,
        most,
        created: before.map_or(now, |it| it.created),
        next: None,
    };
    made.next = made.after(now);
    let next = made.next;
    target.actions.insert(name.clone(), made);
    plan(call.world, &region, &resource, &name, next);
    Ok(Value::Null)
}

pub(super) fn describe(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    resource::read_namespace(&mut input)?;
    let names = bounds::texts(&mut input, "ScheduledActionNames", 50)?;
    let resource = bounds::sized(&mut input, "ResourceId", 1, 1600)?;
    let dimension = resource::read_dimension(&mut input)?;
    let window = Window::read(&mut input)?;
    input.finish()?;
    if dimension.is_some() && resource.is_none() {
        return Err(dimension_alone());
    }
    let targets = call.here().appautoscaling.targets.values();
    let targets = targets.filter(|it| resource.as_ref().is_none_or(|one| *one == it.resource));
    let rows = targets.flat_map(|target| {
        let actions = target.actions.values();
        actions.map(|action| (&target.resource, action))
    });
    let rows = rows
        .filter(|(_, it)| names.is_empty() || names.contains(&it.name) || names.contains(&it.arn))
        .map(|(resource, action)| action.view(resource))
        .collect();
    window.answer("ScheduledActions", rows)
}

pub(super) fn delete(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let name = bounds::required(&mut input, "ScheduledActionName", 1, 1600)?;
    let resource = resource::read(&mut input)?;
    input.finish()?;
    let target = call.here().appautoscaling.targets.get_mut(&resource);
    let gone = target.and_then(|target| target.actions.remove(&name));
    gone.map(|_| Value::Null).ok_or_else(|| {
        Refusal::new(
            "ObjectNotFoundException",
            format!(
                "No scheduled action found for service namespace: ecs, resource ID: {resource}, scalable dimension: {DIMENSION}, scheduled action name: {name}"
            ),
        )
    })
}

/// The bounds move, and the capacity with them. What was planned for an action that has changed since finds nothing
/// to do.
pub(super) fn due(world: &mut World, region: &str, resource: &str, name: &str) {
    let now = world.now;
    let targets = &mut world.region(region).appautoscaling.targets;
    let Some(target) = targets.get_mut(resource) else {
        return;
    };
    let Some(action) = target.actions.get_mut(name) else {
        return;
    };
    if action.next != Some(now) {
        return;
    }
    action.next = action.after(now);
    let (next, least, most) = (action.next, action.least, action.most);
    if !target.suspended.scheduled {
        target.least = least.unwrap_or(target.least);
        target.most = most.unwrap_or(target.most);
        // One bound alone must not pass the other: that one gives way (assumed).
        if least.is_some() {
            target.most = target.most.max(target.least);
        } else {
            target.least = target.least.min(target.most);
        }
        capacity::fit(world, region, resource);
    }
    plan(world, region, resource, name, next);
}

fn plan(world: &mut World, region: &str, resource: &str, name: &str, next: Option<Millis>) {
    let Some(at) = next else { return };
    let what = Happening::Scheduled {
        resource: resource.to_owned(),
        action: name.to_owned(),
    };
    let what = agenda::Happening::Appautoscaling(what);
    world.agenda.add(at, region, what);
}

impl Scheduled {
    /// The first time after this one, within its start and end.
    fn after(&self, at: Millis) -> Option<Millis> {
        let zone = timetable::zone(self.zone.as_deref().unwrap_or("UTC"))?;
        let table = timetable::parse(&self.schedule)?;
        let since = self.start.unwrap_or(self.created);
        // A time before its start does not count, unless it has but one.
        let from = match (&table, self.start) {
            (Timetable::At(_), _) | (_, None) => at,
            (_, Some(start)) => at.max(Millis(start.0.saturating_sub(1))),
        };
        let next = table.next(from, since, &zone)?;
        self.end.is_none_or(|end| next <= end).then_some(next)
    }

    fn view(&self, resource: &str) -> Value {
        json!({
            "ScheduledActionName": self.name,
            "ScheduledActionARN": self.arn,
            "ServiceNamespace": "ecs",
            "Schedule": self.schedule,
            "Timezone": self.zone,
            "ResourceId": resource,
            "ScalableDimension": DIMENSION,
            "StartTime": self.start.map(Millis::epoch_seconds),
            "EndTime": self.end.map(Millis::epoch_seconds),
            "ScalableTargetAction": { "MinCapacity": self.least, "MaxCapacity": self.most },
            "CreationTime": self.created.epoch_seconds(),
        })
    }
}
