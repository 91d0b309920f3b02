//! `[services.*.scale]`: a scalable target, and a policy for each metric.

use ashore_engine::graph::Handle;
use ashore_engine::input::When;
use ashore_providers::aws::scalable_target::{Bounds, ScalableTarget};
use ashore_providers::aws::scaling_policy::{Metric, ScalingPolicy};
use ashore_providers::aws::scheduled_action::ScheduledAction;
use ashore_providers::aws::service::Service as EcsService;

use super::{Lowering, of_service, queues};
use crate::model::{Scale, ScaleSchedule, Service};

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
            of_service(service, "scalable_target"),
            &ScalableTarget {
                service: running.get(EcsService::ARN),
                min: scale.min,
                max: scale.max,
                scheduled: scale.schedule.iter().map(bounds).collect(),
                tags: self.tags(),
            },
        );
        self.graph.after(
            &target,
            &role,
            When::Named,
            "the scaler acts in the account through its service-linked role",
        );
        let backlog = scale.queue_depth.as_ref().map(|depth| Metric::Backlog {
            queue: queues::name(&depth.queue),
        });
        let per_task = scale.queue_depth.as_ref().map(|depth| depth.per_task);
        let metrics = [
            ("backlog", per_task, backlog),
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
            self.graph.add(of_service(service, &part), &policy);
        }
        for (time, number) in scale.schedule.iter().zip(1..) {
            let action = ScheduledAction {
                name: self.name(&format!("{name}-schedule-{number}"), POLICY_NAME_MAX),
                resource: target.get(ScalableTarget::RESOURCE),
                expression: time.cron.to_string(),
                timezone: time.timezone.clone(),
                min: time.min,
                max: time.max,
            };
            let part = format!("scheduled_action[{number}]");
            self.graph.add(of_service(service, &part), &action);
        }
    }
}

fn bounds(time: &ScaleSchedule) -> Bounds {
    Bounds {
        min: time.min,
        max: time.max,
    }
}

/// The longest name [Application Auto Scaling API: PutScalingPolicy].
const POLICY_NAME_MAX: usize = 256;
