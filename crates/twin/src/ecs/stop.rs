//! Stopping a task: whoever wants it, and whatever for.

use serde_json::json;

use super::lifecycle::{self, Step};
use super::task::{ContainerState, Owner, State, Stop, StopCode};
use super::{balancers, events, failures, names, refuse, registries, task_events};
use crate::operation::{Answer, Call};
use crate::world::World;

pub(super) fn stop_task(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let cluster = input.text("cluster")?;
    let given = input.required("task")?;
    let reason = input.text("reason")?;
    input.finish()?;
    // [ECS API: StopTask reason]
    if reason.as_ref().is_some_and(|it| it.chars().count() > 1024) {
        return Err(refuse::parameter("reason must not exceed 1024 characters."));
    }
    let cluster = names::active_cluster(call, cluster)?;
    let region = call.region.clone();
    let id = names::task_id(&given)?.to_owned();
    let found = call
        .here()
        .ecs
        .tasks
        .get(&id)
        .is_some_and(|task| task.cluster == cluster);
    if !found {
        return Err(refuse::parameter("The referenced task was not found."));
    }
    let reason = reason.unwrap_or_else(|| "Task stopped by user".to_owned());
    stop(call.world, &region, &id, StopCode::UserInitiated, &reason);
    let task = call.here().ecs.tasks.get(&id);
    Ok(json!({ "task": task.map(|task| task.view(true)) }))
}

/// Makes STOPPED the desired status. A task that served is deregistered and drained first; one whose container is gone
/// has nothing left to drain.
pub(super) fn stop(world: &mut World, region: &str, id: &str, code: StopCode, reason: &str) {
    let now = world.now;
    let Some(task) = world.region(region).ecs.tasks.get_mut(id) else {
        return;
    };
    if task.is_stopping() {
        return;
    }
    task.stop = Some(Stop {
        code,
        reason: reason.to_owned(),
    });
    task.times.stopping = Some(now);
    task.version += 1;
    let served = task.state == State::Running;
    task.state = State::Deactivating;
    task_events::changed(world, region, id);
    let Some(task) = world.region(region).ecs.tasks.get(id) else {
        return;
    };
    let (owner, registered) = (task.owner.clone(), task.places());
    registries::deregister(world, region, id);
    let broken = matches!(
        code,
        StopCode::EssentialContainerExited | StopCode::TerminationNotice
    );
    let mut drain = std::time::Duration::ZERO;
    if let (true, Owner::Service { key, .. }) = (served && !registered.is_empty(), &owner) {
        drain = balancers::deregister(world, region, &registered);
        for place in &registered {
            let what = place.told();
            events::tell(world, region, key, format!("deregistered 1 {what}"));
        }
        if !broken {
            events::tell(
                world,
                region,
                key,
                "has begun draining connections on 1 tasks.",
            );
        }
    }
    if broken || drain.is_zero() {
        begin(world, region, id);
    } else {
        let after = drain.as_millis() as u64;
        lifecycle::plan(world, region, id, Step::Drained, after);
    }
    if let Owner::Service { key, deployment } = owner {
        failures::stopped(world, region, &key, &deployment, id);
    }
}

/// The containers are told to end.
pub(super) fn begin(world: &mut World, region: &str, id: &str) {
    let Some(task) = world.region(region).ecs.tasks.get_mut(id) else {
        return;
    };
    task.state = State::Stopping;
    task.version += 1;
    // Stopping the containers takes half of the time, taking the interface away the other half.
    let after = world.timing.task_stop / 2;
    lifecycle::plan(world, region, id, Step::Ended, after);
}

/// The containers have ended; the interface is on its way.
pub(super) fn ended(world: &mut World, region: &str, id: &str) {
    let now = world.now;
    let Some(task) = world.region(region).ecs.tasks.get_mut(id) else {
        return;
    };
    task.state = State::Deprovisioning;
    task.times.execution_stopped = task.times.pull_stopped.map(|_| now);
    task.version += 1;
    for container in &mut task.containers {
        container.state = match container.state {
            // 143: ended by SIGTERM, which is what ECS sends first.
            ContainerState::Running { .. } => ContainerState::Stopped { exit: Some(143) },
            ContainerState::Pending => ContainerState::Stopped { exit: None },
            stopped => stopped,
        };
    }
    balancers::listeners_changed(world, region);
    let after = world.timing.task_stop - world.timing.task_stop / 2;
    lifecycle::plan(world, region, id, Step::Deprovisioned, after);
}
