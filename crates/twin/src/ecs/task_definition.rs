//! Task definitions: families of numbered revisions that never change.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::container::{Container, Spec};
use super::listing::{check_include, page};
use super::{Ecs, names, refuse};
use crate::clock::Millis;
use crate::operation::{Answer, Call};
use crate::refusal::Refusal;
use crate::tags::Tags;

/// The revisions of one name. Numbers are never used again, not even after a deletion [ECS API: DeleteTaskDefinitions].
#[derive(Serialize, Deserialize, Debug, Default)]
pub(super) struct Family {
    pub(super) last: u32,
    pub(super) revisions: BTreeMap<u32, TaskDefinition>,
}

#[derive(Serialize, Deserialize, Debug)]
pub(super) struct TaskDefinition {
    pub(super) arn: String,
    pub(super) status: Status,
    pub(super) tags: Tags,
    pub(super) registered: Millis,
    pub(super) spec: Spec,
    /// As DescribeTaskDefinition shows it, without status and times.
    pub(super) document: Map<String, Value>,
}

#[derive(Serialize, Deserialize, Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Status {
    Active,
    Inactive { since: Millis },
    Deleting { since: Millis, requested: Millis },
}

impl TaskDefinition {
    pub(super) fn is_active(&self) -> bool {
        self.status == Status::Active
    }

    pub(super) fn is_awsvpc(&self) -> bool {
        self.spec.network_mode.as_deref() == Some("awsvpc")
    }

    pub(super) fn container(&self, name: &str) -> Option<&Container> {
        self.spec
            .container_definitions
            .iter()
            .find(|container| container.name == name)
    }

    pub(super) fn view(&self) -> Value {
        let mut view = self.document.clone();
        let status = match self.status {
            Status::Active => "ACTIVE",
            Status::Inactive { since } => {
                view.insert("deregisteredAt".to_owned(), json!(since.epoch_seconds()));
                "INACTIVE"
            }
            Status::Deleting { since, requested } => {
                view.insert("deregisteredAt".to_owned(), json!(since.epoch_seconds()));
                view.insert(
                    "deleteRequestedAt".to_owned(),
                    json!(requested.epoch_seconds()),
                );
                "DELETE_IN_PROGRESS"
            }
        };
        view.insert("status".to_owned(), json!(status));
        view.insert(
            "registeredAt".to_owned(),
            json!(self.registered.epoch_seconds()),
        );
        Value::Object(view)
    }
}

/// What new tasks and services may use: an active revision; of a bare family the latest active one.
pub(super) fn usable(call: &mut Call<'_>, given: &str) -> Result<String, Refusal> {
    let definition =
        find(call, given).ok_or_else(|| refuse::client("TaskDefinition not found."))?;
    if !definition.is_active() {
        return Err(refuse::client("TaskDefinition is inactive"));
    }
    Ok(definition.arn.clone())
}

/// The revision that a caller means; of a bare family the latest active one.
pub(super) fn find<'a>(call: &'a mut Call<'_>, given: &str) -> Option<&'a TaskDefinition> {
    let name = names::definition(call, given)?;
    let ecs: &Ecs = &call.here().ecs;
    let family = ecs.families.get(&name.family)?;
    match name.revision {
        Some(revision) => family.revisions.get(&revision),
        None => family
            .revisions
            .values()
            .rev()
            .find(|definition| definition.is_active()),
    }
}

pub(super) fn describe(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let given = input.required("taskDefinition")?;
    let include = input.texts("include")?;
    input.finish()?;
    check_include(&include, &["TAGS"])?;
    let definition =
        find(call, &given).ok_or_else(|| refuse::client("Unable to describe task definition."))?;
    let mut answer = json!({ "taskDefinition": definition.view() });
    if include.iter().any(|word| word == "TAGS") {
        answer["tags"] = definition.tags.to_list("key", "value");
    }
    Ok(answer)
}

pub(super) fn list(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let prefix = input.text("familyPrefix")?;
    let status = input.text("status")?.unwrap_or_else(|| "ACTIVE".to_owned());
    let sort = input.text("sort")?;
    let (limit, token) = (input.number("maxResults")?, input.text("nextToken")?);
    input.finish()?;
    let families = call.here().ecs.families.iter();
    // The "prefix" is a whole family name, whatever it is called [ECS API: ListTaskDefinitions].
    let families =
        families.filter(|(name, _)| prefix.as_ref().is_none_or(|prefix| prefix == *name));
    let mut arns: Vec<Value> = families
        .flat_map(|(_, family)| family.revisions.values())
        .filter(|definition| match definition.status {
            Status::Active => status == "ACTIVE",
            Status::Inactive { .. } => status == "INACTIVE",
            Status::Deleting { .. } => status == "DELETE_IN_PROGRESS",
        })
        .map(|definition| json!(definition.arn))
        .collect();
    if !matches!(
        status.as_str(),
        "ACTIVE" | "INACTIVE" | "DELETE_IN_PROGRESS"
    ) {
        return Err(refuse::parameter(format!("Unknown status {status}.")));
    }
    match sort.as_deref() {
        None | Some("ASC") => {}
        Some("DESC") => arns.reverse(),
        Some(other) => return Err(refuse::parameter(format!("Unknown sort order {other}."))),
    }
    let (arns, next) = page(arns, limit, 100, token)?;
    Ok(json!({ "taskDefinitionArns": arns, "nextToken": next }))
}

pub(super) fn families(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let prefix = input.text("familyPrefix")?.unwrap_or_default();
    let status = input.text("status")?.unwrap_or_else(|| "ALL".to_owned());
    let (limit, token) = (input.number("maxResults")?, input.text("nextToken")?);
    input.finish()?;
    if !matches!(status.as_str(), "ACTIVE" | "INACTIVE" | "ALL") {
        return Err(refuse::parameter(format!("Unknown status {status}.")));
    }
    let families = call.here().ecs.families.iter();
    let names = families
        .filter(|(name, family)| name.starts_with(&prefix) && !family.revisions.is_empty())
        .filter(|(_, family)| {
            let active = family.revisions.values().any(TaskDefinition::is_active);
            status == "ALL" || active == (status == "ACTIVE")
        })
        .map(|(name, _)| json!(name))
        .collect();
    let (names, next) = page(names, limit, 100, token)?;
    Ok(json!({ "families": names, "nextToken": next }))
}
