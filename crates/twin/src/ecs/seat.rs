//! Giving a task its place on an instance: its interface or its host ports, and from then on its life begins.

use serde::{Deserialize, Serialize};

use super::lifecycle::{self, Step};
use super::network::{self, Network};
use super::placement::{self, Ask, NoRoom, Placing};
use super::resources;
use super::task::{StopCode, Task};
use super::{managed_scaling, stop};
use crate::ec2;
use crate::world::World;

/// What a task wants of the instance that it has not got yet.
#[derive(Serialize, Deserialize, Debug, Clone)]
pub(super) struct Wants {
    pub(super) network: Option<Network>,
    pub(super) placing: Placing,
    pub(super) architecture: Option<String>,
    pub(super) host_network: bool,
}

/// A port of a container on its host.
#[derive(Serialize, Deserialize, Debug, Clone, PartialEq)]
pub(super) struct Binding {
    pub(super) container_port: u16,
    pub(super) host_port: u16,
    pub(super) protocol: String,
}

/// The instance that a task would get now.
pub(super) fn find(world: &World, region: &str, task: &Task) -> Result<String, NoRoom> {
    let Some(here) = world.regions.get(region) else {
        return Err(NoRoom {
            word: "AGENT",
            sentence: String::new(),
            arn: None,
        });
    };
    let wants = task.wants.as_ref();
    let network = wants.and_then(|it| it.network.as_ref());
    let zones = network.map(|network| {
        let subnets = network
            .subnets
            .iter()
            .filter_map(|id| ec2::subnet(world, region, id));
        subnets.map(|it| it.zone.clone()).collect()
    });
    let usual = Placing::default();
    let ask = Ask {
        cluster: &task.cluster,
        provider: task.provider.as_deref(),
        need: &task.need,
        architecture: wants.and_then(|it| it.architecture.as_deref()),
        placing: wants.map_or(&usual, |it| &it.placing),
        group: &task.group,
        zones,
    };
    placement::choose(&here.ecs, &ask)
}

/// Seats a task that waits, if there is room for it now.
pub(super) fn try_seat(world: &mut World, region: &str, id: &str) {
    let Some(task) = world
        .regions
        .get(region)
        .and_then(|it| it.ecs.tasks.get(id))
    else {
        return;
    };
    if let Ok(instance) = find(world, region, task) {
        seat(world, region, id, &instance);
    }
}

/// Gives a task its place.
pub(super) fn seat(world: &mut World, region: &str, id: &str, instance: &str) {
    let ecs = &world.region(region).ecs;
    let (Some(task), Some(found)) = (ecs.tasks.get(id), ecs.instances.get(instance)) else {
        return;
    };
    let (ec2_id, zone) = (found.ec2.clone(), found.zone.clone());
    let mut left = resources::left(ecs, found);
    left.take(&task.need);
    let wants = task.wants.clone();
    let network = wants.as_ref().and_then(|it| it.network.clone());
    let host = wants.as_ref().is_some_and(|it| it.host_network);
    let group = task.group.clone();
    let bindings: Vec<Vec<Binding>> = match network {
        Some(_) => Vec::new(),
        None => task
            .containers
            .iter()
            .map(|it| bind(&it.definition, &mut left, host))
            .collect(),
    };
    let attachment = match &network {
        None => None,
        Some(network) => {
            let subnet = emptiest(world, region, network, &group, Some(&zone)).unwrap_or_default();
            match network::attach(world, region, network, &subnet) {
                Ok(attachment) => {
                    ec2::interfaces::belong(world, region, &attachment.interface, &ec2_id, false);
                    Some(attachment)
                }
                Err(refusal) => {
                    let why = format!(
                        "Unexpected EC2 error while attempting to Create Network Interface: {}",
                        refusal.message
                    );
                    stop::stop(world, region, id, StopCode::TaskFailedToStart, &why);
                    return;
                }
            }
        }
    };
    if let Some(task) = world.region(region).ecs.tasks.get_mut(id) {
        task.instance = Some(instance.to_owned());
        task.host = Some(ec2_id);
        task.zone = Some(zone);
        task.attachment = attachment;
        for (container, bindings) in task.containers.iter_mut().zip(bindings) {
            container.bindings = bindings;
        }
        task.version += 1;
    }
    let after = world.timing.task_start;
    lifecycle::plan(world, region, id, Step::Provisioned, after);
    managed_scaling::protect_busy(world, region, instance);
    managed_scaling::look(world, region);
}

/// Host ports: those that the definition names, else free ones; on the host's own network the container's.
fn bind(
    definition: &super::container::Container,
    left: &mut resources::Left,
    host: bool,
) -> Vec<Binding> {
    let mut bindings = Vec::new();
    for mapping in &definition.port_mappings {
        let protocol = mapping.protocol.clone().unwrap_or_else(|| "tcp".to_owned());
        let named = mapping.host_port.filter(|port| *port > 0);
        let named = named.or(host.then_some(mapping.container_port));
        let Some(host_port) = named.or_else(|| left.free_port(&protocol)) else {
            continue;
        };
        left.taken.insert((protocol.clone(), host_port));
        bindings.push(Binding {
            container_port: mapping.container_port,
            host_port,
            protocol,
        });
    }
    bindings
}

/// Tasks are spread over the subnets, of the instance's zone if there is an instance
/// [ECS developer guide: Fargate task placement].
pub(super) fn emptiest(
    world: &mut World,
    region: &str,
    network: &Network,
    group: &str,
    zone: Option<&str>,
) -> Option<String> {
    let fits = |id: &&String| {
        zone.is_none_or(|zone| ec2::subnet(world, region, id).is_some_and(|it| it.zone == zone))
    };
    let subnets: Vec<String> = network.subnets.iter().filter(fits).cloned().collect();
    let tasks = &world.region(region).ecs.tasks;
    let taken = |subnet: &String| {
        let here = |task: &&Task| {
            task.group == group
                && !task.is_stopping()
                && task
                    .attachment
                    .as_ref()
                    .is_some_and(|it| it.subnet == *subnet)
        };
        tasks.values().filter(here).count()
    };
    subnets.into_iter().min_by_key(|it| taken(it))
}
