//! Schedules.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::group::{self, DEFAULT};
use super::read_schedule::{self, Plan};
use super::refuse::{conflict, not_found, read_name, read_token};
use super::{Happening, invoke};
use crate::agenda;
use crate::bounds;
use crate::clock::Millis;
use crate::input::Input;
use crate::operation::{Answer, Call};
use crate::page::page;
use crate::refusal::Refusal;
use crate::timetable;
use crate::world::World;

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Schedule {
    pub(super) name: String,
    pub(super) group: String,
    arn: String,
    created: Millis,
    modified: Millis,
    /// The token that made it, with what it was made of then.
    token: Option<(String, Plan)>,
    pub(super) plan: Plan,
    /// When it comes round next, and when it calls its target then: later, within its window.
    round: Option<Millis>,
    call: Option<Millis>,
}

pub(super) fn create(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let (name, group) = read_names(&mut input, "GroupName")?;
    let token = read_token(&mut input, "ClientToken")?;
    let region = call.region.clone();
    let plan = read_schedule::read(&mut input, call.world, &region)?;
    input.finish()?;
    group::check_open(call, &group)?;
    let now = call.now();
    let arn = call.arn("scheduler", &format!("schedule/{group}/{name}"));
    let key = format!("{group}/{name}");
    if let Some(before) = call.here().scheduler.schedules.get(&key) {
        let repeated = before.token.as_ref().zip(token.as_ref());
        return match repeated {
            Some(((mine, made), theirs)) if mine == theirs && *made == plan => {
                Ok(json!({ "ScheduleArn": before.arn }))
            }
            _ => Err(conflict(format!("Schedule {name} already exists."))),
        };
    }
    let schedule = Schedule {
        name,
        group,
        arn: arn.clone(),
        created: now,
        modified: now,
        token: token.map(|token| (token, plan.clone())),
        plan,
        round: None,
        call: None,
    };
    call.here()
        .scheduler
        .schedules
        .insert(key.clone(), schedule);
    arrange(call.world, &region, &key, now);
    Ok(json!({ "ScheduleArn": arn }))
}

/// "Uses all values, including empty values, specified in the request and overrides the existing schedule"
/// [EventBridge Scheduler API: UpdateSchedule].
pub(super) fn update(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let (name, group) = read_names(&mut input, "GroupName")?;
    read_token(&mut input, "ClientToken")?;
    let region = call.region.clone();
    let plan = read_schedule::read(&mut input, call.world, &region)?;
    input.finish()?;
    let now = call.now();
    let schedule = named(call, &group, &name)?;
    schedule.plan = plan;
    schedule.modified = now;
    let answer = json!({ "ScheduleArn": schedule.arn });
    arrange(call.world, &region, &format!("{group}/{name}"), now);
    Ok(answer)
}

pub(super) fn get(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let (name, group) = read_names(&mut input, "groupName")?;
    input.finish()?;
    let schedule = named(call, &group, &name)?;
    let mut view = schedule.plan.view();
    view["Arn"] = json!(schedule.arn);
    view["GroupName"] = json!(schedule.group);
    view["Name"] = json!(schedule.name);
    view["CreationDate"] = json!(schedule.created.epoch_seconds());
    view["LastModificationDate"] = json!(schedule.modified.epoch_seconds());
    Ok(view)
}

pub(super) fn delete(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let (name, group) = read_names(&mut input, "groupName")?;
    read_token(&mut input, "clientToken")?;
    input.finish()?;
    named(call, &group, &name)?;
    let key = format!("{group}/{name}");
    call.here().scheduler.schedules.remove(&key);
    Ok(json!({}))
}

pub(super) fn list(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let group = read_name(&mut input, "ScheduleGroup")?;
    let prefix = read_name(&mut input, "NamePrefix")?.unwrap_or_default();
    let state = bounds::one_of(&mut input, "State", &["ENABLED", "DISABLED"])?;
    let limit = bounds::whole(&mut input, "MaxResults", 1, 100)?.unwrap_or(100);
    let token = input.text("NextToken")?;
    input.finish()?;
    if let Some(group) = &group
        && group != DEFAULT
        && !call.here().scheduler.groups.contains_key(group)
    {
        return Err(group::no_group(group));
    }
    let schedules = call.here().scheduler.schedules.values();
    let rows = schedules.filter(|it| {
        let word = if it.plan.enabled {
            "ENABLED"
        } else {
            "DISABLED"
        };
        group.as_ref().is_none_or(|group| it.group == *group)
            && it.name.starts_with(&prefix)
            && state.as_ref().is_none_or(|state| word == state)
    });
    let (rows, next) = page(rows.map(Schedule::row).collect(), Some(limit), token)?;
    Ok(json!({ "Schedules": rows, "NextToken": next }))
}

fn read_names(input: &mut Input, group: &str) -> Result<(String, String), Refusal> {
    let name = read_name(input, "Name")?.ok_or_else(|| input.missing("Name"))?;
    let group = read_name(input, group)?.unwrap_or_else(|| DEFAULT.to_owned());
    Ok((name, group))
}

fn named<'a>(call: &'a mut Call<'_>, group: &str, name: &str) -> Result<&'a mut Schedule, Refusal> {
    let key = format!("{group}/{name}");
    let found = call.here().scheduler.schedules.get_mut(&key);
    found.ok_or_else(|| not_found(format!("Schedule {name} does not exist.")))
}

/// Puts the next call of a schedule on the agenda. What was there before finds nothing to do.
fn arrange(world: &mut World, region: &str, key: &str, after: Millis) {
    let World { ids, regions, .. } = world;
    let here = regions.get_mut(region).map(|region| &mut region.scheduler);
    let schedule = here.and_then(|here| here.schedules.get_mut(key));
    let Some(schedule) = schedule else { return };
    schedule.round = schedule.next(after);
    schedule.call = schedule.round.map(|round| {
        let window = schedule.plan.window.unwrap_or(0);
        let late = ids.below(window as usize * 60 + 1) as u64;
        round + Duration::from_secs(late)
    });
    if let Some(at) = schedule.call {
        let what = Happening::Due {
            schedule: key.to_owned(),
        };
        world
            .agenda
            .add(at, region, agenda::Happening::Scheduler(what));
    }
}

/// The schedule calls its target, and is arranged anew; or goes, if it was the last time and it says so.
pub(super) fn due(world: &mut World, region: &str, key: &str) {
    let now = world.now;
    let schedules = &world.region(region).scheduler.schedules;
    let Some(schedule) = schedules.get(key).filter(|it| it.call == Some(now)) else {
        return;
    };
    let (name, group) = (schedule.name.clone(), schedule.group.clone());
    let (plan, round) = (schedule.plan.clone(), schedule.round.unwrap_or(now));
    invoke::invoke(world, region, &group, &name, &plan.target);
    arrange(world, region, key, round);
    let schedules = &mut world.region(region).scheduler.schedules;
    let over = schedules.get(key).is_some_and(|it| it.round.is_none());
    if over && plan.delete_after {
        schedules.remove(key);
    }
}

impl Schedule {
    /// The first time after this one, within its start and end.
    fn next(&self, after: Millis) -> Option<Millis> {
        let plan = &self.plan;
        let table = timetable::parse(&plan.expression)?;
        let zone = timetable::zone(&plan.zone)?;
        let since = plan.start.unwrap_or(self.created);
        let one_time = matches!(table, timetable::Timetable::At(_));
        // A one-time schedule has no start or end of its own [EventBridge Scheduler User Guide: schedule types].
        let from = match plan.start {
            Some(start) if !one_time => after.max(Millis(start.0.saturating_sub(1))),
            _ => after,
        };
        let next = table.next(from, since, &zone).filter(|_| plan.enabled)?;
        let open = one_time || plan.end.is_none_or(|end| next <= end);
        open.then_some(next)
    }

    fn row(&self) -> Value {
        json!({
            "Arn": self.arn,
            "Name": self.name,
            "GroupName": self.group,
            "State": if self.plan.enabled { "ENABLED" } else { "DISABLED" },
            "CreationDate": self.created.epoch_seconds(),
            "LastModificationDate": self.modified.epoch_seconds(),
            "Target": { "Arn": self.plan.target.arn },
        })
    }
}
