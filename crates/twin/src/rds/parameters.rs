//! The parameters of a DB parameter group: DescribeDBParameters, ModifyDBParameterGroup, ResetDBParameterGroup.

use serde_json::{Value, json};

use super::parameter_group::{self, ParameterGroup, Set};
use super::parameter_table::{self, Parameter};
use super::{lists, refuse};
use crate::input::Input;
use crate::operation::{Answer, Call};
use crate::refusal::Refusal;

/// Parameters in one request [RDS API: ModifyDBParameterGroup].
const AT_ONCE: usize = 20;
const IMMEDIATE: &str = "immediate";
const PENDING: &str = "pending-reboot";

pub(super) fn describe(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let name = input.required("DBParameterGroupName")?;
    let source = input.text("Source")?;
    lists::Filters::read(&mut input, &[])?;
    let window = lists::Window::read(&mut input)?;
    input.finish()?;
    if let Some(other) = source.as_deref().filter(|it| !SOURCES.contains(it)) {
        return Err(refuse::value(format!(
            "Invalid value {other} for Source. Valid values: user, system, engine-default"
        )));
    }
    let group = parameter_group::find(call, &name)?;
    let rows = parameter_table::of(&group.family);
    let rows = rows.map(|parameter| view(&group, &parameter));
    let rows = rows.filter(|row| {
        source
            .as_deref()
            .is_none_or(|source| row["Source"] == source)
    });
    window.answer("Parameters", "Parameter", rows.collect())
}

const SOURCES: [&str; 3] = ["user", "system", "engine-default"];

/// What is known of a parameter, and what the group says of it.
fn view(group: &ParameterGroup, parameter: &Parameter) -> Value {
    let set = group.values.get(parameter.name);
    let default = Some(parameter.default).filter(|text| !text.is_empty());
    let source = match (set, default) {
        (Some(_), _) => "user",
        (None, Some(_)) => "system",
        (None, None) => "engine-default",
    };
    let allowed = Some(parameter.allowed).filter(|text| !text.is_empty());
    json!({
        "ParameterName": parameter.name,
        "ParameterValue": set.map(|it| it.value.as_str()).or(default),
        "Description": parameter.description,
        "Source": source,
        "ApplyType": if parameter.dynamic { "dynamic" } else { "static" },
        "DataType": parameter.kind,
        "AllowedValues": allowed,
        "IsModifiable": parameter.modifiable,
        "ApplyMethod": set.map_or(PENDING, |it| it.method.as_str()),
    })
}

pub(super) fn modify(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let name = input.required("DBParameterGroupName")?;
    let changes = read(&mut input)?;
    input.finish()?;
    let mut group = changeable(call, &name)?;
    if changes.is_empty() {
        return Err(refuse::value("At least one parameter must be provided."));
    }
    let mut static_ones = false;
    for change in changes {
        let parameter = find(&group, &change.name)?;
        let (Some(value), Some(method)) = (change.value, change.method) else {
            return Err(refuse::value(format!(
                "The parameter {} needs both ParameterValue and ApplyMethod.",
                change.name
            )));
        };
        check(&parameter, &value, &method)?;
        static_ones |= method == PENDING;
        group
            .values
            .insert(parameter.name.to_owned(), Set { value, method });
    }
    keep(call, group, static_ones)
}

pub(super) fn reset(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let name = input.required("DBParameterGroupName")?;
    let all = input.boolean("ResetAllParameters")?;
    let changes = read(&mut input)?;
    input.finish()?;
    let mut group = changeable(call, &name)?;
    let mut static_ones = false;
    match (all, changes.is_empty()) {
        (Some(true), false) => {
            return Err(refuse::combination(
                "ResetAllParameters cannot be combined with a list of parameters.",
            ));
        }
        (Some(false) | None, true) => {
            return Err(refuse::combination(
                "Either ResetAllParameters or a list of parameters must be provided.",
            ));
        }
        (Some(true), true) => {
            static_ones = !group.values.is_empty();
            group.values.clear();
        }
        (_, false) => {
            for change in changes {
                let parameter = find(&group, &change.name)?;
                let method = change.method.as_deref().unwrap_or(PENDING);
                check(&parameter, parameter.default, method)?;
                static_ones |= method == PENDING;
                group.values.remove(parameter.name);
            }
        }
    }
    keep(call, group, static_ones)
}

struct Change {
    name: String,
    value: Option<String>,
    method: Option<String>,
}

fn read(input: &mut Input) -> Result<Vec<Change>, Refusal> {
    let mut changes = Vec::new();
    for mut given in lists::objects(input, "Parameters", "Parameter")? {
        changes.push(Change {
            name: given.required("ParameterName")?,
            value: given.text("ParameterValue")?,
            method: given.text("ApplyMethod")?,
        });
        given.finish()?;
    }
    if changes.len() > AT_ONCE {
        return Err(refuse::value(format!(
            "A maximum of {AT_ONCE} parameters can be modified in a single request."
        )));
    }
    Ok(changes)
}

/// [pghero #66 quotes the sentence]
fn changeable(call: &mut Call<'_>, name: &str) -> Result<ParameterGroup, Refusal> {
    let group = parameter_group::find(call, name)?;
    if parameter_group::is_default(&group.name) {
        return Err(refuse::value("Cannot modify a default parameter group."));
    }
    Ok(group)
}

fn find(group: &ParameterGroup, name: &str) -> Result<Parameter, Refusal> {
    let mut known = parameter_table::of(&group.family);
    known
        .find(|it| it.name.eq_ignore_ascii_case(name))
        .ok_or_else(|| refuse::value(format!("Could not find parameter with name: {name}")))
}

/// A static parameter waits for a reboot, and says so [RDS API: Parameter ApplyMethod].
fn check(parameter: &Parameter, value: &str, method: &str) -> Result<(), Refusal> {
    let name = parameter.name;
    if !parameter.modifiable {
        return Err(refuse::value(format!(
            "The parameter {name} cannot be modified."
        )));
    }
    match method {
        PENDING => {}
        IMMEDIATE if parameter.dynamic => {}
        IMMEDIATE => {
            return Err(refuse::combination(
                "cannot use immediate apply method for static parameter",
            ));
        }
        other => {
            return Err(refuse::value(format!(
                "Invalid apply method {other} for {name}"
            )));
        }
    }
    if !value.is_empty() && !parameter.takes(value) {
        return Err(refuse::value(format!(
            "Invalid parameter value: {value} for: {name} allowed values are: {}",
            parameter.allowed
        )));
    }
    Ok(())
}

/// Instances learn of it: what waits for a reboot shows as `pending-reboot` on them.
fn keep(call: &mut Call<'_>, group: ParameterGroup, static_ones: bool) -> Answer {
    let name = group.name.clone();
    let rds = &mut call.here().rds;
    let users = rds.instances.values_mut();
    for user in users.filter(|it| static_ones && it.settings.parameter_group == name) {
        user.parameters_pending = true;
    }
    rds.parameter_groups.insert(name.clone(), group);
    Ok(json!({ "DBParameterGroupName": name }))
}
