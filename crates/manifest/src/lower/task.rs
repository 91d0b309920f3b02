//! A task definition: its containers, where they log, and as whom they act.

use std::collections::{BTreeMap, BTreeSet};

use ashore_engine::graph::Handle;
use ashore_engine::input::Input;
use ashore_providers::aws::iam_role::Role;
use ashore_providers::aws::log_group::LogGroup;
use ashore_providers::aws::task_definition::{Container, ContainerHealth, Log, TaskDefinition};
use serde_json::{Value, json};

use super::discovery::named_ports;
use super::observability::{TRACES_ENDPOINT, traces};
use super::policy::policy;
use super::repository::Running;
use super::secrets::Reads;
use super::uses::Grants;
use super::{LowerError, Lowering, of_service};
use crate::model::{
    self, Architecture, Capacity, Condition, Fleet, LogRetention, Name, Permission, Protocol,
    Service, Sidecar,
};

/// What Fargate needs to pull images and write logs.
pub(super) const EXECUTION_POLICY: &str =
    "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy";

/// The disk that every task has; asking for it is refused [ECS API: EphemeralStorage].
const DISK_INCLUDED_GIB: u32 = 20;

/// A task definition, and the role that reads secrets for it, if there are any.
pub(super) struct Task {
    pub(super) definition: Handle<TaskDefinition>,
    pub(super) reader: Option<Handle<Role>>,
    /// The ARNs of the roles that the task has: whoever starts it passes these on.
    pub(super) roles: [Input<String>; 2],
}

impl Lowering<'_> {
    pub(super) fn task(&mut self, service: &Service, image: &Running) -> Result<Task, LowerError> {
        let name = service.name.as_str();
        let log_group = format!("/ashore/{}/{name}", self.surroundings.names.stack);
        let logs = self.graph.add(
            of_service(service, "log_group"),
            &LogGroup {
                name: log_group.clone(),
                retention_days: match service.log_retention {
                    LogRetention::Days(days) => days.0,
                    LogRetention::Forever => 0,
                },
                key: self.manifest.observability.log_key.clone(),
                retain: self.manifest.observability.retain_logs,
                tags: self.tags(),
            },
        );
        let log = |prefix: &str| Log {
            group: logs.get(LogGroup::NAME_),
            region: self.surroundings.names.region.clone(),
            prefix: prefix.to_string(),
        };
        let mut reads = Reads::default();
        let grants = self.grants(service);
        let mut own = own_container(service, &image.reference, log(name));
        if self.is_traced(service) && !service.secrets.contains_key(TRACES_ENDPOINT.0) {
            // The user's own value wins.
            let (name, value) = TRACES_ENDPOINT;
            own.environment
                .entry(name.to_string())
                .or_insert_with(|| value.to_string().into());
        }
        own.secrets = self.secrets_of(service, None, &service.secrets, &mut reads)?;
        own_of_uses(&mut own, &grants, &mut reads);
        own.host_ports = self.host_ports(service);
        let mounts = service.mounts.iter();
        let mounts = mounts.map(|(path, volume)| (path.clone(), volume.to_string()));
        own.mounts = mounts.collect();
        own.repository_credentials = service
            .image
            .reference()
            .and_then(|image| self.credentials_for(image, &mut reads));
        let mut containers = vec![own];
        for (name, sidecar) in &service.sidecars {
            let name = name.as_str();
            let mut beside = container_beside(service, sidecar, log(name));
            beside.secrets = self.secrets_of(service, Some(name), &sidecar.secrets, &mut reads)?;
            beside.repository_credentials = self.credentials_for(&sidecar.image, &mut reads);
            containers.push(beside);
        }
        let may_read = reads.policies();
        let reads_any = !may_read.is_empty();
        let mut inline = may_read;
        let managed = match &image.kept {
            None => BTreeSet::from([EXECUTION_POLICY.to_string()]),
            Some(_) => {
                inline.extend(self.pull_policies(service, &log_group));
                BTreeSet::new()
            }
        };
        let execution_role = self.role(service, "execution", managed, inline)?;
        let mut policies = own_policies(service, grants.statements);
        if self.is_traced(service) {
            policies.insert("traces".to_string(), policy(vec![traces()]));
        }
        let task_role = self.role(service, "task", BTreeSet::new(), policies)?;
        let disk = service.ephemeral_storage.0;
        let definition = self.graph.add(
            of_service(service, "task_definition"),
            &TaskDefinition {
                family: self.name(name, 255),
                runs_on: match (service.capacity, self.manifest.ec2.as_ref()) {
                    (Capacity::Fargate | Capacity::Mixed { .. }, _) => "FARGATE",
                    (_, Some(ec2)) if ec2.fleet == Fleet::Managed => "MANAGED_INSTANCES",
                    _ => "EC2",
                }
                .to_string(),
                network_mode: match service.capacity.shares_network() {
                    true => "bridge",
                    false => "awsvpc",
                }
                .to_string(),
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
                containers,
                volumes: self.volumes_of(service),
                tags: self.tags(),
            },
        );
        Ok(Task {
            definition,
            roles: [execution_role.get(Role::ARN), task_role.get(Role::ARN)],
            reader: (reads_any || image.kept.is_some()).then_some(execution_role),
        })
    }

    /// A role that only ECS tasks of this account may take on.
    pub(super) fn role(
        &mut self,
        service: &Service,
        part: &'static str,
        managed_policies: BTreeSet<String>,
        inline_policies: BTreeMap<String, Value>,
    ) -> Result<Handle<Role>, LowerError> {
        self.check_policies(service, part, &inline_policies)?;
        let name = service.name.as_str();
        let account = &self.surroundings.names.account;
        let role = self.graph.add(
            of_service(service, &format!("{part}_role")),
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
                managed_policies,
                inline_policies,
                tags: self.tags(),
            },
        );
        Ok(role)
    }
}

fn own_container(service: &Service, image: &str, log: Log) -> Container {
    let mut environment = variables(&service.env);
    if let Some(target) = service.ingress.target()
        && !service.secrets.contains_key("PORT")
    {
        // What twelve-factor apps listen on; the user's own value wins (S0-38).
        let port = environment.entry("PORT".to_string());
        port.or_insert_with(|| target.port.to_string().into());
    }
    Container {
        name: service.name.to_string(),
        image: image.to_string(),
        essential: true,
        command: service.command.clone(),
        entry_point: service.entrypoint.clone(),
        environment,
        ports: own_ports(service, false),
        named_ports: named_ports(service),
        udp_ports: own_ports(service, true),
        log: Some(log),
        stop_timeout_seconds: Some(service.stop_timeout.0),
        secrets: BTreeMap::new(),
        repository_credentials: None,
        cpu: None,
        memory_mib: None,
        health: service.health.as_ref().map(health),
        depends_on: depends_on(&service.depends_on),
        mounts: BTreeMap::new(),
        host_ports: Vec::new(),
    }
}

fn variables(env: &BTreeMap<String, String>) -> BTreeMap<String, Input<String>> {
    let all = env.iter();
    all.map(|(name, value)| (name.clone(), Input::Known(value.clone())))
        .collect()
}

/// Adds what the container gets because its service uses things: but for variables that it has already.
fn own_of_uses(own: &mut Container, grants: &Grants, reads: &mut Reads) {
    let has = |own: &Container, name: &str| {
        own.environment.contains_key(name) || own.secrets.contains_key(name)
    };
    for (name, value) in &grants.environment {
        if !has(own, name) {
            own.environment.insert(name.clone(), value.clone());
        }
    }
    for (name, from) in &grants.secrets {
        if !has(own, name) {
            own.secrets.insert(name.clone(), from.clone());
        }
    }
    for secret in &grants.reads {
        reads.secret(secret.clone());
    }
}

/// The ports of a service, of those that are reached so.
fn own_ports(service: &Service, udp: bool) -> Vec<u16> {
    let target = service.ingress.target();
    let target = target.filter(|it| (it.protocol == Protocol::Udp) == udp);
    let mut ports: Vec<u16> = target.map(|target| *target.port).into_iter().collect();
    let found_at = service.discovery.as_ref().map(|it| it.port);
    ports.extend(found_at.filter(|port| !udp && !ports.contains(port)));
    ports
}

fn container_beside(service: &Service, sidecar: &Sidecar, log: Log) -> Container {
    Container {
        name: sidecar.name.to_string(),
        image: sidecar.image.as_str().to_string(),
        essential: sidecar.essential,
        command: sidecar.command.clone(),
        entry_point: sidecar.entrypoint.clone(),
        environment: variables(&sidecar.env),
        ports: sidecar.ports.clone(),
        named_ports: BTreeMap::new(),
        udp_ports: Vec::new(),
        log: Some(log),
        stop_timeout_seconds: Some(service.stop_timeout.0),
        secrets: BTreeMap::new(),
        repository_credentials: None,
        cpu: sidecar.cpu,
        memory_mib: sidecar.memory,
        health: sidecar.health.as_ref().map(health),
        depends_on: depends_on(&sidecar.depends_on),
        mounts: BTreeMap::new(),
        host_ports: Vec::new(),
    }
}

fn health(health: &model::ContainerHealth) -> ContainerHealth {
    ContainerHealth {
        command: health.command.clone(),
        interval_seconds: health.interval.0,
        timeout_seconds: health.timeout.0,
        retries: health.retries,
        start_period_seconds: health.start_period.map(|period| period.0),
    }
}

fn depends_on(names: &BTreeMap<Name, Condition>) -> BTreeMap<String, String> {
    let names = names.iter().map(|(name, how)| {
        let how = match how {
            Condition::Start => "START",
            Condition::Complete => "COMPLETE",
            Condition::Success => "SUCCESS",
            Condition::Healthy => "HEALTHY",
        };
        (name.to_string(), how.to_string())
    });
    names.collect()
}

/// What the service's own code may do, by the name of the policy.
pub(super) fn own_policies(service: &Service, uses: Vec<Value>) -> BTreeMap<String, Value> {
    let mut policies = BTreeMap::new();
    if service.exec {
        // What the agent in the container does [ECS developer guide: ECS Exec, "IAM permissions required"].
        let exec = json!({
            "Effect": "Allow",
            "Action": [
                "ssmmessages:CreateControlChannel",
                "ssmmessages:CreateDataChannel",
                "ssmmessages:OpenControlChannel",
                "ssmmessages:OpenDataChannel",
            ],
            "Resource": "*",
        });
        policies.insert("exec".to_string(), policy(vec![exec]));
    }
    let statements: Vec<Value> = service
        .permissions
        .iter()
        .map(Permission::statement)
        .collect();
    if !statements.is_empty() {
        policies.insert("permissions".to_string(), policy(statements));
    }
    if !uses.is_empty() {
        policies.insert("uses".to_string(), policy(uses));
    }
    policies
}
