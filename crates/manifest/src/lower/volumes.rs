//! `[volumes.*]`: a file system, where it is reached, and who mounts it.

use std::collections::BTreeSet;

use ashore_engine::address::Address;
use ashore_engine::input::{Input, When};
use ashore_providers::aws::access_point::AccessPoint;
use ashore_providers::aws::file_system::FileSystem;
use ashore_providers::aws::mount_target::MountTarget;
use ashore_providers::aws::security_group::{Rule, SecurityGroup};
use ashore_providers::aws::task_definition;
use serde_json::{Value, json};

use super::Lowering;
use super::network::Network;
use crate::model::{Name, Service, Volume};

/// NFS.
const PORT: u16 = 2049;

impl Lowering<'_> {
    pub(super) fn volumes(&mut self, network: &Network) {
        for volume in self.manifest.volumes.values() {
            self.volume(volume, network);
        }
    }

    fn volume(&mut self, volume: &Volume, network: &Network) {
        let name = volume.name.as_str();
        let at = |part: &str| of_volume(name, part);
        let system = FileSystem {
            encrypted: true,
            throughput: volume.throughput.to_string(),
            archive_days: volume.archive_days,
            backup: volume.backup,
            removal: volume.removal,
            tags: self.named_tags(name),
        };
        let system = self.graph.add(at("file_system").as_str(), &system);
        let point = AccessPoint {
            file_system: system.ready().get(FileSystem::ID),
            path: volume.path.clone(),
            uid: volume.user,
            gid: volume.user,
            tags: self.named_tags(name),
        };
        self.graph.add(at("access_point").as_str(), &point);
        let mounting = |service: &&Service| service.mounts.values().any(|it| *it == *volume.name);
        let users = self.manifest.services.values().filter(mounting);
        let users: Vec<&Service> = users.collect();
        let group = SecurityGroup {
            name: self.name(&format!("{name}-volume"), 255),
            description: format!("Volume {name}"),
            vpc: network.vpc.clone(),
            ingress: self.ingress_from_tasks(users.into_iter(), PORT),
            egress: vec![Rule::all_out()],
            tags: self.named_tags(&format!("{name}-volume")),
        };
        let group = self.graph.add(at("security_group").as_str(), &group);
        // Its name is, in each zone, that of the mount target there.
        let mut targets = Vec::new();
        for (key, subnet) in ('a'..='z').zip(self.one_in_each_zone(network)) {
            let target = MountTarget {
                file_system: system.ready().get(FileSystem::ID),
                subnet,
                security_groups: vec![group.get(SecurityGroup::ID)],
            };
            let part = format!("mount_target[{key}]");
            targets.push(self.graph.add(at(&part).as_str(), &target));
        }
        self.mount_targets
            .insert(volume.name.get().clone(), targets);
    }

    /// Of the subnets that tasks run in, the first in each zone. Ours are in zones of their own.
    fn one_in_each_zone(&self, network: &Network) -> Vec<Input<String>> {
        if self.manifest.network.is_some() {
            return network.task_subnets.clone();
        }
        let mut zones = BTreeSet::new();
        let existing = self.surroundings.existing.of_tasks().into_iter();
        let first = existing.filter(|subnet| zones.insert(&subnet.zone));
        first
            .map(|subnet| Input::Known(subnet.id.clone()))
            .collect()
    }

    /// The volumes of a service's tasks, each once.
    pub(super) fn volumes_of(&self, service: &Service) -> Vec<task_definition::Volume> {
        let mut names: Vec<&Name> = service.mounts.values().collect();
        names.sort();
        names.dedup();
        let volume = |name: &Name| {
            let address = |part: &str| of_volume(name.as_str(), part);
            task_definition::Volume {
                name: name.to_string(),
                file_system: FileSystem::ID.of(&address("file_system"), When::Named),
                access_point: AccessPoint::ID.of(&address("access_point"), When::Ready),
            }
        };
        names.into_iter().map(volume).collect()
    }

    /// What the role of a service's tasks may do in its volumes.
    pub(super) fn mount_statements(&self, service: &Service) -> Vec<Value> {
        let statement = |volume: task_definition::Volume| {
            let address = |part: &str| of_volume(&volume.name, part);
            let system: Input<String> = FileSystem::ARN.of(&address("file_system"), When::Named);
            let point: Input<String> = AccessPoint::ARN.of(&address("access_point"), When::Named);
            json!({
                "Effect": "Allow",
                "Action": ["elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"],
                "Resource": system,
                "Condition": { "StringEquals": { "elasticfilesystem:AccessPointArn": point } },
            })
        };
        self.volumes_of(service)
            .into_iter()
            .map(statement)
            .collect()
    }
}

fn of_volume(name: &str, part: &str) -> Address {
    Address::new(format!("volumes.{name}/{part}"))
}
