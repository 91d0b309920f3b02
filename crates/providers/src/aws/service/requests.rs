//! `CreateService` and `UpdateService`, each from the spec.

use ashore_engine::failure::Failure;
use ashore_engine::input::Input;
use ashore_engine::kind::Context;
use aws_sdk_ecs::types::{
    AssignPublicIp, AwsVpcConfiguration, CapacityProviderStrategyItem, DeploymentCircuitBreaker,
    DeploymentConfiguration, LaunchType, LoadBalancer, NetworkConfiguration, SchedulingStrategy,
    ServiceConnectClientAlias, ServiceConnectConfiguration, ServiceConnectService, ServiceRegistry,
};

use super::described::outputs_of;
use super::{Capacity, Connect, Field, Outputs, Service};
use crate::aws::live::Aws;
use crate::aws::live::ecs::sdk_tags;
use crate::aws::live::failure::{failure, known, not_visible_yet, required};

const CREATE: &str = "ecs:CreateService";
const UPDATE: &str = "ecs:UpdateService";

/// `CreateService`. The token makes a repetition within the run answer like the first one.
pub(super) async fn create(spec: &Service, aws: &Aws, cx: &Context) -> Result<Outputs, Failure> {
    let grace = spec.grace_period_seconds;
    let grace = grace.filter(|_| spec.is_balanced()).map(int);
    let create = aws
        .ecs
        .create_service()
        .cluster(known(CREATE, &spec.cluster)?)
        .service_name(&spec.name)
        .task_definition(known(CREATE, &spec.task_definition)?)
        .set_network_configuration(network(CREATE, spec)?)
        .set_load_balancers(Some(balancers(CREATE, spec)?))
        .set_service_registries(
            spec.registry
                .as_ref()
                .map(|_| registries(CREATE, spec))
                .transpose()?,
        )
        .set_service_connect_configuration(
            spec.connect
                .as_ref()
                .map(|it| connect(CREATE, it))
                .transpose()?,
        )
        .set_health_check_grace_period_seconds(grace)
        .deployment_configuration(deployment(spec))
        .enable_execute_command(spec.execute_command)
        .client_token(cx.mark.token("create"))
        .set_tags(Some(sdk_tags(spec.tags.marked(&cx.mark))));
    let create = match &spec.capacity {
        Capacity::Fargate => create
            .launch_type(LaunchType::Fargate)
            .desired_count(int(spec.desired_count)),
        Capacity::Providers(_) => create
            .set_capacity_provider_strategy(Some(strategy(CREATE, spec)?))
            .desired_count(int(spec.desired_count)),
        // It takes no count and no strategy [ECS API: CreateService, schedulingStrategy].
        Capacity::Daemon => create
            .launch_type(LaunchType::Ec2)
            .scheduling_strategy(SchedulingStrategy::Daemon),
    };
    // What it uses was made a moment ago: its absence means that ECS does not see it yet.
    let created = create.send().await;
    let created = created.map_err(|e| not_visible_yet(failure(CREATE, e)))?;
    outputs_of(CREATE, &required(CREATE, created.service)?)
}

/// `UpdateService`, with these members and no others: what is not said stays as it is, also a
/// desired count that an autoscaler keeps.
pub(super) async fn update(
    spec: &Service,
    aws: &Aws,
    fields: &[Field],
    outputs: &Outputs,
) -> Result<Outputs, Failure> {
    let update = aws.ecs.update_service().cluster(&outputs.cluster);
    let mut update = update.service(&outputs.name);
    for field in fields {
        update = match field {
            Field::TaskDefinition => update.task_definition(known(UPDATE, &spec.task_definition)?),
            Field::Network => update.set_network_configuration(network(UPDATE, spec)?),
            // An empty list takes the balancer away [ECS API: UpdateService].
            Field::LoadBalancer => update.set_load_balancers(Some(balancers(UPDATE, spec)?)),
            Field::Capacity => update
                .set_capacity_provider_strategy(Some(strategy(UPDATE, spec)?))
                .force_new_deployment(true),
            // An empty list takes it away.
            Field::Registry => update.set_service_registries(Some(registries(UPDATE, spec)?)),
            Field::Connect => update.service_connect_configuration(match &spec.connect {
                Some(wanted) => connect(UPDATE, wanted)?,
                None => ServiceConnectConfiguration::builder()
                    .enabled(false)
                    .build(),
            }),
            Field::Again => update.force_new_deployment(true),
            Field::DesiredCount(count) => update.desired_count(int(*count)),
            Field::GracePeriod => update.health_check_grace_period_seconds(int(spec.grace())),
            Field::Deployment => update.deployment_configuration(deployment(spec)),
            Field::ExecuteCommand => update
                .enable_execute_command(spec.execute_command)
                .force_new_deployment(true),
        };
    }
    let updated = update.send().await;
    let updated = updated.map_err(|e| not_visible_yet(failure(UPDATE, e)))?;
    outputs_of(UPDATE, &required(UPDATE, updated.service)?)
}

fn strategy(
    operation: &'static str,
    spec: &Service,
) -> Result<Vec<CapacityProviderStrategyItem>, Failure> {
    let Capacity::Providers(shares) = &spec.capacity else {
        return Ok(Vec::new());
    };
    let item = |share: &super::Share| {
        CapacityProviderStrategyItem::builder()
            .capacity_provider(known(operation, &share.provider)?)
            .base(int(share.base))
            .weight(int(share.weight))
            .build()
            .map_err(|error| Failure::internal(operation, &error))
    };
    shares.iter().map(item).collect()
}

/// None where tasks use the network of their instance.
fn network(
    operation: &'static str,
    spec: &Service,
) -> Result<Option<NetworkConfiguration>, Failure> {
    if spec.subnets.is_empty() {
        return Ok(None);
    }
    let values = |inputs: &[Input<String>]| -> Result<Vec<String>, Failure> {
        let value = |input| known(operation, input).cloned();
        inputs.iter().map(value).collect()
    };
    let vpc = AwsVpcConfiguration::builder()
        .set_subnets(Some(values(&spec.subnets)?))
        .set_security_groups(Some(values(&spec.security_groups)?))
        .assign_public_ip(match spec.assign_public_ip {
            true => AssignPublicIp::Enabled,
            false => AssignPublicIp::Disabled,
        })
        .build()
        .map_err(|error| Failure::internal(operation, &error))?;
    let network = NetworkConfiguration::builder().awsvpc_configuration(vpc);
    Ok(Some(network.build()))
}

fn balancers(operation: &'static str, spec: &Service) -> Result<Vec<LoadBalancer>, Failure> {
    let groups = spec.attachments().map(|attachment| {
        Ok(LoadBalancer::builder()
            .target_group_arn(known(operation, &attachment.target_group)?)
            .container_name(&attachment.container)
            .container_port(i32::from(attachment.port))
            .build())
    });
    let classic = spec.classic_balancer.iter().map(|attachment| {
        Ok(LoadBalancer::builder()
            .load_balancer_name(known(operation, &attachment.balancer)?)
            .container_name(&attachment.container)
            .container_port(i32::from(attachment.port))
            .build())
    });
    groups.chain(classic).collect()
}

fn registries(operation: &'static str, spec: &Service) -> Result<Vec<ServiceRegistry>, Failure> {
    let registry = |arn| {
        let registry = ServiceRegistry::builder().registry_arn(known(operation, arn)?);
        Ok(registry.build())
    };
    spec.registry.iter().map(registry).collect()
}

fn connect(
    operation: &'static str,
    wanted: &Connect,
) -> Result<ServiceConnectConfiguration, Failure> {
    let mut all = Vec::new();
    for (port_name, offer) in &wanted.offers {
        let alias = ServiceConnectClientAlias::builder()
            .dns_name(&offer.name)
            .port(i32::from(offer.port))
            .build()
            .map_err(|error| Failure::internal(operation, &error))?;
        let service = ServiceConnectService::builder()
            .port_name(port_name)
            .discovery_name(&offer.name)
            .client_aliases(alias)
            .build()
            .map_err(|error| Failure::internal(operation, &error))?;
        all.push(service);
    }
    Ok(ServiceConnectConfiguration::builder()
        .enabled(true)
        .namespace(known(operation, &wanted.namespace)?)
        .set_services((!all.is_empty()).then_some(all))
        .build())
}

fn deployment(spec: &Service) -> DeploymentConfiguration {
    let breaker = DeploymentCircuitBreaker::builder()
        .enable(spec.circuit_breaker)
        .rollback(spec.goes_back())
        .build();
    DeploymentConfiguration::builder()
        .minimum_healthy_percent(int(spec.minimum_healthy_percent))
        .maximum_percent(int(spec.maximum_percent))
        .deployment_circuit_breaker(breaker)
        .build()
}

fn int(value: u32) -> i32 {
    i32::try_from(value).unwrap_or(i32::MAX)
}
