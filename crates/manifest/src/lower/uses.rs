//! `services.*.uses`: what a service gets because it uses something. One function for each kind of thing: it says who
//! may reach it, what the task's role may do with it, and how the container learns where it is.

use std::collections::BTreeMap;

use ashore_engine::input::{Input, When};
use ashore_providers::aws::security_group::{Rule, SecurityGroup, Source};
use serde_json::Value;

use super::ec2::INSTANCE_GROUP;
use super::{Lowering, assets, buckets, of_service, queues};
use crate::model::{Service, Used};

/// What a service gets because it uses things.
#[derive(Default)]
pub(super) struct Grants {
    /// Variables of its own container. Its own `env` and `secrets` win over these.
    pub(super) environment: BTreeMap<String, Input<String>>,
    /// Secret variables: what ECS reads each from. Its own `env` and `secrets` win over these.
    pub(super) secrets: BTreeMap<String, Input<String>>,
    /// ARNs of the secrets that those are read from.
    pub(super) reads: Vec<Input<String>>,
    /// What its task role may do.
    pub(super) statements: Vec<Value>,
}

impl Lowering<'_> {
    /// What a service gets because it uses things.
    pub(super) fn grants(&self, service: &Service) -> Grants {
        let mut grants = Grants::default();
        for used in &service.uses {
            match used {
                Used::Assets(name) => {
                    if let Some(used) = self.manifest.assets.get(name) {
                        assets::grant(&mut grants, used);
                    }
                }
                Used::Bucket(name) => {
                    buckets::grant(&mut grants, &format!("buckets.{name}"), name);
                }
                Used::Database(name) => self.use_database(name, &mut grants),
                Used::Queue(name) => queues::grant(&mut grants, name),
            }
        }
        grants.statements.extend(self.mount_statements(service));
        grants
    }

    /// The services that use this.
    pub(super) fn users(&self, used: &Used) -> impl Iterator<Item = &Service> {
        let services = self.manifest.services.values();
        services.filter(move |service| service.uses.contains(used))
    }

    /// Rules that let the tasks of those who use this come in on the port, and nobody else.
    pub(super) fn ingress_from_users(&self, used: &Used, port: u16) -> Vec<Rule> {
        self.ingress_from_tasks(self.users(used), port)
    }

    /// Rules that let the tasks of these services come in on the port, and nobody else.
    pub(super) fn ingress_from_tasks<'s>(
        &self,
        services: impl Iterator<Item = &'s Service>,
        port: u16,
    ) -> Vec<Rule> {
        let mut rules: Vec<Rule> = Vec::new();
        for service in services {
            for group in self.groups_of_tasks(service) {
                let source = Source::Group(group);
                // Somebody else's groups are those of all services.
                if rules.iter().any(|rule| rule.source == source) {
                    continue;
                }
                rules.push(Rule {
                    protocol: "tcp".to_string(),
                    from_port: i32::from(port),
                    to_port: i32::from(port),
                    source,
                    description: match service.capacity.shares_network() {
                        true => "from tasks on the instances".to_string(),
                        false => format!("from tasks of {}", service.name.as_str()),
                    },
                });
            }
        }
        rules
    }

    /// The security groups that a service's tasks are seen with: those of their instance where they share its network.
    fn groups_of_tasks(&self, service: &Service) -> Vec<Input<String>> {
        if service.capacity.shares_network() {
            return vec![SecurityGroup::ID.of(&INSTANCE_GROUP.into(), When::Named)];
        }
        let existing = &self.surroundings.existing.security_groups;
        if !existing.is_empty() {
            return existing.iter().cloned().map(Input::Known).collect();
        }
        let address = of_service(service.name.as_str(), "security_group");
        vec![SecurityGroup::ID.of(&address, When::Named)]
    }
}
