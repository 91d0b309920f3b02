//! Examples of the kinds that start tasks by the clock.

use ashore_providers::aws::schedule::{self, Schedule};
use ashore_providers::aws::schedule_group::{self, ScheduleGroup};
use ashore_providers::aws::tags::Tags;

use crate::example::Example;

pub(crate) fn examples() -> Vec<Example> {
    vec![schedule(), group()]
}

fn group() -> Example {
    let spec = ScheduleGroup {
        name: "hello-jobs".into(),
        tags: Tags::default().named("hello"),
    };
    let outputs = schedule_group::Outputs {
        name: "hello-jobs".into(),
        arn: "arn:aws:scheduler:eu-central-1:1:schedule-group/hello-jobs".into(),
    };
    Example::of(&spec, &outputs)
        .altered("name", |it: &mut ScheduleGroup| it.name.push('x'))
        .altered("tags", |it: &mut ScheduleGroup| it.tags = Tags::default())
}

fn schedule() -> Example {
    let known = |text: &str| text.to_string().into();
    let spec = Schedule {
        name: "report".into(),
        group: known("hello-jobs"),
        expression: "cron(0 3 * * ? *)".into(),
        timezone: "Europe/Berlin".into(),
        enabled: true,
        cluster: known("arn:cluster"),
        task_definition: known("arn:report:1"),
        subnets: vec![known("subnet-a")],
        security_groups: vec![known("sg-a")],
        assign_public_ip: true,
        role: known("arn:role"),
        retries: 3,
        retry_seconds: 3600,
        dead_letter: Some(known("arn:queue")),
    };
    let outputs = schedule::Outputs {
        name: "report".into(),
        group: "hello-jobs".into(),
        arn: "arn:aws:scheduler:eu-central-1:1:schedule/hello-jobs/report".into(),
    };
    Example::of(&spec, &outputs)
        .altered("name", |it: &mut Schedule| it.name.push('x'))
        .altered("group", |it: &mut Schedule| {
            it.group = "other".to_string().into();
        })
        .altered("expression", |it: &mut Schedule| {
            it.expression = "rate(1 hour)".into();
        })
        .altered("timezone", |it: &mut Schedule| it.timezone = "UTC".into())
        .altered("enabled", |it: &mut Schedule| it.enabled = false)
        .altered("cluster", |it: &mut Schedule| {
            it.cluster = "arn:other".to_string().into();
        })
        .altered("task_definition", |it: &mut Schedule| {
            it.task_definition = "arn:report:2".to_string().into();
        })
        .altered("subnets", |it: &mut Schedule| {
            it.subnets.push("subnet-b".to_string().into());
        })
        .altered("security_groups", |it: &mut Schedule| {
            it.security_groups.clear();
        })
        .altered("assign_public_ip", |it: &mut Schedule| {
            it.assign_public_ip = false;
        })
        .altered("role", |it: &mut Schedule| {
            it.role = "arn:other".to_string().into();
        })
        .altered("retries", |it: &mut Schedule| it.retries = 0)
        .altered("retry_seconds", |it: &mut Schedule| it.retry_seconds = 60)
        .altered("dead_letter", |it: &mut Schedule| {
            it.dead_letter = Some("arn:other".to_string().into());
        })
}
