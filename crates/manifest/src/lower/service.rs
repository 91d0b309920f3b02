//! `[services.*]`: a service, and what puts it behind the balancer.

use std::collections::BTreeSet;

use ashore_engine::graph::Handle;
use ashore_engine::input::{Input, When};
use ashore_providers::aws::listener::Listener;
use ashore_providers::aws::listener_rule::ListenerRule;
use ashore_providers::aws::scaling_policy::Metric;
use ashore_providers::aws::security_group::{Rule, SecurityGroup, Source};
use ashore_providers::aws::service::{Attachment, Service as EcsService};
use ashore_providers::aws::target_group::TargetGroup;
use ashore_providers::aws::task_definition::TaskDefinition;

use super::ingress::{Door, Ways};
use super::network::Network;
use super::{LowerError, Lowering, of_service};
use crate::model::{Ingress, Section, Service};

/// The priority of the first rule on a listener of ours; services count up from it in the order of their names.
const FIRST_PRIORITY: u32 = 100;

/// On somebody else's listener there are other rules, which are not read: rules go to places that differ from stack
/// to stack, behind the low numbers that people write by hand. A priority is at most 50000 [ELBv2 API: CreateRule].
const SHARED_PRIORITIES: std::ops::Range<u32> = 10_000..50_000;

/// How many hosts one rule can be for [ELBv2 quotas: condition values per rule].
const HOSTS_OF_A_RULE: usize = 5;

/// More rules than a listener of ours ever has [ELBv2 quotas: rules per load balancer, 100].
const MOST_RULES: u32 = 1000;

/// A service has no more names than its certificate.
const MOST_NAMES: u32 = 10;

impl Lowering<'_> {
    pub(super) fn service(
        &mut self,
        service: &Service,
        network: &Network,
        ways: Option<&Ways>,
        cluster: &Input<String>,
    ) -> Result<(), LowerError> {
        let task = self.task(service)?;
        let behind = ways.and_then(|ways| self.behind(service, network, ways));
        let security_groups = self.task_groups(service, network, ways);
        let name = service.name.as_str();
        let target = service.ingress.target();
        let running = self.graph.add(
            of_service(service, "service"),
            &EcsService {
                name: self.name(name, 255),
                cluster: cluster.clone(),
                task_definition: task.definition.get(TaskDefinition::ARN),
                desired_count: *service.count,
                scaled: service.scale.is_some(),
                subnets: network.task_subnets.clone(),
                security_groups,
                assign_public_ip: network.public_tasks,
                load_balancer: behind
                    .as_ref()
                    .zip(target)
                    .map(|(behind, target)| Attachment {
                        target_group: behind.group.get(TargetGroup::ARN),
                        container: name.to_string(),
                        port: *target.port,
                    }),
                grace_period_seconds: target.map(|target| target.health.grace.0),
                minimum_healthy_percent: service.deploy.minimum_healthy,
                maximum_percent: service.deploy.maximum,
                circuit_breaker: true,
                rollback: service.deploy.rollback,
                execute_command: service.exec,
                tags: self.tags(),
            },
        );
        for way_out in network.made.iter().flat_map(|made| &made.ways_out) {
            self.graph.after(
                &running,
                way_out,
                When::Named,
                "tasks fetch their image over the internet",
            );
        }
        if let Some(reader) = &task.reader {
            self.graph.after(
                &running,
                reader,
                When::Ready,
                "tasks read their secrets by this role as they start",
            );
        }
        if let Some(behind) = &behind {
            let why = "a service is refused whose target group is behind no balancer";
            match &behind.by {
                By::Rule(rule) => self.graph.after(&running, rule, When::Named, why),
                By::Default(listener) => self.graph.after(&running, listener, When::Named, why),
            }
        }
        if let Some(alarms) = &self.manifest.observability.alarms {
            let targets = ways.zip(behind.as_ref());
            let targets = targets
                .map(|(ways, behind)| (ways.arn.clone(), behind.group.get(TargetGroup::ARN)));
            self.alarms(service, alarms, &running, targets);
        }
        if let Some(scale) = &service.scale {
            let requests = ways
                .zip(behind.as_ref())
                .map(|(ways, behind)| Metric::Requests {
                    load_balancer: ways.arn.clone(),
                    target_group: behind.group.get(TargetGroup::ARN),
                });
            self.scale(service, scale, &running, requests);
        }
        match (&service.ingress, ways) {
            (Ingress::Https(_, hostname), Some(ways)) => {
                self.hostname_records(service, hostname, ways, &running)
            }
            _ => Ok(()),
        }
    }

    /// The security groups of the tasks: one of ours, or those that somebody else owns.
    pub(super) fn task_groups(
        &mut self,
        service: &Service,
        network: &Network,
        ways: Option<&Ways>,
    ) -> Vec<Input<String>> {
        let existing = &self.surroundings.existing.security_groups;
        if !existing.is_empty() {
            return existing.iter().cloned().map(Input::Known).collect();
        }
        let name = service.name.as_str();
        let from_balancer = ways.zip(service.ingress.target()).map(|(ways, target)| {
            ways.security_groups.iter().map(|group| Rule {
                protocol: "tcp".to_string(),
                from_port: i32::from(*target.port),
                to_port: i32::from(*target.port),
                source: Source::Group(group.clone()),
                description: "from the load balancer".to_string(),
            })
        });
        let group = self.graph.add(
            of_service(service, "security_group"),
            &SecurityGroup {
                name: self.name(&format!("{name}-tasks"), 255),
                description: format!("Tasks of {name}"),
                vpc: network.vpc.clone(),
                ingress: from_balancer.into_iter().flatten().collect(),
                egress: vec![Rule::all_out()],
                tags: self.named_tags(&format!("{name}-tasks")),
            },
        );
        vec![group.get(SecurityGroup::ID)]
    }

    /// What puts a service behind the balancer.
    fn behind(&mut self, service: &Service, network: &Network, ways: &Ways) -> Option<Behind> {
        match &service.ingress {
            Ingress::None => None,
            Ingress::Http(_) => Some(Behind {
                group: ways.plain.clone()?,
                by: By::Default(ways.http.clone()?),
            }),
            Ingress::Https(target, hostname) => {
                let door = ways.https.as_ref()?;
                let group = self.target_group(service, target, network);
                let names: Vec<_> = hostname.names().map(ToString::to_string).collect();
                let rules = names.chunks(HOSTS_OF_A_RULE).zip(0_u32..);
                let rules = rules.map(|(hosts, index)| {
                    let rule = ListenerRule {
                        listener: door.arn(),
                        priority: self.priority(service, door, index),
                        hosts: hosts.to_vec(),
                        paths: Vec::new(),
                        target_group: group.get(TargetGroup::ARN),
                        tags: self.tags(),
                    };
                    let part = match index {
                        0 => "listener_rule".to_string(),
                        more => format!("listener_rule[{}]", more + 1),
                    };
                    self.graph.add(of_service(service, &part), &rule)
                });
                let rules: Vec<_> = rules.collect();
                Some(Behind {
                    group,
                    by: By::Rule(rules.into_iter().next()?),
                })
            }
        }
    }

    /// The priority of a service's rule of that index.
    fn priority(&self, service: &Service, door: &Door, index: u32) -> u32 {
        let services = self.manifest.services.values();
        // Workers have no rules, and one more of them moves none.
        let services = services.filter(|it| it.section == Section::Services);
        let names = services.map(|it| it.name.get());
        if let Door::Ours(_) = door {
            let place = names.clone().position(|name| *name == *service.name);
            let place = u32::try_from(place.unwrap_or(0)).unwrap_or(0);
            return FIRST_PRIORITY + MOST_RULES * index + place;
        }
        let size = SHARED_PRIORITIES.end - SHARED_PRIORITIES.start;
        let mut taken = BTreeSet::new();
        for name in names {
            for of_name in 0..=MOST_NAMES / HOSTS_OF_A_RULE as u32 {
                let text = format!("{}/{name}/{of_name}", self.surroundings.names.stack);
                let place = scattered(&text) % size;
                let mut free =
                    (0..size).map(|step| SHARED_PRIORITIES.start + (place + step) % size);
                let free = free.find(|priority| taken.insert(*priority));
                if *name == *service.name && of_name == index {
                    return free.unwrap_or(SHARED_PRIORITIES.start);
                }
            }
        }
        SHARED_PRIORITIES.start
    }
}

/// The same number for the same text on every machine and in every version: FNV-1a, 32 bits.
fn scattered(text: &str) -> u32 {
    text.bytes().fold(0x811c_9dc5, |hash, byte| {
        (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    })
}

struct Behind {
    group: Handle<TargetGroup>,
    by: By,
}

enum By {
    Rule(Handle<ListenerRule>),
    Default(Handle<Listener>),
}
