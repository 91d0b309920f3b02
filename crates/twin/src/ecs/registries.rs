//! What ECS asks of Cloud Map for service discovery: a service to register tasks in, and its end of that.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::connect::Connect;
use super::refuse;
use super::shape::{self, Shape, may};
use super::task::{Owner, Task};
use super::task_definition::TaskDefinition;
use crate::cloudmap;
use crate::refusal::Refusal;
use crate::world::World;

/// The service registry of a service.
#[derive(Serialize, Deserialize, Debug, Clone, PartialEq)]
#[serde(rename_all = "camelCase")]
pub(super) struct Registry {
    registry_arn: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    port: Option<u16>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    container_name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    container_port: Option<u16>,
}

const REGISTRIES: Shape = Shape::List(&[
    may("registryArn", Shape::Text),
    may("port", Shape::Whole),
    may("containerName", Shape::Text),
    may("containerPort", Shape::Whole),
]);

/// One at the most [ECS API: ServiceRegistry]. None: the request says nothing of it.
pub(super) fn read(raw: Option<Value>) -> Result<Option<Vec<Registry>>, Refusal> {
    let Some(raw) = raw.filter(|raw| !raw.is_null()) else {
        return Ok(None);
    };
    let checked = shape::check(raw, &REGISTRIES, "serviceRegistries")?;
    let items = checked.as_array().map_or(&[] as &[Value], Vec::as_slice);
    if items.len() > 1 {
        return Err(refuse::parameter(
            "service registries can have at most 1 items.",
        ));
    }
    if items
        .iter()
        .any(|item| item["registryArn"].as_str().is_none_or(str::is_empty))
    {
        return Err(refuse::parameter("registryArn can not be blank."));
    }
    serde_json::from_value(checked)
        .map(Some)
        .map_err(|error| refuse::parameter(format!("Invalid serviceRegistries: {error}")))
}

/// The registry must be there, and what its records need must be said: an SRV record a port, a task that shares its
/// host's addresses a container and its port [ECS API: ServiceRegistry containerName, port].
pub(super) fn check(
    world: &World,
    region: &str,
    definition: &TaskDefinition,
    registries: &[Registry],
) -> Result<(), Refusal> {
    for it in registries {
        let arn = &it.registry_arn;
        let records = cloudmap::records(world, region, arn).ok_or_else(|| {
            refuse::parameter(format!(
                "The specified service registry does not exist: {arn}"
            ))
        })?;
        let srv = records.iter().any(|kind| kind == "SRV");
        let address = records.iter().any(|kind| kind == "A" || kind == "AAAA");
        if it.container_name.is_some() != it.container_port.is_some() {
            return Err(refuse::parameter(
                "containerName and containerPort of a service registry must be specified together.",
            ));
        }
        if it.container_name.is_some() && it.port.is_some() {
            return Err(refuse::parameter(
                "A service registry can have a port, or a containerName and containerPort, but not both.",
            ));
        }
        if let (Some(name), Some(port)) = (&it.container_name, it.container_port) {
            let container = definition.container(name).ok_or_else(|| {
                refuse::parameter(format!(
                    "The container {name} does not exist in the task definition."
                ))
            })?;
            if !container.ports().contains(&port) {
                return Err(refuse::parameter(format!(
                    "The container {name} did not have a container port {port} defined."
                )));
            }
        }
        let shared = !definition.is_awsvpc();
        if shared && address && !srv {
            return Err(refuse::parameter(
                "Service registries with A or AAAA records only are not supported for the network modes bridge and host.",
            ));
        }
        if shared && it.container_name.is_none() {
            return Err(refuse::parameter(
                "containerName and containerPort must be specified for the network modes bridge and host.",
            ));
        }
        if srv && it.port.is_none() && it.container_port.is_none() {
            return Err(refuse::parameter(
                "A service registry with SRV records needs a port, or a containerName and containerPort.",
            ));
        }
    }
    Ok(())
}

/// Registers a task that has come to run, and notes where.
pub(super) fn register(world: &mut World, region: &str, id: &str) {
    let Some(wanted) = wanted(world, region, id) else {
        return;
    };
    let arns = wanted.iter().map(|(arn, _)| arn.clone()).collect();
    for (arn, attributes) in wanted {
        cloudmap::register(world, region, &arn, id, attributes);
    }
    if let Some(task) = world.region(region).ecs.tasks.get_mut(id) {
        task.registered = arns;
    }
}

type Wanted = Vec<(String, BTreeMap<String, String>)>;

/// Where a task is to be registered, and with which attributes [ECS developer guide: service discovery].
fn wanted(world: &World, region: &str, id: &str) -> Option<Wanted> {
    let ecs = &world.regions.get(region)?.ecs;
    let task = ecs.tasks.get(id)?;
    let Owner::Service { key, deployment } = &task.owner else {
        return None;
    };
    let service = ecs.services.get(key)?;
    let deployment = service.deployments.iter().find(|it| it.id == *deployment)?;
    let revision = service.revisions.get(&deployment.revision)?;
    let base = attributes(region, task, &service.name);
    let mut wanted = Wanted::new();
    for it in &revision.registries {
        let mut attributes = base.clone();
        if let Some(port) = it.port.or(it.container_port) {
            attributes.insert("AWS_INSTANCE_PORT".to_owned(), port.to_string());
        }
        wanted.push((it.registry_arn.clone(), attributes));
    }
    let offers = revision.connect.iter().flat_map(Connect::offers);
    for offer in offers {
        let mut attributes = base.clone();
        attributes.insert("AWS_INSTANCE_PORT".to_owned(), offer.port.to_string());
        wanted.push((offer.arn.clone(), attributes));
    }
    Some(wanted)
}

fn attributes(region: &str, task: &Task, service: &str) -> BTreeMap<String, String> {
    let family = task
        .definition
        .rsplit('/')
        .next()
        .and_then(|it| it.split(':').next());
    let zone = task.attachment.as_ref().map(|it| it.zone.as_str());
    let pairs = [
        ("AWS_INSTANCE_IPV4", task.ip()),
        ("AWS_INIT_HEALTH_STATUS", Some("HEALTHY")),
        ("AVAILABILITY_ZONE", zone),
        ("REGION", Some(region)),
        ("ECS_CLUSTER_NAME", Some(task.cluster.as_str())),
        ("ECS_SERVICE_NAME", Some(service)),
        ("ECS_TASK_DEFINITION_FAMILY", family),
    ];
    let pairs = pairs
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)));
    pairs
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

/// Takes a task that is to stop out of wherever it is registered.
pub(super) fn deregister(world: &mut World, region: &str, id: &str) {
    let Some(task) = world.region(region).ecs.tasks.get_mut(id) else {
        return;
    };
    for arn in std::mem::take(&mut task.registered) {
        cloudmap::deregister(world, region, &arn, id);
    }
}
