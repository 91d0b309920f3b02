use std::collections::BTreeMap;

use ashore_engine::address::StackName;
use ashore_engine::failure::{Class, Failure};
use ashore_engine::kind::{Context, Found, Live, Observed};
use aws_sdk_applicationautoscaling::types::{
    ScalableDimension, ScalableTarget as SdkTarget, ServiceNamespace,
};

use super::{Change, Outputs, ScalableTarget, resource};
use crate::aws::live::Aws;
use crate::aws::live::failure::{failure, known, not_visible_yet, required};
use crate::aws::live::foreign::ours_or_foreign;
use crate::aws::tags::{Tags, of_stack};

const REGISTER: &str = "application-autoscaling:RegisterScalableTarget";
const DEREGISTER: &str = "application-autoscaling:DeregisterScalableTarget";
const DESCRIBE: &str = "application-autoscaling:DescribeScalableTargets";
const LIST_TAGS: &str = "application-autoscaling:ListTagsForResource";
/// Resource ids in one request [Application Auto Scaling API: DescribeScalableTargets].
const RESOURCES_MAX: usize = 50;

impl Live for ScalableTarget {
    type Client = Aws;

    async fn find(&self, aws: &Aws, cx: &Context) -> Result<Found<Outputs>, Failure> {
        let Some(service) = self.service.known() else {
            return Ok(Found::Absent);
        };
        let Some(there) = by_resource(aws, resource(service)).await? else {
            return Ok(Found::Absent);
        };
        let tags = tags(aws, &there.outputs.arn).await?.unwrap_or_default();
        Ok(ours_or_foreign(
            there.outputs,
            &tags,
            &cx.mark,
            &format!("the scaling of `{}`", resource(service)),
            "take `scale` out of the manifest, or deregister that scalable target",
        ))
    }

    async fn observe(aws: &Aws, outputs: &Outputs) -> Result<Option<Observed<Self>>, Failure> {
        let (there, tags) =
            futures_util::join!(by_resource(aws, &outputs.resource), tags(aws, &outputs.arn));
        let (Some(there), Some(tags)) = (there?, tags?) else {
            return Ok(None);
        };
        if there.outputs.arn != outputs.arn {
            return Ok(None); // ours was deregistered, and somebody registered it anew
        }
        Ok(Some(Observed {
            spec: ScalableTarget {
                service: aws.arn("ecs", &there.outputs.resource).into(),
                min: there.min,
                max: there.max,
                scheduled: Vec::new(),
                tags: Tags::observed(tags),
            },
            outputs: there.outputs,
        }))
    }

    async fn send(
        &self,
        aws: &Aws,
        cx: &Context,
        change: &Change,
        outputs: Option<&Outputs>,
    ) -> Result<Outputs, Failure> {
        match change {
            Change::Register => self.register(aws, Some(self.tags.marked(&cx.mark))).await,
            Change::Bounds => self.register(aws, None).await,
            Change::Tag => {
                let outputs = required("application-autoscaling:TagResource", outputs)?;
                let tag = aws.scaling.tag_resource().resource_arn(&outputs.arn);
                let tags = self.tags.marked(&cx.mark).into_iter().collect();
                let sent = tag.set_tags(Some(tags)).send().await;
                sent.map_err(|e| {
                    not_visible_yet(failure("application-autoscaling:TagResource", e))
                })?;
                Ok(outputs.clone())
            }
            Change::Untag(keys) => {
                let outputs = required("application-autoscaling:UntagResource", outputs)?;
                let untag = aws.scaling.untag_resource().resource_arn(&outputs.arn);
                let sent = untag.set_tag_keys(Some(keys.clone())).send().await;
                sent.map_err(|e| failure("application-autoscaling:UntagResource", e))?;
                Ok(outputs.clone())
            }
            Change::Deregister => {
                let outputs = required(DEREGISTER, outputs)?;
                let sent = aws
                    .scaling
                    .deregister_scalable_target()
                    .service_namespace(ServiceNamespace::Ecs)
                    .scalable_dimension(ScalableDimension::EcsServiceDesiredCount)
                    .resource_id(&outputs.resource)
                    .send()
                    .await;
                sent.map_err(|e| failure(DEREGISTER, e))?;
                Ok(outputs.clone())
            }
        }
    }

    async fn list(aws: &Aws, stack: &StackName) -> Result<Vec<Outputs>, Failure> {
        let mut ours = Vec::new();
        for there in described(aws, Vec::new()).await?.into_values() {
            let tags = tags(aws, &there.outputs.arn).await?.unwrap_or_default();
            if of_stack(&tags, stack) {
                ours.push(there.outputs);
            }
        }
        Ok(ours)
    }
}

impl ScalableTarget {
    /// Tags go only with the first registration [Application Auto Scaling API:
    /// RegisterScalableTarget].
    async fn register(
        &self,
        aws: &Aws,
        tags: Option<BTreeMap<String, String>>,
    ) -> Result<Outputs, Failure> {
        let resource = resource(known(REGISTER, &self.service)?);
        let sent = aws
            .scaling
            .register_scalable_target()
            .service_namespace(ServiceNamespace::Ecs)
            .scalable_dimension(ScalableDimension::EcsServiceDesiredCount)
            .resource_id(resource)
            .min_capacity(i32::try_from(self.min).unwrap_or(i32::MAX))
            .max_capacity(i32::try_from(self.max).unwrap_or(i32::MAX))
            .set_tags(tags.map(|tags| tags.into_iter().collect()))
            .send()
            .await;
        let registered = sent.map_err(|e| failure(REGISTER, e))?;
        Ok(Outputs {
            resource: resource.to_string(),
            arn: required(REGISTER, registered.scalable_target_arn)?,
        })
    }
}

#[derive(Clone)]
struct Described {
    outputs: Outputs,
    min: u32,
    max: u32,
}

async fn by_resource(aws: &Aws, resource: &str) -> Result<Option<Described>, Failure> {
    let batch = aws.batch("scalable-target", RESOURCES_MAX, |aws, ids| async move {
        described(&aws, ids).await
    });
    batch.get(resource).await
}

/// Those of these services; of all of them, if none is named.
async fn described(
    aws: &Aws,
    resources: Vec<String>,
) -> Result<BTreeMap<String, Described>, Failure> {
    let describe = aws.scaling.describe_scalable_targets();
    let describe = describe
        .service_namespace(ServiceNamespace::Ecs)
        // Without the dimension, which may be named only beside a resource [Application Auto Scaling API:
        // DescribeScalableTargets], and of which ECS has one.
        .set_resource_ids((!resources.is_empty()).then_some(resources));
    let targets: Vec<SdkTarget> = describe
        .into_paginator()
        .items()
        .send()
        .collect::<Result<_, _>>()
        .await
        .map_err(|e| failure(DESCRIBE, e))?;
    let described = |target: SdkTarget| {
        let bound = |bound: i32| u32::try_from(bound).unwrap_or(0);
        let outputs = Outputs {
            resource: target.resource_id,
            arn: required(DESCRIBE, target.scalable_target_arn)?,
        };
        let described = Described {
            min: bound(target.min_capacity),
            max: bound(target.max_capacity),
            outputs,
        };
        Ok((described.outputs.resource.clone(), described))
    };
    targets.into_iter().map(described).collect()
}

/// None if there is no such target.
async fn tags(aws: &Aws, arn: &str) -> Result<Option<BTreeMap<String, String>>, Failure> {
    let list = aws.scaling.list_tags_for_resource().resource_arn(arn);
    match list.send().await.map_err(|e| failure(LIST_TAGS, e)) {
        Ok(listed) => Ok(Some(listed.tags.unwrap_or_default().into_iter().collect())),
        Err(error) if error.class == Class::Gone => Ok(None),
        Err(error) => Err(error),
    }
}
