//! Schedule groups.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::Happening;
use super::refuse::{conflict, not_found, read_name, read_token, validation};
use crate::agenda;
use crate::bounds;
use crate::clock::Millis;
use crate::operation::{Answer, Call};
use crate::page::page;
use crate::refusal::Refusal;
use crate::tags::Tags;
use crate::world::World;

pub(super) const DEFAULT: &str = "default";

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Group {
    pub(super) arn: String,
    created: Millis,
    deleting: bool,
    token: Option<String>,
    pub(super) tags: Tags,
}

pub(super) fn create(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let name = read_name(&mut input, "Name")?.ok_or_else(|| input.missing("Name"))?;
    let tags = Tags::from_list(input.objects("Tags")?, "Key", "Value")?;
    let token = read_token(&mut input, "ClientToken")?;
    input.finish()?;
    let created = call.now();
    let arn = call.arn("scheduler", &format!("schedule-group/{name}"));
    let groups = &mut call.here().scheduler.groups;
    let before = groups.get(&name);
    if let Some(before) = before
        && before.token.is_some()
        && before.token == token
        && before.tags == tags
    {
        return Ok(json!({ "ScheduleGroupArn": before.arn }));
    }
    if before.is_some() || name == DEFAULT {
        return Err(conflict(format!("Schedule group {name} already exists.")));
    }
    let group = Group {
        arn: arn.clone(),
        created,
        deleting: false,
        token,
        tags,
    };
    groups.insert(name, group);
    Ok(json!({ "ScheduleGroupArn": arn }))
}

pub(super) fn get(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let name = read_name(&mut input, "Name")?.ok_or_else(|| input.missing("Name"))?;
    input.finish()?;
    match call.here().scheduler.groups.get(&name) {
        Some(group) => Ok(group.view(&name)),
        None if name == DEFAULT => Ok(default_view(call)),
        None => Err(no_group(&name)),
    }
}

pub(super) fn list(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let prefix = read_name(&mut input, "NamePrefix")?.unwrap_or_default();
    let limit = bounds::whole(&mut input, "MaxResults", 1, 100)?.unwrap_or(100);
    let token = input.text("NextToken")?;
    input.finish()?;
    let default = default_view(call);
    let groups = call.here().scheduler.groups.iter();
    let mut rows: Vec<Value> = groups.map(|(name, group)| group.view(name)).collect();
    rows.push(default);
    rows.retain(|row| {
        row["Name"]
            .as_str()
            .is_some_and(|it| it.starts_with(&prefix))
    });
    rows.sort_by_key(|row| row["Name"].to_string());
    let (rows, next) = page(rows, Some(limit), token)?;
    Ok(json!({ "ScheduleGroups": rows, "NextToken": next }))
}

/// Takes its schedules along, and is DELETING until they are gone [EventBridge Scheduler API: DeleteScheduleGroup].
pub(super) fn delete(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let name = read_name(&mut input, "Name")?.ok_or_else(|| input.missing("Name"))?;
    read_token(&mut input, "clientToken")?;
    input.finish()?;
    if name == DEFAULT {
        return Err(validation("Default schedule group cannot be deleted."));
    }
    let region = call.region.clone();
    let after = Duration::from_millis(call.world.timing.schedule_group_delete);
    let group = call.here().scheduler.groups.get_mut(&name);
    let group = group.ok_or_else(|| no_group(&name))?;
    if group.deleting {
        return Err(conflict(format!("Schedule group {name} is being deleted.")));
    }
    group.deleting = true;
    let at = call.now() + after;
    let what = agenda::Happening::Scheduler(Happening::GroupGone { group: name });
    call.world.agenda.add(at, &region, what);
    Ok(json!({}))
}

pub(super) fn gone(world: &mut World, region: &str, name: &str) {
    let here = &mut world.region(region).scheduler;
    if here.groups.get(name).is_some_and(|group| group.deleting) {
        here.groups.remove(name);
        let prefix = format!("{name}/");
        here.schedules.retain(|key, _| !key.starts_with(&prefix));
    }
}

/// The group must be there, and not on its way out.
pub(super) fn check_open(call: &mut Call<'_>, name: &str) -> Result<(), Refusal> {
    match call.here().scheduler.groups.get(name) {
        Some(group) if group.deleting => {
            Err(conflict(format!("Schedule group {name} is being deleted.")))
        }
        Some(_) => Ok(()),
        None if name == DEFAULT => Ok(()),
        None => Err(no_group(name)),
    }
}

pub(super) fn no_group(name: &str) -> Refusal {
    not_found(format!("Schedule group {name} does not exist."))
}

fn default_view(call: &Call<'_>) -> Value {
    let group = Group {
        arn: call.arn("scheduler", "schedule-group/default"),
        created: Millis::START,
        deleting: false,
        token: None,
        tags: Tags::default(),
    };
    group.view(DEFAULT)
}

impl Group {
    fn view(&self, name: &str) -> Value {
        json!({
            "Arn": self.arn,
            "Name": name,
            "State": if self.deleting { "DELETING" } else { "ACTIVE" },
            "CreationDate": self.created.epoch_seconds(),
            "LastModificationDate": self.created.epoch_seconds(),
        })
    }
}
