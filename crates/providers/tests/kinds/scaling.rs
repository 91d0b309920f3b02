//! Examples of the kinds that scale.

use ashore_providers::aws::scalable_target::{self, ScalableTarget};
use ashore_providers::aws::scaling_policy::{self, Metric, ScalingPolicy};
use ashore_providers::aws::scheduled_action::{self, ScheduledAction};
use ashore_providers::aws::tags::Tags;

use crate::example::Example;

const SERVICE: &str = "arn:aws:ecs:eu-central-1:123456789012:service/hello/web";
const RESOURCE: &str = "service/hello/web";

pub(crate) fn examples() -> Vec<Example> {
    vec![target(), policy(), action()]
}

fn target() -> Example {
    let spec = ScalableTarget {
        service: SERVICE.to_string().into(),
        min: 1,
        max: 4,
        scheduled: Vec::new(),
        tags: Tags::default().named("hello"),
    };
    let outputs = scalable_target::Outputs {
        resource: RESOURCE.into(),
        arn: "arn:aws:application-autoscaling:eu-central-1:1:scalable-target/1".into(),
    };
    Example::of(&spec, &outputs)
        .altered("service", |it: &mut ScalableTarget| {
            it.service = format!("{SERVICE}-g2").into();
        })
        .altered("min", |it: &mut ScalableTarget| it.min = 2)
        .altered("max", |it: &mut ScalableTarget| it.max = 5)
        .altered("tags", |it: &mut ScalableTarget| it.tags = Tags::default())
}

fn policy() -> Example {
    let spec = ScalingPolicy {
        name: "hello-web-cpu".into(),
        resource: RESOURCE.to_string().into(),
        metric: Metric::Cpu,
        target_thousandths: 60_000,
        scale_out_cooldown_seconds: 60,
        scale_in_cooldown_seconds: 300,
    };
    let outputs = scaling_policy::Outputs {
        name: "hello-web-cpu".into(),
        resource: RESOURCE.into(),
        arn: "arn:aws:autoscaling:eu-central-1:1:scalingPolicy:1".into(),
    };
    Example::of(&spec, &outputs)
        .altered("name", |it: &mut ScalingPolicy| it.name.push('x'))
        .altered("resource", |it: &mut ScalingPolicy| {
            it.resource = format!("{RESOURCE}-g2").into();
        })
        .altered("metric", |it: &mut ScalingPolicy| {
            it.metric = Metric::Memory
        })
        .altered("target_thousandths", |it: &mut ScalingPolicy| {
            it.target_thousandths = 70_000;
        })
        .altered("scale_out_cooldown_seconds", |it: &mut ScalingPolicy| {
            it.scale_out_cooldown_seconds = 0;
        })
        .altered("scale_in_cooldown_seconds", |it: &mut ScalingPolicy| {
            it.scale_in_cooldown_seconds = 0;
        })
}

fn action() -> Example {
    let spec = ScheduledAction {
        name: "hello-web-schedule-1".into(),
        resource: RESOURCE.to_string().into(),
        expression: "cron(0 8 ? * MON-FRI *)".into(),
        timezone: "Europe/Berlin".into(),
        min: Some(4),
        max: Some(20),
    };
    let outputs = scheduled_action::Outputs {
        name: "hello-web-schedule-1".into(),
        resource: RESOURCE.into(),
    };
    Example::of(&spec, &outputs)
        .altered("name", |it: &mut ScheduledAction| it.name.push('x'))
        .altered("resource", |it: &mut ScheduledAction| {
            it.resource = format!("{RESOURCE}-g2").into();
        })
        .altered("expression", |it: &mut ScheduledAction| {
            it.expression = "cron(0 9 ? * MON-FRI *)".into();
        })
        .altered("timezone", |it: &mut ScheduledAction| {
            it.timezone = "UTC".into();
        })
        .altered("min", |it: &mut ScheduledAction| it.min = None)
        .altered("max", |it: &mut ScheduledAction| it.max = Some(21))
}
