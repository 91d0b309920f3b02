//! Instances: what is registered under a service.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::operation::{self, What};
use super::service::{self, Service};
use super::{Happening, lists, refuse};
use crate::agenda;
use crate::operation::{Answer, Call};
use crate::refusal::Refusal;
use crate::world::World;

/// An instance.
#[derive(Clone, Serialize, Deserialize, Debug)]
pub(super) struct Instance {
    pub(super) attributes: BTreeMap<String, String>,
    creator: Option<String>,
    pub(super) healthy: bool,
}

/// Instances per service [Cloud Map quotas].
const INSTANCES: usize = 1_000;
/// Attributes of an instance, and their letters [Cloud Map quotas].
const ATTRIBUTES: usize = 30;
const LETTERS: usize = 5_000;

/// A second registration under the same id replaces the first.
pub(super) fn register_instance(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let given = input.required("ServiceId")?;
    let id = input.required("InstanceId")?;
    let creator = lists::text(&mut input, "CreatorRequestId", 64)?;
    if !input.has("Attributes") {
        return Err(input.missing("Attributes"));
    }
    let attributes = input.text_map("Attributes")?;
    input.finish()?;
    let good = |c: char| c.is_ascii_alphanumeric() || "_/:.@-".contains(c);
    if !(1..=64).contains(&id.len()) || !id.chars().all(good) {
        return Err(refuse::input(format!(
            "'{id}' is not a valid id of an instance."
        )));
    }
    let service = service::find(call.world, &call.region, &given)?;
    check(service, &attributes)?;
    if service.instances.len() >= INSTANCES && !service.instances.contains_key(&id) {
        let message = format!("A service has at most {INSTANCES} instances.");
        return Err(Refusal::new("ResourceLimitExceeded", message));
    }
    let service = service.id.clone();
    refuse_busy(call, &service, &id)?;
    let what = What::RegisterInstance {
        attributes,
        creator,
    };
    operation::submit(call, what, &[("INSTANCE", &id), ("SERVICE", &service)])
}

/// What the records of the service are made of must be there [Cloud Map API: RegisterInstance Attributes].
fn check(service: &Service, attributes: &BTreeMap<String, String>) -> Result<(), Refusal> {
    let letters: usize = attributes
        .iter()
        .map(|(key, value)| key.len() + value.len())
        .sum();
    if attributes.len() > ATTRIBUTES || letters > LETTERS {
        return Err(refuse::input(format!(
            "An instance has at most {ATTRIBUTES} attributes and {LETTERS} characters in them."
        )));
    }
    let records = service.dns.iter().flat_map(|dns| &dns.records);
    let records: Vec<&str> = records.map(|(kind, _)| kind.as_str()).collect();
    let alias = attributes.contains_key("AWS_ALIAS_DNS_NAME");
    let address = [
        "AWS_INSTANCE_IPV4",
        "AWS_INSTANCE_IPV6",
        "AWS_EC2_INSTANCE_ID",
    ];
    let has = |name: &str| attributes.contains_key(name);
    for kind in &records {
        let met = match *kind {
            "A" => alias || has("AWS_INSTANCE_IPV4") || has("AWS_EC2_INSTANCE_ID"),
            "AAAA" => alias || has("AWS_INSTANCE_IPV6"),
            "CNAME" => has("AWS_INSTANCE_CNAME"),
            _ => has("AWS_INSTANCE_PORT") && address.iter().any(|name| has(name)),
        };
        if !met {
            return Err(refuse::input(format!(
                "The attributes lack what the service's {kind} record is made of."
            )));
        }
    }
    let ip: Option<&String> = attributes.get("AWS_INSTANCE_IPV4");
    if ip.is_some_and(|ip| ip.parse::<std::net::Ipv4Addr>().is_err()) {
        return Err(refuse::input("AWS_INSTANCE_IPV4 is not an IPv4 address."));
    }
    let port = attributes.get("AWS_INSTANCE_PORT");
    if port.is_some_and(|port| !port.parse::<u16>().is_ok_and(|port| port > 0)) {
        return Err(refuse::input(
            "AWS_INSTANCE_PORT must be between 1 and 65535.",
        ));
    }
    Ok(())
}

pub(super) fn deregister_instance(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let given = input.required("ServiceId")?;
    let id = input.required("InstanceId")?;
    input.finish()?;
    let service = service::find(call.world, &call.region, &given)?;
    if !service.instances.contains_key(&id) {
        return Err(refuse::no_instance());
    }
    let service = service.id.clone();
    refuse_busy(call, &service, &id)?;
    let targets = [("INSTANCE", id.as_str()), ("SERVICE", service.as_str())];
    operation::submit(call, What::DeregisterInstance, &targets)
}

pub(super) fn get(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let given = input.required("ServiceId")?;
    let id = input.required("InstanceId")?;
    input.finish()?;
    let service = service::find(call.world, &call.region, &given)?;
    let instance = service.instances.get(&id).ok_or_else(refuse::no_instance)?;
    let mut view = instance.view(&id, &call.world.account);
    view["CreatorRequestId"] = json!(instance.creator);
    Ok(json!({ "Instance": view, "ResourceOwner": call.account() }))
}

pub(super) fn list(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let given = input.required("ServiceId")?;
    let window = lists::Window::read(&mut input)?;
    input.finish()?;
    let service = service::find(call.world, &call.region, &given)?;
    let rows = service
        .instances
        .iter()
        .map(|(id, it)| it.view(id, &call.world.account));
    let mut answer = window.answer("Instances", rows.collect())?;
    answer["ResourceOwner"] = json!(call.account());
    Ok(answer)
}

/// The registration takes effect.
pub(super) fn finish(
    world: &mut World,
    region: &str,
    service: &str,
    id: &str,
    attributes: BTreeMap<String, String>,
    creator: Option<String>,
) {
    if let Some(service) = world.region(region).cloudmap.services.get_mut(service) {
        let healthy = attributes
            .get("AWS_INIT_HEALTH_STATUS")
            .is_none_or(|it| it == "HEALTHY");
        let instance = Instance {
            attributes,
            creator,
            healthy,
        };
        service.instances.insert(id.to_owned(), instance);
        service.revision += 1;
    }
}

pub(super) fn remove(world: &mut World, region: &str, service: &str, id: &str) {
    if let Some(service) = world.region(region).cloudmap.services.get_mut(service) {
        service.instances.remove(id);
        service.revision += 1;
    }
}

/// Registers an instance of a service that is named by its ARN, as ECS does for its tasks.
pub(crate) fn register(
    world: &mut World,
    region: &str,
    service: &str,
    id: &str,
    attributes: BTreeMap<String, String>,
) {
    finish(world, region, lists::id(service), id, attributes, None);
}

/// Takes such an instance away, after a while: it outlives its task a little (failures.md 1.2, Cloud Map).
pub(crate) fn deregister(world: &mut World, region: &str, service: &str, id: &str) {
    let at = world.now + Duration::from_millis(world.timing.cloud_map);
    let what = Happening::Left {
        service: lists::id(service).to_owned(),
        instance: id.to_owned(),
    };
    world
        .agenda
        .add(at, region, agenda::Happening::Cloudmap(what));
}

fn refuse_busy(call: &mut Call<'_>, service: &str, id: &str) -> Result<(), Refusal> {
    let map = &call.here().cloudmap;
    match map.under_way(|it| it.targets("SERVICE", service) && it.targets("INSTANCE", id)) {
        Some(running) => Err(refuse::duplicate(running)),
        None => Ok(()),
    }
}

impl Instance {
    fn view(&self, id: &str, account: &str) -> Value {
        json!({ "Id": id, "Attributes": self.attributes, "CreatedByAccount": account })
    }
}
