//! `[services.*]`: a task definition and a service, with what they need around them.

use std::collections::BTreeSet;

use ashore_engine::graph::Handle;
use ashore_engine::input::When;
use ashore_providers::aws::cluster::Cluster;
use ashore_providers::aws::iam_role::Role;
use ashore_providers::aws::listener::Listener;
use ashore_providers::aws::listener_rule::ListenerRule;
use ashore_providers::aws::log_group::LogGroup;
use ashore_providers::aws::security_group::{Rule, SecurityGroup, Source};
use ashore_providers::aws::service::{Attachment, Service as EcsService};
use ashore_providers::aws::subnet::Subnet;
use ashore_providers::aws::target_group::TargetGroup;
use ashore_providers::aws::task_definition::{Container, Log, TaskDefinition};
use ashore_providers::aws::vpc::Vpc;
use serde_json::json;

use super::ingress::Ways;
use super::network::Network;
use super::{LowerError, Lowering, of_service};
use crate::model::{Architecture, Ingress, LogRetention, Service};

/// Where services run.
pub(super) struct Home {
    pub(super) cluster: Handle<Cluster>,
}

/// What Fargate needs to pull images and write logs.
const EXECUTION_POLICY: &str =
    "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy";

/// The disk that every task has; asking for it is refused [ECS API: EphemeralStorage].
const DISK_INCLUDED_GIB: u32 = 20;

/// The priority of the first rule; services count up from it in the order of their names.
const FIRST_PRIORITY: u32 = 100;

impl Lowering<'_> {
    pub(super) fn service(
        &mut self,
        service: &Service,
        network: &Network,
        ways: Option<&Ways>,
        home: &Home,
    ) -> Result<(), LowerError> {
        let task_definition = self.task_definition(service);
        let behind = ways.and_then(|ways| self.behind(service, network, ways));
        let group = self.task_group(service, network, ways);
        let name = service.name.as_str();
        let target = service.ingress.target();
        let running = self.graph.add(
            of_service(name, "service"),
            &EcsService {
                name: self.name(name, 255),
                cluster: home.cluster.get(Cluster::ARN),
                task_definition: task_definition.get(TaskDefinition::ARN),
                desired_count: *service.count,
                subnets: network
                    .subnets
                    .iter()
                    .map(|subnet| subnet.get(Subnet::ID))
                    .collect(),
                security_groups: vec![group.get(SecurityGroup::ID)],
                assign_public_ip: true, // no NAT: a task reaches the internet by an address of its own
                load_balancer: behind
                    .as_ref()
                    .zip(target)
                    .map(|(behind, target)| Attachment {
                        target_group: behind.group.get(TargetGroup::ARN),
                        container: name.to_string(),
                        port: *target.port,
                    }),
                grace_period_seconds: target.map(|target| target.health.grace.0),
                minimum_healthy_percent: 100,
                maximum_percent: 200,
                circuit_breaker: true,
                rollback: true,
                execute_command: false,
                tags: self.tags(),
            },
        );
        self.graph.after(
            &running,
            &network.routes,
            When::Named,
            "tasks fetch their image over the internet",
        );
        if let Some(behind) = &behind {
            let why = "a service is refused whose target group is behind no balancer";
            match &behind.by {
                By::Rule(rule) => self.graph.after(&running, rule, When::Named, why),
                By::Default(listener) => self.graph.after(&running, listener, When::Named, why),
            }
        }
        match (&service.ingress, ways) {
            (Ingress::Https(_, hostname), Some(ways)) => {
                self.hostname_record(service, hostname, ways, &running)
            }
            _ => Ok(()),
        }
    }

    fn task_definition(&mut self, service: &Service) -> Handle<TaskDefinition> {
        let name = service.name.as_str();
        let logs = self.graph.add(
            of_service(name, "log_group"),
            &LogGroup {
                name: format!("/ashore/{}/{name}", self.surroundings.names.stack),
                retention_days: match service.log_retention {
                    LogRetention::Days(days) => days.0,
                    LogRetention::Forever => 0,
                },
                tags: self.tags(),
            },
        );
        let execution_role = self.role(service, "execution", &[EXECUTION_POLICY]);
        let task_role = self.role(service, "task", &[]);
        let mut environment = service.env.clone();
        if let Some(target) = service.ingress.target() {
            // What twelve-factor apps listen on; the user's own value wins (S0-38).
            let port = environment.entry("PORT".to_string());
            port.or_insert_with(|| target.port.to_string());
        }
        let container = Container {
            name: name.to_string(),
            image: service.image.as_str().to_string(),
            essential: true,
            command: service.command.clone(),
            entry_point: service.entrypoint.clone(),
            environment,
            ports: service
                .ingress
                .target()
                .map(|target| *target.port)
                .into_iter()
                .collect(),
            log: Some(Log {
                group: logs.get(LogGroup::NAME_),
                region: self.surroundings.names.region.clone(),
                prefix: name.to_string(),
            }),
            stop_timeout_seconds: Some(service.stop_timeout.0),
            secrets: std::collections::BTreeMap::new(),
            repository_credentials: None,
            cpu: None,
            memory_mib: None,
            health: None,
            depends_on: std::collections::BTreeMap::new(),
        };
        let disk = service.ephemeral_storage.0;
        self.graph.add(
            of_service(name, "task_definition"),
            &TaskDefinition {
                family: self.name(name, 255),
                cpu: service.size.cpu(),
                memory: service.size.memory(),
                architecture: match service.arch {
                    Architecture::X86_64 => "X86_64",
                    Architecture::Arm64 => "ARM64",
                }
                .to_string(),
                execution_role: execution_role.get(Role::ARN),
                task_role: Some(task_role.get(Role::ARN)),
                ephemeral_storage_gib: (disk > DISK_INCLUDED_GIB).then_some(disk),
                containers: vec![container],
                tags: self.tags(),
            },
        )
    }

    /// A role that only ECS tasks of this account may take on.
    fn role(&mut self, service: &Service, part: &str, policies: &[&str]) -> Handle<Role> {
        let name = service.name.as_str();
        let account = &self.surroundings.names.account;
        self.graph.add(
            of_service(name, &format!("{part}_role")),
            &Role {
                name: self
                    .surroundings
                    .names
                    .global(&format!("{name}-{part}"), 64),
                trust: json!({
                    "Version": "2012-10-17",
                    "Statement": [{
                        "Effect": "Allow",
                        "Principal": { "Service": "ecs-tasks.amazonaws.com" },
                        "Action": "sts:AssumeRole",
                        // Against the confused deputy [ECS developer guide: task IAM role].
                        "Condition": { "StringEquals": { "aws:SourceAccount": account } },
                    }],
                }),
                managed_policies: policies
                    .iter()
                    .map(|policy| (*policy).to_string())
                    .collect::<BTreeSet<_>>(),
                inline_policies: Default::default(),
                tags: self.tags(),
            },
        )
    }

    fn task_group(
        &mut self,
        service: &Service,
        network: &Network,
        ways: Option<&Ways>,
    ) -> Handle<SecurityGroup> {
        let name = service.name.as_str();
        let from_balancer = ways
            .zip(service.ingress.target())
            .map(|(ways, target)| Rule {
                protocol: "tcp".to_string(),
                from_port: i32::from(*target.port),
                to_port: i32::from(*target.port),
                source: Source::Group(ways.security_group.get(SecurityGroup::ID)),
                description: "from the load balancer".to_string(),
            });
        self.graph.add(
            of_service(name, "security_group"),
            &SecurityGroup {
                name: self.name(&format!("{name}-tasks"), 255),
                description: format!("Tasks of {name}"),
                vpc: network.vpc.get(Vpc::ID),
                ingress: from_balancer.into_iter().collect(),
                egress: vec![Rule::all_out()],
                tags: self.named_tags(&format!("{name}-tasks")),
            },
        )
    }

    /// What puts a service behind the balancer.
    fn behind(&mut self, service: &Service, network: &Network, ways: &Ways) -> Option<Behind> {
        match &service.ingress {
            Ingress::None => None,
            Ingress::Http(_) => Some(Behind {
                group: ways.plain.clone()?,
                by: By::Default(ways.http.clone()),
            }),
            Ingress::Https(target, hostname) => {
                let listener = ways.https.clone()?;
                let group = self.target_group(service, target, network);
                let place = self
                    .manifest
                    .services
                    .keys()
                    .position(|name| *name == *service.name);
                let rule = ListenerRule {
                    listener: listener.get(Listener::ARN),
                    priority: FIRST_PRIORITY + u32::try_from(place.unwrap_or(0)).unwrap_or(0),
                    hosts: vec![hostname.name.to_string()],
                    paths: Vec::new(),
                    target_group: group.get(TargetGroup::ARN),
                    tags: self.tags(),
                };
                let rule = self
                    .graph
                    .add(of_service(service.name.as_str(), "listener_rule"), &rule);
                Some(Behind {
                    group,
                    by: By::Rule(rule),
                })
            }
        }
    }
}

struct Behind {
    group: Handle<TargetGroup>,
    by: By,
}

enum By {
    Rule(Handle<ListenerRule>),
    Default(Handle<Listener>),
}
