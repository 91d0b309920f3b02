//! Clusters: names under which services and tasks run.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::container_instance::Status;
use super::listing::page;
use super::shape::{self, Member, Shape, may, must};
use super::{Ecs, capacity, connect, names, refuse, roles};
use crate::clock::Millis;
use crate::iam;
use crate::operation::{Answer, Call};
use crate::refusal::Refusal;
use crate::tags::Tags;

/// A cluster. A deleted one stays as INACTIVE until its name is used again [ECS API: DeleteCluster].
#[derive(Serialize, Deserialize, Debug)]
pub(super) struct Cluster {
    pub(super) name: String,
    pub(super) arn: String,
    pub(super) active: bool,
    pub(super) tags: Tags,
    pub(super) settings: Vec<Value>,
    pub(super) configuration: Option<Value>,
    pub(super) providers: Vec<String>,
    pub(super) default_strategy: Vec<capacity::Item>,
    /// When it last got or lost a provider over an Auto Scaling group.
    #[serde(default)]
    pub(super) attached: Option<Millis>,
    /// The ARN of the namespace for services that name none.
    #[serde(default)]
    pub(super) namespace: Option<String>,
}

impl Cluster {
    /// Whether Container Insights counts here.
    pub(super) fn has_insights(&self) -> bool {
        let mut settings = self.settings.iter();
        settings.any(|it| it["name"] == "containerInsights" && it["value"] != "disabled")
    }
}

const CONFIGURATION: Shape = Shape::Struct(&[
    may("executeCommandConfiguration", Shape::Struct(EXECUTE)),
    may(
        "managedStorageConfiguration",
        Shape::Struct(&[
            may("kmsKeyId", Shape::Text),
            may("fargateEphemeralStorageKmsKeyId", Shape::Text),
        ]),
    ),
]);

const EXECUTE: &[Member] = &[
    may("kmsKeyId", Shape::Text),
    may("logging", Shape::OneOf(&["NONE", "DEFAULT", "OVERRIDE"])),
    may(
        "logConfiguration",
        Shape::Struct(&[
            may("cloudWatchLogGroupName", Shape::Text),
            may("cloudWatchEncryptionEnabled", Shape::Flag),
            may("s3BucketName", Shape::Text),
            may("s3EncryptionEnabled", Shape::Flag),
            may("s3KeyPrefix", Shape::Text),
        ]),
    ),
];

const SETTINGS: Shape = Shape::List(&[
    must("name", Shape::OneOf(&["containerInsights"])),
    must("value", Shape::OneOf(&["enabled", "disabled", "enhanced"])),
]);

/// Idempotent by name: a second call answers with the cluster that is there, whoever made it, and changes nothing
/// (failures.md 1.2). The first call in an account makes the service-linked role, too late for a call that names
/// capacity providers (terraform-provider-aws retries that one).
pub(super) fn create(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let name = input
        .text("clusterName")?
        .unwrap_or_else(|| "default".to_owned());
    let tags = Tags::from_list(input.objects("tags")?, "key", "value")?;
    let settings = read_settings(input.raw("settings"))?;
    let configuration = read_configuration(input.raw("configuration"))?;
    let providers = capacity::short_names(input.texts("capacityProviders")?);
    let strategy = capacity::read_strategy(input.raw("defaultCapacityProviderStrategy"))?;
    let defaults = connect::read_defaults(input.raw("serviceConnectDefaults"))?;
    input.finish()?;
    if !names::is_name(&name) {
        return Err(refuse::parameter("Identifier contains invalid characters."));
    }
    capacity::check_providers(&call.here().ecs, &providers)?;
    capacity::check_strategy(&strategy, &providers)?;
    if !roles::linked(call.world) {
        iam::create_service_linked_role(call.world, roles::SERVICE, None, None)?;
        if !providers.is_empty() {
            return Err(refuse::no_linked_role());
        }
    }
    if call
        .here()
        .ecs
        .clusters
        .get(&name)
        .is_some_and(|cluster| cluster.active)
    {
        return answer(call, &name);
    }
    let arn = call.arn("ecs", &format!("cluster/{name}"));
    let over_groups = providers.iter().any(|it| !capacity::is_fargate(it));
    let attached = over_groups.then(|| call.now());
    let namespace = match defaults {
        Some(given) => connect::default_namespace(call, &given)?,
        None => None,
    };
    let settings = settings
        .unwrap_or_else(|| vec![json!({ "name": "containerInsights", "value": "disabled" })]);
    let cluster = Cluster {
        name: name.clone(),
        arn,
        active: true,
        tags,
        settings,
        configuration,
        providers,
        default_strategy: strategy,
        attached,
        namespace,
    };
    call.here().ecs.clusters.insert(name.clone(), cluster);
    answer(call, &name)
}

pub(super) fn update(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let given = input.required("cluster")?;
    let settings = read_settings(input.raw("settings"))?;
    let configuration = read_configuration(input.raw("configuration"))?;
    let defaults = connect::read_defaults(input.raw("serviceConnectDefaults"))?;
    input.finish()?;
    if let Some(namespace) = defaults {
        let name = names::active_cluster(call, Some(given.clone()))?;
        let namespace = connect::default_namespace(call, &namespace)?;
        if let Some(cluster) = call.here().ecs.clusters.get_mut(&name) {
            cluster.namespace = namespace;
        }
    }
    change(call, given, settings, configuration)
}

pub(super) fn update_settings(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let given = input.required("cluster")?;
    let settings = read_settings(input.raw("settings"))?;
    input.finish()?;
    change(call, given, settings, None)
}

fn change(
    call: &mut Call<'_>,
    given: String,
    settings: Option<Vec<Value>>,
    configuration: Option<Value>,
) -> Answer {
    let name = names::active_cluster(call, Some(given))?;
    if let Some(cluster) = call.here().ecs.clusters.get_mut(&name) {
        if let Some(settings) = settings {
            cluster.settings = settings;
        }
        if configuration.is_some() {
            cluster.configuration = configuration;
        }
    }
    answer(call, &name)
}

/// Refused while anything is in it [ECS API: DeleteCluster]. Tasks count until they are STOPPED.
pub(super) fn delete(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let given = input.required("cluster")?;
    input.finish()?;
    let name = names::active_cluster(call, Some(given))?;
    check_settled(call, &name)?;
    let ecs = &mut call.here().ecs;
    if ecs
        .services
        .values()
        .any(|service| service.cluster == name && service.is_active())
    {
        return Err(Refusal::new(
            "ClusterContainsServicesException",
            "The Cluster cannot be deleted while Services are active.",
        ));
    }
    if ecs
        .tasks
        .values()
        .any(|task| task.cluster == name && !task.is_stopped())
    {
        return Err(Refusal::new(
            "ClusterContainsTasksException",
            "The Cluster cannot be deleted while Tasks are active.",
        ));
    }
    let there = |it: &super::container_instance::ContainerInstance| {
        it.cluster == name && it.status != Status::Inactive
    };
    if ecs.instances.values().any(there) {
        return Err(Refusal::new(
            "ClusterContainsContainerInstancesException",
            "The Cluster cannot be deleted while Container Instances are active or draining.",
        ));
    }
    let mut providers = ecs.providers.values().filter(|it| it.active);
    if providers.any(|it| it.managed().is_some_and(|managed| managed.cluster == name)) {
        return Err(Refusal::new(
            "ClusterContainsCapacityProviderException",
            "The Cluster cannot be deleted while it contains Managed Instances capacity providers.",
        ));
    }
    if let Some(cluster) = ecs.clusters.get_mut(&name) {
        cluster.active = false;
        cluster.providers.clear();
        cluster.default_strategy.clear();
        cluster.tags = Tags::default();
    }
    answer(call, &name)
}

/// While providers are being attached or detached nothing else may be changed about them
/// [ECS API: UpdateInProgressException].
pub(super) fn check_settled(call: &mut Call<'_>, name: &str) -> Result<(), Refusal> {
    let (now, pause) = (call.now(), call.world.timing.capacity_provider);
    let cluster = call.here().ecs.clusters.get(name);
    let busy = cluster
        .and_then(|it| it.attached)
        .is_some_and(|at| at.0 + pause > now.0);
    match busy {
        true => Err(Refusal::new(
            "UpdateInProgressException",
            "The specified cluster is in a busy state. Cluster attachments must be in UPDATE_COMPLETE or UPDATE_FAILED state before they can be updated. Wait and try again.",
        )),
        false => Ok(()),
    }
}

const ALL: [&str; 5] = [
    "ATTACHMENTS",
    "CONFIGURATIONS",
    "SETTINGS",
    "STATISTICS",
    "TAGS",
];

pub(super) fn describe(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let mut wanted = input.texts("clusters")?;
    let include = input.texts("include")?;
    input.finish()?;
    if let Some(other) = include.iter().find(|word| !ALL.contains(&word.as_str())) {
        return Err(refuse::parameter(format!(
            "include contains an unknown value: {other}"
        )));
    }
    if wanted.is_empty() {
        wanted.push("default".to_owned());
    }
    // [ECS API: DescribeClusters clusters]
    if wanted.len() > 100 {
        return Err(refuse::parameter(
            "You can describe up to 100 clusters at once.",
        ));
    }
    let include: Vec<&str> = include.iter().map(String::as_str).collect();
    let settled = call
        .now()
        .0
        .saturating_sub(call.world.timing.capacity_provider);
    let (mut clusters, mut failures) = (Vec::new(), Vec::new());
    for given in wanted {
        let name = names::cluster(call, Some(given.clone())).unwrap_or_else(|_| given.clone());
        let arn = call.arn("ecs", &format!("cluster/{name}"));
        let ecs = &call.here().ecs;
        match ecs.clusters.get(&name) {
            Some(cluster) => clusters.push(view(ecs, cluster, &include, settled)),
            None => failures.push(json!({ "arn": arn, "reason": "MISSING" })),
        }
    }
    Ok(json!({ "clusters": clusters, "failures": failures }))
}

pub(super) fn list(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let (limit, token) = (input.number("maxResults")?, input.text("nextToken")?);
    input.finish()?;
    let clusters = call
        .here()
        .ecs
        .clusters
        .values()
        .filter(|cluster| cluster.active);
    let arns = clusters.map(|cluster| json!(cluster.arn)).collect();
    let (arns, next) = page(arns, limit, 100, token)?;
    Ok(json!({ "clusterArns": arns, "nextToken": next }))
}

/// The whole cluster as a mutating call answers it.
pub(super) fn answer(call: &mut Call<'_>, name: &str) -> Answer {
    let settled = call
        .now()
        .0
        .saturating_sub(call.world.timing.capacity_provider);
    let ecs = &call.here().ecs;
    let cluster = ecs
        .clusters
        .get(name)
        .ok_or_else(refuse::cluster_not_found)?;
    Ok(json!({ "cluster": view(ecs, cluster, &ALL, settled) }))
}

/// What ECS hangs on the groups of a cluster's providers [ECS API: Cluster attachments].
fn attachments(ecs: &Ecs, cluster: &Cluster) -> Vec<Value> {
    let providers = cluster
        .providers
        .iter()
        .filter_map(|name| ecs.provider(name));
    let one = |kind: &str, name: &str| {
        json!({
            "id": format!("{kind}-{name}"),
            "type": kind,
            "status": "CREATED",
            "details": [{ "name": "capacityProviderName", "value": name }],
        })
    };
    let mut all = Vec::new();
    for provider in providers {
        let Some(group) = provider.group() else {
            continue;
        };
        if group.scales() {
            all.push(one("as_policy", &provider.name));
        }
        if group.drains() {
            all.push(one("managed_draining", &provider.name));
        }
    }
    all
}

/// `settled`: attachments that were changed before then are complete.
fn view(ecs: &Ecs, cluster: &Cluster, include: &[&str], settled: u64) -> Value {
    let has = |what: &str| include.contains(&what);
    let tasks = || {
        ecs.tasks
            .values()
            .filter(|task| task.cluster == cluster.name)
    };
    let services = ecs.services.values();
    let services = services
        .filter(|service| service.cluster == cluster.name && service.is_active())
        .count();
    let mut view = json!({
        "clusterArn": cluster.arn,
        "clusterName": cluster.name,
        "status": if cluster.active { "ACTIVE" } else { "INACTIVE" },
        "registeredContainerInstancesCount": ecs.instances.values()
            .filter(|it| it.cluster == cluster.name && it.status != Status::Inactive)
            .count(),
        "runningTasksCount": tasks().filter(|task| task.is_running()).count(),
        "pendingTasksCount": tasks().filter(|task| task.is_starting()).count(),
        "activeServicesCount": services,
        "statistics": [],
        "tags": if has("TAGS") { cluster.tags.to_list("key", "value") } else { json!([]) },
        "settings": if has("SETTINGS") { json!(cluster.settings) } else { json!([]) },
        "configuration": if has("CONFIGURATIONS") { json!(cluster.configuration) } else { Value::Null },
        "capacityProviders": cluster.providers,
        "defaultCapacityProviderStrategy": cluster.default_strategy,
        "serviceConnectDefaults": cluster.namespace.as_ref().map(|arn| json!({ "namespace": arn })),
    });
    if let Some(at) = cluster.attached.filter(|_| has("ATTACHMENTS")) {
        let word = if at.0 > settled {
            "UPDATE_IN_PROGRESS"
        } else {
            "UPDATE_COMPLETE"
        };
        view["attachments"] = json!(attachments(ecs, cluster));
        view["attachmentsStatus"] = json!(word);
    }
    view
}

fn read_settings(raw: Option<Value>) -> Result<Option<Vec<Value>>, Refusal> {
    let Some(raw) = raw.filter(|raw| !raw.is_null()) else {
        return Ok(None);
    };
    match shape::check(raw, &SETTINGS, "settings")? {
        Value::Array(settings) => Ok(Some(settings).filter(|settings| !settings.is_empty())),
        _ => Ok(None),
    }
}

fn read_configuration(raw: Option<Value>) -> Result<Option<Value>, Refusal> {
    let raw = raw.filter(|raw| !raw.is_null());
    raw.map(|raw| shape::check(raw, &CONFIGURATION, "configuration"))
        .transpose()
}
