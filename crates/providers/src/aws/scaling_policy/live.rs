use ashore_engine::address::StackName;
use ashore_engine::failure::{Class, Failure};
use ashore_engine::kind::{Context, Found, Live, Observed};
use aws_sdk_applicationautoscaling::types::{
    MetricType, PolicyType, PredefinedMetricSpecification, ScalableDimension,
    ScalingPolicy as SdkPolicy, ServiceNamespace, TargetTrackingScalingPolicyConfiguration,
};

use super::{Change, Metric, Outputs, ScalingPolicy, backlog};
use crate::aws::live::Aws;
use crate::aws::live::failure::{failure, known, not_visible_yet, required};
use crate::aws::scalable_target::ScalableTarget;

const PUT: &str = "application-autoscaling:PutScalingPolicy";
const DELETE: &str = "application-autoscaling:DeleteScalingPolicy";
const DESCRIBE: &str = "application-autoscaling:DescribeScalingPolicies";
/// What AWS does where nothing is said [Application Auto Scaling API:
/// TargetTrackingScalingPolicyConfiguration, for ECS].
const COOLDOWN_SECONDS: i32 = 300;

impl Live for ScalingPolicy {
    type Client = Aws;

    async fn find(&self, aws: &Aws, _: &Context) -> Result<Found<Outputs>, Failure> {
        let Some(resource) = self.resource.known() else {
            return Ok(Found::Absent);
        };
        let there = described(aws, resource, &self.name).await?;
        let outputs = there.map(|policy| outputs(&policy));
        // Whose the target is, so are its policies.
        Ok(outputs.map_or(Found::Absent, Found::Ours))
    }

    async fn observe(aws: &Aws, known: &Outputs) -> Result<Option<Observed<Self>>, Failure> {
        let there = described(aws, &known.resource, &known.name).await?;
        Ok(there.map(|policy| Observed {
            outputs: outputs(&policy),
            spec: observed(aws, policy),
        }))
    }

    async fn send(
        &self,
        aws: &Aws,
        _: &Context,
        change: &Change,
        outputs: Option<&Outputs>,
    ) -> Result<Outputs, Failure> {
        match change {
            Change::Put => self.put(aws).await,
            Change::Delete => {
                let outputs = required(DELETE, outputs)?;
                let sent = aws
                    .scaling
                    .delete_scaling_policy()
                    .policy_name(&outputs.name)
                    .service_namespace(ServiceNamespace::Ecs)
                    .scalable_dimension(ScalableDimension::EcsServiceDesiredCount)
                    .resource_id(&outputs.resource)
                    .send()
                    .await;
                sent.map_err(|e| failure(DELETE, e))?;
                Ok(outputs.clone())
            }
        }
    }

    async fn list(aws: &Aws, stack: &StackName) -> Result<Vec<Outputs>, Failure> {
        let mut ours = Vec::new();
        for target in ScalableTarget::list(aws, stack).await? {
            let describe = aws.scaling.describe_scaling_policies();
            let mut policies = describe
                .service_namespace(ServiceNamespace::Ecs)
                .resource_id(target.resource)
                .into_paginator()
                .items()
                .send();
            while let Some(policy) = policies.next().await {
                ours.push(outputs(&policy.map_err(|e| failure(DESCRIBE, e))?));
            }
        }
        Ok(ours)
    }
}

impl ScalingPolicy {
    async fn put(&self, aws: &Aws) -> Result<Outputs, Failure> {
        let resource = known(PUT, &self.resource)?;
        let (predefined, customized) = match &self.metric {
            Metric::Backlog { queue } => {
                let backlog = backlog::specification(known(PUT, queue)?, resource);
                (None, Some(required(PUT, backlog)?))
            }
            metric => {
                let builder = PredefinedMetricSpecification::builder()
                    .set_predefined_metric_type(metric.sdk())
                    .set_resource_label(metric.label()?);
                (Some(required(PUT, builder.build().ok())?), None)
            }
        };
        let seconds = |seconds: u32| i32::try_from(seconds).unwrap_or(i32::MAX);
        #[expect(clippy::cast_precision_loss, reason = "a target is far below 2^52")]
        let target = self.target_thousandths as f64 / 1000.0;
        let tracking = TargetTrackingScalingPolicyConfiguration::builder()
            .set_predefined_metric_specification(predefined)
            .set_customized_metric_specification(customized)
            .target_value(target)
            .scale_out_cooldown(seconds(self.scale_out_cooldown_seconds))
            .scale_in_cooldown(seconds(self.scale_in_cooldown_seconds));
        let tracking = required(PUT, tracking.build().ok())?;
        let sent = aws
            .scaling
            .put_scaling_policy()
            .policy_name(&self.name)
            .policy_type(PolicyType::TargetTrackingScaling)
            .service_namespace(ServiceNamespace::Ecs)
            .scalable_dimension(ScalableDimension::EcsServiceDesiredCount)
            .resource_id(resource)
            .target_tracking_scaling_policy_configuration(tracking)
            .send()
            .await;
        let put = sent.map_err(|e| not_visible_yet(failure(PUT, e)))?;
        Ok(Outputs {
            name: self.name.clone(),
            resource: resource.clone(),
            arn: put.policy_arn,
        })
    }
}

impl Metric {
    /// None for one that AWS has no name for.
    fn sdk(&self) -> Option<MetricType> {
        match self {
            Self::Cpu => Some(MetricType::EcsServiceAverageCpuUtilization),
            Self::Memory => Some(MetricType::EcsServiceAverageMemoryUtilization),
            Self::Requests { .. } => Some(MetricType::AlbRequestCountPerTarget),
            Self::Backlog { .. } => None,
        }
    }

    /// `app/NAME/ID/targetgroup/NAME/ID`: the ends of both ARNs [Application Auto Scaling API:
    /// PredefinedMetricSpecification].
    fn label(&self) -> Result<Option<String>, Failure> {
        let Self::Requests {
            load_balancer,
            target_group,
        } = self
        else {
            return Ok(None);
        };
        let end = |input, start: &str| {
            let arn: &String = known(PUT, input)?;
            let (_, end) = arn.split_once(start).ok_or_else(|| {
                let message = format!("{arn} is no ARN of a balancer or target group");
                Failure::new(Class::Invalid, PUT, "NoSuchMetric", message)
            })?;
            Ok::<_, Failure>(end.to_string())
        };
        let balancer = end(load_balancer, ":loadbalancer/")?;
        let group = end(target_group, ":targetgroup/")?;
        Ok(Some(format!("{balancer}/targetgroup/{group}")))
    }

    /// The reverse.
    fn observed(aws: &Aws, metric: &PredefinedMetricSpecification) -> Option<Self> {
        match metric.predefined_metric_type() {
            MetricType::EcsServiceAverageCpuUtilization => Some(Self::Cpu),
            MetricType::EcsServiceAverageMemoryUtilization => Some(Self::Memory),
            MetricType::AlbRequestCountPerTarget => {
                let (balancer, group) = metric.resource_label()?.split_once("/targetgroup/")?;
                let arn = |resource| aws.arn("elasticloadbalancing", resource).into();
                Some(Self::Requests {
                    load_balancer: arn(&format!("loadbalancer/{balancer}")),
                    target_group: arn(&format!("targetgroup/{group}")),
                })
            }
            _ => None,
        }
    }
}

fn outputs(policy: &SdkPolicy) -> Outputs {
    Outputs {
        name: policy.policy_name.clone(),
        resource: policy.resource_id.clone(),
        arn: policy.policy_arn.clone(),
    }
}

/// A policy of another sort that somebody has put in place of ours is shown as one that keeps
/// nothing at all, which differs from every one of ours.
fn observed(aws: &Aws, policy: SdkPolicy) -> ScalingPolicy {
    let tracking = policy.target_tracking_scaling_policy_configuration;
    let tracking = tracking.as_ref();
    let metric = tracking.and_then(|it| it.predefined_metric_specification());
    let metric = metric.and_then(|metric| Metric::observed(aws, metric));
    let backlog = tracking.and_then(|it| it.customized_metric_specification());
    let backlog = backlog.and_then(|it| backlog::queue(it, &policy.resource_id));
    let metric = metric.or(backlog.map(|queue| Metric::Backlog {
        queue: queue.into(),
    }));
    let seconds =
        |seconds: Option<i32>| u32::try_from(seconds.unwrap_or(COOLDOWN_SECONDS)).unwrap_or(0);
    let target = tracking.map_or(0.0, TargetTrackingScalingPolicyConfiguration::target_value);
    // Somebody who keeps tasks from being taken away has changed what ours does.
    let one_way = tracking.is_some_and(|it| it.disable_scale_in() == Some(true));
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a target is neither negative nor near 2^64"
    )]
    let target_thousandths = match (&metric, one_way) {
        (Some(_), false) => (target * 1000.0).round() as u64,
        _ => 0,
    };
    ScalingPolicy {
        name: policy.policy_name,
        resource: policy.resource_id.into(),
        metric: metric.unwrap_or(Metric::Cpu),
        target_thousandths,
        scale_out_cooldown_seconds: seconds(tracking.and_then(|it| it.scale_out_cooldown())),
        scale_in_cooldown_seconds: seconds(tracking.and_then(|it| it.scale_in_cooldown())),
    }
}

async fn described(aws: &Aws, resource: &str, name: &str) -> Result<Option<SdkPolicy>, Failure> {
    let describe = aws.scaling.describe_scaling_policies();
    let described = describe
        .service_namespace(ServiceNamespace::Ecs)
        .scalable_dimension(ScalableDimension::EcsServiceDesiredCount)
        .resource_id(resource)
        .policy_names(name)
        .send()
        .await;
    let policies = described
        .map_err(|e| failure(DESCRIBE, e))?
        .scaling_policies;
    Ok(policies.unwrap_or_default().into_iter().next())
}
