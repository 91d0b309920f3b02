//! Why there is no instance for the tasks of a service, as far as that can be told.

use ashore_engine::failure::{Class, Failure};
use aws_sdk_ecs::types::ClusterField;

use super::capacity::{FARGATE, FARGATE_SPOT};
use super::{Capacity, Outputs, Service};
use crate::aws::auto_scaling_group::{cannot_launch, failed_launches, in_service, repeated};
use crate::aws::live::Aws;
use crate::aws::live::failure::failure;

/// What is wrong with the instances.
pub(super) enum Trouble {
    /// They cannot be had, and waiting changes nothing.
    Never(Failure),
    /// One line for each thing that may still clear.
    Perhaps(Vec<String>),
}

/// What is wrong with the instances that tasks of the service wait for; none if nothing is, or if
/// they wait for none.
pub(super) async fn trouble(
    spec: &Service,
    aws: &Aws,
    outputs: &Outputs,
) -> Result<Option<Trouble>, Failure> {
    let Capacity::Providers(shares) = &spec.capacity else {
        return Ok(None);
    };
    let names = shares.iter().filter_map(|share| share.provider.known());
    let own = names.filter(|name| !matches!(name.as_str(), FARGATE | FARGATE_SPOT));
    let own: Vec<String> = own.cloned().collect();
    if own.is_empty() {
        return Ok(None);
    }
    let mut lines = Vec::new();
    let mut there = 0;
    let groups = groups(aws, own).await?;
    for group in &groups {
        let failed = failed_launches(aws, group).await?;
        if let Some(reason) = repeated(&failed) {
            return Ok(Some(Trouble::Never(cannot_launch(group, reason))));
        }
        let last = failed.first();
        lines.extend(last.map(|reason| format!("no instance of `{group}` yet: {reason}")));
        there += in_service(aws, group).await?.len();
    }
    let joined = joined(aws, &outputs.cluster).await?;
    if !groups.is_empty() && there > joined {
        lines.push(format!(
            "{} of {there} instances in service have not joined the cluster: its agent needs a way \
             to ECS (a NAT gateway, a public address or endpoints), the instance role, and user \
             data that leaves /etc/ecs/ecs.config as it is",
            there - joined
        ));
    }
    Ok((!lines.is_empty()).then_some(Trouble::Perhaps(lines)))
}

/// The names of the groups that the providers are over.
async fn groups(aws: &Aws, providers: Vec<String>) -> Result<Vec<String>, Failure> {
    const OPERATION: &str = "ecs:DescribeCapacityProviders";
    let describe = aws.ecs.describe_capacity_providers();
    let describe = describe.set_capacity_providers(Some(providers));
    let answer = describe.send().await.map_err(|e| failure(OPERATION, e))?;
    let found = answer.capacity_providers.unwrap_or_default().into_iter();
    let groups = found.filter_map(|it| it.auto_scaling_group_provider);
    let name = |arn: String| arn.rsplit('/').next().map(str::to_string);
    Ok(groups
        .filter_map(|it| name(it.auto_scaling_group_arn))
        .collect())
}

/// How many instances are in the cluster.
async fn joined(aws: &Aws, cluster: &str) -> Result<usize, Failure> {
    const OPERATION: &str = "ecs:DescribeClusters";
    let describe = aws.ecs.describe_clusters().clusters(cluster);
    let answer = describe.include(ClusterField::Statistics).send().await;
    let answer = match answer.map_err(|e| failure(OPERATION, e)) {
        Err(error) if error.class == Class::Gone => return Ok(0),
        answer => answer?,
    };
    let cluster = answer.clusters.unwrap_or_default().into_iter().next();
    let count = cluster.map_or(0, |it| it.registered_container_instances_count);
    Ok(usize::try_from(count).unwrap_or(0))
}
