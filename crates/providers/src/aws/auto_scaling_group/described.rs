//! Groups as Auto Scaling describes them: read together.

use std::collections::BTreeMap;

use ashore_engine::failure::{Class, Failure};
use ashore_engine::input::Input;
use ashore_engine::kind::Observed;
use aws_sdk_autoscaling::types::{
    AutoScalingGroup as Described, Instance, InstanceRefresh, InstanceRefreshStatus,
    LaunchTemplateSpecification, LifecycleState, TagDescription,
};

use super::{AutoScalingGroup, Outputs};
use crate::aws::launch_template::VERSION;
use crate::aws::live::Aws;
use crate::aws::live::failure::{failure, required};
use crate::aws::tags::Tags;

pub(super) const DESCRIBE: &str = "autoscaling:DescribeAutoScalingGroups";
const REFRESHES: &str = "autoscaling:DescribeInstanceRefreshes";

/// Groups in one answer [Auto Scaling API: DescribeAutoScalingGroups, MaxRecords].
pub(super) const NAMES_MAX: usize = 100;

/// The group, also while it is being deleted; none if there is no such group.
pub(super) async fn described(aws: &Aws, name: &str) -> Result<Option<Described>, Failure> {
    let batch = aws.batch("auto-scaling-group", NAMES_MAX, |aws, names| async move {
        let found = read(&aws, names).await?.into_iter();
        let named =
            found.map(|it| Ok((required(DESCRIBE, it.auto_scaling_group_name.clone())?, it)));
        named.collect::<Result<BTreeMap<String, Described>, Failure>>()
    });
    batch.get(name).await
}

/// Those of these names; all, if none is named.
pub(super) async fn read(aws: &Aws, names: Vec<String>) -> Result<Vec<Described>, Failure> {
    let describe = aws.groups.describe_auto_scaling_groups();
    let names = (!names.is_empty()).then_some(names);
    let describe = describe.set_auto_scaling_group_names(names);
    let pages = describe.into_paginator().items().send();
    let found: Result<_, _> = pages.collect().await;
    found.map_err(|e| failure(DESCRIBE, e))
}

/// The newest refresh, if there ever was one.
pub(super) async fn newest_refresh(
    aws: &Aws,
    name: &str,
) -> Result<Option<InstanceRefresh>, Failure> {
    let describe = aws.groups.describe_instance_refreshes();
    let describe = describe.auto_scaling_group_name(name).max_records(1);
    match describe.send().await.map_err(|e| failure(REFRESHES, e)) {
        Ok(answer) => Ok(answer
            .instance_refreshes
            .unwrap_or_default()
            .into_iter()
            .next()),
        Err(error) if error.class == Class::Gone => Ok(None),
        Err(error) => Err(error),
    }
}

/// Whether it still goes on.
pub(super) fn is_open(refresh: &InstanceRefresh) -> bool {
    matches!(
        refresh.status,
        Some(
            InstanceRefreshStatus::Pending
                | InstanceRefreshStatus::InProgress
                | InstanceRefreshStatus::Baking
                | InstanceRefreshStatus::Cancelling
                | InstanceRefreshStatus::RollbackInProgress
        )
    )
}

/// Whether it is on its way out.
pub(super) fn is_ending(group: &Described) -> bool {
    group.status.is_some()
}

/// What counts towards its size.
pub(super) fn live(group: &Described) -> Vec<&Instance> {
    let instances = group.instances.as_deref().unwrap_or_default();
    let counts = |it: &&Instance| {
        matches!(
            it.lifecycle_state,
            Some(
                LifecycleState::Pending
                    | LifecycleState::PendingWait
                    | LifecycleState::PendingProceed
                    | LifecycleState::InService
                    | LifecycleState::Standby
                    | LifecycleState::EnteringStandby
            )
        )
    };
    instances.iter().filter(counts).collect()
}

/// Those that are in service.
pub(super) fn serving(group: &Described) -> Vec<&Instance> {
    let mut serving = live(group);
    serving.retain(|it| it.lifecycle_state == Some(LifecycleState::InService));
    serving
}

/// The ids of a group's instances that are in service.
pub(crate) async fn in_service(aws: &Aws, name: &str) -> Result<Vec<String>, Failure> {
    let group = described(aws, name).await?;
    let ids = group.iter().flat_map(serving);
    Ok(ids.filter_map(|it| it.instance_id.clone()).collect())
}

/// Instances that were launched from another template than the group has now.
pub(super) fn outdated(group: &Described) -> usize {
    let wanted = template(group);
    let old = |it: &&&Instance| it.launch_template.as_ref().map(named) != wanted.map(named);
    live(group).iter().filter(old).count()
}

pub(super) fn outputs_of(group: &Described, refreshing: bool) -> Result<Outputs, Failure> {
    let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    Ok(Outputs {
        name: required(DESCRIBE, group.auto_scaling_group_name.clone())?,
        arn: required(DESCRIBE, group.auto_scaling_group_arn.clone())?,
        instances: count(live(group).len()),
        outdated: count(outdated(group)),
        refreshing,
    })
}

/// Every managed field.
pub(super) fn observed(
    group: &Described,
    refreshing: bool,
) -> Result<Observed<AutoScalingGroup>, Failure> {
    let outputs = outputs_of(group, refreshing)?;
    let number = |value: Option<i32>| value.and_then(|it| u32::try_from(it).ok()).unwrap_or(0);
    let subnets = group.vpc_zone_identifier.as_deref().unwrap_or_default();
    let subnets = subnets.split(',').filter(|id| !id.is_empty());
    let policy = group.mixed_instances_policy.as_ref();
    let overrides = policy
        .and_then(|it| it.launch_template.as_ref())
        .and_then(|it| it.overrides.as_deref());
    let types = overrides.unwrap_or_default().iter();
    // Judged by anything but EC2's own checks, no period of grace is what we want.
    let by_ec2 = group.health_check_type.as_deref() == Some("EC2");
    Ok(Observed {
        spec: AutoScalingGroup {
            name: outputs.name.clone(),
            launch_template: Input::Known(template(group).map_or_else(String::new, named)),
            instance_types: types.filter_map(|it| it.instance_type.clone()).collect(),
            min: number(group.min_size),
            max: number(group.max_size),
            subnets: subnets.map(|id| Input::Known(id.to_string())).collect(),
            grace_seconds: match by_ec2 {
                true => number(group.health_check_grace_period),
                false => u32::MAX,
            },
            protects_new: group.new_instances_protected_from_scale_in == Some(true),
            tags: Tags::observed(tag_map(group)),
        },
        outputs,
    })
}

fn template(group: &Described) -> Option<&LaunchTemplateSpecification> {
    let policy = group.mixed_instances_policy.as_ref();
    let of_policy = policy.and_then(|it| it.launch_template.as_ref());
    group
        .launch_template
        .as_ref()
        .or_else(|| of_policy.and_then(|it| it.launch_template_specification.as_ref()))
}

/// The id; with the version where it is not the one that our templates have.
fn named(template: &LaunchTemplateSpecification) -> String {
    let id = template.launch_template_id.clone().unwrap_or_default();
    match template.version.as_deref() {
        Some(VERSION) => id,
        version => format!("{id}:{}", version.unwrap_or("$Default")),
    }
}

/// Tags that instances get too: one that they do not get is not what we put there.
pub(super) fn tag_map(group: &Described) -> BTreeMap<String, String> {
    let tags = group.tags.as_deref().unwrap_or_default().iter();
    let tags = tags.filter(|tag| tag.propagate_at_launch == Some(true));
    let pair =
        |tag: &TagDescription| Some((tag.key.clone()?, tag.value.clone().unwrap_or_default()));
    tags.filter_map(pair).collect()
}
