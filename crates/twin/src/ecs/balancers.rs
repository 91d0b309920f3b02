//! What ECS asks of Elastic Load Balancing: target groups to register tasks in, and what they think of them.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::refuse;
use super::service_settings::Settings;
use super::shape::{self, Shape, may};
use super::task_definition::TaskDefinition;
use crate::refusal::Refusal;
use crate::world::World;
use crate::{elb, elbv2};

/// One target group of a service, or its classic load balancer, and the container that answers for it.
#[derive(Serialize, Deserialize, Debug, Clone, PartialEq)]
#[serde(rename_all = "camelCase")]
pub(super) struct Balancer {
    /// Empty where there is a classic load balancer instead.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(super) target_group_arn: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) load_balancer_name: Option<String>,
    pub(super) container_name: String,
    pub(super) container_port: u16,
}

/// Where a balancer reaches a task: an address or an instance, and a port there.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Place {
    pub(super) behind: Behind,
    pub(super) id: String,
    pub(super) port: u16,
}

/// What a place is registered in.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Behind {
    /// The ARN of a target group.
    Group(String),
    /// The name of a classic load balancer.
    Classic(String),
}

impl Behind {
    /// As events name it.
    fn called(&self) -> String {
        match self {
            Behind::Classic(name) => format!("elb {name}"),
            Behind::Group(arn) => format!("target-group {arn}"),
        }
    }
}

impl Place {
    /// As events name it.
    pub(super) fn told(&self) -> String {
        let called = self.behind.called();
        match &self.behind {
            Behind::Classic(_) => format!("instances in ({called})"),
            Behind::Group(_) => format!("targets in ({called})"),
        }
    }

    /// That it is unhealthy, and why, as events say it [ECS developer guide: service event messages].
    pub(super) fn unhealthy(&self, world: &World, region: &str, task: &str) -> String {
        let (called, id, port) = (self.behind.called(), &self.id, self.port);
        let (what, reason) = match &self.behind {
            Behind::Classic(_) => (
                format!("(instance {id})"),
                Some(elb::FAILED_CHECKS.to_owned()),
            ),
            // With the codes, as the balancer names them ("… due to (reason Health checks failed with these codes:
            // [404])." stands in every report of such a service).
            Behind::Group(arn) => (
                format!("(task {task}) (port {port})"),
                elbv2::target_reason(world, region, arn, id, port),
            ),
        };
        let reason = reason.unwrap_or_else(|| "Health checks failed".to_owned());
        format!("{what} is unhealthy in ({called}) due to (reason {reason}).")
    }
}

const BALANCERS: Shape = Shape::List(&[
    may("targetGroupArn", Shape::Text),
    may("loadBalancerName", Shape::Text),
    may("containerName", Shape::Text),
    may("containerPort", Shape::Whole),
]);

pub(super) fn read(raw: Option<Value>) -> Result<Option<Vec<Balancer>>, Refusal> {
    let Some(raw) = raw.filter(|raw| !raw.is_null()) else {
        return Ok(None);
    };
    let checked = shape::check(raw, &BALANCERS, "loadBalancers")?;
    for item in checked.as_array().into_iter().flatten() {
        let blank = |name: &str| item[name].as_str().is_none_or(str::is_empty);
        if blank("targetGroupArn") && blank("loadBalancerName") {
            return Err(refuse::parameter("targetGroupArn can not be blank."));
        }
        if !item["targetGroupArn"].is_null() && !item["loadBalancerName"].is_null() {
            return Err(refuse::parameter(
                "loadBalancerName and targetGroupArn cannot both be specified.",
            ));
        }
        if blank("containerName") {
            return Err(refuse::parameter("Container Name can not be blank."));
        }
        if item["containerPort"].is_null() {
            return Err(refuse::parameter("Container Port can not be null."));
        }
    }
    serde_json::from_value(checked)
        .map(Some)
        .map_err(|error| refuse::parameter(format!("Invalid loadBalancers: {error}")))
}

/// Refuses what cannot be (failures.md 1.2; the sentences are AWS's).
pub(super) fn check(
    world: &World,
    region: &str,
    definition: &TaskDefinition,
    balancers: &[Balancer],
) -> Result<(), Refusal> {
    if balancers.len() > 5 {
        return Err(refuse::parameter(
            "load balancers can have at most 5 items.",
        ));
    }
    for balancer in balancers {
        let Balancer {
            target_group_arn: arn,
            load_balancer_name: classic,
            container_name: name,
            container_port: port,
        } = balancer;
        let container = definition.container(name).ok_or_else(|| {
            refuse::parameter(format!(
                "The container {name} does not exist in the task definition."
            ))
        })?;
        if !container.ports().contains(port) {
            return Err(refuse::parameter(format!(
                "The container {name} did not have a container port {port} defined."
            )));
        }
        if let Some(classic) = classic {
            check_classic(world, region, definition, classic, balancers.len())?;
            continue;
        }
        let group = elbv2::target_group(world, region, arn).ok_or_else(|| {
            refuse::parameter(format!("The specified target group does not exist: {arn}"))
        })?;
        if definition.is_awsvpc() && group.target_type != "ip" {
            return Err(refuse::parameter(format!(
                "The provided target group {arn} has target type {}, which is incompatible with the awsvpc network mode specified in the task definition.",
                group.target_type
            )));
        }
        if !definition.is_awsvpc() && group.target_type == "ip" {
            let mode = definition.spec.network_mode.as_deref().unwrap_or("bridge");
            return Err(refuse::parameter(format!(
                "The provided target group {arn} has target type ip, which is incompatible with the {mode} network mode specified in the task definition."
            )));
        }
        if group.load_balancers.is_empty() {
            return Err(refuse::parameter(format!(
                "The target group with targetGroupArn {arn} does not have an associated load balancer."
            )));
        }
    }
    Ok(())
}

/// Classic balancers know instances only, and a service has one of them at most [ECS API: LoadBalancer; ECS developer
/// guide: load balancing].
fn check_classic(
    world: &World,
    region: &str,
    definition: &TaskDefinition,
    name: &str,
    all: usize,
) -> Result<(), Refusal> {
    if all > 1 {
        return Err(refuse::parameter(
            "load balancers can have at most 1 items when a Classic Load Balancer is used.",
        ));
    }
    if definition.is_awsvpc() {
        return Err(refuse::parameter(
            "Classic Load Balancers are not supported with the awsvpc network mode. Use an Application Load Balancer or a Network Load Balancer.",
        ));
    }
    // [amazon-ecs-agent #647]
    let missing = || refuse::parameter(format!("The load balancer {name} does not exist."));
    elb::find(world, region, name).map(drop).ok_or_else(missing)
}

/// What the settings of a service with a classic balancer cannot be: a circuit breaker is refused [containers-roadmap
/// #1272], zones are rebalanced only if that was asked for [ECS API: CreateService availabilityZoneRebalancing].
pub(super) fn suit(
    balancers: &[Balancer],
    settings: &mut Settings,
    rebalancing_named: bool,
) -> Result<(), Refusal> {
    if balancers.iter().all(|it| it.load_balancer_name.is_none()) {
        return Ok(());
    }
    if settings.deployment.deployment_circuit_breaker.enable {
        return Err(refuse::parameter(
            "Deployment circuit breaker feature is not supported with Classic Load Balancers. Remove the Classic Load Balancer and try again.",
        ));
    }
    if settings.zone_rebalancing == "ENABLED" && rebalancing_named {
        return Err(refuse::parameter(
            "Availability Zone rebalancing is not supported with Classic Load Balancers.",
        ));
    }
    "DISABLED".clone_into(&mut settings.zone_rebalancing);
    Ok(())
}

/// What the balancers think of a task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Opinion {
    Healthy,
    Waiting,
    /// In this target group or classic load balancer, as events name it.
    Unhealthy(String),
}

/// The worst that any of the groups thinks: one that is unhealthy is enough for ECS to stop the task.
pub(super) fn opinion(world: &World, region: &str, places: &[Place]) -> Opinion {
    let mut opinion = Opinion::Healthy;
    for Place { behind, id, port } in places {
        let arn = match behind {
            Behind::Classic(name) => {
                match elb::state(world, region, name, id) {
                    Some(elb::State::InService) => {}
                    Some(elb::State::OutOfService) => {
                        return Opinion::Unhealthy(behind.called());
                    }
                    Some(elb::State::Registering) | None => opinion = Opinion::Waiting,
                }
                continue;
            }
            Behind::Group(arn) => arn,
        };
        match elbv2::target_state(world, region, arn, id, *port) {
            Some("healthy") => {}
            Some("unhealthy") => return Opinion::Unhealthy(behind.called()),
            _ => opinion = Opinion::Waiting,
        }
    }
    opinion
}

/// Registers what answers for a task: its own address, or the instance whose ports it has. Classic balancers know
/// only the latter.
pub(super) fn register(world: &mut World, region: &str, places: &[Place]) {
    for Place { behind, id, port } in places {
        match behind {
            Behind::Classic(name) => elb::register(world, region, name, id),
            Behind::Group(arn) => elbv2::register_target(world, region, arn, id, *port),
        };
    }
}

/// Deregisters a task, and says how long its targets drain.
pub(super) fn deregister(world: &mut World, region: &str, places: &[Place]) -> Duration {
    let mut longest = Duration::ZERO;
    for Place { behind, id, port } in places {
        let arn = match behind {
            Behind::Classic(name) => {
                elb::deregister(world, region, name, id);
                continue;
            }
            Behind::Group(arn) => arn,
        };
        if elbv2::target_state(world, region, arn, id, *port).is_none() {
            continue;
        }
        elbv2::deregister_target(world, region, arn, id, *port);
        if elbv2::target_state(world, region, arn, id, *port).is_some() {
            longest = longest.max(delay(world, region, arn));
        }
    }
    longest
}

/// The default is 300 s [ELBv2 API: TargetGroupAttribute].
fn delay(world: &World, region: &str, arn: &str) -> Duration {
    let group = elbv2::target_group(world, region, arn);
    let set = group.and_then(|it| it.attributes.get("deregistration_delay.timeout_seconds"));
    Duration::from_secs(set.and_then(|seconds| seconds.parse().ok()).unwrap_or(300))
}

/// Tells the balancers that something may listen now that did not, or the other way round.
pub(super) fn listeners_changed(world: &mut World, region: &str) {
    elbv2::look(world, region);
}
