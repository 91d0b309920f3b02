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

mod balancers;
mod capacity;
mod cluster;
mod compatibility;
mod connect;
mod container;
mod create_service;
mod delete_service;
mod delete_task_definitions;
mod deployment;
mod describe_services;
mod events;
mod exec;
mod failures;
mod fargate;
mod launch;
mod lifecycle;
mod list_tasks;
mod listing;
mod names;
mod network;
mod observe;
mod refuse;
mod register;
mod registries;
mod revisions;
mod roles;
mod rollback;
mod rollout;
mod run_task;
mod schedule;
mod scheduler;
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
mod update_service;
mod volumes;

/// The state of ECS in one region.
#[derive(Default, Serialize, Deserialize, Debug)]
#[serde(default)]
pub struct Ecs {
    clusters: BTreeMap<String, cluster::Cluster>,
    families: BTreeMap<String, task_definition::Family>,
    /// By `cluster/name`. One of each name: a new service takes the place of an INACTIVE one.
    services: BTreeMap<String, service::Service>,
    tasks: BTreeMap<String, task::Task>,
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
    TaskDefinition { family: String, revision: u32 },
}

pub(crate) const OPERATIONS: &[Operation] = &[
    write("CreateCluster", cluster::create),
    write("CreateService", create_service::create),
    write("DeleteCluster", cluster::delete),
    write("DeleteService", delete_service::delete),
    write("DeleteTaskDefinitions", delete_task_definitions::delete),
    write(
        "DeregisterTaskDefinition",
        delete_task_definitions::deregister,
    ),
    read("DescribeCapacityProviders", capacity::describe),
    read("DescribeClusters", cluster::describe),
    read("DescribeServiceDeployments", rollout::describe),
    read("DescribeServiceRevisions", revisions::describe),
    read("DescribeServices", describe_services::describe),
    read("DescribeTaskDefinition", task_definition::describe),
    read("DescribeTasks", list_tasks::describe),
    read("ExecuteCommand", exec::execute),
    read("ListAccountSettings", settings::list),
    read("ListClusters", cluster::list),
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
    write("UpdateCluster", cluster::update),
    write("UpdateClusterSettings", cluster::update_settings),
    write("UpdateService", update_service::update),
];

pub(crate) fn happen(world: &mut World, region: &str, what: Happening) {
    match what {
        Happening::Task { id, step } => lifecycle::step(world, region, &id, step),
        Happening::Service { key } => scheduler::look(world, region, &key),
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
    clusters
        .chain(services.map(|it| (it.arn.clone(), &it.tags)))
        .chain(definitions.map(|it| (it.arn.clone(), &it.tags)))
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

/// Tells ECS that the health of a target of this group changed, so that the services behind it are looked at again.
pub(crate) fn target_changed(world: &mut World, region: &str, target_group: &str) {
    let now = world.now;
    let services = &world.region(region).ecs.services;
    let concerned: Vec<String> = services
        .iter()
        .filter(|(_, service)| service.is_active() && service.uses_target_group(target_group))
        .map(|(key, _)| key.clone())
        .collect();
    for key in concerned {
        scheduler::wake(world, region, &key, now);
    }
}
