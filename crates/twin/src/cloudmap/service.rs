//! Services: what instances are registered under. They are made and deleted at once.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::instance::Instance;
use super::{lists, namespace, refuse};
use crate::clock::Millis;
use crate::input::Input;
use crate::operation::{Answer, Call};
use crate::refusal::Refusal;
use crate::tags::Tags;
use crate::world::World;

/// A service.
#[derive(Clone, Serialize, Deserialize, Debug)]
pub(super) struct Service {
    pub(super) id: String,
    pub(super) arn: String,
    pub(super) name: String,
    pub(super) namespace: String,
    pub(super) description: Option<String>,
    /// None: found by the API only.
    pub(super) dns: Option<Dns>,
    /// Whoever registers instances says how they are.
    pub(super) custom_health: bool,
    created: Millis,
    creator: Option<String>,
    pub(super) instances: BTreeMap<String, Instance>,
    /// Counts changes of its instances.
    pub(super) revision: u64,
    pub(super) tags: Tags,
}

/// The records that each instance gets.
#[derive(Clone, Serialize, Deserialize, Debug, PartialEq)]
pub(super) struct Dns {
    routing: String,
    /// Type and TTL.
    pub(super) records: Vec<(String, i64)>,
}

pub(super) fn create(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let name = input.required("Name")?;
    let mut given = input.text("NamespaceId")?;
    let creator = lists::text(&mut input, "CreatorRequestId", 64)?;
    let description = lists::text(&mut input, "Description", 1024)?;
    let mut dns = None;
    if let Some(mut config) = input.object("DnsConfig")? {
        // The older place for it.
        given = given.or(config.text("NamespaceId")?);
        dns = Some(read_dns(&mut config)?);
        config.finish()?;
    }
    let checked = input.has("HealthCheckConfig");
    input.accept("HealthCheckConfig", &[])?;
    let custom = read_custom(&mut input)?;
    let kind = input.text("Type")?;
    let tags = lists::tags(&mut input)?;
    input.finish()?;
    check_name(&name)?;
    let given = given.ok_or_else(|| refuse::input("A namespace must be specified."))?;
    let namespace = namespace::find(call.world, &call.region, &given)?;
    let (namespace, private) = (namespace.id.clone(), namespace.vpc.is_some());
    match (private, &dns, kind.as_deref()) {
        (_, _, Some(other)) if other != "HTTP" => {
            return Err(refuse::input(format!(
                "Type can only be HTTP, not {other}."
            )));
        }
        (_, Some(_), Some(_)) => {
            return Err(refuse::input(
                "DnsConfig cannot be specified for a service of type HTTP.",
            ));
        }
        (false, Some(_), _) => {
            return Err(refuse::input(
                "DnsConfig cannot be specified in an HTTP namespace.",
            ));
        }
        (true, None, None) => {
            return Err(refuse::input(
                "DnsConfig or Type must be specified in a DNS namespace.",
            ));
        }
        _ => {}
    }
    if checked {
        return Err(refuse::input(
            "HealthCheckConfig can only be specified in public DNS namespaces.",
        ));
    }
    let services = call.here().cloudmap.services.values();
    let mut taken =
        services.filter(|it| it.namespace == namespace && it.name.eq_ignore_ascii_case(&name));
    if let Some(known) = taken.next() {
        let message =
            "The service can't be created because a service with the same name already exists.";
        let mut refusal =
            Refusal::new("ServiceAlreadyExists", message).because("ServiceId", &known.id);
        if let Some(creator) = &known.creator {
            refusal = refusal.because("CreatorRequestId", creator);
        }
        return Err(refusal);
    }
    let id = add(
        call.world,
        &call.region,
        Service {
            id: String::new(),
            arn: String::new(),
            name,
            namespace,
            description,
            dns,
            custom_health: custom,
            created: call.world.now,
            creator,
            instances: BTreeMap::new(),
            revision: 1,
            tags,
        },
    );
    answer(call, &id)
}

fn add(world: &mut World, region: &str, mut service: Service) -> String {
    let id = format!("srv-{}", world.ids.letters(16).to_lowercase());
    service.arn = format!(
        "arn:aws:servicediscovery:{region}:{}:service/{id}",
        world.account
    );
    service.id.clone_from(&id);
    world
        .region(region)
        .cloudmap
        .services
        .insert(id.clone(), service);
    id
}

pub(super) fn get(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let given = input.required("Id")?;
    input.finish()?;
    answer(call, &given)
}

fn answer(call: &Call<'_>, given: &str) -> Answer {
    let service = find(call.world, &call.region, given)?;
    let mut view = service.view(call.world);
    view["NamespaceId"] = json!(service.namespace);
    view["CreatorRequestId"] = json!(service.creator);
    Ok(json!({ "Service": view }))
}

pub(super) fn list(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let filters = lists::Filters::read(&mut input, &["NAMESPACE_ID", "RESOURCE_OWNER"])?;
    let window = lists::Window::read(&mut input)?;
    input.finish()?;
    let here = call
        .world
        .regions
        .get(&call.region)
        .map(|here| &here.cloudmap);
    let all = here.into_iter().flat_map(|here| here.services.values());
    let rows = all.filter(|it| {
        filters.fit(|name| match name {
            "NAMESPACE_ID" => it.namespace.clone(),
            _ => "SELF".to_owned(),
        })
    });
    let rows = rows.map(|it| it.view(call.world)).collect();
    window.answer("Services", rows)
}

/// Refused as long as it has instances [Cloud Map API: DeleteService].
pub(super) fn delete(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let given = input.required("Id")?;
    input.finish()?;
    let service = find(call.world, &call.region, &given)?;
    let id = service.id.clone();
    if !service.instances.is_empty() {
        return Err(refuse::in_use(
            "Service contains registered instances; delete the instances before deleting the service",
        ));
    }
    call.here().cloudmap.services.remove(&id);
    Ok(json!({}))
}

/// A service that ECS keeps in a namespace for Service Connect: the one that is there, or a new one. Gives its ARN.
pub(crate) fn make_managed(world: &mut World, region: &str, namespace: &str, name: &str) -> String {
    let id = lists::id(namespace).to_owned();
    let known = world.region(region).cloudmap.services.values();
    let mut known = known.filter(|it| it.namespace == id && it.name == name);
    if let Some(known) = known.next() {
        return known.arn.clone();
    }
    let tags = [("AmazonECSManaged".to_owned(), "true".to_owned())];
    let made = add(
        world,
        region,
        Service {
            id: String::new(),
            arn: String::new(),
            name: name.to_owned(),
            namespace: id,
            description: Some("Managed by Amazon ECS".to_owned()),
            dns: None,
            custom_health: true,
            created: world.now,
            creator: None,
            instances: BTreeMap::new(),
            revision: 1,
            tags: Tags(tags.into()),
        },
    );
    let made = world.region(region).cloudmap.services.get(&made);
    made.map(|it| it.arn.clone()).unwrap_or_default()
}

/// Takes such a service away, with whatever is registered in it.
pub(crate) fn drop_managed(world: &mut World, region: &str, arn: &str) {
    let services = &mut world.region(region).cloudmap.services;
    services.retain(|_, it| !(it.arn == arn && it.tags.contains_key("AmazonECSManaged")));
}

/// The record types of a service that another service names by its ARN; none for one that has no records.
pub(crate) fn records(world: &World, region: &str, arn: &str) -> Option<Vec<String>> {
    let here = world.regions.get(region)?;
    let found = here.cloudmap.services.values().find(|it| it.arn == arn)?;
    let records = found.dns.iter().flat_map(|dns| &dns.records);
    Some(records.map(|(kind, _)| kind.clone()).collect())
}

/// The service of that id or ARN.
pub(super) fn find<'a>(
    world: &'a World,
    region: &str,
    given: &str,
) -> Result<&'a Service, Refusal> {
    let here = world.regions.get(region);
    let found = here.and_then(|here| here.cloudmap.services.get(lists::id(given)));
    found.ok_or_else(refuse::no_service)
}

/// `MULTIVALUE` unless told otherwise; which records go together [Cloud Map API: DnsRecord].
pub(super) fn read_dns(config: &mut Input) -> Result<Dns, Refusal> {
    let routing = config
        .text("RoutingPolicy")?
        .unwrap_or_else(|| "MULTIVALUE".to_owned());
    if !matches!(routing.as_str(), "MULTIVALUE" | "WEIGHTED") {
        return Err(refuse::input(format!("RoutingPolicy cannot be {routing}.")));
    }
    let mut records = Vec::new();
    for mut record in config.objects("DnsRecords")? {
        let kind = record.required("Type")?;
        records.push((kind, lists::ttl(&mut record)?));
        record.finish()?;
    }
    let has = |kind: &str| records.iter().any(|(known, _)| known == kind);
    let known = records
        .iter()
        .all(|(kind, _)| matches!(kind.as_str(), "A" | "AAAA" | "SRV" | "CNAME"));
    let once = records
        .iter()
        .all(|(kind, _)| records.iter().filter(|(other, _)| other == kind).count() == 1);
    if records.is_empty() || !known || !once {
        return Err(refuse::input(
            "DnsRecords must name each of A, AAAA, SRV and CNAME at most once, and one at least.",
        ));
    }
    if has("CNAME") && (records.len() > 1 || routing != "WEIGHTED") {
        return Err(refuse::input(
            "CNAME records stand alone, and need the routing policy WEIGHTED.",
        ));
    }
    Ok(Dns { routing, records })
}

/// The failure threshold is always one [Cloud Map API: HealthCheckCustomConfig FailureThreshold].
fn read_custom(input: &mut Input) -> Result<bool, Refusal> {
    let Some(mut custom) = input.object("HealthCheckCustomConfig")? else {
        return Ok(false);
    };
    let threshold = custom.number("FailureThreshold")?;
    custom.finish()?;
    match threshold.is_none_or(|it| (1..=10).contains(&it)) {
        true => Ok(true),
        false => Err(refuse::input("FailureThreshold must be between 1 and 10.")),
    }
}

/// Labels of letters, digits, hyphens and underscores [service model: ServiceName].
fn check_name(name: &str) -> Result<(), Refusal> {
    let inner = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    let label = |label: &str| {
        let ends = !label.starts_with('-') && !label.ends_with('-');
        (1..=63).contains(&label.len()) && ends && label.bytes().all(inner)
    };
    if name.len() > 127 || !name.split('.').all(label) {
        return Err(refuse::input(format!(
            "'{name}' is not a valid name of a service."
        )));
    }
    Ok(())
}

impl Service {
    pub(super) fn kind(&self) -> &'static str {
        if self.dns.is_some() {
            "DNS_HTTP"
        } else {
            "HTTP"
        }
    }

    fn view(&self, world: &World) -> Value {
        let dns = self.dns.as_ref().map(|dns| {
            let records = dns.records.iter();
            let records: Vec<Value> = records.map(|(kind, ttl)| json!({ "Type": kind, "TTL": ttl })).collect();
            json!({ "NamespaceId": self.namespace, "RoutingPolicy": dns.routing, "DnsRecords": records })
        });
        json!({
            "Id": self.id,
            "Arn": self.arn,
            "ResourceOwner": world.account,
            "Name": self.name,
            "Type": self.kind(),
            "Description": self.description,
            "InstanceCount": self.instances.len(),
            "DnsConfig": dns,
            "HealthCheckCustomConfig": self.custom_health.then(|| json!({ "FailureThreshold": 1 })),
            "CreateDate": self.created.epoch_seconds(),
            "CreatedByAccount": world.account,
        })
    }
}
