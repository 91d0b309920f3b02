//! A group of schedules, and a schedule in it.

use std::time::Duration;

use ashore_engine::failure::Class;
use ashore_engine::kind::{Found, Kind, Live, Observed};
use ashore_providers::aws::iam_role::Role;
use ashore_providers::aws::schedule::{Change, Schedule};
use ashore_providers::aws::schedule_group::ScheduleGroup;
use ashore_providers::aws::tags::Tags;
use serde_json::json;

use crate::stage::{REGION, Stage, stack};
use crate::tags;

const GROUP: &str = "hello-default-jobs";

fn group() -> ScheduleGroup {
    ScheduleGroup {
        name: GROUP.into(),
        tags: tags("a"),
    }
}

fn role() -> Role {
    Role {
        name: "hello-default-report-schedule".into(),
        trust: json!({ "Version": "2012-10-17", "Statement": [{
            "Effect": "Allow",
            "Principal": { "Service": "scheduler.amazonaws.com" },
            "Action": "sts:AssumeRole",
        }] }),
        managed_policies: [].into(),
        inline_policies: [].into(),
        tags: tags("a"),
    }
}

fn schedule(stage: &Stage, role: &str) -> Schedule {
    let arn = |of: &str| format!("arn:aws:ecs:{REGION}:{}:{of}", stage.aws.account);
    let known = |text: &str| text.to_string().into();
    Schedule {
        name: "report".into(),
        group: known(GROUP),
        expression: "cron(0 3 * * ? *)".into(),
        timezone: "Europe/Berlin".into(),
        enabled: true,
        cluster: arn("cluster/hello").into(),
        task_definition: arn("task-definition/report:1").into(),
        subnets: vec![known("subnet-0123456789abcdef0")],
        security_groups: vec![known("sg-0123456789abcdef0")],
        assign_public_ip: true,
        role: known(role),
        retries: 3,
        retry_seconds: 3600,
        dead_letter: None,
    }
}

#[tokio::test]
async fn a_group_lives() {
    let stage = Stage::new().await;
    let tagged = ScheduleGroup {
        tags: tags("b"),
        ..group()
    };
    let bare = ScheduleGroup {
        tags: Tags::default(),
        ..group()
    };
    stage
        .life("jobs/schedule_group", &group(), &[tagged, bare])
        .await;
}

#[tokio::test]
async fn somebody_elses_group_is_told_and_left_alone() {
    let stage = Stage::new().await;
    stage.create("somebody/else", &group()).await;
    let found = stage.found("jobs/schedule_group", &group()).await;
    assert!(matches!(found, Found::Foreign(_)), "{found:?}");
    let spec = group();
    let again = stage.send("jobs/schedule_group", &spec, spec.changes(None), None);
    assert_eq!(
        again.await.expect_err("the name is taken").class,
        Class::Exists
    );
}

#[tokio::test]
async fn a_schedule_lives_in_its_group() {
    let stage = Stage::new().await;
    let role = stage.create("jobs.report/schedule_role", &role()).await;
    stage.create("jobs/schedule_group", &group()).await;
    stage.twin.advance(Duration::from_secs(60));
    let first = schedule(&stage, &role.arn);
    let queue = format!("arn:aws:sqs:{REGION}:{}:failed", stage.aws.account);
    let then = [
        Schedule {
            expression: "rate(5 minutes)".into(),
            timezone: "UTC".into(),
            ..first.clone()
        },
        Schedule {
            enabled: false,
            retries: 0,
            dead_letter: Some(queue.into()),
            ..first.clone()
        },
        Schedule {
            security_groups: Vec::new(),
            assign_public_ip: false,
            ..first.clone()
        },
    ];
    stage.life("jobs.report/schedule", &first, &then).await;
}

/// A role that is a moment old is refused in the words for one that trusts somebody else.
#[tokio::test]
async fn a_role_that_is_not_everywhere_is_waited_for() {
    let stage = Stage::new().await;
    let role = stage.create("jobs.report/schedule_role", &role()).await;
    stage.create("jobs/schedule_group", &group()).await;
    let spec = schedule(&stage, &format!("{}-not", role.arn));
    let cx = stage.cx("jobs.report/schedule");
    let sent = spec.send(&stage.aws, &cx, &Change::Create, None).await;
    assert_eq!(sent.expect_err("nobody's role").class, Class::Eventual);
}

#[tokio::test]
async fn what_somebody_else_gives_the_target_is_seen() {
    let stage = Stage::new().await;
    let role = stage.create("jobs.report/schedule_role", &role()).await;
    stage.create("jobs/schedule_group", &group()).await;
    stage.twin.advance(Duration::from_secs(60));
    let spec = schedule(&stage, &role.arn);
    let outputs = stage.create("jobs.report/schedule", &spec).await;
    stage.converged(&spec, &outputs).await;
    let client = aws_sdk_scheduler::Client::new(&stage.config);
    let got = client
        .get_schedule()
        .group_name(GROUP)
        .name("report")
        .send();
    let got = got.await.expect("it is there");
    let mut target = got.target.expect("it has one");
    target.input = Some("{\"containerOverrides\": []}".into());
    let update = client.update_schedule().group_name(GROUP).name("report");
    let update = update
        .schedule_expression("cron(0 3 * * ? *)")
        .schedule_expression_timezone("Europe/Berlin")
        .set_flexible_time_window(got.flexible_time_window)
        .target(target);
    update.send().await.expect("anybody may");
    let there: Observed<Schedule> = stage.observed(&outputs).await.expect("there");
    assert_eq!(spec.changes(Some(&there)), [Change::Update]);
}

#[tokio::test]
async fn a_group_takes_its_schedules_along() {
    let stage = Stage::new().await;
    let role = stage.create("jobs.report/schedule_role", &role()).await;
    let of_group = stage.create("jobs/schedule_group", &group()).await;
    stage.twin.advance(Duration::from_secs(60));
    let spec = schedule(&stage, &role.arn);
    let outputs = stage.create("jobs.report/schedule", &spec).await;
    let waited = stage
        .remove("jobs/schedule_group", &group(), &of_group)
        .await;
    assert!(waited.time > Duration::ZERO, "it takes its time");
    assert!(stage.observed::<Schedule>(&outputs).await.is_none());
    assert_eq!(
        Schedule::list(&stage.aws, &stack()).await.expect("listed"),
        []
    );
}
