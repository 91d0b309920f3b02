//! The life of a task, one step at a time: interface, pull, start, exits and probes, drain, end.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::task::{ContainerState, Health, Owner, State, StopCode, Task};
use super::{
    Happening, balancers, delete_task_definitions, events, network, placement, pull, registries,
    scheduler, secrets, stop, task_events, volumes,
};
use crate::agenda;
use crate::world::World;

/// What happens to a task by itself. Containers are meant by their place in the definition.
#[derive(Serialize, Deserialize, Debug, Clone)]
#[allow(missing_docs)]
pub enum Step {
    Provisioned,
    Pulled,
    Activated,
    Exited { container: usize },
    Probed { container: usize },
    Drained,
    Ended,
    Deprovisioned,
    Forgotten,
}

/// A stopped task can be seen for an hour [ECS API: DescribeTasks].
const REMEMBERED: u64 = 3_600_000;

/// Puts a step on the agenda, `after` milliseconds from now.
pub(super) fn plan(world: &mut World, region: &str, id: &str, step: Step, after: u64) {
    let what = Happening::Task {
        id: id.to_owned(),
        step,
    };
    let at = world.now + Duration::from_millis(after);
    world.agenda.add(at, region, agenda::Happening::Ecs(what));
}

/// Takes a step, if the task is still where the step belongs: one that was stopped meanwhile skips it.
pub(super) fn step(world: &mut World, region: &str, id: &str, step: Step) {
    let Some(task) = world.region(region).ecs.tasks.get(id) else {
        return;
    };
    let (state, stopping) = (task.state, task.is_stopping());
    match step {
        Step::Provisioned if state == State::Provisioning => provisioned(world, region, id),
        Step::Pulled if state == State::Pending && !stopping => pulled(world, region, id),
        Step::Activated if state == State::Activating => activated(world, region, id),
        Step::Exited { container } => exited(world, region, id, container),
        Step::Probed { container } if !stopping => probed(world, region, id, container),
        Step::Drained if state == State::Deactivating => stop::begin(world, region, id),
        Step::Ended if state == State::Stopping => stop::ended(world, region, id),
        Step::Deprovisioned if state == State::Deprovisioning => deprovisioned(world, region, id),
        Step::Forgotten => drop(world.region(region).ecs.tasks.remove(id)),
        _ => {}
    }
    let after = world.region(region).ecs.tasks.get(id);
    if after.is_some_and(|task| task.state != state && task.is_stopping() == stopping) {
        task_events::changed(world, region, id);
    }
}

fn with(world: &mut World, region: &str, id: &str, change: impl FnOnce(&mut Task)) {
    if let Some(task) = world.region(region).ecs.tasks.get_mut(id) {
        task.version += 1;
        change(task);
    }
}

/// Secrets and registry credentials are fetched over the new interface, and volumes mounted, before anything is pulled.
fn provisioned(world: &mut World, region: &str, id: &str) {
    let now = world.now;
    with(world, region, id, |task| task.state = State::Pending);
    let why = secrets::unavailable(world, region, id)
        .or_else(|| pull::unauthorized(world, region, id))
        .or_else(|| volumes::unmountable(world, region, id));
    if let Some(why) = why {
        stop::stop(world, region, id, StopCode::TaskFailedToStart, &why);
        return;
    }
    with(world, region, id, |task| {
        task.times.pull_started = Some(now)
    });
    let after = world.timing.task_pull;
    plan(world, region, id, Step::Pulled, after);
}

/// Fargate makes the log streams before it pulls, so that a missing group is found first.
fn pulled(world: &mut World, region: &str, id: &str) {
    let now = world.now;
    pull::look(world, region, id);
    let Some(task) = world.region(region).ecs.tasks.get(id) else {
        return;
    };
    let streams: Vec<_> = task
        .containers
        .iter()
        .filter_map(|it| stream(task, it))
        .collect();
    let created: Vec<String> = task
        .containers
        .iter()
        .filter(|it| it.definition.awslogs("awslogs-create-group") == Some("true"))
        .filter_map(|it| it.definition.awslogs("awslogs-group").map(str::to_owned))
        .collect();
    let pull = task
        .containers
        .iter()
        .position(|it| it.behaviour.pull_error.is_some());
    for group in created {
        crate::logs::ensure_group(world, region, &group);
    }
    for (group, stream) in streams {
        if !crate::logs::append(world, region, &group, &stream, Vec::new()) {
            let why = "ResourceInitializationError: failed to validate logger args: create stream has been retried 1 times: failed to create Cloudwatch log stream: ResourceNotFoundException: The specified log group does not exist. : exit status 1";
            stop::stop(world, region, id, StopCode::TaskFailedToStart, why);
            return;
        }
    }
    with(world, region, id, |task| {
        task.times.pull_stopped = Some(now)
    });
    if let Some(index) = pull {
        let mut why = String::new();
        with(world, region, id, |task| {
            let container = &mut task.containers[index];
            let text = container.behaviour.pull_error.clone().unwrap_or_default();
            why = match text.starts_with("CannotPull") {
                true => text,
                false => format!("CannotPullContainerError: {text}"),
            };
            container.reason = Some(why.clone());
        });
        stop::stop(world, region, id, StopCode::TaskFailedToStart, &why);
        return;
    }
    start_containers(world, region, id);
}

/// Starts the containers whose dependencies are met [ECS API: ContainerDependency]. When all have started, the task is
/// on its way to RUNNING.
fn start_containers(world: &mut World, region: &str, id: &str) {
    let now = world.now;
    loop {
        let Some(task) = world.region(region).ecs.tasks.get(id) else {
            return;
        };
        if task.is_stopping() {
            return;
        }
        let next = (0..task.containers.len()).find(|index| can_start(task, *index));
        let Some(index) = next else { break };
        let container = &task.containers[index];
        let (behaviour, check) = (
            container.behaviour.clone(),
            container.definition.health_check.clone(),
        );
        let stream = stream(task, container);
        with(world, region, id, |task| {
            task.containers[index].state = ContainerState::Running { since: now };
        });
        if let Some((group, stream)) = stream {
            // The last words of a container that ends come when it ends.
            let mut lines = behaviour.log.clone();
            lines
                .truncate(lines.len() - usize::from(behaviour.exit.is_some() && !lines.is_empty()));
            crate::logs::append(world, region, &group, &stream, lines);
        }
        if let Some(exit) = &behaviour.exit {
            plan(
                world,
                region,
                id,
                Step::Exited { container: index },
                exit.after_ms,
            );
        }
        if let Some(check) = check {
            let passes = behaviour.listens && behaviour.http_status < 400;
            let checks = if passes { 1 } else { check.retries };
            let grace = if passes { 0 } else { check.start_period };
            let after = (grace + check.interval * checks) * 1000;
            plan(world, region, id, Step::Probed { container: index }, after);
        }
    }
    balancers::listeners_changed(world, region);
    let Some(task) = world.region(region).ecs.tasks.get(id) else {
        return;
    };
    let waiting = task
        .containers
        .iter()
        .any(|it| it.state == ContainerState::Pending);
    if !waiting && task.state == State::Pending {
        with(world, region, id, |task| task.state = State::Activating);
        let after = world.timing.task_start;
        plan(world, region, id, Step::Activated, after);
    }
}

fn can_start(task: &Task, index: usize) -> bool {
    let container = &task.containers[index];
    if container.state != ContainerState::Pending {
        return false;
    }
    container.definition.depends_on.iter().all(|dependency| {
        let mut others = task.containers.iter();
        let Some(other) = others.find(|other| other.name == dependency.container_name) else {
            return false;
        };
        match dependency.condition.as_str() {
            "START" => other.state != ContainerState::Pending,
            "COMPLETE" => matches!(other.state, ContainerState::Stopped { .. }),
            "SUCCESS" => other.state == ContainerState::Stopped { exit: Some(0) },
            _ => other.health == Health::Healthy && other.is_running(),
        }
    })
}

fn activated(world: &mut World, region: &str, id: &str) {
    let now = world.now;
    with(world, region, id, |task| {
        task.state = State::Running;
        task.times.started = Some(now);
    });
    let Some(task) = world.region(region).ecs.tasks.get(id) else {
        return;
    };
    let (owner, places) = (task.owner.clone(), task.places());
    let Owner::Service { key, .. } = owner else {
        return;
    };
    registries::register(world, region, id);
    balancers::register(world, region, &places);
    for place in &places {
        let what = place.told();
        events::tell(world, region, &key, format!("registered 1 {what}"));
    }
    scheduler::wake(world, region, &key, now);
}

/// A container ended by itself. It is restarted if its policy says so, and the task ends with it if it is essential.
fn exited(world: &mut World, region: &str, id: &str, index: usize) {
    let now = world.now;
    let Some(task) = world.region(region).ecs.tasks.get(id) else {
        return;
    };
    let Some(container) = task.containers.get(index) else {
        return;
    };
    let ContainerState::Running { since } = container.state else {
        return;
    };
    let code = container
        .behaviour
        .exit
        .as_ref()
        .map_or(0, |exit| exit.code);
    let after = container
        .behaviour
        .exit
        .as_ref()
        .map_or(0, |exit| exit.after_ms);
    let last = container.behaviour.log.last().cloned();
    let (essential, stream) = (container.essential, stream(task, container));
    let stopping = task.is_stopping();
    let policy = container
        .definition
        .restart_policy
        .as_ref()
        .filter(|it| it.enabled);
    // Only a container that ran for the whole period is restarted, 60 s unless said otherwise
    // [ECS API: ContainerRestartPolicy].
    let restarts = policy.is_some_and(|policy| {
        let period = Duration::from_secs(policy.restart_attempt_period.unwrap_or(60));
        !policy.ignored_exit_codes.contains(&code) && since + period <= now
    });
    if let (Some((group, stream)), Some(line)) = (stream, last) {
        crate::logs::append(world, region, &group, &stream, vec![line]);
    }
    if restarts && !stopping {
        with(world, region, id, |task| {
            task.containers[index].state = ContainerState::Running { since: now };
        });
        plan(world, region, id, Step::Exited { container: index }, after);
        return;
    }
    with(world, region, id, |task| {
        task.containers[index].state = ContainerState::Stopped { exit: Some(code) };
    });
    balancers::listeners_changed(world, region);
    if stopping {
        return;
    }
    if essential {
        let why = "Essential container in task exited";
        stop::stop(world, region, id, StopCode::EssentialContainerExited, why);
        return;
    }
    let Some(task) = world.region(region).ecs.tasks.get(id) else {
        return;
    };
    let name = &task.containers[index].name;
    let barred = |it: &super::task::Container| {
        let mut needs = it.definition.depends_on.iter();
        it.state == ContainerState::Pending
            && needs.any(|need| need.container_name == *name && need.condition == "SUCCESS")
    };
    if code != 0 && task.containers.iter().any(barred) {
        let why = format!(
            "Task failed to start: container {name} exited with code {code}, and others depend on its success"
        );
        stop::stop(world, region, id, StopCode::TaskFailedToStart, &why);
        return;
    }
    start_containers(world, region, id);
}

/// The container's own health check has made up its mind.
fn probed(world: &mut World, region: &str, id: &str, index: usize) {
    let now = world.now;
    with(world, region, id, |task| {
        let Some(container) = task.containers.get_mut(index) else {
            return;
        };
        let passes = container.behaviour.listens && container.behaviour.http_status < 400;
        if container.is_running() {
            container.health = if passes {
                Health::Healthy
            } else {
                Health::Unhealthy
            };
        }
    });
    start_containers(world, region, id);
    let Some(task) = world.region(region).ecs.tasks.get(id) else {
        return;
    };
    if let Owner::Service { key, .. } = task.owner.clone() {
        scheduler::wake(world, region, &key, now);
    }
}

fn deprovisioned(world: &mut World, region: &str, id: &str) {
    let now = world.now;
    with(world, region, id, |task| {
        task.state = State::Stopped;
        task.times.stopped = Some(now);
    });
    let Some(task) = world.region(region).ecs.tasks.get(id) else {
        return;
    };
    let (owner, attachment) = (task.owner.clone(), task.attachment.clone());
    let definition = task.definition.clone();
    let placed = task
        .wants
        .as_ref()
        .map(|_| (task.cluster.clone(), task.instance.clone()));
    if let Some(attachment) = attachment {
        network::detach(world, region, &attachment);
    }
    plan(world, region, id, Step::Forgotten, REMEMBERED);
    if let Owner::Service { key, .. } = owner {
        if let Some(service) = world.region(region).ecs.services.get_mut(&key) {
            service.live.retain(|live| live != id);
        }
        scheduler::wake(world, region, &key, now);
    }
    delete_task_definitions::released(world, region, &definition);
    if let Some((cluster, instance)) = placed {
        placement::left(world, region, &cluster, instance.as_deref());
    }
}

/// Log group and stream of a container: `prefix/container/task` [ECS developer guide: awslogs-stream-prefix].
pub(super) fn stream(task: &Task, container: &super::task::Container) -> Option<(String, String)> {
    let group = container.definition.awslogs("awslogs-group")?;
    let stream = match container.definition.awslogs("awslogs-stream-prefix") {
        Some(prefix) => format!("{prefix}/{}/{}", container.name, task.id),
        None => container.runtime.clone(),
    };
    Some((group.to_owned(), stream))
}
