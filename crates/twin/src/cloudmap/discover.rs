//! DiscoverInstances, and how instances are.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::service::{self, Service};
use super::{lists, refuse};
use crate::operation::{Answer, Call};
use crate::refusal::Refusal;

/// By the names of namespace and service, as applications ask.
pub(super) fn discover(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let namespace = input.required("NamespaceName")?;
    let name = input.required("ServiceName")?;
    let limit = input.number("MaxResults")?.unwrap_or(100);
    let wanted = input.text_map("QueryParameters")?;
    let optional = input.text_map("OptionalParameters")?;
    let health = input
        .text("HealthStatus")?
        .unwrap_or_else(|| "HEALTHY".to_owned());
    let account = call.account();
    input.accept("OwnerAccount", &[json!(account)])?;
    input.finish()?;
    if !(1..=1000).contains(&limit) {
        return Err(refuse::input("MaxResults must be between 1 and 1000."));
    }
    if !["HEALTHY", "UNHEALTHY", "ALL", "HEALTHY_OR_ELSE_ALL"].contains(&health.as_str()) {
        return Err(refuse::input(format!("HealthStatus cannot be {health}.")));
    }
    let map = &call.here().cloudmap;
    let mut named = map
        .namespaces
        .values()
        .filter(|it| it.ready && it.name == namespace)
        .peekable();
    if named.peek().is_none() {
        return Err(refuse::no_namespace());
    }
    let ids: Vec<&String> = named.map(|it| &it.id).collect();
    let mut services = map.services.values();
    let service = services.find(|it| ids.contains(&&it.namespace) && it.name == name);
    let service = service.ok_or_else(refuse::no_service)?;
    let has = |attributes: &BTreeMap<String, String>, all: &BTreeMap<String, String>| {
        all.iter()
            .all(|(key, value)| attributes.get(key) == Some(value))
    };
    let fitting = |parameters: &BTreeMap<String, String>| {
        let all = service.instances.iter();
        all.filter(|(_, it)| has(&it.attributes, &wanted) && has(&it.attributes, parameters))
            .collect::<Vec<_>>()
    };
    // Optional parameters narrow the answer if anything fits them.
    let mut found = fitting(&optional);
    if found.is_empty() {
        found = fitting(&BTreeMap::new());
    }
    let well: Vec<_> = found.iter().copied().filter(|(_, it)| it.healthy).collect();
    let shown = match health.as_str() {
        "HEALTHY" => well,
        "UNHEALTHY" => found.into_iter().filter(|(_, it)| !it.healthy).collect(),
        "HEALTHY_OR_ELSE_ALL" if !well.is_empty() => well,
        _ => found,
    };
    let rows = shown
        .into_iter()
        .take(usize::try_from(limit).unwrap_or(1000))
        .map(|(id, it)| {
            json!({
                "InstanceId": id,
                "NamespaceName": namespace,
                "ServiceName": name,
                "HealthStatus": status(service, it.healthy),
                "Attributes": it.attributes,
            })
        });
    let rows: Vec<Value> = rows.collect();
    Ok(json!({ "Instances": rows, "InstancesRevision": service.revision }))
}

pub(super) fn health(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let given = input.required("ServiceId")?;
    let asked = input.has("Instances");
    let wanted = input.texts("Instances")?;
    let window = lists::Window::read(&mut input)?;
    input.finish()?;
    let service = service::find(call.world, &call.region, &given)?;
    if wanted.iter().any(|id| !service.instances.contains_key(id)) {
        return Err(refuse::no_instance());
    }
    let shown = service
        .instances
        .iter()
        .filter(|(id, _)| !asked || wanted.contains(id));
    let rows = shown
        .map(|(id, it)| json!([id, status(service, it.healthy)]))
        .collect();
    let mut answer = window.answer("Status", rows)?;
    let pairs = answer["Status"].as_array().cloned().unwrap_or_default();
    let pairs = pairs
        .into_iter()
        .filter_map(|pair| Some((pair[0].as_str()?.to_owned(), pair[1].clone())));
    answer["Status"] = Value::Object(pairs.collect());
    Ok(answer)
}

pub(super) fn update_health(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let given = input.required("ServiceId")?;
    let id = input.required("InstanceId")?;
    let wish = input.required("Status")?;
    input.finish()?;
    if !matches!(wish.as_str(), "HEALTHY" | "UNHEALTHY") {
        return Err(refuse::input(format!("Status cannot be {wish}.")));
    }
    let service = service::find(call.world, &call.region, &given)?;
    if !service.custom_health {
        let message = "The service has no custom health check.";
        return Err(Refusal::new("CustomHealthNotFound", message).status(404));
    }
    let service = service.id.clone();
    let service = call.here().cloudmap.services.get_mut(&service);
    let instance = service.and_then(|it| it.instances.get_mut(&id));
    instance.ok_or_else(refuse::no_instance)?.healthy = wish == "HEALTHY";
    Ok(Value::Null)
}

/// Without a health check nobody knows.
fn status(service: &Service, healthy: bool) -> &'static str {
    match (service.custom_health, healthy) {
        (false, _) => "UNKNOWN",
        (true, true) => "HEALTHY",
        (true, false) => "UNHEALTHY",
    }
}
