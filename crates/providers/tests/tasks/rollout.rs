//! A service: rolled out, failing in every way, rolled back by ECS, changed and taken away.

use std::time::Duration;

use ashore_engine::kind::{Found, Kind, Observed, Wait};
use ashore_providers::aws::service::{Attachment, Capacity, Change, Field, Service};
use ashore_twin::{Behaviour, Exit};

use crate::names::{definition, tags};
use crate::network::Ground;
use crate::stage::{REGION, Stage};

const WEB: &str = "web/service";

fn service(ground: &Ground, revision: &str) -> Service {
    Service {
        name: "hello-default-web".into(),
        cluster: ground.cluster.clone().into(),
        task_definition: revision.to_string().into(),
        capacity: Capacity::Fargate,
        desired_count: 2,
        scaled: false,
        subnets: ground.subnets.iter().cloned().map(Into::into).collect(),
        security_groups: vec![ground.group.clone().into()],
        assign_public_ip: true,
        load_balancer: Some(Attachment {
            target_group: ground.target_group.clone().into(),
            container: "web".into(),
            port: 80,
        }),
        more_load_balancers: Vec::new(),
        registry: None,
        connect: None,
        classic_balancer: None,
        grace_period_seconds: None,
        minimum_healthy_percent: 100,
        maximum_percent: 200,
        circuit_breaker: true,
        rollback: true,
        execute_command: false,
        tags: tags("a"),
    }
}

fn crashing() -> Behaviour {
    Behaviour {
        exit: Some(Exit {
            code: 1,
            after_ms: 500,
        }),
        log: (1..=30).map(|n| format!("line {n}")).collect(),
        ..Behaviour::default()
    }
}

async fn with(image: &str) -> (Stage, Ground, Service) {
    let stage = Stage::new().await;
    let ground = stage.ground().await;
    let revision = stage.revision(&ground, image).await;
    let service = service(&ground, &revision);
    (stage, ground, service)
}

#[tokio::test]
async fn a_service_lives() {
    let (stage, ground, spec) = with("nginx:1").await;
    assert_eq!(stage.found(WEB, &spec).await, Found::Absent);
    let outputs = stage.create(WEB, &spec).await;
    let waited = stage.wait(WEB, &spec, &outputs, Wait::Healthy).await;
    let outputs = waited.answer.expect("it serves");
    let text = waited.whys.join("\n");
    assert!(text.contains("0/2 running, rollout IN_PROGRESS"), "{text}");
    assert!(text.contains("targets healthy"), "{text}");
    let most = waited.time.as_secs() / 3 + 1;
    assert!(waited.looks as u64 <= most, "{} looks", waited.looks);
    stage.converged(&spec, &outputs).await;
    assert!(matches!(stage.found(WEB, &spec).await, Found::Ours(_)));
    let foreign = stage.found("somebody/else", &spec).await;
    assert!(matches!(foreign, Found::Foreign(_)), "{foreign:?}");

    let mut last = spec.clone();
    let next = stage.revision(&ground, "nginx:2").await;
    let edits: [fn(&mut Service, &str); 8] = [
        |it, next| it.task_definition = next.to_string().into(),
        |it, _| it.desired_count = 3,
        |it, _| it.grace_period_seconds = Some(30),
        |it, _| it.rollback = false,
        |it, _| it.execute_command = true,
        |it, _| (it.maximum_percent, it.circuit_breaker) = (150, false),
        |it, _| it.subnets.truncate(1),
        |it, _| it.tags = tags("b"),
    ];
    for edit in edits {
        let mut to = last.clone();
        edit(&mut to, &next);
        let outputs = stage.change(WEB, &last, &to, &outputs).await;
        let waited = stage.wait(WEB, &to, &outputs, Wait::Healthy).await;
        waited.answer.expect("it serves again");
        last = to;
    }
    let removed = stage.remove(WEB, &last, &outputs).await;
    assert!(
        removed
            .whys
            .iter()
            .any(|why| why.contains("still stopping")),
        "{:?}",
        removed.whys
    );
    assert_eq!(stage.found(WEB, &spec).await, Found::Absent);
}

/// Seed: B5.
#[tokio::test]
async fn after_it_is_gone_nothing_of_it_holds_the_cluster() {
    let (stage, ground, spec) = with("nginx:1").await;
    let outputs = stage.create(WEB, &spec).await;
    stage.wait(WEB, &spec, &outputs, Wait::Healthy).await;
    stage.remove(WEB, &spec, &outputs).await;
    let ecs = aws_sdk_ecs::Client::new(&stage.config);
    let deleted = ecs.delete_cluster().cluster(&ground.cluster).send().await;
    deleted.expect("no task holds it");
}

#[tokio::test]
async fn how_far_is_waited_is_up_to_the_caller() {
    let (stage, ground, spec) = with("nginx:1").await;
    let outputs = stage.create(WEB, &spec).await;
    let accepted = stage.wait(WEB, &spec, &outputs, Wait::None).await;
    assert!(accepted.answer.is_ok() && accepted.looks == 1);
    stage.wait(WEB, &spec, &outputs, Wait::Rollout).await;
    let mut next = spec.clone();
    next.task_definition = stage.revision(&ground, "nginx:2").await.into();
    let outputs = stage.change(WEB, &spec, &next, &outputs).await;
    let healthy = stage.wait(WEB, &next, &outputs, Wait::Healthy).await;
    healthy.answer.expect("it serves");
    let rollout = stage.wait(WEB, &next, &outputs, Wait::Rollout).await;
    rollout.answer.expect("the old one is gone");
    assert!(rollout.time > Duration::ZERO);
    assert!(
        rollout
            .whys
            .iter()
            .any(|why| why.contains("still stopping"))
    );
}

#[tokio::test]
async fn a_container_that_crashes_is_reported_with_its_last_words() {
    let (stage, _, spec) = with("broken").await;
    stage.script("broken", crashing());
    let outputs = stage.create(WEB, &spec).await;
    let waited = stage.wait(WEB, &spec, &outputs, Wait::Healthy).await;
    let failure = waited.answer.expect_err("it never serves");
    let evidence = failure.evidence.join("\n");
    assert!(evidence.contains("EssentialContainerExited"), "{evidence}");
    assert!(
        evidence.contains("container web: exit code 1"),
        "{evidence}"
    );
    assert!(evidence.contains("| line 30"), "{evidence}");
    assert!(!evidence.contains("| line 10\n"), "{evidence}");
    assert!(!failure.advice.is_empty());
    assert!(waited.time < Duration::from_secs(240), "{:?}", waited.time);
}

#[tokio::test]
async fn an_image_that_cannot_be_pulled_is_reported_with_advice() {
    let (stage, _, spec) = with("nginx:nope").await;
    let pull_error = Some("docker.io/library/nginx:nope: not found".to_string());
    stage.script(
        "nginx:nope",
        Behaviour {
            pull_error,
            ..Behaviour::default()
        },
    );
    let outputs = stage.create(WEB, &spec).await;
    let waited = stage.wait(WEB, &spec, &outputs, Wait::Healthy).await;
    let failure = waited.answer.expect_err("it never serves");
    assert!(failure.message.contains("CannotPull") || failure.code == "RolloutFailed");
    assert!(failure.advice[0].contains("no such image"), "{failure:?}");
}

#[tokio::test]
async fn health_checks_that_fail_are_reported_with_their_codes() {
    let (stage, _, spec) = with("sick").await;
    stage.script(
        "sick",
        Behaviour {
            http_status: 404,
            ..Behaviour::default()
        },
    );
    let outputs = stage.create(WEB, &spec).await;
    let waited = stage.wait(WEB, &spec, &outputs, Wait::Healthy).await;
    let failure = waited.answer.expect_err("it never serves");
    assert!(
        failure
            .evidence
            .iter()
            .any(|it| it.contains("health checks")),
        "{failure:?}"
    );
    assert!(!failure.advice.is_empty(), "{failure:?}");
    let evidence = failure.evidence.join("\n");
    assert!(evidence.contains("with these codes: [404]"), "{evidence}");
    assert!(failure.advice[0].contains("health.path"), "{failure:?}");
}

#[tokio::test]
async fn what_ecs_rolled_back_is_failed_and_never_ready() {
    let (stage, ground, spec) = with("nginx:1").await;
    let outputs = stage.create(WEB, &spec).await;
    let ready = stage.wait(WEB, &spec, &outputs, Wait::Rollout).await;
    let outputs = ready.answer.expect("the first serves");
    stage.script("broken", crashing());
    let mut next = spec.clone();
    next.task_definition = stage.revision(&ground, "broken").await.into();
    let outputs = stage.change(WEB, &spec, &next, &outputs).await;
    let waited = stage.wait(WEB, &next, &outputs, Wait::Healthy).await;
    let failure = waited.answer.expect_err("ECS went back");
    assert_eq!(failure.code, "RolledBack", "{failure:?}");
    let evidence = failure.evidence.join("\n");
    assert!(evidence.contains("| line 30"), "{evidence}");
    // The pre-image is in place already: nothing is left to undo.
    stage.converged(&spec, &outputs).await;
    let undone = stage.wait(WEB, &spec, &outputs, Wait::Healthy).await;
    undone.answer.expect("the first still serves");
}

/// ECS goes back to what was COMPLETED only, and a service is healthy before that.
#[tokio::test]
async fn what_ecs_has_nothing_to_go_back_for_is_given_up_at_once() {
    let (stage, ground, spec) = with("nginx:1").await;
    let outputs = stage.create(WEB, &spec).await;
    stage.wait(WEB, &spec, &outputs, Wait::Healthy).await;
    stage.script("broken", crashing());
    let mut next = spec.clone();
    next.task_definition = stage.revision(&ground, "broken").await.into();
    let outputs = stage.change(WEB, &spec, &next, &outputs).await;
    let waited = stage.wait(WEB, &next, &outputs, Wait::Healthy).await;
    let failure = waited.answer.expect_err("it fails");
    assert!(["RolloutFailed", "TasksFail"].contains(&failure.code.as_str()));
    assert!(waited.time < Duration::from_secs(240), "{:?}", waited.time);
    let outputs = stage.change(WEB, &next, &spec, &outputs).await;
    let undone = stage.wait(WEB, &spec, &outputs, Wait::Healthy).await;
    undone.answer.expect("the first serves again");
}

#[tokio::test]
async fn where_ecs_is_not_to_go_back_a_failing_rollout_is_given_up() {
    let (stage, ground, mut spec) = with("nginx:1").await;
    spec.rollback = false;
    let outputs = stage.create(WEB, &spec).await;
    stage.wait(WEB, &spec, &outputs, Wait::Rollout).await;
    stage.script("broken", crashing());
    let mut next = spec.clone();
    next.task_definition = stage.revision(&ground, "broken").await.into();
    let outputs = stage.change(WEB, &spec, &next, &outputs).await;
    let waited = stage.wait(WEB, &next, &outputs, Wait::Healthy).await;
    let failure = waited.answer.expect_err("it fails");
    assert!(["RolloutFailed", "TasksFail"].contains(&failure.code.as_str()));
    stage.twin.advance(Duration::from_secs(3600));
    let there: Observed<Service> = stage.observed(&outputs).await.expect("there");
    assert!(there.outputs.given_up);
    // Nobody has put the first revision back.
    assert_eq!(there.spec.task_definition, next.task_definition);
    let outputs = stage.change(WEB, &next, &spec, &outputs).await;
    let undone = stage.wait(WEB, &spec, &outputs, Wait::Healthy).await;
    undone.answer.expect("the first serves again");
}

#[tokio::test]
async fn a_secret_that_a_task_may_not_have_is_told() {
    let (stage, ground, mut spec) = with("nginx:1").await;
    let mut definition = definition(&ground.role, "nginx:1");
    let account = &stage.aws.account;
    let secret = format!("arn:aws:secretsmanager:{REGION}:{account}:secret:shop/stripe-AbCdEf");
    definition.containers[0].secrets = [("STRIPE_KEY".to_string(), secret.into())].into();
    let revision = stage.create("web/secret", &definition).await;
    spec.task_definition = revision.arn.into();
    let outputs = stage.create(WEB, &spec).await;
    let waited = stage.wait(WEB, &spec, &outputs, Wait::Healthy).await;
    let failure = waited.answer.expect_err("it never starts");
    let evidence = failure.evidence.join("\n");
    assert!(
        evidence.contains("ResourceInitializationError"),
        "{evidence}"
    );
    assert!(
        failure.advice[0].contains("`secretsmanager:GetSecretValue`"),
        "{failure:?}"
    );
}

/// Seed: B1.
#[tokio::test]
async fn without_the_breaker_a_failing_rollout_is_given_up_by_us() {
    let (stage, ground, mut spec) = with("nginx:1").await;
    spec.circuit_breaker = false;
    let outputs = stage.create(WEB, &spec).await;
    stage.wait(WEB, &spec, &outputs, Wait::Healthy).await;
    stage.script("broken", crashing());
    let mut next = spec.clone();
    next.task_definition = stage.revision(&ground, "broken").await.into();
    let outputs = stage.change(WEB, &spec, &next, &outputs).await;
    let waited = stage.wait(WEB, &next, &outputs, Wait::Healthy).await;
    assert_eq!(waited.answer.expect_err("it fails").code, "TasksFail");
    let outputs = stage.change(WEB, &next, &spec, &outputs).await;
    let undone = stage.wait(WEB, &spec, &outputs, Wait::Healthy).await;
    undone.answer.expect("the first serves again");
}

#[tokio::test]
async fn what_ecs_gave_up_can_be_set_going_again() {
    let (stage, _, spec) = with("broken").await;
    stage.script("broken", crashing());
    let outputs = stage.create(WEB, &spec).await;
    let waited = stage.wait(WEB, &spec, &outputs, Wait::Healthy).await;
    waited.answer.expect_err("it crashes");
    stage.twin.advance(Duration::from_secs(600));
    let there: Observed<Service> = stage.observed(&outputs).await.expect("there");
    assert!(there.outputs.given_up);
    let changes = spec.changes(Some(&there));
    let again = vec![Field::Again];
    assert_eq!(
        changes,
        [Change::Update {
            fields: again,
            least: 100
        }]
    );
    stage.script("broken", Behaviour::default());
    let sent = stage.send(WEB, &spec, changes, Some(outputs)).await;
    let outputs = sent.expect("it is deployed again");
    let waited = stage.wait(WEB, &spec, &outputs, Wait::Healthy).await;
    waited.answer.expect("it serves");
    stage.converged(&spec, &outputs).await;
}
