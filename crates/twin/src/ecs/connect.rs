//! Service Connect: services of a namespace that tasks reach by short names [ECS developer guide: Service Connect].
//!
//! The twin checks what ECS checks, keeps the services that ECS keeps in Cloud Map, and registers tasks in them. The
//! proxies beside the containers are not modelled.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::container::{LOGGING, Spec};
use super::names;
use super::refuse;
use super::shape::{self, Member, Shape, may, must};
use super::task_definition::TaskDefinition;
use crate::cloudmap;
use crate::operation::Call;
use crate::refusal::Refusal;
use crate::tags::Tags;
use crate::world::World;

/// The Service Connect configuration of a revision.
#[derive(Serialize, Deserialize, Debug, Clone, PartialEq)]
pub(super) struct Connect {
    /// As the caller gave it, with the namespace filled in.
    shown: Value,
    /// The namespace's ARN.
    namespace: String,
    offers: Vec<Offer>,
}

/// What a service offers to the others.
#[derive(Serialize, Deserialize, Debug, Clone, PartialEq)]
pub(super) struct Offer {
    /// Its name in the namespace.
    discovery: String,
    /// The port of the tasks.
    pub(super) port: u16,
    /// How clients call it.
    alias: (String, i64),
    /// The Cloud Map service, once there is one.
    pub(super) arn: String,
}

const CONFIGURATION: Shape = Shape::Struct(&[
    must("enabled", Shape::Flag),
    may("namespace", Shape::Text),
    may("services", Shape::List(SERVICE)),
    may("logConfiguration", Shape::Struct(LOGGING)),
    may("accessLogConfiguration", Shape::Struct(ACCESS_LOG)),
]);

const SERVICE: &[Member] = &[
    must("portName", Shape::Text),
    may("discoveryName", Shape::Text),
    may("clientAliases", Shape::List(ALIAS)),
    may("ingressPortOverride", Shape::Whole),
    may("timeout", Shape::Struct(TIMEOUT)),
];

const ALIAS: &[Member] = &[must("port", Shape::Whole), may("dnsName", Shape::Text)];

const TIMEOUT: &[Member] = &[
    may("idleTimeoutSeconds", Shape::Whole),
    may("perRequestTimeoutSeconds", Shape::Whole),
];

const ACCESS_LOG: &[Member] = &[
    must("format", Shape::OneOf(&["TEXT", "JSON"])),
    may(
        "includeQueryParameters",
        Shape::OneOf(&["DISABLED", "ENABLED"]),
    ),
];

/// The configuration of a request; none where it says nothing.
pub(super) fn read(raw: Option<Value>) -> Result<Option<Value>, Refusal> {
    let raw = raw.filter(|raw| !raw.is_null());
    raw.map(|raw| shape::check(raw, &CONFIGURATION, "serviceConnectConfiguration"))
        .transpose()
}

/// The default namespace of a cluster, by name or ARN; the empty one takes it away. None where nothing is said.
pub(super) fn read_defaults(raw: Option<Value>) -> Result<Option<String>, Refusal> {
    const DEFAULTS: Shape = Shape::Struct(&[must("namespace", Shape::Text)]);
    let Some(raw) = raw.filter(|raw| !raw.is_null()) else {
        return Ok(None);
    };
    let checked = shape::check(raw, &DEFAULTS, "serviceConnectDefaults")?;
    let name = checked["namespace"].as_str().unwrap_or_default().to_owned();
    if name.len() > 1024 || (!name.starts_with("arn:") && name.contains(['<', '>', '"', '/'])) {
        return Err(refuse::parameter(
            "The Service Connect namespace name is not valid.",
        ));
    }
    Ok(Some(name))
}

/// The ARN of a cluster's default namespace. A name that is not there becomes an HTTP namespace; an ARN must be there
/// [ECS API: ClusterServiceConnectDefaultsRequest].
pub(super) fn default_namespace(
    call: &mut Call<'_>,
    given: &str,
) -> Result<Option<String>, Refusal> {
    if given.is_empty() {
        return Ok(None);
    }
    if let Some((arn, _)) = cloudmap::find_namespace(call.world, &call.region, given) {
        return Ok(Some(arn));
    }
    if given.starts_with("arn:") {
        return Err(no_namespace());
    }
    let tags = [("AmazonECSManaged".to_owned(), "true".to_owned())];
    let region = call.region.clone();
    Ok(Some(cloudmap::make_http(
        call.world,
        &region,
        given,
        Tags(tags.into()),
    )))
}

fn no_namespace() -> Refusal {
    Refusal::new(
        "NamespaceNotFoundException",
        "The specified namespace wasn't found.",
    )
}

/// Checks a configuration against namespace, task definition and the other services of the namespace. None: it is
/// switched off.
pub(super) fn check(
    call: &mut Call<'_>,
    key: &str,
    cluster: &str,
    definition: &str,
    wish: Option<Value>,
) -> Result<Option<Connect>, Refusal> {
    let Some(mut wish) = wish.filter(|wish| wish["enabled"] == true) else {
        return Ok(None);
    };
    let ecs = &call.here().ecs;
    let default = ecs
        .clusters
        .get(cluster)
        .and_then(|it| it.namespace.clone());
    let given = wish["namespace"].as_str().map(str::to_owned).or(default);
    let given = given.filter(|it| !it.is_empty()).ok_or_else(|| {
        refuse::parameter("A namespace must be specified in serviceConnectConfiguration, since the cluster has no default one.")
    })?;
    let found = cloudmap::find_namespace(call.world, &call.region, &given);
    let (namespace, name) = found.ok_or_else(no_namespace)?;
    let ecs = &call.here().ecs;
    let definition = ecs
        .definition(definition)
        .ok_or_else(|| refuse::client("TaskDefinition not found."))?;
    if definition.spec.network_mode.as_deref() == Some("host") {
        return Err(refuse::parameter(
            "Service Connect is not supported for the network mode host.",
        ));
    }
    if wish.get("accessLogConfiguration").is_some() && wish.get("logConfiguration").is_none() {
        return Err(refuse::parameter(
            "accessLogConfiguration needs a logConfiguration in serviceConnectConfiguration.",
        ));
    }
    let services = wish["services"].as_array().cloned().unwrap_or_default();
    let mut offers: Vec<Offer> = Vec::new();
    for service in &services {
        let offer = offer(definition, service, &name)?;
        if offers
            .iter()
            .any(|it| it.discovery == offer.discovery || it.alias == offer.alias)
        {
            return Err(refuse::parameter(format!(
                "The discovery names and client aliases of serviceConnectConfiguration must be unique: {}",
                offer.discovery
            )));
        }
        offers.push(offer);
    }
    let others = ecs
        .services
        .iter()
        .filter(|(other, it)| *other != key && !it.is_inactive());
    let others = others.filter_map(|(_, it)| it.revision()?.connect.as_ref());
    for other in others
        .filter(|it| it.namespace == namespace)
        .flat_map(|it| &it.offers)
    {
        let met = |it: &&Offer| it.discovery == other.discovery || it.alias == other.alias;
        if let Some(offer) = offers.iter().find(met) {
            return Err(refuse::parameter(format!(
                "The discovery name or client alias of {} is already in use in the namespace {name}.",
                offer.discovery
            )));
        }
    }
    wish["namespace"] = json!(namespace);
    Ok(Some(Connect {
        shown: wish,
        namespace,
        offers,
    }))
}

fn offer(definition: &TaskDefinition, service: &Value, namespace: &str) -> Result<Offer, Refusal> {
    let port_name = service["portName"].as_str().unwrap_or_default();
    let containers = definition.spec.container_definitions.iter();
    let mut mappings = containers.flat_map(|it| &it.port_mappings);
    let mapping = mappings.find(|it| it.name.as_deref() == Some(port_name)).ok_or_else(|| {
        refuse::parameter(format!(
            "Service Connect: the portName '{port_name}' does not refer to any named PortMapping in the task definition."
        ))
    })?;
    let discovery = service["discoveryName"].as_str().unwrap_or(port_name);
    if !names::is_port_name(discovery) {
        return Err(refuse::parameter(format!(
            "The discoveryName '{discovery}' is not valid."
        )));
    }
    let aliases = service["clientAliases"]
        .as_array()
        .cloned()
        .unwrap_or_default();
    // One, and one at the least [ECS API: ServiceConnectService clientAliases].
    let [alias] = aliases.as_slice() else {
        return Err(refuse::parameter(format!(
            "The service '{discovery}' in serviceConnectConfiguration must have exactly one client alias."
        )));
    };
    let port = alias["port"].as_i64().unwrap_or_default();
    let over = service["ingressPortOverride"].as_i64();
    if [Some(port), over]
        .into_iter()
        .flatten()
        .any(|port| !(1..=65_535).contains(&port))
    {
        return Err(refuse::parameter(
            "Ports of serviceConnectConfiguration must be between 1 and 65535.",
        ));
    }
    let dns = alias["dnsName"].as_str().map(str::to_owned);
    if dns.as_deref().is_some_and(|dns| !is_alias(dns)) {
        return Err(refuse::parameter(
            "The dnsName of a client alias is not valid.",
        ));
    }
    let dns = dns.unwrap_or_else(|| format!("{discovery}.{namespace}"));
    let over = over.and_then(|port| u16::try_from(port).ok());
    Ok(Offer {
        discovery: discovery.to_owned(),
        port: over.unwrap_or(mapping.container_port),
        alias: (dns, port),
        arn: String::new(),
    })
}

/// [ECS API: ServiceConnectClientAlias dnsName]
fn is_alias(name: &str) -> bool {
    let good =
        |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"_-.".contains(&byte);
    (1..=127).contains(&name.len()) && !name.starts_with('-') && name.bytes().all(good)
}

/// Names of port mappings: small letters, each once [ECS API: PortMapping name].
pub(super) fn check_names(spec: &Spec) -> Result<(), Refusal> {
    let mappings = spec
        .container_definitions
        .iter()
        .flat_map(|it| &it.port_mappings);
    let named: Vec<&str> = mappings.filter_map(|it| it.name.as_deref()).collect();
    for (index, name) in named.iter().enumerate() {
        if !names::is_port_name(name) {
            return Err(refuse::client(format!(
                "The port mapping name '{name}' is not valid."
            )));
        }
        if named[..index].contains(name) {
            return Err(refuse::client(format!(
                "The port mapping name '{name}' must be unique in the task definition."
            )));
        }
    }
    Ok(())
}

impl Connect {
    pub(super) fn offers(&self) -> &[Offer] {
        &self.offers
    }

    /// What an update that says nothing of it wants.
    pub(super) fn wish(&self) -> Value {
        self.shown.clone()
    }

    /// Whether two say the same.
    pub(super) fn same(one: Option<&Connect>, other: Option<&Connect>) -> bool {
        one.map(|it| &it.shown) == other.map(|it| &it.shown)
    }

    /// Makes the Cloud Map services that are not there yet.
    pub(super) fn open(&mut self, world: &mut World, region: &str) {
        for offer in &mut self.offers {
            offer.arn = cloudmap::make_managed(world, region, &self.namespace, &offer.discovery);
        }
    }

    /// The members by which a deployment tells it.
    pub(super) fn tell(&self, view: &mut Value) {
        let resources = self.offers.iter();
        let resources =
            resources.map(|it| json!({ "discoveryName": it.discovery, "discoveryArn": it.arn }));
        view["serviceConnectConfiguration"] = self.shown.clone();
        view["serviceConnectResources"] = resources.collect();
    }
}
