//! What is sent, apart from what Ashore itself says.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::{File, mode};
use crate::codes::Code;
use crate::model::{Raw, RawNetwork, Reference};
use crate::raw::{Json, Placeholder};
use crate::validate::Rules;

/// None if a tag cannot be.
pub(super) fn meaning(cx: &mut Rules<'_>, task: &File<'_>, service: &File<'_>) -> Option<Raw> {
    let (Value::Object(mut task_value), Value::Object(mut service_value)) =
        (task.read.value.clone(), service.read.value.clone())
    else {
        return None;
    };
    let task_tags = tags(cx, task, &mut task_value);
    let service_tags = tags(cx, service, &mut service_value);
    let network = match (
        mode(task),
        service_value.contains_key("networkConfiguration"),
    ) {
        (_, true) => RawNetwork::Theirs,
        (Some("awsvpc"), false) => RawNetwork::Ours,
        (_, false) => RawNetwork::Host,
    };
    service_value
        .entry("taskDefinition")
        .or_insert_with(|| Value::from("@@TASKDEFINITION_ARN@@"));
    let text = |value: &mut Map<String, Value>, key: &str| {
        let written = value.remove(key)?;
        written.as_str().map(str::to_owned)
    };
    let cluster = text(&mut service_value, "cluster").filter(|it| it != "@@CLUSTER_ARN@@");
    let execution_role = task.has(Placeholder::ExecutionRole);
    let reads = reads(&task_value);
    Some(Raw {
        family: text(&mut task_value, "family"),
        task_tags: task_tags?,
        name: text(&mut service_value, "serviceName"),
        cluster,
        service_tags: service_tags?,
        network,
        reads_by_theirs: !execution_role && !reads.is_empty(),
        reads: match execution_role {
            true => reads,
            false => BTreeSet::new(),
        },
        execution_role,
        log_group: task.has(Placeholder::LogGroup),
        task_role: task.has(Placeholder::TaskRole),
        task: Value::Object(task_value),
        service: Value::Object(service_value),
    })
}

fn tags(
    cx: &mut Rules<'_>,
    file: &File<'_>,
    value: &mut Map<String, Value>,
) -> Option<BTreeMap<String, String>> {
    value.remove("tags");
    let mut tags = BTreeMap::new();
    let mut good = true;
    for tag in file.read.places.get("tags").map_or(&[][..], Json::items) {
        let key = tag.get("key").and_then(Json::text).unwrap_or_default();
        if key.is_empty() || key.starts_with("ashore:") || key.starts_with("aws:") {
            let message = format!("a tag cannot be called {key:?}");
            file.refuse(cx, Code::RawOurs, tag.span.clone(), message);
            good = false;
        }
        let value = tag.get("value").and_then(Json::text).unwrap_or_default();
        tags.insert(key.to_owned(), value.to_owned());
    }
    good.then_some(tags)
}

/// The secrets and parameters that containers take values from [ECS API: Secret.valueFrom].
fn reads(task: &Map<String, Value>) -> BTreeSet<Reference> {
    let mut reads = BTreeSet::new();
    let containers = task.get("containerDefinitions").and_then(Value::as_array);
    for container in containers.into_iter().flatten() {
        let credentials = container.pointer("/repositoryCredentials/credentialsParameter");
        let lists = [
            container.get("secrets"),
            container.pointer("/logConfiguration/secretOptions"),
        ];
        let lists = lists.into_iter().flatten().filter_map(Value::as_array);
        let from = lists.flatten().filter_map(|it| it.get("valueFrom"));
        reads.extend(from.filter_map(Value::as_str).map(reference));
        let secret = credentials.and_then(Value::as_str);
        reads.extend(secret.map(|it| Reference::Secret(it.to_owned())));
    }
    reads
}

/// A secret's ARN, perhaps with `:json-key:version-stage:version-id`; else a parameter's name or ARN.
fn reference(from: &str) -> Reference {
    let parts: Vec<&str> = from.split(':').collect();
    match parts.as_slice() {
        ["arn", _, "secretsmanager", _, _, "secret", ..] => {
            Reference::Secret(parts[..parts.len().min(7)].join(":"))
        }
        _ => Reference::Parameter(from.to_owned()),
    }
}
