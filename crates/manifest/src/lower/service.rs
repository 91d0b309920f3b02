//! `[services.*]`: a service, and what puts it behind the balancer.

use std::collections::BTreeMap;

use ashore_engine::graph::Handle;
use ashore_engine::input::{Input, When};
use ashore_providers::aws::listener::Listener;
use ashore_providers::aws::listener_rule::ListenerRule;
use ashore_providers::aws::scaling_policy::Metric;
use ashore_providers::aws::security_group::{Rule, SecurityGroup};
use ashore_providers::aws::service::{Attachment, Service as EcsService};
use ashore_providers::aws::target_group::TargetGroup;
use ashore_providers::aws::task_definition::TaskDefinition;

use super::capacity::Capacities;
use super::classic::attachment;
use super::ingress::Ways;
use super::network::Network;
use super::targets::from_balancer;
use super::{LowerError, Lowering, of_service};
use crate::model::{Ingress, Layer, Service};

impl Lowering<'_> {
    /// None: everything is there but the service itself, which waits for its first image.
    pub(super) fn service(
        &mut self,
        service: &Service,
        network: &Network,
        ways: &BTreeMap<String, Ways>,
        cluster: &Input<String>,
        capacity: &Capacities,
    ) -> Result<Option<Handle<()>>, LowerError> {
        if let Some(raw) = &service.raw {
            let running = self.raw_service(service, raw, network, ways, cluster, capacity)?;
            return Ok(Some(running.any()));
        }
        let behind = self.behind(service, network, ways)?;
        let shared = service.capacity.shares_network();
        let (subnets, security_groups) = match shared {
            true => (Vec::new(), Vec::new()),
            false => (
                network.task_subnets.clone(),
                self.task_groups(service, network, ways),
            ),
        };
        let on_instances = service.capacity.is_on_instances();
        let daemon = service.capacity.is_daemon();
        let Some(image) = self.image(service)? else {
            return Ok(None); // everything is there but the image, which the service waits for
        };
        let task = self.task(service, &image)?;
        let name = service.name.as_str();
        let target = service.ingress.target();
        let attachments = behind.iter().zip(target.iter().cycle());
        let named = target.iter().flat_map(|target| &target.balancers);
        let classic_balancer = attachment(service, named.filter_map(|name| ways.get(name)));
        let old = classic_balancer.is_some();
        let mut attachments = attachments.map(|(behind, target)| Attachment {
            target_group: behind.group.get(TargetGroup::ARN),
            container: name.to_string(),
            port: *target.port,
        });
        let registry = self.registry(service);
        let running = self.graph.add(
            of_service(service, "service"),
            &EcsService {
                name: self.name(name, 255),
                cluster: cluster.clone(),
                task_definition: task.definition.get(TaskDefinition::ARN),
                capacity: capacity.of(service),
                desired_count: *service.count,
                scaled: service.scale.is_some(),
                subnets,
                security_groups,
                // On an instance an interface of a task's own gets no public address.
                assign_public_ip: network.public_tasks && !on_instances,
                load_balancer: attachments.next(),
                more_load_balancers: attachments.collect(),
                registry,
                connect: self.connect(service),
                classic_balancer,
                grace_period_seconds: target.map(|target| target.health.grace.0),
                minimum_healthy_percent: match daemon {
                    // A task on each instance: none can start before another has stopped.
                    true if service.deploy.minimum_healthy >= 100 => 0,
                    _ => service.deploy.minimum_healthy,
                },
                maximum_percent: match daemon {
                    true => 100, // [ECS API: DeploymentConfiguration, maximumPercent]
                    false => service.deploy.maximum,
                },
                // ECS refuses it beside a classic balancer.
                circuit_breaker: !old,
                rollback: service.deploy.rollback,
                execute_command: service.exec,
                tags: self.tags(),
            },
        );
        capacity.before(&mut self.graph, &running.any(), service);
        self.after_volumes(&running.any(), service);
        self.pulled_by(&running, &image);
        self.after_ways_out(&running.any(), network);
        if let Some(reader) = &task.reader {
            self.graph.after(
                &running,
                reader,
                When::Ready,
                "tasks read their secrets by this role as they start",
            );
        }
        self.after_balancers(&running.any(), &behind);
        if let Some(alarms) = &self.manifest.observability.alarms {
            self.alarms(service, alarms, &running.get(EcsService::ARN), &behind);
        }
        self.show(service, &running.get(EcsService::ARN), &behind);
        if let Some(scale) = &service.scale {
            let requests = behind.first().map(|behind| Metric::Requests {
                load_balancer: behind.balancer.clone(),
                target_group: behind.group.get(TargetGroup::ARN),
            });
            self.scale(service, scale, &running, requests);
        }
        Ok(Some(running.any()))
    }

    /// Tasks start where they can fetch their image.
    pub(super) fn after_ways_out(&mut self, running: &Handle<()>, network: &Network) {
        for way_out in network.made.iter().flat_map(|made| &made.ways_out) {
            let why = "tasks fetch their image over the internet";
            self.graph.after(running, way_out, When::Named, why);
        }
        for endpoint in network.made.iter().flat_map(|made| &made.endpoints) {
            let why = "tasks fetch their image and write their logs by way of it";
            self.graph.after(running, endpoint, When::Ready, why);
        }
    }

    /// Tasks start where their volumes are.
    pub(super) fn after_volumes(&mut self, running: &Handle<()>, service: &Service) {
        for volume in service.mounts.values() {
            for target in self.mount_targets.get(volume).into_iter().flatten() {
                let why = "tasks mount their volumes as they start";
                self.graph.after(running, target, When::Ready, why);
            }
        }
    }

    /// A service comes when its target groups are behind their balancers.
    pub(super) fn after_balancers(&mut self, running: &Handle<()>, behind: &[Behind]) {
        for behind in behind {
            let why = "a service is refused whose target group is behind no balancer";
            match &behind.by {
                By::Rule(rule) => self.graph.after(running, rule, When::Named, why),
                By::Default(listener) => self.graph.after(running, listener, When::Named, why),
            }
        }
    }

    /// The security groups of the tasks: one of ours, or those that somebody else owns.
    pub(super) fn task_groups(
        &mut self,
        service: &Service,
        network: &Network,
        ways: &BTreeMap<String, Ways>,
    ) -> Vec<Input<String>> {
        let existing = &self.surroundings.existing.security_groups;
        if !existing.is_empty() {
            return existing.iter().cloned().map(Input::Known).collect();
        }
        let name = service.name.as_str();
        let from_balancers = service.ingress.target().into_iter().flat_map(|target| {
            let behind = target
                .balancers
                .iter()
                .filter_map(move |name| ways.get(name));
            behind.flat_map(move |ways| from_balancer(target, &ways.security_groups))
        });
        let mut ingress: Vec<Rule> = from_balancers.collect();
        ingress.extend(self.ingress_from_services(service));
        let group = self.graph.add(
            of_service(service, "security_group"),
            &SecurityGroup {
                name: self.name(&format!("{name}-tasks"), 255),
                description: format!("Tasks of {name}"),
                vpc: network.vpc.clone(),
                ingress,
                egress: vec![Rule::all_out()],
                tags: self.named_tags(&format!("{name}-tasks")),
            },
        );
        vec![group.get(SecurityGroup::ID)]
    }

    /// What puts a service behind its balancers, in the order of the manifest. A classic one has no target group.
    pub(super) fn behind(
        &mut self,
        service: &Service,
        network: &Network,
        ways: &BTreeMap<String, Ways>,
    ) -> Result<Vec<Behind>, LowerError> {
        let mut all = Vec::new();
        let target = service.ingress.target();
        let names = target.iter().flat_map(|target| &target.balancers);
        for (ways, target) in names
            .filter_map(|name| ways.get(name))
            .filter(|ways| ways.layer != Layer::Classic)
            .zip(target.iter().cycle())
        {
            let is_plain = match &service.ingress {
                Ingress::Http(target) => target.paths.is_empty(),
                _ => false,
            };
            let (group, by) = match (&ways.plain, &ways.http) {
                (Some(group), Some(listener)) if is_plain => {
                    (group.clone(), By::Default(listener.clone()))
                }
                _ => {
                    let group = self.target_group(service, target, network, &ways.name);
                    let rules = self.rules(service, target, ways, &group)?;
                    let by = match rules.into_iter().next() {
                        Some(rule) => By::Rule(rule),
                        None => By::Default(self.stream(service, target, ways, &group)),
                    };
                    (group, by)
                }
            };
            all.push(Behind {
                name: ways.name.clone(),
                balancer: ways.arn.clone(),
                group,
                by,
            });
        }
        Ok(all)
    }
}

/// A balancer that a service is behind.
pub(super) struct Behind {
    /// Its name in the manifest.
    pub(super) name: String,
    /// Its ARN.
    pub(super) balancer: Input<String>,
    /// Where it sends what is the service's.
    pub(super) group: Handle<TargetGroup>,
    by: By,
}

enum By {
    Rule(Handle<ListenerRule>),
    Default(Handle<Listener>),
}
