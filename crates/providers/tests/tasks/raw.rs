//! What a user wrote in ECS's own JSON: sent as it was written, and compared with what ECS answers.

use ashore_engine::kind::{Found, Kind, Live, Wait};
use ashore_providers::aws::raw_service::{Change, RawService};
use ashore_providers::aws::raw_task_definition::RawTaskDefinition;
use ashore_providers::aws::service::Service;
use ashore_providers::aws::task_definition::TaskDefinition;
use serde_json::{Value, json};

use crate::names::tags;
use crate::network::Ground;
use crate::stage::{Stage, stack};

const DEFINITION: &str = "services.nginx/raw_task_definition";
const SERVICE: &str = "services.nginx/raw_service";

fn definition(role: &str, image: &str) -> RawTaskDefinition {
    RawTaskDefinition {
        family: "nginx".into(),
        definition: json!({
            "requiresCompatibilities": ["FARGATE"],
            "networkMode": "awsvpc",
            "cpu": "0.25 vCPU",
            "memory": "0.5 GB",
            "executionRoleArn": role,
            "volumes": [{ "name": "scratch" }],
            "containerDefinitions": [{
                "name": "web",
                "image": image,
                "memory": 128,
                "environment": [{ "name": "B", "value": "2" }, { "name": "A", "value": "1" }],
                "portMappings": [{ "containerPort": 80, "protocol": "tcp" }],
                "mountPoints": [{ "sourceVolume": "scratch", "containerPath": "/tmp" }],
                "ulimits": [{ "name": "nofile", "softLimit": 1024, "hardLimit": 2048 }],
                "dockerLabels": { "team": "checkout" },
                "linuxParameters": { "initProcessEnabled": true },
                "healthCheck": { "command": ["CMD-SHELL", "true"] },
            }],
        }),
        tags: tags("a"),
    }
}

fn service(ground: &Ground, revision: &str) -> RawService {
    RawService {
        name: "nginx".into(),
        cluster: ground.cluster.clone().into(),
        definition: json!({
            "taskDefinition": revision,
            "launchType": "FARGATE",
            "desiredCount": 1,
            "loadBalancers": [{
                "targetGroupArn": ground.target_group,
                "containerName": "web",
                "containerPort": 80,
            }],
            "networkConfiguration": {
                "awsvpcConfiguration": {
                    "subnets": ground.subnets,
                    "securityGroups": [ground.group],
                    "assignPublicIp": "ENABLED",
                },
            },
            "deploymentConfiguration": { "maximumPercent": 100, "minimumHealthyPercent": 0 },
        }),
        tags: tags("a"),
    }
}

fn edited<K: Clone>(spec: &K, edit: impl FnOnce(&mut K)) -> K {
    let mut edited = spec.clone();
    edit(&mut edited);
    edited
}

#[tokio::test]
async fn a_service_and_its_revisions_live() {
    let stage = Stage::new().await;
    let ground = stage.ground().await;
    let first = definition(&ground.role, "nginx:alpine");
    assert_eq!(stage.found(DEFINITION, &first).await, Found::Absent);
    let revision = stage.create(DEFINITION, &first).await;
    stage.converged(&first, &revision).await;
    assert!(matches!(
        stage.found(DEFINITION, &first).await,
        Found::Ours(_)
    ));
    let other = definition(&ground.role, "nginx:1.29");
    assert_eq!(stage.found(DEFINITION, &other).await, Found::Absent);

    let spec = service(&ground, &revision.arn);
    let outputs = stage.create(SERVICE, &spec).await;
    let waited = stage.wait(SERVICE, &spec, &outputs, Wait::Healthy).await;
    let outputs = waited.answer.expect("it serves");
    stage.converged(&spec, &outputs).await;
    let foreign = stage.found("somebody/else", &spec).await;
    assert!(matches!(foreign, Found::Foreign(_)), "{foreign:?}");

    // Each is listed as what it is.
    let listed = RawService::list(&stage.aws, &stack()).await.unwrap();
    assert_eq!(listed.len(), 1);
    assert_eq!(Service::list(&stage.aws, &stack()).await.unwrap(), []);
    let listed = RawTaskDefinition::list(&stage.aws, &stack()).await.unwrap();
    assert_eq!(listed, std::slice::from_ref(&revision));
    assert_eq!(
        TaskDefinition::list(&stage.aws, &stack()).await.unwrap(),
        []
    );

    // Another revision, then another count: each alone.
    let second = stage.create(DEFINITION, &other).await;
    let moved = edited(&spec, |it| {
        it.definition["taskDefinition"] = json!(second.arn)
    });
    let outputs = stage.change(SERVICE, &spec, &moved, &outputs).await;
    let waited = stage.wait(SERVICE, &moved, &outputs, Wait::Healthy).await;
    let outputs = waited.answer.expect("the new one serves");
    let more = edited(&moved, |it| it.definition["desiredCount"] = json!(2));
    let outputs = stage.change(SERVICE, &moved, &more, &outputs).await;
    let retagged = edited(&more, |it| it.tags = tags("b"));
    let outputs = stage.change(SERVICE, &more, &retagged, &outputs).await;

    stage.remove(SERVICE, &retagged, &outputs).await;
    for (spec, revision) in [(&first, &revision), (&other, &second)] {
        stage.remove(DEFINITION, spec, revision).await;
    }
}

/// Each member that somebody changes by hand is seen, and put right by that member alone.
#[tokio::test]
async fn what_somebody_changes_by_hand_is_put_right() {
    let stage = Stage::new().await;
    let ground = stage.ground().await;
    let made = definition(&ground.role, "nginx:alpine");
    let revision = stage.create(DEFINITION, &made).await;
    let other = stage
        .create(DEFINITION, &definition(&ground.role, "nginx:2"))
        .await;
    let spec = service(&ground, &revision.arn);
    let outputs = stage.create(SERVICE, &spec).await;
    let theirs: [(&str, Value); 5] = [
        ("taskDefinition", json!(other.arn)),
        ("desiredCount", json!(3)),
        ("loadBalancers", json!([])),
        (
            "deploymentConfiguration",
            json!({ "maximumPercent": 200, "minimumHealthyPercent": 100 }),
        ),
        (
            "networkConfiguration",
            json!({ "awsvpcConfiguration": { "subnets": [ground.subnets[0]], "securityGroups": [ground.group],
                "assignPublicIp": "DISABLED" } }),
        ),
    ];
    for (member, value) in theirs {
        let by_hand = edited(&spec, |it| it.definition[member] = value);
        stage.change(SERVICE, &spec, &by_hand, &outputs).await;
        let there = stage.observed::<RawService>(&outputs).await.unwrap();
        let owned = ashore_engine::kind::Observed {
            spec: there.spec.owned(&[&spec, &spec]),
            outputs: there.outputs,
        };
        let changes = spec.changes(Some(&owned));
        assert!(
            matches!(changes.as_slice(), [Change::Update { members, .. }] if members == &[member]),
            "{member}: {changes:?}"
        );
        let sent = stage.send(SERVICE, &spec, changes, Some(outputs.clone()));
        sent.await.expect("it is put right");
        stage.converged(&spec, &outputs).await;
    }
}

/// A service that ECS gives up on says what its tasks died of, as every service does.
#[tokio::test]
async fn a_rollout_that_fails_says_why() {
    let stage = Stage::new().await;
    let ground = stage.ground().await;
    stage.script(
        "broken:1",
        ashore_twin::Behaviour {
            exit: Some(ashore_twin::Exit {
                code: 3,
                after_ms: 500,
            }),
            ..ashore_twin::Behaviour::default()
        },
    );
    let made = definition(&ground.role, "broken:1");
    let revision = stage.create(DEFINITION, &made).await;
    let spec = service(&ground, &revision.arn);
    let outputs = stage.create(SERVICE, &spec).await;
    let waited = stage.wait(SERVICE, &spec, &outputs, Wait::Healthy).await;
    let failure = waited.answer.expect_err("it crashes");
    assert_eq!(failure.code, "TasksFail", "{failure:?}");
}
