//! Amazon ECS: clusters, task definitions, services, tasks, and the scheduler that makes the one follow the other.
//!
//! A task is a state machine on the agenda (`task`, `lifecycle`); a service is looked at again whenever one of its
//! tasks or its own settings changed (`scheduler`), never every second. What the scheduler wants is a pure function of
//! what it sees (`schedule`). Everything that ECS asks of its neighbours stands in `network`, `balancers`, `roles`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::operation::{Operation, read, write};
use crate::script::Behaviour;
use crate::tags::Tags;
use crate::world::World;

pub(crate) use container_instance::register as instance_booted;
pub(crate) use drain::{drain, host_ends as instance_ends};
pub(crate) use managed_scaling::look as look_at_capacity;

mod balancers;
mod capacity;
mod cluster;
mod compatibility;
mod connect;
mod container;
mod container_instance;
mod create_service;
mod delete_service;
mod delete_task_definitions;
mod deployment;
mod describe_services;
mod drain;
mod events;
mod exec;
mod failures;
mod fargate;
mod group_provider;
mod launch;
mod lifecycle;
mod list_tasks;
mod listing;
mod managed_provider;
mod managed_scaling;
mod names;
mod network;
mod observe;
mod placement;
mod provider;
mod pull;
mod refuse;
mod register;
mod registries;
mod resources;
mod revisions;
mod roles;
mod rollback;
mod rollout;
mod run_task;
pub(crate) mod scaling;
mod schedule;
mod scheduler;
mod seat;
mod secrets;
mod service;
mod service_settings;
mod settings;
mod shape;
mod start;
mod stop;
mod tag_resource;
mod task;
mod task_definition;
mod task_events;
mod update_service;
mod volumes;

pub(crate) use roles::trusts;

/// The state of ECS in one region.
#[derive(Default, Serialize, Deserialize, Debug)]
#[serde(default)]
pub struct Ecs {
    clusters: BTreeMap<String, cluster::Cluster>,
    families: BTreeMap<String, task_definition::Family>,
    /// By `cluster/name`. One of each name: a new service takes the place of an INACTIVE one.
    services: BTreeMap<String, service::Service>,
    tasks: BTreeMap<String, task::Task>,
    /// EC2 instances whose agent joined a cluster, by id.
    instances: BTreeMap<String, container_instance::ContainerInstance>,
    /// Capacity providers beside those that every account has, by name.
    providers: BTreeMap<String, provider::Provider>,
    /// Cluster and provider of the EC2 instances that Managed Instances launched.
    managed: BTreeMap<String, (String, String)>,
    /// Account settings that differ from their defaults, by principal and name.
    settings: BTreeMap<String, String>,
    /// The tasks that a RunTask token started.
    runs: BTreeMap<String, run_task::Run>,
}

/// What happens in ECS by itself.
#[derive(Serialize, Deserialize, Debug, Clone)]
#[allow(missing_docs)]
pub enum Happening {
    Task { id: String, step: lifecycle::Step },
    Service { key: String },
    ProviderSettles { name: String },
    ProviderScales { name: String },
    TaskDefinition { family: String, revision: u32 },
}

pub(crate) const OPERATIONS: &[Operation] = &[
    write("CreateCapacityProvider", provider::create),
    write("CreateCluster", cluster::create),
    write("CreateService", create_service::create),
    write("DeleteCapacityProvider", provider::delete),
    write("DeleteCluster", cluster::delete),
    write("DeleteService", delete_service::delete),
    write("DeleteTaskDefinitions", delete_task_definitions::delete),
    write("DeregisterContainerInstance", drain::deregister),
    write(
        "DeregisterTaskDefinition",
        delete_task_definitions::deregister,
    ),
    read("DescribeCapacityProviders", provider::describe),
    read("DescribeClusters", cluster::describe),
    read("DescribeContainerInstances", container_instance::describe),
    read("DescribeServiceDeployments", rollout::describe),
    read("DescribeServiceRevisions", revisions::describe),
    read("DescribeServices", describe_services::describe),
    read("DescribeTaskDefinition", task_definition::describe),
    read("DescribeTasks", list_tasks::describe),
    read("ExecuteCommand", exec::execute),
    read("ListAccountSettings", settings::list),
    read("ListClusters", cluster::list),
    read("ListContainerInstances", container_instance::list),
    read("ListServiceDeployments", rollout::list),
    read("ListServices", describe_services::list),
    read("ListTagsForResource", tag_resource::list),
    read("ListTaskDefinitionFamilies", task_definition::families),
    read("ListTaskDefinitions", task_definition::list),
    read("ListTasks", list_tasks::list),
    write("PutAccountSetting", settings::put),
    write("PutAccountSettingDefault", settings::put_default),
    write("PutClusterCapacityProviders", capacity::put),
    write("RegisterTaskDefinition", register::register),
    write("RunTask", run_task::run),
    write("StopServiceDeployment", rollback::stop),
    write("StopTask", stop::stop_task),
    write("TagResource", tag_resource::tag),
    write("UntagResource", tag_resource::untag),
    write("UpdateCapacityProvider", provider::update),
    write("UpdateCluster", cluster::update),
    write("UpdateClusterSettings", cluster::update_settings),
    write("UpdateContainerInstancesState", drain::update_state),
    write("UpdateService", update_service::update),
];

pub(crate) fn happen(world: &mut World, region: &str, what: Happening) {
    match what {
        Happening::Task { id, step } => lifecycle::step(world, region, &id, step),
        Happening::Service { key } => scheduler::look(world, region, &key),
        Happening::ProviderSettles { name } => provider::settle(world, region, &name),
        Happening::ProviderScales { name } => managed_scaling::act(world, region, &name),
        Happening::TaskDefinition { family, revision } => {
            delete_task_definitions::sweep(world, region, &family, revision);
        }
    }
}

/// Everything that can have tags, for Resource Groups Tagging.
pub(crate) fn tagged<'a>(world: &'a World, region: &str) -> Vec<(String, &'a Tags)> {
    let Some(region) = world.regions.get(region) else {
        return Vec::new();
    };
    let ecs = &region.ecs;
    let clusters = ecs
        .clusters
        .values()
        .filter(|it| it.active)
        .map(|it| (it.arn.clone(), &it.tags));
    let services = ecs.services.values().filter(|it| it.is_active());
    let definitions = ecs
        .families
        .values()
        .flat_map(|family| family.revisions.values());
    let providers = ecs.providers.values().filter(|it| it.active);
    clusters
        .chain(services.map(|it| (it.arn.clone(), &it.tags)))
        .chain(definitions.map(|it| (it.arn.clone(), &it.tags)))
        .chain(providers.map(|it| (it.arn.clone(), &it.tags)))
        .collect()
}

/// What answers a request to this address of a VPC: the behaviour of the container that listens there, or one that
/// listens to nothing where there is only the host. `None`: no task has the address. Load balancers ask this.
pub(crate) fn listening(world: &World, region: &str, ip: &str, port: u16) -> Option<Behaviour> {
    let ecs = &world.regions.get(region)?.ecs;
    let task = ecs.tasks.values().find(|task| task.ip() == Some(ip))?;
    let mut open = task
        .containers
        .iter()
        .filter(|it| it.is_running() && it.ports.contains(&port));
    // Servers follow the script as it is now, so that a test can make one ill that was well.
    let found = open
        .next()
        .map(|container| world.script.behaviour(&container.image));
    Some(found.unwrap_or_else(|| Behaviour {
        listens: false,
        ..Behaviour::default()
    }))
}

/// The ARN of the task definition that a name means: the latest revision, where none is named.
pub(crate) fn latest_definition(world: &World, region: &str, given: &str) -> Option<String> {
    let ecs = &world.regions.get(region)?.ecs;
    let name = given.rsplit('/').next()?;
    let (family, revision) = match name.split_once(':') {
        Some((family, revision)) => (family, revision.parse::<u32>().ok()),
        None => (name, None),
    };
    let revisions = &ecs.families.get(family)?.revisions;
    let mut latest = revisions.iter().rev();
    let found = latest.find(|(number, _)| revision.is_none_or(|it| it == **number));
    found.map(|(_, definition)| definition.arn.clone())
}

/// The roles that tasks of a definition are given.
pub(crate) fn roles_of_definition(world: &World, region: &str, arn: &str) -> Vec<String> {
    let region = world.regions.get(region);
    let definition = region.and_then(|region| region.ecs.definition(arn));
    let Some(definition) = definition else {
        return Vec::new();
    };
    let spec = &definition.spec;
    let roles = [&spec.execution_role_arn, &spec.task_role_arn];
    roles.into_iter().flatten().cloned().collect()
}

/// The same on a port of an instance.
pub(crate) fn listening_on(
    world: &World,
    region: &str,
    instance: &str,
    port: u16,
) -> Option<Behaviour> {
    let here = world.regions.get(region)?;
    let running = here.ec2.instances.get(instance)?;
    if running.state != crate::ec2::InstanceState::Running {
        return None;
    }
    let tasks = here
        .ecs
        .tasks
        .values()
        .filter(|it| it.host.as_deref() == Some(instance));
    let mut open = tasks
        .flat_map(|task| &task.containers)
        .filter(|it| it.is_running() && it.bindings.iter().any(|bound| bound.host_port == port));
    let found = open.next().map(|it| world.script.behaviour(&it.image));
    let address = format!("address:{instance}:{port}");
    let scripted = world.script.rules.iter().find(|rule| rule.image == address);
    let scripted = scripted.map(|rule| rule.behaviour.clone());
    Some(found.or(scripted).unwrap_or_else(|| Behaviour {
        listens: false,
        ..Behaviour::default()
    }))
}

/// Tells ECS that the health of a target of this group changed, so that the services behind it are looked at again.
pub(crate) fn target_changed(world: &mut World, region: &str, target_group: &str) {
    wake(world, region, |it| it.uses_target_group(target_group));
}

/// Tells ECS the same of an instance of a classic load balancer.
pub(crate) fn instance_changed(world: &mut World, region: &str, balancer: &str) {
    wake(world, region, |it| it.uses_classic(balancer));
}

fn wake(world: &mut World, region: &str, concerns: impl Fn(&service::Service) -> bool) {
    let now = world.now;
    let services = &world.region(region).ecs.services;
    let concerned: Vec<String> = services
        .iter()
        .filter(|(_, service)| service.is_active() && concerns(service))
        .map(|(key, _)| key.clone())
        .collect();
    for key in concerned {
        scheduler::wake(world, region, &key, now);
    }
}
