//! ListTasks and DescribeTasks.

use serde_json::{Value, json};

use super::listing::{check_include, page};
use super::task::{Owner, Task};
use super::{container_instance, names, refuse};
use crate::operation::{Answer, Call};

/// Without a desired status those that are to run; a task that fails is only found by asking for STOPPED
/// [ECS API: ListTasks].
pub(super) fn list(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let cluster = input.text("cluster")?;
    let family = input.text("family")?;
    let service = input.text("serviceName")?;
    let started_by = input.text("startedBy")?;
    let desired = input
        .text("desiredStatus")?
        .unwrap_or_else(|| "RUNNING".to_owned());
    let launch_type = input.text("launchType")?;
    let instance = input.text("containerInstance")?;
    input.accept("daemonName", &[])?;
    let (limit, token) = (input.number("maxResults")?, input.text("nextToken")?);
    input.finish()?;
    if !matches!(desired.as_str(), "RUNNING" | "PENDING" | "STOPPED") {
        return Err(refuse::parameter(format!(
            "Unknown desiredStatus {desired}."
        )));
    }
    // [ECS API: ListTasks startedBy: "it must be the only filter that you use"]
    if started_by.is_some() && (family.is_some() || service.is_some()) {
        return Err(refuse::parameter(
            "startedBy cannot be combined with another filter.",
        ));
    }
    let cluster = names::active_cluster(call, cluster)?;
    let key = service
        .map(|given| names::service(call, &cluster, &given))
        .transpose()?;
    if let Some(given) = &instance {
        container_instance::one(call, &cluster, given)?;
    }
    let ecs = &call.here().ecs;
    if let Some(key) = &key
        && !ecs.services.contains_key(key)
    {
        return Err(refuse::service_not_found());
    }
    let fits = |task: &&Task| {
        let wanted = if task.is_stopping() {
            "STOPPED"
        } else {
            "RUNNING"
        };
        let of_service =
            |key: &String| matches!(&task.owner, Owner::Service { key: mine, .. } if mine == key);
        let of_family = |family: &String| {
            names::definition_of(&task.definition).is_some_and(|it| it.0 == family)
        };
        task.cluster == cluster
            && wanted == desired
            && key.as_ref().is_none_or(of_service)
            && family.as_ref().is_none_or(of_family)
            && started_by
                .as_ref()
                .is_none_or(|by| task.started_by.as_ref() == Some(by))
            && instance
                .as_ref()
                .is_none_or(|given| task.instance.as_deref() == Some(names::task(given)))
            && launch_type
                .as_ref()
                .is_none_or(|launch| task.launch_type == *launch)
    };
    let mut tasks: Vec<&Task> = ecs.tasks.values().filter(fits).collect();
    tasks.sort_by_key(|task| task.times.created);
    let arns = tasks.iter().map(|task| json!(task.arn)).collect();
    let (arns, next) = page(arns, limit, 100, token)?;
    Ok(json!({ "taskArns": arns, "nextToken": next }))
}

pub(super) fn describe(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let cluster = input.text("cluster")?;
    if !input.has("tasks") {
        return Err(input.missing("tasks"));
    }
    let wanted = input.texts("tasks")?;
    let include = input.texts("include")?;
    input.finish()?;
    check_include(&include, &["TAGS"])?;
    if wanted.is_empty() || wanted.len() > 100 {
        return Err(refuse::parameter(if wanted.is_empty() {
            "Tasks cannot be empty."
        } else {
            "You can describe up to 100 tasks at once."
        }));
    }
    let cluster = names::active_cluster(call, cluster)?;
    let tags = include.iter().any(|word| word == "TAGS");
    let (mut tasks, mut failures): (Vec<Value>, Vec<Value>) = (Vec::new(), Vec::new());
    for given in wanted {
        let id = names::task_id(&given)?;
        let arn = call.arn("ecs", &format!("task/{cluster}/{id}"));
        match call
            .here()
            .ecs
            .tasks
            .get(id)
            .filter(|task| task.cluster == cluster)
        {
            Some(task) => tasks.push(task.view(tags)),
            None => failures.push(json!({ "arn": arn, "reason": "MISSING" })),
        }
    }
    Ok(json!({ "tasks": tasks, "failures": failures }))
}
