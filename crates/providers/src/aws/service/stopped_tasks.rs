//! Reads what a service's tasks do and have died of: tasks, targets, logs.

use std::collections::{BTreeMap, BTreeSet};

use ashore_engine::failure::{Class, Failure};
use aws_sdk_ecs::types::{DesiredStatus, LogDriver, Task};
use aws_sdk_elasticloadbalancingv2::types::TargetHealthStateEnum;

use super::deployment::Deployment;
use super::stopped::{Stopped, StoppedContainer};
use super::{Outputs, Service, classic};
use crate::aws::live::Aws;
use crate::aws::live::failure::failure;

/// Tasks in one DescribeTasks [ECS API].
const TASKS_MAX: usize = 100;
/// So many of a dead container's last lines are shown.
const LINES: i32 = 20;

/// Tasks of the service that have stopped within the last hour or are about to [ECS API:
/// ListTasks]. Those that are gone for good are not among them.
pub(super) async fn stopped(aws: &Aws, outputs: &Outputs) -> Result<Vec<Stopped>, Failure> {
    let tasks = to_stop(aws, outputs).await?;
    Ok(tasks.into_iter().map(stopped_as).collect())
}

/// How many tasks of a deleted service still have their network interface.
pub(super) async fn stopping(aws: &Aws, outputs: &Outputs) -> Result<usize, Failure> {
    let tasks = to_stop(aws, outputs).await?;
    let still = |task: &&Task| task.last_status.as_deref() != Some("STOPPED");
    Ok(tasks.iter().filter(still).count())
}

/// Where service or cluster are gone, there are no tasks.
async fn to_stop(aws: &Aws, outputs: &Outputs) -> Result<Vec<Task>, Failure> {
    let list = aws.ecs.list_tasks().cluster(&outputs.cluster);
    let list = list.service_name(&outputs.name);
    let listed = list.desired_status(DesiredStatus::Stopped);
    let arns: Result<Vec<_>, _> = listed.into_paginator().items().send().collect().await;
    match arns.map_err(|e| failure("ecs:ListTasks", e)) {
        Ok(arns) => described(aws, &outputs.cluster, arns).await,
        Err(error) if error.class == Class::Gone => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

async fn described(aws: &Aws, cluster: &str, arns: Vec<String>) -> Result<Vec<Task>, Failure> {
    let mut tasks = Vec::new();
    for arns in arns.chunks(TASKS_MAX) {
        let describe = aws.ecs.describe_tasks().cluster(cluster);
        let described = describe.set_tasks(Some(arns.to_vec())).send().await;
        let described = described.map_err(|e| failure("ecs:DescribeTasks", e))?;
        tasks.extend(described.tasks.unwrap_or_default());
    }
    Ok(tasks)
}

fn stopped_as(task: Task) -> Stopped {
    let arn = task.task_arn.unwrap_or_default();
    let at = task.stopping_at.or(task.stopped_at);
    let containers = task.containers.unwrap_or_default();
    Stopped {
        id: arn.rsplit('/').next().unwrap_or(&arn).to_string(),
        task_definition: task.task_definition_arn.unwrap_or_default(),
        started_by: task.started_by.unwrap_or_default(),
        code: task
            .stop_code
            .map_or(String::new(), |code| code.to_string()),
        reason: task.stopped_reason.unwrap_or_default(),
        at: at.map_or(0, |at| at.secs()),
        containers: containers
            .into_iter()
            .map(|container| StoppedContainer {
                name: container.name.unwrap_or_default(),
                exit: container.exit_code,
                reason: container.reason,
            })
            .collect(),
    }
}

/// What the balancer finds of a deployment's tasks.
pub(super) struct Targets {
    wanted: usize,
    healthy: usize,
    /// Address, state and reason of those that are not.
    others: Vec<String>,
}

impl Targets {
    /// Whether enough of them are sent requests.
    pub(super) fn serve(&self) -> bool {
        self.healthy >= self.wanted
    }

    /// For one line.
    pub(super) fn why(&self) -> String {
        let first = self.others.first().map(|it| format!(" ({it})"));
        let (healthy, wanted) = (self.healthy, self.wanted);
        format!(
            "{healthy}/{wanted} targets healthy{}",
            first.unwrap_or_default()
        )
    }

    /// One line per target that is not healthy.
    pub(super) fn lines(&self) -> Vec<String> {
        let line = |it: &String| format!("target {it}");
        self.others.iter().map(line).collect()
    }
}

/// The targets of the deployment; none without a balancer. Behind several, a task is as healthy as
/// the one that thinks the least of it says. While another deployment's tasks are still behind the
/// balancer, they are told apart by their addresses, or where they share their instance's by its
/// id and their ports on it.
pub(super) async fn targets(
    aws: &Aws,
    spec: &Service,
    outputs: &Outputs,
    deployment: &Deployment,
    alone: bool,
) -> Result<Option<Targets>, Failure> {
    let groups = spec.attachments();
    let groups: Vec<&String> = groups.filter_map(|it| it.target_group.known()).collect();
    let old = spec.classic_balancer.as_ref();
    let old = old.and_then(|it| it.balancer.known());
    if groups.is_empty() && old.is_none() {
        return Ok(None);
    }
    let shared = spec.subnets.is_empty();
    let ours = match alone {
        true => None,
        false if shared => Some(bindings(aws, outputs, deployment).await?),
        false => Some(addresses(aws, outputs, deployment).await?),
    };
    let mut targets = Targets {
        wanted: usize::try_from(deployment.desired).unwrap_or(usize::MAX),
        healthy: usize::MAX,
        others: Vec::new(),
    };
    for group in groups {
        let healthy = of_group(aws, group, shared, ours.as_ref(), &mut targets.others).await?;
        targets.healthy = targets.healthy.min(healthy);
    }
    if let Some(balancer) = old {
        let ours = ours.as_ref().map(classic::instances);
        let serve = classic::in_service(aws, balancer, ours.as_ref(), &mut targets.others).await?;
        targets.healthy = targets.healthy.min(serve);
    }
    Ok(Some(targets))
}

/// How many targets of that group are healthy; where tasks share their instance's address, a target
/// is told by its port too. What is said of the others goes to `others`.
async fn of_group(
    aws: &Aws,
    group: &str,
    shared: bool,
    ours: Option<&BTreeSet<String>>,
    others: &mut Vec<String>,
) -> Result<usize, Failure> {
    let health = aws.elb.describe_target_health().target_group_arn(group);
    let health = health.send().await;
    let health = health.map_err(|e| failure("elasticloadbalancing:DescribeTargetHealth", e))?;
    let mut healthy = 0;
    for target in health.target_health_descriptions.unwrap_or_default() {
        let target_of = target.target.as_ref();
        let id = target_of.and_then(|it| it.id.clone()).unwrap_or_default();
        let address = match target_of.and_then(|it| it.port) {
            Some(port) if shared => format!("{id}:{port}"),
            _ => id,
        };
        if ours.is_some_and(|ours| !ours.contains(&address)) {
            continue;
        }
        let Some(health) = target.target_health else {
            continue;
        };
        match health.state {
            Some(TargetHealthStateEnum::Healthy) => healthy += 1,
            Some(TargetHealthStateEnum::Draining) | None => {}
            Some(state) => {
                let reason = health.description.unwrap_or_default();
                others.push(format!("{address} {state}: {reason}"));
            }
        }
    }
    Ok(healthy)
}

/// The addresses of the deployment's tasks. ECS starts them in the deployment's name, and takes
/// no other filter beside that [ECS API: ListTasks].
async fn addresses(
    aws: &Aws,
    outputs: &Outputs,
    deployment: &Deployment,
) -> Result<BTreeSet<String>, Failure> {
    let tasks = started(aws, outputs, deployment).await?;
    let attachments = tasks.into_iter().filter_map(|task| task.attachments);
    let details = attachments.flatten().filter_map(|it| it.details).flatten();
    Ok(details
        .filter(|detail| detail.name.as_deref() == Some("privateIPv4Address"))
        .filter_map(|detail| detail.value)
        .collect())
}

/// Instance and port of every port of the deployment's tasks.
async fn bindings(
    aws: &Aws,
    outputs: &Outputs,
    deployment: &Deployment,
) -> Result<BTreeSet<String>, Failure> {
    const OPERATION: &str = "ecs:DescribeContainerInstances";
    let tasks = started(aws, outputs, deployment).await?;
    let arns = tasks
        .iter()
        .filter_map(|it| it.container_instance_arn.clone());
    let arns: BTreeSet<String> = arns.collect();
    let mut ids = BTreeMap::new();
    for arns in arns.into_iter().collect::<Vec<_>>().chunks(TASKS_MAX) {
        let describe = aws
            .ecs
            .describe_container_instances()
            .cluster(&outputs.cluster);
        let describe = describe.set_container_instances(Some(arns.to_vec()));
        let answer = describe.send().await.map_err(|e| failure(OPERATION, e))?;
        let found = answer.container_instances.unwrap_or_default().into_iter();
        ids.extend(found.filter_map(|it| Some((it.container_instance_arn?, it.ec2_instance_id?))));
    }
    let mut all = BTreeSet::new();
    for task in tasks {
        let Some(id) = task.container_instance_arn.and_then(|arn| ids.get(&arn)) else {
            continue;
        };
        let containers = task.containers.unwrap_or_default().into_iter();
        let bound = containers.filter_map(|it| it.network_bindings).flatten();
        all.extend(bound.filter_map(|it| Some(format!("{id}:{}", it.host_port?))));
    }
    Ok(all)
}

async fn started(
    aws: &Aws,
    outputs: &Outputs,
    deployment: &Deployment,
) -> Result<Vec<Task>, Failure> {
    let list = aws.ecs.list_tasks().cluster(&outputs.cluster);
    let list = list.started_by(&deployment.id).into_paginator().items();
    let arns = list.send().collect::<Result<Vec<_>, _>>().await;
    let arns = arns.map_err(|e| failure("ecs:ListTasks", e))?;
    described(aws, &outputs.cluster, arns).await
}

/// What a container wrote last.
#[derive(Default)]
pub(super) struct LastWords {
    /// The container.
    container: String,
    /// Its last lines.
    pub(super) lines: Vec<String>,
    /// Why there are none.
    unread: Option<String>,
    /// The task's processor.
    pub(super) architecture: Option<String>,
}

impl LastWords {
    /// A heading and the lines.
    pub(super) fn evidence(&self) -> Vec<String> {
        let container = &self.container;
        match &self.unread {
            _ if container.is_empty() => Vec::new(),
            Some(why) => vec![format!("the log of {container} cannot be read: {why}")],
            None if self.lines.is_empty() => vec![format!("{container} wrote nothing")],
            None => {
                let heading = format!("last lines of {container}:");
                let lines = self.lines.iter().map(|line| format!("| {line}"));
                [heading].into_iter().chain(lines).collect()
            }
        }
    }
}

/// The last lines of the container that the task died of: the one that ended, else the one that
/// was to answer the balancer, else the first that writes a log. What cannot be read is said, and
/// is no failure: it is evidence of another one.
pub(super) async fn last_words(
    aws: &Aws,
    spec: &Service,
    task_definition: &str,
    dead: Option<&Stopped>,
) -> LastWords {
    let describe = aws.ecs.describe_task_definition();
    let described = describe.task_definition(task_definition).send().await;
    let Some(definition) = described.ok().and_then(|it| it.task_definition) else {
        return LastWords::default();
    };
    let platform = definition.runtime_platform;
    let mut last = LastWords {
        architecture: platform
            .and_then(|it| it.cpu_architecture)
            .map(|it| it.to_string()),
        ..LastWords::default()
    };
    let Some(dead) = dead else { return last };
    let culprit = dead.culprit().map(|it| it.name.as_str());
    let answers = spec.registered().map(|(_, container, _)| container).next();
    let wanted = culprit.or(answers);
    let containers = definition.container_definitions.unwrap_or_default();
    let logs = containers.into_iter().filter_map(|container| {
        let log = container.log_configuration?;
        let options = log
            .options
            .filter(|_| log.log_driver == LogDriver::Awslogs)?;
        Some((container.name?, options))
    });
    let mut logs: Vec<_> = logs.collect();
    logs.sort_by_key(|(name, _)| Some(name.as_str()) != wanted);
    let Some((container, options)) = logs.into_iter().next() else {
        return last;
    };
    let option = |name: &str| options.get(name).cloned().unwrap_or_default();
    let prefix = option("awslogs-stream-prefix");
    let stream = format!("{prefix}/{container}/{}", dead.id);
    let get = aws
        .logs
        .get_log_events()
        .log_group_name(option("awslogs-group"));
    let get = get.log_stream_name(stream).limit(LINES);
    let got = get.start_from_head(false).send().await;
    match got.map_err(|e| failure("logs:GetLogEvents", e)) {
        Ok(got) => {
            let events = got.events.unwrap_or_default();
            last.lines = events.into_iter().filter_map(|it| it.message).collect();
        }
        // No stream: it never came to write.
        Err(error) if error.class == Class::Gone => {}
        Err(error) => last.unread = Some(error.to_string()),
    }
    last.container = container;
    last
}
