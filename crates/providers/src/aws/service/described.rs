//! Services as ECS describes them: read together, ten to a request.

use std::collections::{BTreeMap, BTreeSet};

use ashore_engine::failure::{Class, Failure};
use ashore_engine::input::Input;
use ashore_engine::kind::Observed;
use aws_sdk_ecs::types::{
    AssignPublicIp, CapacityProviderStrategyItem, DeploymentRolloutState, LaunchType, LoadBalancer,
    NetworkConfiguration, SchedulingStrategy, ServiceField,
};

use super::deployment::{Deployment, Event, Rollout, Snapshot};
use super::{Attachment, Capacity, ClassicAttachment, Connect, Offer, Outputs, Service, Share};
use crate::aws::live::Aws;
use crate::aws::live::ecs::tag_map;
use crate::aws::live::failure::{failure, required};
use crate::aws::tags::Tags;

const OPERATION: &str = "ecs:DescribeServices";

/// Services in one request [ECS API: DescribeServices].
pub(super) const NAMES_MAX: usize = 10;

/// Between cluster and service in the key of a shared read. Neither name nor ARN has it.
const SEPARATOR: char = '|';

/// The service, whatever its status; none if ECS does not know it.
pub(super) async fn described(
    aws: &Aws,
    cluster: &str,
    name: &str,
) -> Result<Option<aws_sdk_ecs::types::Service>, Failure> {
    let services = aws.batch("service", NAMES_MAX, fetch);
    services.get(&format!("{cluster}{SEPARATOR}{name}")).await
}

async fn fetch(
    aws: Aws,
    keys: Vec<String>,
) -> Result<BTreeMap<String, aws_sdk_ecs::types::Service>, Failure> {
    let mut clusters: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for key in &keys {
        if let Some((cluster, name)) = key.split_once(SEPARATOR) {
            clusters.entry(cluster).or_default().push(name.to_string());
        }
    }
    let mut found = BTreeMap::new();
    for (cluster, names) in clusters {
        for service in describe(&aws, cluster, names).await? {
            let name = required(OPERATION, service.service_name.clone())?;
            found.insert(format!("{cluster}{SEPARATOR}{name}"), service);
        }
    }
    Ok(found)
}

/// Those of a cluster, by name or ARN; what is not there is left out.
pub(super) async fn describe(
    aws: &Aws,
    cluster: &str,
    services: Vec<String>,
) -> Result<Vec<aws_sdk_ecs::types::Service>, Failure> {
    let describe = aws.ecs.describe_services().cluster(cluster);
    let describe = describe.set_services(Some(services));
    let described = describe.include(ServiceField::Tags).send().await;
    let described = match described.map_err(|e| failure(OPERATION, e)) {
        Ok(described) => described,
        Err(error) if error.class == Class::Gone => return Ok(Vec::new()), // no such cluster
        Err(error) => return Err(error),
    };
    let failures = described.failures.unwrap_or_default();
    let refused = failures
        .into_iter()
        .find(|failure| failure.reason.as_deref() != Some("MISSING"));
    match refused {
        Some(refused) => Err(Failure::new(
            Class::Denied,
            OPERATION,
            refused.reason.unwrap_or_default(),
            refused.detail.unwrap_or_default(),
        )),
        None => Ok(described.services.unwrap_or_default()),
    }
}

/// What is constant about it.
pub(super) fn outputs_of(
    operation: &'static str,
    service: &aws_sdk_ecs::types::Service,
) -> Result<Outputs, Failure> {
    let deployments = service.deployments.as_deref().unwrap_or_default();
    let given_up = deployments.iter().any(|deployment| {
        deployment.status.as_deref() == Some("PRIMARY")
            && deployment.rollout_state == Some(DeploymentRolloutState::Failed)
    });
    Ok(Outputs {
        arn: required(operation, service.service_arn.clone())?,
        name: required(operation, service.service_name.clone())?,
        cluster: required(operation, service.cluster_arn.clone())?,
        given_up,
    })
}

/// Every managed field.
pub(super) fn observed(service: aws_sdk_ecs::types::Service) -> Result<Observed<Service>, Failure> {
    let outputs = outputs_of(OPERATION, &service)?;
    let (subnets, groups, assign_public_ip) = network(service.network_configuration.as_ref());
    let capacity = capacity(&service);
    let registries = service.service_registries.as_deref();
    let registry = registries.and_then(|all| all.first()?.registry_arn.clone());
    let connect = connect(service.deployments.as_deref());
    let deployment = service.deployment_configuration;
    let breaker = deployment
        .as_ref()
        .and_then(|it| it.deployment_circuit_breaker.as_ref());
    let percent = |value: Option<i32>, default| {
        let value = value.and_then(|percent| u32::try_from(percent).ok());
        value.unwrap_or(default)
    };
    let inputs = |values: Vec<String>| values.into_iter().map(Input::Known).collect();
    let balancers = service.load_balancers.unwrap_or_default();
    let (targets, classic): (Vec<_>, Vec<_>) = balancers
        .iter()
        .partition(|it| it.target_group_arn.is_some());
    let targets = targets.into_iter().filter_map(balancer);
    let mut targets = targets.map(|(target_group, container, port)| Attachment {
        target_group: Input::Known(target_group),
        container,
        port,
    });
    let mut classic = classic.into_iter().filter_map(balancer);
    let task_definition = required(OPERATION, service.task_definition)?;
    Ok(Observed {
        spec: Service {
            name: outputs.name.clone(),
            cluster: Input::Known(outputs.cluster.clone()),
            task_definition: Input::Known(task_definition),
            capacity,
            desired_count: count(service.desired_count),
            scaled: false, // the cloud does not know it of a service
            subnets: inputs(subnets),
            security_groups: inputs(groups),
            assign_public_ip,
            load_balancer: targets.next(),
            more_load_balancers: targets.collect(),
            registry: registry.map(Input::Known),
            connect,
            classic_balancer: classic
                .next()
                .map(|(name, container, port)| ClassicAttachment {
                    balancer: Input::Known(name),
                    container,
                    port,
                }),
            grace_period_seconds: service.health_check_grace_period_seconds.map(count),
            minimum_healthy_percent: percent(
                deployment
                    .as_ref()
                    .and_then(|it| it.minimum_healthy_percent),
                100,
            ),
            maximum_percent: percent(deployment.as_ref().and_then(|it| it.maximum_percent), 200),
            circuit_breaker: breaker.is_some_and(|it| it.enable),
            rollback: breaker.is_some_and(|it| it.rollback),
            execute_command: service.enable_execute_command,
            tags: Tags::observed(tag_map(service.tags)),
        },
        outputs,
    })
}

/// Its part in Service Connect, which a deployment tells and the service itself does not. An offer that is not one of
/// ours is shown with a port that none has.
fn connect(deployments: Option<&[aws_sdk_ecs::types::Deployment]>) -> Option<Connect> {
    let mut deployments = deployments.unwrap_or_default().iter();
    let primary = deployments.find(|it| it.status.as_deref() == Some("PRIMARY"))?;
    let there = primary.service_connect_configuration.as_ref();
    let there = there.filter(|it| it.enabled)?;
    let offers = there.services.as_deref().unwrap_or_default().iter();
    let offers = offers.map(|offer| {
        let alias = match offer.client_aliases() {
            [alias] if offer.ingress_port_override.is_none() && offer.timeout.is_none() => {
                Some(alias)
            }
            _ => None,
        };
        let name = alias.and_then(|alias| alias.dns_name.clone());
        let same = name == offer.discovery_name;
        let port = alias.filter(|_| same);
        let port = port.and_then(|alias| u16::try_from(alias.port).ok());
        let name = name.unwrap_or_default();
        let port = port.unwrap_or(0);
        (offer.port_name.clone(), Offer { name, port })
    });
    Some(Connect {
        namespace: Input::Known(there.namespace.clone().unwrap_or_default()),
        offers: offers.collect(),
    })
}

/// What its rollout is judged by.
pub(super) fn snapshot(service: aws_sdk_ecs::types::Service) -> Snapshot {
    let deployments = service.deployments.unwrap_or_default();
    let balancers = service.load_balancers.unwrap_or_default();
    let events = service.events.unwrap_or_default();
    Snapshot {
        status: service.status.unwrap_or_default(),
        deployments: deployments.into_iter().map(deployment).collect(),
        balancers: balancers.iter().filter_map(balancer).collect(),
        events: events
            .into_iter()
            .map(|event| Event {
                at: event.created_at.map_or(0, |at| at.secs()),
                message: event.message.unwrap_or_default(),
            })
            .collect(),
    }
}

/// An EC2 launch type that we have not given is a mix of nothing, which nobody wants.
fn capacity(service: &aws_sdk_ecs::types::Service) -> Capacity {
    let items = service.capacity_provider_strategy.as_deref();
    if service.scheduling_strategy == Some(SchedulingStrategy::Daemon) {
        return Capacity::Daemon;
    }
    if service.launch_type == Some(LaunchType::Fargate) && items.is_none_or(<[_]>::is_empty) {
        return Capacity::Fargate;
    }
    Capacity::Providers(shares(items))
}

fn shares(items: Option<&[CapacityProviderStrategyItem]>) -> Vec<Share> {
    let share = |item: &CapacityProviderStrategyItem| Share {
        provider: Input::Known(item.capacity_provider.clone()),
        base: count(item.base),
        weight: count(item.weight),
    };
    items.unwrap_or_default().iter().map(share).collect()
}

fn deployment(deployment: aws_sdk_ecs::types::Deployment) -> Deployment {
    let shares = shares(deployment.capacity_provider_strategy.as_deref());
    let network = deployment.network_configuration.as_ref();
    let network = network.map(|given| {
        let (subnets, groups, public) = network_of(given);
        let set = |values: Vec<String>| values.into_iter().collect::<BTreeSet<_>>();
        (set(subnets), set(groups), public)
    });
    Deployment {
        id: deployment.id.unwrap_or_default(),
        primary: deployment.status.as_deref() == Some("PRIMARY"),
        task_definition: deployment.task_definition.unwrap_or_default(),
        network,
        shares,
        desired: count(deployment.desired_count),
        running: count(deployment.running_count),
        failed: count(deployment.failed_tasks),
        rollout: match deployment.rollout_state {
            Some(DeploymentRolloutState::InProgress) => Some(Rollout::InProgress),
            Some(DeploymentRolloutState::Completed) => Some(Rollout::Completed),
            Some(DeploymentRolloutState::Failed) => Some(Rollout::Failed),
            _ => None,
        },
        reason: deployment.rollout_state_reason.unwrap_or_default(),
    }
}

fn network(given: Option<&NetworkConfiguration>) -> (Vec<String>, Vec<String>, bool) {
    given.map(network_of).unwrap_or_default()
}

fn network_of(given: &NetworkConfiguration) -> (Vec<String>, Vec<String>, bool) {
    match &given.awsvpc_configuration {
        Some(vpc) => (
            vpc.subnets.clone(),
            vpc.security_groups.clone().unwrap_or_default(),
            vpc.assign_public_ip == Some(AssignPublicIp::Enabled),
        ),
        None => (Vec::new(), Vec::new(), false),
    }
}

/// The target group or the classic balancer, the container, its port.
fn balancer(balancer: &LoadBalancer) -> Option<(String, String, u16)> {
    let group = balancer.target_group_arn.clone();
    Some((
        group.or_else(|| balancer.load_balancer_name.clone())?,
        balancer.container_name.clone()?,
        u16::try_from(balancer.container_port?).ok()?,
    ))
}

fn count(value: i32) -> u32 {
    u32::try_from(value).unwrap_or(0)
}
