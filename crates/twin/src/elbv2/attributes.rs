//! Attributes of load balancers, target groups and listeners: describe and modify.
//!
//! Only what differs from the default is stored; a describe call answers the whole table, because clients read
//! attributes that they never set [ELBv2 API: LoadBalancerAttribute, TargetGroupAttribute, ListenerAttribute].

use super::attribute_tables::{
    APPLICATION_BALANCER, NETWORK_BALANCER, Row, TERMINATES_UNHEALTHY, Values, of_balancer,
    of_listener, of_target_group,
};
use super::constraint::{invalid, misconfigured};
use super::target_group::TargetGroup;
use super::{balancer, listener, logging, target_group};
use crate::input::Input;
use crate::operation::{Answer, Call};
use crate::refusal::Refusal;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Values that differ from the default, by key.
pub(super) type Attributes = BTreeMap<String, String>;

pub(super) fn describe_load_balancer_attributes(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let arn = input.required("LoadBalancerArn")?;
    input.finish()?;
    let found = balancer::named(&mut call.here().elbv2, &arn)?;
    Ok(whole(&of_balancer(found), &found.attributes))
}

pub(super) fn modify_load_balancer_attributes(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let arn = input.required("LoadBalancerArn")?;
    let wanted = read(&mut input)?;
    input.finish()?;
    let found = balancer::named(&mut call.here().elbv2, &arn)?.clone();
    let rows = of_balancer(&found);
    for (key, value) in &wanted {
        let elsewhere = [APPLICATION_BALANCER, NETWORK_BALANCER];
        if row(&rows, key).is_none() && elsewhere.iter().any(|rows| row(rows, key).is_some()) {
            return Err(invalid(format!(
                "Load balancer attribute key '{key}' is not supported on load balancers with type '{}'",
                found.kind.word()
            )));
        }
        check(&rows, "Load balancer", key, value)?;
    }
    let mut changed = found.clone();
    let answer = set(&rows, &mut changed.attributes, wanted);
    let spare = "secondary_ips.auto_assigned.per_subnet";
    if number(&changed.attributes, spare) < number(&found.attributes, spare) {
        return Err(misconfigured(format!(
            "Load balancer attribute '{spare}' cannot be decreased"
        )));
    }
    logging::check(call.world, &call.region, &found.attributes, &changed)?;
    call.here().elbv2.balancers.insert(arn, changed);
    Ok(answer)
}

pub(super) fn describe_target_group_attributes(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let arn = input.required("TargetGroupArn")?;
    input.finish()?;
    let found = target_group::named(&mut call.here().elbv2, &arn)?;
    Ok(whole(&of_target_group(found), &found.attributes))
}

pub(super) fn modify_target_group_attributes(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let arn = input.required("TargetGroupArn")?;
    let wanted = read(&mut input)?;
    input.finish()?;
    let found = target_group::named(&mut call.here().elbv2, &arn)?;
    let rows = of_target_group(found);
    for (key, value) in &wanted {
        check(&rows, "Target group", key, value)?;
        suits(found, key, value)?;
    }
    let mut attributes = found.attributes.clone();
    let answer = set(&rows, &mut attributes, wanted);
    let draining = "target_health_state.unhealthy.draining_interval_seconds";
    let kept = attributes.get(TERMINATES_UNHEALTHY).map(String::as_str);
    if number(&attributes, draining) > 0 && kept != Some("false") && !found.is_udp() {
        return Err(misconfigured(format!(
            "Target group attribute '{draining}' can only be set when '{TERMINATES_UNHEALTHY}' is 'false'"
        )));
    }
    found.attributes = attributes;
    Ok(answer)
}

/// What network groups of some protocols cannot have [ELBv2 API: TargetGroupAttribute; NLB user guide: sticky
/// sessions].
fn suits(group: &TargetGroup, key: &str, value: &str) -> Result<(), Refusal> {
    let cannot = match (key, value) {
        ("preserve_client_ip.enabled", "false") => group.is_udp() || group.target_type == "alb",
        (TERMINATES_UNHEALTHY, "true") => group.is_udp(),
        ("stickiness.enabled", "true") => group.protocol == "TLS",
        ("proxy_protocol_v2.enabled", "true") => group.target_type == "alb",
        _ => false,
    };
    if !cannot {
        return Ok(());
    }
    Err(misconfigured(format!(
        "Target group attribute '{key}' cannot be '{value}' for target groups with protocol '{}' and target type '{}'",
        group.protocol, group.target_type
    )))
}

/// The value of an attribute that is a number, zero where it was never set.
fn number(attributes: &Attributes, key: &str) -> u64 {
    let value = attributes.get(key);
    value.and_then(|text| text.parse().ok()).unwrap_or_default()
}

pub(super) fn describe_listener_attributes(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let arn = input.required("ListenerArn")?;
    input.finish()?;
    let found = listener::named(&mut call.here().elbv2, &arn)?;
    Ok(whole(&of_listener(&found.protocol), &found.attributes))
}

pub(super) fn modify_listener_attributes(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let arn = input.required("ListenerArn")?;
    let wanted = read(&mut input)?;
    input.finish()?;
    let found = listener::named(&mut call.here().elbv2, &arn)?;
    let rows = of_listener(&found.protocol);
    for (key, value) in &wanted {
        check(&rows, "Listener", key, value)?;
    }
    Ok(set(&rows, &mut found.attributes, wanted))
}

/// The seconds for which a deregistered target is drained.
pub(super) fn deregistration_delay(attributes: &Attributes) -> u64 {
    let value = attributes.get("deregistration_delay.timeout_seconds");
    value
        .and_then(|seconds| seconds.parse().ok())
        .unwrap_or(300)
}

fn read(input: &mut Input) -> Result<Vec<(String, String)>, Refusal> {
    let mut wanted: Vec<(String, String)> = Vec::new();
    for mut attribute in input.objects("Attributes")? {
        let key = attribute.required("Key")?;
        let value = attribute.text("Value")?.unwrap_or_default();
        attribute.finish()?;
        if wanted.iter().any(|(known, _)| *known == key) {
            return Err(invalid(format!(
                "Attribute key '{key}' was specified more than once"
            )));
        }
        wanted.push((key, value));
    }
    if wanted.is_empty() {
        return Err(invalid("At least one attribute must be specified"));
    }
    Ok(wanted)
}

fn row<'a>(rows: &'a [Row], key: &str) -> Option<&'a Row> {
    rows.iter().find(|(known, ..)| *known == key)
}

/// The wording is the one that Terraform's provider looks for when it meets a partition without an attribute.
fn check(rows: &[Row], noun: &str, key: &str, value: &str) -> Result<(), Refusal> {
    let Some((_, _, values)) = row(rows, key) else {
        return Err(misconfigured(format!(
            "{noun} attribute key '{key}' is not recognized"
        )));
    };
    let number = value.parse::<i64>().ok();
    let within = |low: i64, high: i64| number.is_some_and(|n| (low..=high).contains(&n));
    let allowed = match *values {
        Values::Text => return Ok(()),
        Values::Flag if matches!(value, "true" | "false") => return Ok(()),
        Values::Between(low, high) if within(low, high) => return Ok(()),
        Values::OffOrBetween(low, high) if value == "off" || within(low, high) => return Ok(()),
        Values::ZeroOrBetween(low, high) if value == "0" || within(low, high) => return Ok(()),
        Values::OneOf(words) if words.contains(&value) => return Ok(()),
        Values::Only(word) if word == value => return Ok(()),
        Values::Flag => "'true' or 'false'".to_owned(),
        Values::Between(low, high) => format!("between '{low}' and '{high}'"),
        Values::OffOrBetween(low, high) => format!("'off' or between '{low}' and '{high}'"),
        Values::ZeroOrBetween(low, high) => format!("'0' or between '{low}' and '{high}'"),
        Values::OneOf(words) => format!("one of '{}'", words.join(", ")),
        Values::Only(word) => format!("'{word}'"),
    };
    Err(misconfigured(format!(
        "{noun} attribute '{key}' must be {allowed}, not '{value}'"
    )))
}

fn set(rows: &[Row], held: &mut Attributes, wanted: Vec<(String, String)>) -> Value {
    held.extend(wanted);
    whole(rows, held)
}

fn whole(rows: &[Row], held: &Attributes) -> Value {
    let mut rows: Vec<_> = rows.iter().collect();
    rows.sort_by_key(|(key, ..)| *key);
    let attributes: Vec<Value> = rows
        .iter()
        .map(|(key, default, _)| {
            let value = held.get(*key).map_or(*default, String::as_str);
            json!({"Key": key, "Value": value})
        })
        .collect();
    json!({"Attributes": attributes})
}
