//! Examples of what a user wrote in ECS's own JSON.

use ashore_providers::aws::raw_service::{self, RawService};
use ashore_providers::aws::raw_task_definition::{self, RawTaskDefinition};
use ashore_providers::aws::tags::Tags;
use serde_json::json;

use crate::example::Example;

pub(crate) fn examples() -> Vec<Example> {
    vec![task_definition(), service()]
}

fn task_definition() -> Example {
    let spec = RawTaskDefinition {
        family: "nginx".into(),
        definition: json!({
            "containerDefinitions": [{
                "name": "nginx",
                "image": "nginx:alpine",
                "memory": 128,
                "portMappings": [{ "containerPort": 80, "protocol": "tcp" }],
            }],
        }),
        tags: Tags::default().named("hello"),
    };
    let outputs = raw_task_definition::Outputs {
        arn: "arn:aws:ecs:eu-central-1:1:task-definition/nginx:1".into(),
        family: "nginx".into(),
        revision: 1,
        active: true,
    };
    Example::of(&spec, &outputs)
        .altered("family", |it: &mut RawTaskDefinition| it.family.push('x'))
        .altered("definition", |it: &mut RawTaskDefinition| {
            it.definition["containerDefinitions"][0]["image"] = json!("nginx:1.29");
        })
        .altered("tags", |it: &mut RawTaskDefinition| {
            it.tags = Tags::default()
        })
}

fn service() -> Example {
    let spec = RawService {
        name: "nginx".into(),
        cluster: "test".to_string().into(),
        definition: json!({
            "taskDefinition": "arn:aws:ecs:eu-central-1:1:task-definition/nginx:1",
            "loadBalancers": [{
                "targetGroupArn": "arn:aws:tg:1",
                "containerName": "nginx",
                "containerPort": 80,
            }],
            "desiredCount": 1,
            "deploymentConfiguration": { "maximumPercent": 100, "minimumHealthyPercent": 0 },
        }),
        tags: Tags::default().named("hello"),
    };
    let outputs: raw_service::Outputs = serde_json::from_value(json!({
        "arn": "arn:aws:ecs:eu-central-1:1:service/test/nginx",
        "name": "nginx",
        "cluster": "test",
    }))
    .expect("outputs of a service");
    Example::of(&spec, &outputs)
        .altered("name", |it: &mut RawService| it.name.push('x'))
        .altered("cluster", |it: &mut RawService| {
            it.cluster = "other".to_string().into();
        })
        .altered("definition", |it: &mut RawService| {
            it.definition["desiredCount"] = json!(2);
        })
        .altered("tags", |it: &mut RawService| it.tags = Tags::default())
}
