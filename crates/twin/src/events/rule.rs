//! Rules.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::bus::{self, DEFAULT, Event};
use super::target::Target;
use super::{Happening, deliver, pattern};
use crate::agenda;
use crate::bounds;
use crate::clock::Millis;
use crate::input::Input;
use crate::operation::{Answer, Call};
use crate::page::page;
use crate::refusal::Refusal;
use crate::tags::Tags;
use crate::timetable::{self, Timetable};
use crate::world::World;

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Rule {
    pub(super) name: String,
    pub(super) arn: String,
    pub(super) pattern: Option<String>,
    schedule: Option<String>,
    pub(super) enabled: bool,
    description: Option<String>,
    role: Option<String>,
    creator: String,
    pub(super) tags: Tags,
    /// By id.
    pub(super) targets: BTreeMap<String, Target>,
    /// From when on its schedule counts.
    since: Millis,
    next: Option<Millis>,
}

const STATES: [&str; 3] = [
    "ENABLED",
    "DISABLED",
    "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS",
];
/// Rules of one bus [EventBridge quotas].
const LIMIT: usize = 300;

/// What is left out of an update is taken away; tags count only when the rule is made [EventBridge API: PutRule].
pub(super) fn put(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let name = read_name(&mut input, "Name")?;
    bus::read_bus(&mut input, &call.region, &call.world.account)?;
    let pattern = bounds::sized(&mut input, "EventPattern", 0, 4096)?;
    let pattern = pattern.filter(|text| !text.is_empty());
    let schedule = bounds::sized(&mut input, "ScheduleExpression", 0, 256)?;
    let schedule = schedule.filter(|text| !text.is_empty());
    let state = bounds::one_of(&mut input, "State", &STATES)?;
    let description = bounds::sized(&mut input, "Description", 0, 512)?;
    let role = bounds::sized(&mut input, "RoleArn", 1, 1600)?;
    let tags = Tags::from_list(input.objects("Tags")?, "Key", "Value")?;
    input.finish()?;
    if state.as_deref() == Some(STATES[2]) {
        return Err(Refusal::not_implemented(format_args!(
            "State={}",
            STATES[2]
        )));
    }
    if pattern.is_none() && schedule.is_none() {
        return Err(validation(
            "Parameter(s) EventPattern or ScheduleExpression must be specified.",
        ));
    }
    if let Some(text) = &pattern {
        pattern::check(text)?;
    }
    if let Some(text) = &schedule {
        // A rule has no `at`, and its rate agrees in number [EventBridge User Guide: creating a rule on a schedule].
        let known =
            timetable::parse(text).filter(|it| !matches!(it, Timetable::At(_)) && it.agrees(text));
        known.ok_or_else(|| validation("Parameter ScheduleExpression is not valid."))?;
    }
    let (now, creator) = (call.now(), call.account());
    let region = call.region.clone();
    let arn = call.arn("events", &format!("rule/{name}"));
    let rules = &mut call.here().events.rules;
    if !rules.contains_key(&name) && rules.len() >= LIMIT {
        return Err(Refusal::new(
            "LimitExceededException",
            "The requested resource exceeds the maximum number allowed.",
        ));
    }
    let before = rules.remove(&name);
    let (tags, targets) = match before {
        Some(before) => (before.tags, before.targets),
        None => (tags, BTreeMap::new()),
    };
    let rule = Rule {
        name: name.clone(),
        arn: arn.clone(),
        pattern,
        schedule,
        enabled: state.as_deref() != Some(STATES[1]),
        description,
        role,
        creator,
        tags,
        targets,
        since: now,
        next: None,
    };
    rules.insert(name.clone(), rule);
    plan(call.world, &region, &name);
    Ok(json!({ "RuleArn": arn }))
}

pub(super) fn describe(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let name = read_name(&mut input, "Name")?;
    bus::read_bus(&mut input, &call.region, &call.world.account)?;
    input.finish()?;
    let rule = named(call, &name)?;
    let mut view = rule.view();
    view["CreatedBy"] = json!(rule.creator);
    Ok(view)
}

pub(super) fn list(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let prefix = bounds::sized(&mut input, "NamePrefix", 1, 64)?.unwrap_or_default();
    bus::read_bus(&mut input, &call.region, &call.world.account)?;
    let limit = bounds::whole(&mut input, "Limit", 1, 100)?.unwrap_or(100);
    let token = bounds::sized(&mut input, "NextToken", 1, 2048)?;
    input.finish()?;
    let rules = call.here().events.rules.values();
    let rows = rules
        .filter(|it| it.name.starts_with(&prefix))
        .map(Rule::view);
    let (rows, next) = page(rows.collect(), Some(limit), token)?;
    Ok(json!({ "Rules": rows, "NextToken": next }))
}

/// "If you call delete rule multiple times for the same rule, all calls will succeed" [EventBridge API: DeleteRule].
pub(super) fn delete(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let name = read_name(&mut input, "Name")?;
    bus::read_bus(&mut input, &call.region, &call.world.account)?;
    input.boolean("Force")?;
    input.finish()?;
    let rules = &mut call.here().events.rules;
    if rules
        .get(&name)
        .is_some_and(|rule| !rule.targets.is_empty())
    {
        return Err(validation("Rule can't be deleted since it has targets."));
    }
    rules.remove(&name);
    Ok(Value::Null)
}

pub(super) fn enable(call: &mut Call<'_>) -> Answer {
    switch(call, true)
}

pub(super) fn disable(call: &mut Call<'_>) -> Answer {
    switch(call, false)
}

fn switch(call: &mut Call<'_>, enabled: bool) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let name = read_name(&mut input, "Name")?;
    bus::read_bus(&mut input, &call.region, &call.world.account)?;
    input.finish()?;
    let (now, region) = (call.now(), call.region.clone());
    let rule = named(call, &name)?;
    rule.enabled = enabled;
    rule.since = now;
    plan(call.world, &region, &name);
    Ok(Value::Null)
}

/// Plans when the rule's schedule comes round next; what was planned before finds nothing to do.
fn plan(world: &mut World, region: &str, name: &str) {
    let now = world.now;
    let Some(rule) = world.region(region).events.rules.get_mut(name) else {
        return;
    };
    let table = rule.schedule.as_deref().and_then(timetable::parse);
    let table = table.filter(|_| rule.enabled);
    rule.next = table.and_then(|table| table.next(now, rule.since, &jiff::tz::TimeZone::UTC));
    if let Some(at) = rule.next {
        let what = Happening::Due {
            rule: name.to_owned(),
        };
        world
            .agenda
            .add(at, region, agenda::Happening::Events(what));
    }
}

pub(super) fn due(world: &mut World, region: &str, name: &str) {
    let now = world.now;
    let rules = &world.region(region).events.rules;
    let Some(rule) = rules.get(name).filter(|rule| rule.next == Some(now)) else {
        return;
    };
    let event = Event {
        source: "aws.events".to_owned(),
        kind: "Scheduled Event".to_owned(),
        resources: vec![rule.arn.clone()],
        detail: json!({}),
    };
    let event = bus::envelope(world, region, &event);
    deliver::deliver(world, region, name, &event);
    plan(world, region, name);
}

/// The rule of that name.
pub(super) fn named<'a>(call: &'a mut Call<'_>, name: &str) -> Result<&'a mut Rule, Refusal> {
    let found = call.here().events.rules.get_mut(name);
    found.ok_or_else(|| {
        Refusal::new(
            "ResourceNotFoundException",
            format!("Rule {name} does not exist on EventBus {DEFAULT}."),
        )
    })
}

pub(super) fn read_name(input: &mut Input, name: &str) -> Result<String, Refusal> {
    let text = bounds::required(input, name, 1, 64)?;
    let allowed = |it: char| it.is_ascii_alphanumeric() || matches!(it, '.' | '-' | '_');
    match text.chars().all(allowed) {
        true => Ok(text),
        false => Err(bounds::refuse(
            input,
            &text,
            name,
            "Member must satisfy regular expression pattern: [\\.\\-_A-Za-z0-9]+",
        )),
    }
}

pub(super) fn validation(message: impl Into<String>) -> Refusal {
    Refusal::new("ValidationException", message)
}

impl Rule {
    fn view(&self) -> Value {
        json!({
            "Name": self.name,
            "Arn": self.arn,
            "EventPattern": self.pattern,
            "ScheduleExpression": self.schedule,
            "State": if self.enabled { STATES[0] } else { STATES[1] },
            "Description": self.description,
            "RoleArn": self.role,
            "EventBusName": DEFAULT,
        })
    }
}
