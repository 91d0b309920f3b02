//! Account settings: kept and shown. None of them changes what the twin does.

use serde_json::{Value, json};

use super::listing::page;
use super::refuse;
use crate::operation::{Answer, Call};
use crate::refusal::Refusal;

/// Every setting with its default [ECS API: PutAccountSetting].
const SETTINGS: [(&str, &str); 11] = [
    ("awsvpcTrunking", "disabled"),
    ("containerInsights", "disabled"),
    ("containerInstanceLongArnFormat", "enabled"),
    ("defaultLogDriverMode", "non-blocking"),
    ("fargateEventWindows", "disabled"),
    ("fargateFIPSMode", "disabled"),
    ("fargateTaskRetirementWaitPeriod", "7"),
    ("guardDutyActivate", "off"),
    ("serviceLongArnFormat", "enabled"),
    ("tagResourceAuthorization", "off"),
    ("taskLongArnFormat", "enabled"),
];

pub(super) fn put(call: &mut Call<'_>) -> Answer {
    set(call, true)
}

pub(super) fn put_default(call: &mut Call<'_>) -> Answer {
    set(call, false)
}

fn set(call: &mut Call<'_>, own: bool) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let name = input.required("name")?;
    let value = input.required("value")?;
    if own {
        input.accept("principalArn", &[json!(call.principal)])?;
    }
    input.finish()?;
    known(&name)?;
    if name == "guardDutyActivate" {
        return Err(refuse::parameter(
            "The setting guardDutyActivate is read-only.",
        ));
    }
    if !values_of(&name).contains(&value.as_str()) {
        return Err(refuse::parameter(format!(
            "Invalid value for {name}: {value}"
        )));
    }
    let principal = call.principal.clone();
    call.here().ecs.settings.insert(name.clone(), value.clone());
    Ok(json!({ "setting": view(&name, &value, &principal) }))
}

pub(super) fn list(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let name = input.text("name")?;
    let value = input.text("value")?;
    input.accept("principalArn", &[json!(call.principal)])?;
    let effective = input.boolean("effectiveSettings")?.unwrap_or(false);
    let (limit, token) = (input.number("maxResults")?, input.text("nextToken")?);
    input.finish()?;
    name.as_deref().map(known).transpose()?;
    let principal = call.principal.clone();
    let set = &call.here().ecs.settings;
    let settings = SETTINGS
        .iter()
        .filter(|(known, _)| effective || set.contains_key(*known))
        .filter(|(known, _)| name.as_ref().is_none_or(|name| name == known))
        .map(|(known, default)| (*known, set.get(*known).map_or(*default, String::as_str)))
        .filter(|(_, has)| value.as_ref().is_none_or(|value| value == has))
        .map(|(known, has)| view(known, has, &principal))
        .collect();
    let (settings, next) = page(settings, limit, 10, token)?;
    Ok(json!({ "settings": settings, "nextToken": next }))
}

/// [ECS API: PutAccountSetting value]
fn values_of(name: &str) -> &'static [&'static str] {
    match name {
        "containerInsights" => &["enabled", "enhanced", "disabled"],
        "defaultLogDriverMode" => &["blocking", "non-blocking"],
        "fargateTaskRetirementWaitPeriod" => &["0", "7", "14"],
        "tagResourceAuthorization" => &["on", "off"],
        _ => &["enabled", "disabled", "on", "off"],
    }
}

fn known(name: &str) -> Result<(), Refusal> {
    if SETTINGS.iter().any(|(known, _)| *known == name) {
        return Ok(());
    }
    Err(refuse::parameter(format!(
        "Invalid account setting name: {name}"
    )))
}

fn view(name: &str, value: &str, principal: &str) -> Value {
    let kind = if name == "guardDutyActivate" {
        "aws_managed"
    } else {
        "user"
    };
    json!({ "name": name, "value": value, "principalArn": principal, "type": kind })
}
