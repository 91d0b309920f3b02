//! The mutating requests, each from the spec.

use std::collections::BTreeMap;

use ashore_engine::failure::{Class, Failure};
use ashore_engine::kind::Context;
use aws_sdk_autoscaling::types::{
    InstancesDistribution, LaunchTemplate, LaunchTemplateOverrides, LaunchTemplateSpecification,
    MixedInstancesPolicy, RefreshPreferences, ScaleInProtectedInstances, Tag,
};

use super::{AutoScalingGroup, Field};
use crate::aws::launch_template::VERSION;
use crate::aws::live::Aws;
use crate::aws::live::failure::{failure, known, not_visible_yet};

const CREATE: &str = "autoscaling:CreateAutoScalingGroup";
const UPDATE: &str = "autoscaling:UpdateAutoScalingGroup";
const CANCEL: &str = "autoscaling:CancelInstanceRefresh";
const REFRESH: &str = "autoscaling:StartInstanceRefresh";
const TAG: &str = "autoscaling:CreateOrUpdateTags";
const UNTAG: &str = "autoscaling:DeleteTags";
const DELETE: &str = "autoscaling:DeleteAutoScalingGroup";

/// So long after it is in service an instance counts as able to take tasks: the ECS agent has
/// joined the cluster by then.
const JOINED: i32 = 120;

pub(super) async fn create(
    spec: &AutoScalingGroup,
    aws: &Aws,
    cx: &Context,
) -> Result<(), Failure> {
    let tags = tags(&spec.name, spec.tags.marked(&cx.mark));
    let create = aws.groups.create_auto_scaling_group();
    let create = create
        .auto_scaling_group_name(&spec.name)
        .min_size(int(spec.min))
        .max_size(int(spec.max))
        .vpc_zone_identifier(subnets(CREATE, spec)?)
        .health_check_type("EC2")
        .health_check_grace_period(int(spec.grace_seconds))
        .new_instances_protected_from_scale_in(spec.protects_new)
        .set_tags(Some(tags));
    let create = match launched_from(CREATE, spec)? {
        Launched::Template(template) => create.launch_template(template),
        Launched::Mix(policy) => create.mixed_instances_policy(policy),
    };
    let sent = create.send().await;
    sent.map_err(|e| not_visible_yet(failure(CREATE, e)))?;
    Ok(())
}

/// With these members and no others: how many instances there are is not ours to say.
pub(super) async fn update(
    spec: &AutoScalingGroup,
    aws: &Aws,
    fields: &[Field],
) -> Result<(), Failure> {
    let update = aws.groups.update_auto_scaling_group();
    let mut update = update.auto_scaling_group_name(&spec.name);
    for field in fields {
        update = match field {
            Field::Template => match launched_from(UPDATE, spec)? {
                Launched::Template(template) => update.launch_template(template),
                Launched::Mix(policy) => update.mixed_instances_policy(policy),
            },
            Field::Bounds => update.min_size(int(spec.min)).max_size(int(spec.max)),
            Field::Subnets => update.vpc_zone_identifier(subnets(UPDATE, spec)?),
            Field::Grace => update
                .health_check_type("EC2")
                .health_check_grace_period(int(spec.grace_seconds)),
            Field::Protection => update.new_instances_protected_from_scale_in(spec.protects_new),
        };
    }
    let sent = update.send().await;
    sent.map_err(|e| not_visible_yet(failure(UPDATE, e)))?;
    Ok(())
}

/// New instances come first, as many as there are, and then the old ones go: also those with tasks,
/// which ECS moves. An instance that has the wanted template already stays.
pub(super) async fn refresh(aws: &Aws, name: &str) -> Result<(), Failure> {
    let preferences = RefreshPreferences::builder()
        .min_healthy_percentage(100)
        .max_healthy_percentage(200)
        .instance_warmup(JOINED)
        .skip_matching(true)
        .scale_in_protected_instances(ScaleInProtectedInstances::Refresh)
        .build();
    let start = aws.groups.start_instance_refresh();
    let start = start.auto_scaling_group_name(name).preferences(preferences);
    start.send().await.map_err(|e| failure(REFRESH, e))?;
    Ok(())
}

/// One that is over already is as good as cancelled.
pub(super) async fn cancel(aws: &Aws, name: &str) -> Result<(), Failure> {
    let cancel = aws.groups.cancel_instance_refresh();
    let sent = cancel.auto_scaling_group_name(name).send().await;
    match sent.map_err(|e| failure(CANCEL, e)) {
        Err(error) if error.class != Class::Gone => Err(error),
        _ => Ok(()),
    }
}

pub(super) async fn tag(
    aws: &Aws,
    name: &str,
    wanted: BTreeMap<String, String>,
) -> Result<(), Failure> {
    let tag = aws.groups.create_or_update_tags();
    let sent = tag.set_tags(Some(tags(name, wanted))).send().await;
    sent.map_err(|e| not_visible_yet(failure(TAG, e)))?;
    Ok(())
}

pub(super) async fn untag(aws: &Aws, name: &str, keys: &[String]) -> Result<(), Failure> {
    let tags = keys.iter().map(|key| of_group(name).key(key).build());
    let untag = aws.groups.delete_tags().set_tags(Some(tags.collect()));
    untag.send().await.map_err(|e| failure(UNTAG, e))?;
    Ok(())
}

pub(super) async fn delete(aws: &Aws, name: &str) -> Result<(), Failure> {
    let delete = aws.groups.delete_auto_scaling_group();
    let delete = delete.auto_scaling_group_name(name).force_delete(true);
    delete.send().await.map_err(|e| failure(DELETE, e))?;
    Ok(())
}

enum Launched {
    Template(LaunchTemplateSpecification),
    Mix(MixedInstancesPolicy),
}

/// One type is the template's own. Of several the first that can be had is taken, on demand.
fn launched_from(operation: &'static str, spec: &AutoScalingGroup) -> Result<Launched, Failure> {
    let template = LaunchTemplateSpecification::builder()
        .launch_template_id(known(operation, &spec.launch_template)?)
        .version(VERSION)
        .build();
    if spec.instance_types.is_empty() {
        return Ok(Launched::Template(template));
    }
    let types = spec.instance_types.iter();
    let types = types.map(|kind| {
        LaunchTemplateOverrides::builder()
            .instance_type(kind)
            .build()
    });
    let template = LaunchTemplate::builder()
        .launch_template_specification(template)
        .set_overrides(Some(types.collect()))
        .build();
    let distribution = InstancesDistribution::builder()
        .on_demand_allocation_strategy("prioritized")
        .on_demand_percentage_above_base_capacity(100)
        .build();
    let policy = MixedInstancesPolicy::builder()
        .launch_template(template)
        .instances_distribution(distribution);
    Ok(Launched::Mix(policy.build()))
}

fn subnets(operation: &'static str, spec: &AutoScalingGroup) -> Result<String, Failure> {
    let ids = spec.subnets.iter().map(|id| known(operation, id).cloned());
    Ok(ids.collect::<Result<Vec<_>, _>>()?.join(","))
}

fn tags(name: &str, tags: BTreeMap<String, String>) -> Vec<Tag> {
    let tag = |(key, value)| of_group(name).key(key).value(value);
    let tags = tags.into_iter().map(tag);
    tags.map(|tag| tag.propagate_at_launch(true).build())
        .collect()
}

fn of_group(name: &str) -> aws_sdk_autoscaling::types::builders::TagBuilder {
    Tag::builder()
        .resource_id(name)
        .resource_type("auto-scaling-group")
}

fn int(value: u32) -> i32 {
    i32::try_from(value).unwrap_or(i32::MAX)
}
