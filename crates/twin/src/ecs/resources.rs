//! What a task needs of an instance, and what an instance has left: CPU units, memory, ports, interfaces.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::Ecs;
use super::container::Spec;
use super::container_instance::ContainerInstance;
use super::task::Task;

/// What one task needs.
#[derive(Serialize, Deserialize, Debug, Clone, Default, PartialEq)]
pub(super) struct Need {
    pub(super) cpu: u32,
    pub(super) memory: u32,
    /// Ports of the host that it must have, by protocol.
    pub(super) ports: BTreeSet<(String, u16)>,
    /// An interface of its own.
    pub(super) interface: bool,
}

/// Ports that an instance keeps for SSH, Docker and the agent [ECS API: ContainerInstance registeredResources].
pub(super) const RESERVED: [u16; 5] = [22, 2375, 2376, 51678, 51679];

/// Where Docker finds host ports for containers that leave them open [ECS API: PortMapping hostPort].
const EPHEMERAL: std::ops::RangeInclusive<u16> = 32_768..=60_999;

/// Task-level sizes count where they are; else those of the containers, memory by its reservation
/// [ECS developer guide: how ECS places tasks].
pub(super) fn need(spec: &Spec, cpu: Option<&str>, memory: Option<&str>) -> Need {
    let containers = &spec.container_definitions;
    let whole = |text: Option<&str>| text.and_then(|text| text.parse::<u32>().ok());
    let of_containers = containers.iter().map(|it| it.cpu).sum();
    let reserved = containers
        .iter()
        .map(|it| it.memory_reservation.or(it.memory).unwrap_or(0));
    let awsvpc = spec.network_mode.as_deref() == Some("awsvpc");
    let host = spec.network_mode.as_deref() == Some("host");
    let mappings = containers.iter().flat_map(|it| &it.port_mappings);
    let fixed = mappings.filter(|_| !awsvpc).filter_map(|it| {
        let port = if host {
            it.host_port.or(Some(it.container_port))
        } else {
            it.host_port
        };
        let protocol = it.protocol.clone().unwrap_or_else(|| "tcp".to_owned());
        port.filter(|port| *port > 0).map(|port| (protocol, port))
    });
    Need {
        cpu: whole(cpu).unwrap_or(of_containers),
        memory: whole(memory).unwrap_or_else(|| reserved.sum()),
        ports: fixed.collect(),
        interface: awsvpc,
    }
}

/// What is left of an instance.
#[derive(Debug, Clone)]
pub(super) struct Left {
    pub(super) cpu: u32,
    pub(super) memory: u32,
    pub(super) taken: BTreeSet<(String, u16)>,
    pub(super) interfaces: u32,
}

/// Why a task does not fit: RunTask's word and the scheduler's sentence.
pub(super) type Misfit = (&'static str, &'static str);

impl Left {
    /// What there is when nothing runs.
    pub(super) fn of_empty(cpu: u32, memory: u32, interfaces: u32) -> Left {
        let taken = RESERVED
            .iter()
            .map(|port| ("tcp".to_owned(), *port))
            .collect();
        // The first interface is the instance's own.
        Left {
            cpu,
            memory,
            taken,
            interfaces: interfaces.saturating_sub(1),
        }
    }

    pub(super) fn misfit(&self, need: &Need) -> Option<Misfit> {
        if need.memory > self.memory {
            return Some(("RESOURCE:MEMORY", "has insufficient memory available"));
        }
        if need.cpu > self.cpu {
            return Some(("RESOURCE:CPU", "has insufficient CPU units available"));
        }
        if !need.ports.is_disjoint(&self.taken) {
            return Some((
                "RESOURCE:PORTS",
                "is already using a port required by your task",
            ));
        }
        if need.interface && self.interfaces == 0 {
            return Some((
                "RESOURCE:ENI",
                "does not have enough available network interfaces",
            ));
        }
        None
    }

    pub(super) fn take(&mut self, need: &Need) {
        self.cpu = self.cpu.saturating_sub(need.cpu);
        self.memory = self.memory.saturating_sub(need.memory);
        self.taken.extend(need.ports.iter().cloned());
        self.interfaces = self.interfaces.saturating_sub(u32::from(need.interface));
    }

    /// A port that nothing has.
    pub(super) fn free_port(&self, protocol: &str) -> Option<u16> {
        EPHEMERAL
            .into_iter()
            .find(|port| !self.taken.contains(&(protocol.to_owned(), *port)))
    }
}

/// What an instance has left, with everything that is on it and has not stopped.
pub(super) fn left(ecs: &Ecs, instance: &ContainerInstance) -> Left {
    let mut left = Left::of_empty(instance.cpu, instance.memory, instance.interfaces);
    for task in on(ecs, &instance.id) {
        left.take(&task.need);
        let bound = task.containers.iter().flat_map(|it| &it.bindings);
        left.taken
            .extend(bound.map(|it| (it.protocol.clone(), it.host_port)));
    }
    left
}

/// The tasks on an instance that have not stopped.
pub(super) fn on<'a>(ecs: &'a Ecs, instance: &'a str) -> impl Iterator<Item = &'a Task> {
    let tasks = ecs.tasks.values();
    tasks.filter(move |it| it.instance.as_deref() == Some(instance) && !it.is_stopped())
}
