//! ExecuteCommand: a session is answered for, but nothing listens at its address.

use serde_json::json;

use super::{names, refuse};
use crate::operation::{Answer, Call};
use crate::refusal::Refusal;

pub(super) fn execute(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let cluster = input.text("cluster")?;
    let container = input.text("container")?;
    let given = input.required("task")?;
    input.required("command")?;
    let interactive = input.boolean("interactive")?;
    input.finish()?;
    if interactive != Some(true) {
        return Err(refuse::parameter(
            "Interactive is the only mode supported currently.",
        ));
    }
    let cluster = names::active_cluster(call, cluster)?;
    let session = call.world.ids.hex("ecs-execute-command-", 17);
    let region = call.region.clone();
    let task = call.here().ecs.tasks.get(names::task(&given));
    let task = task.filter(|task| task.cluster == cluster && !task.is_stopped());
    let task =
        task.ok_or_else(|| refuse::parameter("The specified task is not found or not running."))?;
    // The sentence that the AWS CLI's users know [ECS developer guide: ECS Exec].
    if !task.execute_command {
        return Err(refuse::parameter(
            "The execute command failed because execute command was not enabled when the task was run or the execute command agent isn’t running. Wait and try again or run a new task with execute command enabled and try again.",
        ));
    }
    let found = match &container {
        Some(name) => task.containers.iter().find(|it| it.name == *name),
        None if task.containers.len() == 1 => task.containers.first(),
        None => {
            return Err(refuse::parameter(
                "Container Name can not be blank for a task with several containers.",
            ));
        }
    };
    let found = found
        .ok_or_else(|| refuse::parameter("The specified container was not found in the task."))?;
    if !found.is_running() {
        return Err(Refusal::new(
            "TargetNotConnectedException",
            "The execute command failed due to an internal error. Try again later.",
        ));
    }
    Ok(json!({
        "clusterArn": task.cluster_arn,
        "taskArn": task.arn,
        "containerArn": found.arn,
        "containerName": found.name,
        "interactive": true,
        "session": {
            "sessionId": session,
            "streamUrl": format!("wss://ssmmessages.{region}.amazonaws.com/v1/data-channel/{session}?role=publish_subscribe"),
            "tokenValue": "none: the twin has no sessions",
        },
    }))
}
