//! `[services.*.scale]`: a scalable target, and a policy for each metric.

use ashore_engine::graph::Handle;
use ashore_engine::input::When;
use ashore_providers::aws::scalable_target::ScalableTarget;
use ashore_providers::aws::scaling_policy::{Metric, ScalingPolicy};
use ashore_providers::aws::service::Service as EcsService;

use super::{Lowering, of_service};
use crate::model::{Scale, Service};

impl Lowering<'_> {
    /// `requests` is what counts the requests, where there is a balancer.
    pub(super) fn scale(
        &mut self,
        service: &Service,
        scale: &Scale,
        running: &Handle<EcsService>,
        requests: Option<Metric>,
    ) {
        let name = service.name.as_str();
        let role = self.linked_role(
            "application-autoscaling",
            "ecs.application-autoscaling.amazonaws.com",
        );
        let target = self.graph.add(
            of_service(name, "scalable_target"),
            &ScalableTarget {
                service: running.get(EcsService::ARN),
                min: scale.min,
                max: scale.max,
                tags: self.tags(),
            },
        );
        self.graph.after(
            &target,
            &role,
            When::Named,
            "the scaler acts in the account through its service-linked role",
        );
        let metrics = [
            ("cpu", scale.cpu, Some(Metric::Cpu)),
            ("memory", scale.memory, Some(Metric::Memory)),
            ("requests", scale.requests_per_target, requests),
        ];
        for (key, value, metric) in metrics {
            let (Some(value), Some(metric)) = (value, metric) else {
                continue;
            };
            let policy = ScalingPolicy {
                name: self.name(&format!("{name}-{key}"), POLICY_NAME_MAX),
                resource: target.get(ScalableTarget::RESOURCE),
                metric,
                target_thousandths: u64::from(value) * 1000,
                scale_out_cooldown_seconds: scale.out_cooldown.0,
                scale_in_cooldown_seconds: scale.in_cooldown.0,
            };
            let part = format!("scaling_policy[{key}]");
            self.graph.add(of_service(name, &part), &policy);
        }
    }
}

/// The longest name [Application Auto Scaling API: PutScalingPolicy].
const POLICY_NAME_MAX: usize = 256;
