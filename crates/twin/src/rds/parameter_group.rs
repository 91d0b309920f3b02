//! DB parameter groups. Those named `default.<family>` are always there, cannot be changed and cannot be deleted.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{engine, lists, name, refuse};
use crate::operation::{Answer, Call};
use crate::refusal::Refusal;
use crate::tags::Tags;

/// A DB parameter group.
#[derive(Clone, Serialize, Deserialize, Debug)]
pub(super) struct ParameterGroup {
    pub(super) name: String,
    pub(super) family: String,
    pub(super) description: String,
    pub(super) arn: String,
    pub(super) tags: Tags,
    /// What was changed, by name.
    pub(super) values: BTreeMap<String, Set>,
}

/// A parameter that was changed.
#[derive(Clone, Serialize, Deserialize, Debug, PartialEq)]
pub(super) struct Set {
    pub(super) value: String,
    /// `immediate` or `pending-reboot`.
    pub(super) method: String,
}

/// [RDS quotas: parameter groups]
const GROUPS: usize = 150;

pub(super) fn create(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let given = input.required("DBParameterGroupName")?;
    let family = input.required("DBParameterGroupFamily")?;
    let description = input.required("Description")?;
    let tags = lists::tags(&mut input)?;
    input.finish()?;
    let name = name::identifier("DBParameterGroupName", &given, 255)?;
    if !engine::families().any(|known| known == family) {
        return Err(refuse::value(format!(
            "ParameterGroupFamily {family} is not a valid parameter group family"
        )));
    }
    let groups = &call.here().rds.parameter_groups;
    if groups.contains_key(&name) {
        return Err(Refusal::new(
            "DBParameterGroupAlreadyExists",
            format!("Parameter group {name} already exists"),
        ));
    }
    if groups.len() >= GROUPS {
        let message = format!("You have reached the limit of {GROUPS} DB parameter groups.");
        return Err(Refusal::new("DBParameterGroupQuotaExceeded", message));
    }
    let group = ParameterGroup {
        arn: call.arn("rds", &format!("pg:{name}")),
        name: name.clone(),
        family,
        description,
        tags,
        values: BTreeMap::new(),
    };
    let answer = json!({ "DBParameterGroup": group.view() });
    call.here().rds.parameter_groups.insert(name, group);
    Ok(answer)
}

pub(super) fn describe(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let name = input.text("DBParameterGroupName")?;
    lists::Filters::read(&mut input, &[])?;
    let window = lists::Window::read(&mut input)?;
    input.finish()?;
    let mut rows = Vec::new();
    match name {
        Some(name) => rows.push(find(call, &name)?.view()),
        None => {
            rows.extend(engine::families().map(|family| default_of(call, &family).view()));
            let groups = call.here().rds.parameter_groups.values();
            rows.extend(groups.map(ParameterGroup::view));
        }
    }
    window.answer("DBParameterGroups", "DBParameterGroup", rows)
}

/// Refused as long as an instance is in it, also one that is being deleted.
pub(super) fn delete(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let name = input.required("DBParameterGroupName")?.to_lowercase();
    input.finish()?;
    find(call, &name)?;
    let in_state = |message| Err(Refusal::new("InvalidDBParameterGroupState", message));
    if is_default(&name) {
        return in_state(format!(
            "Default DBParameterGroup cannot be deleted: {name}"
        ));
    }
    let rds = &mut call.here().rds;
    if rds.instances.values().any(|it| it.uses_parameters(&name)) {
        return in_state(format!(
            "One or more database instances are still members of this parameter group {name}, so the group cannot be deleted"
        ));
    }
    rds.parameter_groups.remove(&name);
    Ok(Value::Null)
}

/// The group of that name, also a default one.
pub(super) fn find(call: &mut Call<'_>, name: &str) -> Result<ParameterGroup, Refusal> {
    let name = name.to_lowercase();
    if let Some(family) = name.strip_prefix("default.")
        && engine::families().any(|known| known == family)
    {
        return Ok(default_of(call, family));
    }
    let found = call.here().rds.parameter_groups.get(&name).cloned();
    found.ok_or_else(|| refuse::no_parameter_group(&name))
}

pub(super) fn is_default(name: &str) -> bool {
    name.starts_with("default.")
}

fn default_of(call: &Call<'_>, family: &str) -> ParameterGroup {
    let name = format!("default.{family}");
    ParameterGroup {
        arn: call.arn("rds", &format!("pg:{name}")),
        name,
        family: family.to_owned(),
        description: format!("Default parameter group for {family}"),
        tags: Tags::default(),
        values: BTreeMap::new(),
    }
}

impl ParameterGroup {
    fn view(&self) -> Value {
        json!({
            "DBParameterGroupName": self.name,
            "DBParameterGroupFamily": self.family,
            "Description": self.description,
            "DBParameterGroupArn": self.arn,
        })
    }
}
