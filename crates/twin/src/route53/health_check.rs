//! Health checks: kept and listed. No record set of the twin depends on one.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::refuse;
use super::zone_listing::max_items;
use crate::input::Input;
use crate::operation::{Answer, Call};
use crate::refusal::Refusal;
use crate::tags::Tags;

/// A health check of an endpoint.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct HealthCheck {
    /// The idempotency token of its creation.
    pub caller_reference: String,
    /// What is checked, as it was asked for.
    pub config: Map<String, Value>,
    /// Its tags.
    pub tags: Tags,
}

/// `CreateHealthCheck`: the same reference with the same settings gives the check that there is.
pub(super) fn create_health_check(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let caller_reference = input.required("CallerReference")?;
    let config = input.object("HealthCheckConfig")?;
    let config = read_config(config.ok_or_else(|| input.missing("HealthCheckConfig"))?)?;
    input.finish()?;
    let checks = &mut call.world.route53.health_checks;
    let made = checks
        .iter()
        .find(|(_, check)| check.caller_reference == caller_reference);
    let (id, check) = match made {
        Some((id, check)) if check.config == config => (id.clone(), check.clone()),
        Some(_) => {
            let message = "A health check with the same CallerReference but different settings already exists.";
            return Err(Refusal::new("HealthCheckAlreadyExists", message).status(409));
        }
        None => {
            let check = HealthCheck {
                caller_reference,
                config,
                tags: Tags::default(),
            };
            let id = call.world.ids.uuid();
            checks.insert(id.clone(), check.clone());
            (id, check)
        }
    };
    let location = format!("https://route53.amazonaws.com/2013-04-01/healthcheck/{id}");
    Ok(json!({ "HealthCheck": check.answer(&id), "Location": location }))
}

/// `GetHealthCheck`
pub(super) fn get_health_check(call: &mut Call<'_>) -> Answer {
    let id = only_id(call)?;
    let check = call.world.route53.health_checks.get(&id);
    let check = check.ok_or_else(|| no_such_check(&id))?;
    Ok(json!({ "HealthCheck": check.answer(&id) }))
}

/// `DeleteHealthCheck`
pub(super) fn delete_health_check(call: &mut Call<'_>) -> Answer {
    let id = only_id(call)?;
    let removed = call.world.route53.health_checks.remove(&id);
    removed.map(|_| json!({})).ok_or_else(|| no_such_check(&id))
}

/// `ListHealthChecks`
pub(super) fn list_health_checks(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let marker = input.text("marker")?.unwrap_or_default();
    let limit = max_items(&mut input, 1000)?;
    input.finish()?;
    let mut checks = call.world.route53.health_checks.range(marker.clone()..);
    let page = checks.by_ref().take(limit);
    let page: Vec<Value> = page.map(|(id, check)| check.answer(id)).collect();
    let next = checks.next().map(|(id, _)| id);
    Ok(json!({
        "HealthChecks": { "HealthCheck": page },
        "Marker": marker,
        "IsTruncated": next.is_some(),
        "NextMarker": next,
        "MaxItems": limit.to_string(),
    }))
}

/// No health check of that id.
pub(super) fn no_such_check(id: &str) -> Refusal {
    let message = format!("A health check with id {id} does not exist.");
    Refusal::new("NoSuchHealthCheck", message).status(404)
}

impl HealthCheck {
    fn answer(&self, id: &str) -> Value {
        json!({
            "Id": id,
            "CallerReference": self.caller_reference,
            "HealthCheckConfig": self.config,
            "HealthCheckVersion": 1,
        })
    }
}

/// Checks of endpoints only: the other types watch what the twin does not have.
fn read_config(mut input: Input) -> Result<Map<String, Value>, Refusal> {
    let mut config = Map::new();
    let kind = input.required("Type")?;
    match kind.as_str() {
        "HTTP" | "HTTPS" | "HTTP_STR_MATCH" | "HTTPS_STR_MATCH" | "TCP" => {}
        "CALCULATED" | "CLOUDWATCH_METRIC" | "RECOVERY_CONTROL" => {
            return Err(Refusal::not_implemented(format!(
                "health checks of type {kind}"
            )));
        }
        other => return Err(refuse::input(format!("Invalid health check type: {other}"))),
    }
    let interval = input.number("RequestInterval")?.unwrap_or(30);
    let threshold = input.number("FailureThreshold")?.unwrap_or(3);
    if !matches!(interval, 10 | 30) || !(1..=10).contains(&threshold) {
        let message = "RequestInterval must be 10 or 30, and FailureThreshold from 1 to 10.";
        return Err(refuse::input(message));
    }
    for name in [
        "IPAddress",
        "ResourcePath",
        "FullyQualifiedDomainName",
        "SearchString",
    ] {
        if let Some(text) = input.text(name)? {
            config.insert(name.to_owned(), json!(text));
        }
    }
    let addressed = ["IPAddress", "FullyQualifiedDomainName"];
    if !addressed.iter().any(|name| config.contains_key(*name)) {
        let message = "Either IPAddress or FullyQualifiedDomainName must be specified.";
        return Err(refuse::input(message));
    }
    let usual = if kind.starts_with("HTTPS") { 443 } else { 80 };
    let port = input.number("Port")?;
    if port.is_some_and(|port| !(1..=65535).contains(&port)) {
        return Err(refuse::input("Port must be from 1 to 65535."));
    }
    if port.is_none() && kind == "TCP" {
        return Err(refuse::input(
            "Port must be specified for a TCP health check.",
        ));
    }
    for (name, default) in [
        ("MeasureLatency", false),
        ("Inverted", false),
        ("Disabled", false),
        ("EnableSNI", kind.starts_with("HTTPS")),
    ] {
        let value = input.boolean(name)?.unwrap_or(default);
        config.insert(name.to_owned(), json!(value));
    }
    input.finish()?;
    config.insert("Type".to_owned(), json!(kind));
    config.insert("Port".to_owned(), json!(port.unwrap_or(usual)));
    config.insert("RequestInterval".to_owned(), json!(interval));
    config.insert("FailureThreshold".to_owned(), json!(threshold));
    Ok(config)
}

fn only_id(call: &mut Call<'_>) -> Result<String, Refusal> {
    let mut input = std::mem::take(&mut call.input);
    let id = input.required("HealthCheckId")?;
    input.finish()?;
    Ok(id)
}
