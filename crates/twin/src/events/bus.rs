//! The default event bus: what services tell, and which rules it meets.

use serde_json::{Value, json};

use super::{deliver, pattern};
use crate::bounds;
use crate::input::Input;
use crate::operation::{Answer, Call};
use crate::refusal::Refusal;
use crate::world::World;

pub(super) const DEFAULT: &str = "default";

/// What a service tells.
#[derive(Debug)]
pub(crate) struct Event {
    /// `aws.ecs`
    pub(crate) source: String,
    /// `ECS Task State Change`
    pub(crate) kind: String,
    pub(crate) resources: Vec<String>,
    pub(crate) detail: Value,
}

/// Whether anybody would hear it.
pub(crate) fn listens(world: &World, region: &str) -> bool {
    let region = world.regions.get(region);
    region.is_some_and(|region| !region.events.rules.is_empty())
}

/// Hands an event to the targets of every rule that it meets.
pub(crate) fn emit(world: &mut World, region: &str, event: Event) {
    if !listens(world, region) {
        return;
    }
    let event = envelope(world, region, &event);
    let rules = world.region(region).events.rules.values();
    let met = rules.filter(|rule| {
        let pattern = rule.pattern.as_ref();
        rule.enabled && pattern.is_some_and(|text| pattern::matches(text, &event))
    });
    let met: Vec<String> = met.map(|rule| rule.name.clone()).collect();
    for rule in met {
        deliver::deliver(world, region, &rule, &event);
    }
}

/// The event as everybody sees it [EventBridge User Guide: event structure].
pub(super) fn envelope(world: &mut World, region: &str, event: &Event) -> Value {
    json!({
        "version": "0",
        "id": world.ids.uuid(),
        "detail-type": event.kind,
        "source": event.source,
        "account": world.account,
        "time": world.now.iso8601(),
        "region": region,
        "resources": event.resources,
        "detail": event.detail,
    })
}

/// Reads `EventBusName`, of which the twin has the default one.
pub(super) fn read_bus(input: &mut Input, region: &str, account: &str) -> Result<(), Refusal> {
    let Some(name) = bounds::sized(input, "EventBusName", 1, 1600)? else {
        return Ok(());
    };
    let prefix = format!("arn:aws:events:{region}:{account}:event-bus/");
    match name.strip_prefix(&prefix).unwrap_or(&name) {
        DEFAULT => Ok(()),
        other => Err(Refusal::new(
            "ResourceNotFoundException",
            format!("Event bus {other} does not exist."),
        )),
    }
}

pub(super) fn describe(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let name = bounds::sized(&mut input, "Name", 1, 1600)?;
    input.finish()?;
    let arn = call.arn("events", "event-bus/default");
    if name
        .as_ref()
        .is_some_and(|name| name != DEFAULT && *name != arn)
    {
        return Err(Refusal::new(
            "ResourceNotFoundException",
            format!("Event bus {} does not exist.", name.unwrap_or_default()),
        ));
    }
    Ok(json!({ "Name": DEFAULT, "Arn": arn }))
}
