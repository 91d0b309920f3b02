//! Namespaces: create, get, list. A namespace is there when its operation has succeeded.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::operation::{self, What};
use super::{lists, refuse};
use crate::clock::Millis;
use crate::input::Input;
use crate::operation::{Answer, Call};
use crate::refusal::Refusal;
use crate::route53;
use crate::tags::Tags;
use crate::world::World;

/// A namespace.
#[derive(Clone, Serialize, Deserialize, Debug)]
pub(super) struct Namespace {
    pub(super) id: String,
    pub(super) arn: String,
    pub(super) name: String,
    /// The VPC of a private DNS namespace; an HTTP one has none.
    pub(super) vpc: Option<String>,
    /// The hosted zone of a private DNS namespace.
    pub(super) zone: Option<String>,
    pub(super) soa_ttl: i64,
    pub(super) description: Option<String>,
    created: Millis,
    creator: Option<String>,
    /// Its operation has succeeded.
    pub(super) ready: bool,
    pub(super) tags: Tags,
}

/// Namespaces per region [Cloud Map quotas].
const NAMESPACES: usize = 50;
/// The zone's, unless told otherwise.
const SOA_TTL: i64 = 15;

pub(super) fn create_http(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let name = input.required("Name")?;
    let creator = lists::text(&mut input, "CreatorRequestId", 64)?;
    let description = lists::text(&mut input, "Description", 1024)?;
    let tags = lists::tags(&mut input)?;
    input.finish()?;
    check_name(&name, 1024)?;
    create(call, name, None, SOA_TTL, description, creator, tags)
}

pub(super) fn create_private(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let name = input.required("Name")?;
    let vpc = input.required("Vpc")?;
    let creator = lists::text(&mut input, "CreatorRequestId", 64)?;
    let description = lists::text(&mut input, "Description", 1024)?;
    let ttl = read_soa(input.object("Properties")?)?;
    let tags = lists::tags(&mut input)?;
    input.finish()?;
    check_name(&name, 253)?;
    create(
        call,
        name,
        Some(vpc),
        ttl.unwrap_or(SOA_TTL),
        description,
        creator,
        tags,
    )
}

fn create(
    call: &mut Call<'_>,
    name: String,
    vpc: Option<String>,
    soa_ttl: i64,
    description: Option<String>,
    creator: Option<String>,
    tags: Tags,
) -> Answer {
    let map = &call.here().cloudmap;
    let same = |it: &operation::Running| match &it.what {
        What::CreateNamespace { creator: theirs } => creator.is_some() && *theirs == creator,
        _ => false,
    };
    if let Some(running) = map.under_way(same) {
        return Err(refuse::duplicate(running));
    }
    // A private name can be used again in another VPC; a name that the API is asked by, only once.
    let taken =
        |it: &&Namespace| it.name == name && (it.vpc == vpc || vpc.is_none() || it.vpc.is_none());
    if let Some(known) = map.namespaces.values().find(taken) {
        let message = "The namespace that you're trying to create already exists.";
        let mut refusal =
            Refusal::new("NamespaceAlreadyExists", message).because("NamespaceId", &known.id);
        if let Some(creator) = &known.creator {
            refusal = refusal.because("CreatorRequestId", creator);
        }
        return Err(refusal);
    }
    if map.namespaces.len() >= NAMESPACES {
        let message = format!("You have reached the limit of {NAMESPACES} namespaces.");
        return Err(Refusal::new("ResourceLimitExceeded", message));
    }
    let id = add(
        call.world,
        &call.region,
        Namespace {
            id: String::new(),
            arn: String::new(),
            name,
            vpc,
            zone: None,
            soa_ttl,
            description,
            created: call.world.now,
            creator: creator.clone(),
            ready: false,
            tags,
        },
    );
    operation::submit(
        call,
        What::CreateNamespace { creator },
        &[("NAMESPACE", &id)],
    )
}

fn add(world: &mut World, region: &str, mut namespace: Namespace) -> String {
    let id = format!("ns-{}", world.ids.letters(16).to_lowercase());
    namespace.arn = format!(
        "arn:aws:servicediscovery:{region}:{}:namespace/{id}",
        world.account
    );
    namespace.id.clone_from(&id);
    world
        .region(region)
        .cloudmap
        .namespaces
        .insert(id.clone(), namespace);
    id
}

/// An HTTP namespace that another service makes, at once. Gives its ARN.
pub(crate) fn make_http(world: &mut World, region: &str, name: &str, tags: Tags) -> String {
    let id = add(
        world,
        region,
        Namespace {
            id: String::new(),
            arn: String::new(),
            name: name.to_owned(),
            vpc: None,
            zone: None,
            soa_ttl: SOA_TTL,
            description: None,
            created: world.now,
            creator: None,
            ready: true,
            tags,
        },
    );
    let found = world.region(region).cloudmap.namespaces.get(&id);
    found.map(|it| it.arn.clone()).unwrap_or_default()
}

/// The operation is carried out: a private one gets its hosted zone, or is no namespace.
pub(super) fn finish(world: &mut World, region: &str, id: &str) -> Result<(), Refusal> {
    let found = world.region(region).cloudmap.namespaces.get(id).cloned();
    let Some(namespace) = found else {
        return Err(refuse::no_namespace());
    };
    let mut zone = None;
    if let Some(vpc) = &namespace.vpc {
        let made = route53::make_private_zone(world, &namespace.name, (region, vpc), &namespace.id);
        match made {
            Ok(made) => zone = Some(made),
            Err(refusal) => {
                world.region(region).cloudmap.namespaces.remove(id);
                let message = format!(
                    "{} (Service: AmazonRoute53; Status Code: {}; Error Code: {})",
                    refusal.message, refusal.status, refusal.code
                );
                return Err(Refusal::new("CANNOT_CREATE_HOSTED_ZONE", message));
            }
        }
    }
    if let Some(namespace) = world.region(region).cloudmap.namespaces.get_mut(id) {
        (namespace.zone, namespace.ready) = (zone, true);
    }
    Ok(())
}

pub(super) fn get(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let given = input.required("Id")?;
    input.finish()?;
    let namespace = find(call.world, &call.region, &given)?;
    let mut view = view(call.world, &call.region, namespace);
    view["CreatorRequestId"] = json!(namespace.creator);
    Ok(json!({ "Namespace": view }))
}

pub(super) fn list(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let filters =
        lists::Filters::read(&mut input, &["TYPE", "NAME", "HTTP_NAME", "RESOURCE_OWNER"])?;
    let window = lists::Window::read(&mut input)?;
    input.finish()?;
    let here = call
        .world
        .regions
        .get(&call.region)
        .map(|here| &here.cloudmap);
    let all = here.into_iter().flat_map(|here| here.namespaces.values());
    let rows = all.filter(|it| it.ready).filter(|it| {
        filters.fit(|name| match name {
            "TYPE" => it.kind().to_owned(),
            "RESOURCE_OWNER" => "SELF".to_owned(),
            _ => it.name.clone(),
        })
    });
    let rows = rows.map(|it| view(call.world, &call.region, it)).collect();
    window.answer("Namespaces", rows)
}

/// The namespace of that id or ARN.
pub(super) fn find<'a>(
    world: &'a World,
    region: &str,
    given: &str,
) -> Result<&'a Namespace, Refusal> {
    let here = world.regions.get(region);
    let found = here.and_then(|here| here.cloudmap.namespaces.get(lists::id(given)));
    found.filter(|it| it.ready).ok_or_else(refuse::no_namespace)
}

/// ARN and name of the namespace that another service means by its name or ARN.
pub(crate) fn find_namespace(world: &World, region: &str, given: &str) -> Option<(String, String)> {
    let here = world.regions.get(region)?;
    let mut all = here.cloudmap.namespaces.values().filter(|it| it.ready);
    let found = all.find(|it| it.arn == given || it.name == given)?;
    Some((found.arn.clone(), found.name.clone()))
}

pub(super) fn is_private(world: &World, region: &str, id: &str) -> bool {
    let here = world.regions.get(region);
    let found = here.and_then(|here| here.cloudmap.namespaces.get(id));
    found.is_some_and(|it| it.vpc.is_some())
}

/// Takes the TTL of the zone's SOA record out of `Properties`.
pub(super) fn read_soa(properties: Option<Input>) -> Result<Option<i64>, Refusal> {
    let Some(mut properties) = properties else {
        return Ok(None);
    };
    let mut ttl = None;
    if let Some(mut dns) = properties.object("DnsProperties")? {
        if let Some(mut soa) = dns.object("SOA")? {
            ttl = Some(lists::ttl(&mut soa)?);
            soa.finish()?;
        }
        dns.finish()?;
    }
    properties.finish()?;
    Ok(ttl)
}

/// Printable characters, and nothing that looks like an ARN [service model: NamespaceName].
fn check_name(name: &str, longest: usize) -> Result<(), Refusal> {
    let good = name.bytes().all(|byte| byte.is_ascii_graphic());
    if name.is_empty() || name.len() > longest || !good || name.starts_with("arn:") {
        return Err(refuse::input(format!(
            "'{name}' is not a valid name of a namespace."
        )));
    }
    Ok(())
}

fn view(world: &World, region: &str, it: &Namespace) -> Value {
    let here = world.regions.get(region).map(|here| &here.cloudmap);
    let services = here.into_iter().flat_map(|here| here.services.values());
    let services = services
        .filter(|service| service.namespace == it.id)
        .count();
    let mut properties = json!({ "HttpProperties": { "HttpName": it.name } });
    if let Some(zone) = &it.zone {
        properties["DnsProperties"] = json!({ "HostedZoneId": zone, "SOA": { "TTL": it.soa_ttl } });
    }
    json!({
        "Id": it.id,
        "Arn": it.arn,
        "ResourceOwner": world.account,
        "Name": it.name,
        "Type": it.kind(),
        "Description": it.description,
        "ServiceCount": services,
        "Properties": properties,
        "CreateDate": it.created.epoch_seconds(),
    })
}

impl Namespace {
    pub(super) fn kind(&self) -> &'static str {
        if self.vpc.is_some() {
            "DNS_PRIVATE"
        } else {
            "HTTP"
        }
    }
}
