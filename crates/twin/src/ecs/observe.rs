//! What the scheduler sees of a service and of each of its tasks.

use std::time::Duration;

use super::balancers::{self, Opinion};
use super::deployment::RolloutState;
use super::rollout;
use super::schedule::{Phase, Seen, View};
use super::service::Service;
use super::task::{Health, Owner, State, Task};
use crate::clock::Millis;
use crate::world::World;

/// Notes which tasks have become healthy: they prove their deployment right.
pub(super) fn prove(world: &mut World, region: &str, key: &str) {
    let now = world.now;
    let Some(live) = world
        .region(region)
        .ecs
        .services
        .get(key)
        .map(|it| it.live.clone())
    else {
        return;
    };
    for id in live {
        let here = world.regions.get(region).map(|it| &it.ecs);
        let task = here.and_then(|ecs| Some((ecs.tasks.get(&id)?, ecs.services.get(key)?)));
        let Some((task, service)) = task else {
            continue;
        };
        if task.proven
            || task.is_stopping()
            || phase(world, region, service, task) != Phase::Serving
        {
            continue;
        }
        let ecs = &mut world.region(region).ecs;
        let Some(task) = ecs.tasks.get_mut(&id) else {
            continue;
        };
        task.proven = true;
        let Owner::Service { deployment, .. } = &task.owner else {
            continue;
        };
        let Some(service) = ecs.services.get_mut(key) else {
            continue;
        };
        service.hold = None;
        let reset = service
            .settings
            .deployment
            .deployment_circuit_breaker
            .reset_on_healthy_task;
        if let Some(deployment) = service.deployment_mut(deployment).filter(|_| reset) {
            deployment.failed = 0;
            let id = deployment.id.clone();
            rollout::count(service, &id, 0, now);
        }
    }
}

pub(super) fn observe(world: &World, region: &str, key: &str) -> Option<View> {
    let ecs = &world.regions.get(region)?.ecs;
    let service = ecs.services.get(key)?;
    let primary = service.primary()?;
    let tasks = service.live.iter().filter_map(|id| ecs.tasks.get(id));
    // What is on a draining instance is replaced like a task of an older deployment; daemons stay to the end.
    let drains = |task: &Task| {
        let instance = task
            .instance
            .as_deref()
            .and_then(|id| ecs.instances.get(id));
        instance.is_some_and(|it| !it.is_active())
    };
    let gone = |task: &Task| task.is_stopping() || (service.is_daemon() && drains(task));
    let seen = tasks.filter(|task| !gone(task)).map(|task| Seen {
        id: task.id.clone(),
        primary: task.is_of(&primary.id) && !drains(task),
        phase: phase(world, region, service, task),
    });
    Some(View {
        desired: if service.is_active() {
            service.desired
        } else {
            0
        },
        minimum_percent: service.settings.deployment.minimum_healthy_percent,
        maximum_percent: service.settings.deployment.maximum_percent,
        halted: service.is_active()
            && primary.rollout == RolloutState::Failed
            && service.desired > 0,
        tasks: seen.collect(),
    })
}

/// How the scheduler sees a task. Balancers are not listened to during the grace period; the container's own check
/// has its start period for that. A task that nothing checks serves once it has run for a moment.
fn phase(world: &World, region: &str, service: &Service, task: &Task) -> Phase {
    let Some(started) = task.times.started.filter(|_| task.state == State::Running) else {
        return match task.health() {
            Health::Unhealthy => Phase::Sick("Task failed container health checks".to_owned()),
            _ => Phase::Starting,
        };
    };
    let own = task.health();
    if own == Health::Unhealthy {
        return Phase::Sick("Task failed container health checks".to_owned());
    }
    let opinion = balancers::opinion(world, region, &task.places());
    let grace = Duration::from_secs(service.settings.grace_seconds.unwrap_or(0).into());
    let settling = Duration::from_millis(world.timing.service_steady_check);
    match opinion {
        Opinion::Unhealthy(group) if started + grace <= world.now => {
            Phase::Sick(format!("Task failed ELB health checks in ({group})"))
        }
        Opinion::Unhealthy(_) | Opinion::Waiting => Phase::Waiting,
        Opinion::Healthy if own == Health::Unknown => Phase::Waiting,
        Opinion::Healthy if task.balancers.is_empty() && own == Health::Unchecked => {
            if started + settling <= world.now {
                Phase::Serving
            } else {
                Phase::Waiting
            }
        }
        Opinion::Healthy => Phase::Serving,
    }
}

/// When time alone will change how a task is seen. Everything else wakes the scheduler: tasks by their steps, balancers
/// through [`super::target_changed`].
pub(super) fn next_look(world: &World, region: &str, key: &str) -> Option<Millis> {
    let ecs = &world.regions.get(region)?.ecs;
    let service = ecs.services.get(key)?;
    let grace = Duration::from_secs(service.settings.grace_seconds.unwrap_or(0).into());
    let settling = Duration::from_millis(world.timing.service_steady_check);
    let tasks = service.live.iter().filter_map(|id| ecs.tasks.get(id));
    let running = tasks.filter(|task| task.is_running() && !task.is_stopping());
    let times = running
        .filter_map(|task| task.times.started)
        .flat_map(|at| [at + grace, at + settling]);
    times.filter(|at| *at > world.now).min()
}
