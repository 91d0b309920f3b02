//! A task definition: its containers, where they log, and as whom they act.

use std::collections::{BTreeMap, BTreeSet};

use ashore_engine::graph::Handle;
use ashore_engine::input::Input;
use ashore_providers::aws::iam_role::Role;
use ashore_providers::aws::log_group::LogGroup;
use ashore_providers::aws::task_definition::{Container, ContainerHealth, Log, TaskDefinition};
use serde_json::{Value, json};

use super::observability::{TRACES_ENDPOINT, traces};
use super::policy::policy;
use super::secrets::Reads;
use super::{LowerError, Lowering, of_service};
use crate::model::{
    self, Architecture, Condition, LogRetention, Name, Permission, Service, Sidecar,
};

/// What Fargate needs to pull images and write logs.
const EXECUTION_POLICY: &str =
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
    pub(super) fn task(&mut self, service: &Service) -> Result<Task, LowerError> {
        let name = service.name.as_str();
        let logs = self.graph.add(
            of_service(service, "log_group"),
            &LogGroup {
                name: format!("/ashore/{}/{name}", self.surroundings.names.stack),
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
        let mut own = own_container(service, log(name));
        if self.is_traced(service) && !service.secrets.contains_key(TRACES_ENDPOINT.0) {
            // The user's own value wins.
            let (name, value) = TRACES_ENDPOINT;
            own.environment
                .entry(name.to_string())
                .or_insert_with(|| value.to_string());
        }
        own.secrets = self.secrets_of(service, None, &service.secrets, &mut reads)?;
        own.repository_credentials = self.credentials_for(&service.image, &mut reads);
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
        let managed = BTreeSet::from([EXECUTION_POLICY.to_string()]);
        let execution_role = self.role(service, "execution", managed, may_read)?;
        let traced = self.is_traced(service);
        let task_role = self.role(
            service,
            "task",
            BTreeSet::new(),
            own_policies(service, traced),
        )?;
        let disk = service.ephemeral_storage.0;
        let definition = self.graph.add(
            of_service(service, "task_definition"),
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
                containers,
                tags: self.tags(),
            },
        );
        Ok(Task {
            definition,
            roles: [execution_role.get(Role::ARN), task_role.get(Role::ARN)],
            reader: reads_any.then_some(execution_role),
        })
    }

    /// A role that only ECS tasks of this account may take on.
    fn role(
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

fn own_container(service: &Service, log: Log) -> Container {
    let mut environment = service.env.clone();
    if let Some(target) = service.ingress.target()
        && !service.secrets.contains_key("PORT")
    {
        // What twelve-factor apps listen on; the user's own value wins (S0-38).
        let port = environment.entry("PORT".to_string());
        port.or_insert_with(|| target.port.to_string());
    }
    Container {
        name: service.name.to_string(),
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
        log: Some(log),
        stop_timeout_seconds: Some(service.stop_timeout.0),
        secrets: BTreeMap::new(),
        repository_credentials: None,
        cpu: None,
        memory_mib: None,
        health: service.health.as_ref().map(health),
        depends_on: depends_on(&service.depends_on),
    }
}

fn container_beside(service: &Service, sidecar: &Sidecar, log: Log) -> Container {
    Container {
        name: sidecar.name.to_string(),
        image: sidecar.image.as_str().to_string(),
        essential: sidecar.essential,
        command: sidecar.command.clone(),
        entry_point: sidecar.entrypoint.clone(),
        environment: sidecar.env.clone(),
        ports: sidecar.ports.clone(),
        log: Some(log),
        stop_timeout_seconds: Some(service.stop_timeout.0),
        secrets: BTreeMap::new(),
        repository_credentials: None,
        cpu: sidecar.cpu,
        memory_mib: sidecar.memory,
        health: sidecar.health.as_ref().map(health),
        depends_on: depends_on(&sidecar.depends_on),
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
fn own_policies(service: &Service, traced: bool) -> BTreeMap<String, Value> {
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
    if traced {
        policies.insert("traces".to_string(), policy(vec![traces()]));
    }
    let statements: Vec<Value> = service
        .permissions
        .iter()
        .map(Permission::statement)
        .collect();
    if !statements.is_empty() {
        policies.insert("permissions".to_string(), policy(statements));
    }
    policies
}
