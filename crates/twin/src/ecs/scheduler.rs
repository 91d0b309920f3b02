//! The service scheduler: looks at a service when something about it changed, and does what [`schedule`] wants.

use std::time::Duration;

use serde_json::json;

use super::balancers::Opinion;
use super::deployment::RolloutState;
use super::launch::{self, Launch};
use super::schedule::{self, Phase, Seen, View, Wanted};
use super::service::{self, Service, Status};
use super::task::{Health, Owner, State, StopCode, Task};
use super::{
    Happening, balancers, capacity, delete_task_definitions, events, rollback, rollout, stop,
};
use crate::agenda;
use crate::clock::Millis;
use crate::tags::Tags;
use crate::world::World;

/// Lets the scheduler look at a service at that time, if it would not look earlier anyway.
pub(super) fn wake(world: &mut World, region: &str, key: &str, at: Millis) {
    let Some(service) = world.region(region).ecs.services.get_mut(key) else {
        return;
    };
    if service.wake.is_some_and(|planned| planned <= at) {
        return;
    }
    service.wake = Some(at);
    let what = Happening::Service {
        key: key.to_owned(),
    };
    world.agenda.add(at, region, agenda::Happening::Ecs(what));
}

/// One look. Those that were planned before an earlier one came in between find nothing to do.
pub(super) fn look(world: &mut World, region: &str, key: &str) {
    let now = world.now;
    let Some(service) = world.region(region).ecs.services.get_mut(key) else {
        return;
    };
    if service.wake.is_none_or(|planned| planned > now) {
        return;
    }
    service.wake = None;
    if service.is_inactive() {
        return;
    }
    prove(world, region, key);
    let Some(view) = observe(world, region, key) else {
        return;
    };
    let wanted = schedule::decide(&view);
    let quiet = wanted.sick.is_empty() && wanted.surplus.is_empty() && wanted.start == 0;
    if !quiet {
        unsettle(world, region, key);
        carry_out(world, region, key, wanted);
    }
    retire(world, region, key);
    settle(world, region, key, &view, quiet);
    if let Some(at) = next_look(world, region, key) {
        wake(world, region, key, at);
    }
}

/// When time alone will change how a task is seen. Everything else wakes the scheduler: tasks by their steps, balancers
/// through [`super::target_changed`].
fn next_look(world: &World, region: &str, key: &str) -> Option<Millis> {
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

/// A task of the service is stopping. Whether that was a failure of its deployment decides the circuit breaker's count.
pub(super) fn stopped(world: &mut World, region: &str, key: &str, deployment: &str, id: &str) {
    let now = world.now;
    let ecs = &mut world.region(region).ecs;
    let failed = ecs.tasks.get(id).is_some_and(|task| is_failure(task));
    if failed {
        count_failure(world, region, key, deployment);
    }
    unsettle(world, region, key);
    wake(world, region, key, now);
}

/// Never healthy, and not stopped on anyone's wish [ECS API: Deployment failedTasks].
fn is_failure(task: &Task) -> bool {
    let Some(stop) = &task.stop else { return false };
    let by_itself = match stop.code {
        StopCode::TaskFailedToStart | StopCode::EssentialContainerExited => true,
        StopCode::ServiceSchedulerInitiated => stop.reason.starts_with("Task failed"),
        StopCode::UserInitiated => false,
    };
    by_itself && !task.proven
}

/// The next task waits longer after every failure, up to a quarter of an hour [ECS developer guide: service throttle
/// logic; the figures are not published].
fn count_failure(world: &mut World, region: &str, key: &str, deployment: &str) {
    let now = world.now;
    let pace = world.timing.service_steady_check.max(1000);
    let World { ids, regions, .. } = world;
    let service = regions
        .get_mut(region)
        .and_then(|it| it.ecs.services.get_mut(key));
    let Some(service) = service else { return };
    let breaker = service
        .settings
        .deployment
        .deployment_circuit_breaker
        .clone();
    let desired = service.desired;
    let Some(deployment) = service.deployment_mut(deployment) else {
        return;
    };
    deployment.failed += 1;
    deployment.updated = now;
    let (id, failed) = (deployment.id.clone(), deployment.failed);
    let watched = deployment.is_in_progress();
    let wait = (pace << (failed - 1).min(12)).min(900_000);
    service.hold = Some(now + Duration::from_millis(wait));
    rollout::count(service, &id, failed, now);
    if watched && breaker.enable && failed >= breaker.threshold(desired) {
        rollback::trip(world, region, key, &id);
    } else if failed == 5 {
        let what = "is unable to consistently start tasks successfully. For more information, see the Troubleshooting section of the Amazon ECS Developer Guide.";
        events::say(service, ids, now, what);
    }
}

fn unsettle(world: &mut World, region: &str, key: &str) {
    if let Some(service) = world.region(region).ecs.services.get_mut(key) {
        service.settled = None;
        service.steady = false;
    }
}

/// Notes which tasks have become healthy: they prove their deployment right.
fn prove(world: &mut World, region: &str, key: &str) {
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

fn observe(world: &World, region: &str, key: &str) -> Option<View> {
    let ecs = &world.regions.get(region)?.ecs;
    let service = ecs.services.get(key)?;
    let primary = service.primary()?;
    let tasks = service.live.iter().filter_map(|id| ecs.tasks.get(id));
    let seen = tasks.filter(|task| !task.is_stopping()).map(|task| Seen {
        id: task.id.clone(),
        primary: task.is_of(&primary.id),
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
    let opinion = balancers::opinion(
        world,
        region,
        &task.balancers,
        task.ip().unwrap_or_default(),
    );
    let grace = Duration::from_secs(service.settings.grace_seconds.unwrap_or(0).into());
    let settling = Duration::from_millis(world.timing.service_steady_check);
    match opinion {
        Opinion::Unhealthy(group) if started + grace <= world.now => Phase::Sick(format!(
            "Task failed ELB health checks in (target-group {group})"
        )),
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

fn carry_out(world: &mut World, region: &str, key: &str, wanted: Wanted) {
    for (id, why) in &wanted.sick {
        if why.contains("ELB") {
            tell_unhealthy(world, region, key, id);
        }
        stop::stop(world, region, id, StopCode::ServiceSchedulerInitiated, why);
    }
    let gone: Vec<&str> = wanted
        .sick
        .iter()
        .map(|(id, _)| id)
        .chain(&wanted.surplus)
        .map(String::as_str)
        .collect();
    for id in &wanted.surplus {
        let task = world.region(region).ecs.tasks.get(id);
        let Some(Owner::Service { deployment, .. }) = task.map(|task| &task.owner) else {
            continue;
        };
        let why = format!("Scaling activity initiated by (deployment {deployment})");
        stop::stop(world, region, id, StopCode::ServiceSchedulerInitiated, &why);
    }
    if !gone.is_empty() {
        let (count, list) = (gone.len(), events::tasks(gone));
        events::tell(
            world,
            region,
            key,
            format!("has stopped {count} running tasks: {list}."),
        );
    }
    start(world, region, key, wanted.start);
}

/// The event before a task is stopped for its health.
fn tell_unhealthy(world: &mut World, region: &str, key: &str, id: &str) {
    let Some(task) = world.region(region).ecs.tasks.get(id) else {
        return;
    };
    let (balancers, ip) = (
        task.balancers.clone(),
        task.ip().unwrap_or_default().to_owned(),
    );
    for balancer in balancers {
        let one = std::slice::from_ref(&balancer);
        if let Opinion::Unhealthy(group) = balancers::opinion(world, region, one, &ip) {
            let port = balancer.container_port;
            let what = format!(
                "(task {id}) (port {port}) is unhealthy in (target-group {group}) due to (reason Health checks failed)."
            );
            events::tell(world, region, key, what);
        }
    }
}

fn start(world: &mut World, region: &str, key: &str, count: u32) {
    let now = world.now;
    let Some(service) = world.region(region).ecs.services.get(key) else {
        return;
    };
    if let Some(until) = service.hold.filter(|until| *until > now) {
        wake(world, region, key, until);
        return;
    }
    if count > 0 && !service.launch.is_fargate() {
        // The twin has no container instances.
        let what = "was unable to place a task because no container instance met all of its requirements. Reason: No Container Instances were found in your cluster. For more information, see the Troubleshooting section of the Amazon ECS Developer Guide.";
        events::tell(world, region, key, what);
        return;
    }
    let mut started = Vec::new();
    for _ in 0..count {
        let Some(next) = next_task(world, region, key) else {
            break;
        };
        let Owner::Service { deployment, .. } = next.owner.clone() else {
            break;
        };
        match launch::launch(world, region, next) {
            Ok(id) => {
                if let Some(service) = world.region(region).ecs.services.get_mut(key) {
                    service.live.push(id.clone());
                }
                started.push(id);
            }
            Err(why) => {
                let what = format!("failed to launch a task with (error {why}).");
                events::tell(world, region, key, what);
                count_failure(world, region, key, &deployment);
                let hold = world
                    .region(region)
                    .ecs
                    .services
                    .get(key)
                    .and_then(|it| it.hold);
                wake(world, region, key, hold.unwrap_or(now));
                break;
            }
        }
    }
    if !started.is_empty() {
        let list = events::tasks(started.iter().map(String::as_str));
        let what = format!("has started {} tasks: {list}.", started.len());
        events::tell(world, region, key, what);
    }
}

/// The next task of the PRIMARY deployment.
fn next_task(world: &World, region: &str, key: &str) -> Option<Launch> {
    let ecs = &world.regions.get(region)?.ecs;
    let service = ecs.services.get(key)?;
    let (deployment, revision) = (service.primary()?, service.revision()?);
    let (launch_type, provider) = match &service.launch {
        service::Launch::Type(name) => (name.clone(), None),
        service::Launch::Strategy(items) => {
            let mut counts = vec![0; items.len()];
            for task in service.live.iter().filter_map(|id| ecs.tasks.get(id)) {
                let mine = |item: &capacity::Item| {
                    task.provider.as_deref() == Some(&item.capacity_provider)
                };
                if let Some(at) = items.iter().position(mine) {
                    counts[at] += 1;
                }
            }
            let provider = capacity::choose(items, &counts)?;
            ("FARGATE".to_owned(), Some(provider.to_owned()))
        }
    };
    let mut tags = match service.settings.propagate_tags.as_deref() {
        Some("SERVICE") => service.tags.clone(),
        Some("TASK_DEFINITION") => ecs.definition(&revision.definition)?.tags.clone(),
        _ => Tags::default(),
    };
    if service.settings.managed_tags {
        tags.insert("aws:ecs:clusterName".to_owned(), service.cluster.clone());
        tags.insert("aws:ecs:serviceName".to_owned(), service.name.clone());
    }
    Some(Launch {
        cluster: service.cluster.clone(),
        definition: revision.definition.clone(),
        owner: Owner::Service {
            key: key.to_owned(),
            deployment: deployment.id.clone(),
        },
        group: format!("service:{}", service.name),
        started_by: Some(deployment.id.clone()),
        launch_type,
        provider,
        network: revision.network.clone(),
        balancers: revision.balancers.clone(),
        overrides: json!({ "containerOverrides": [], "inferenceAcceleratorOverrides": [] }),
        tags,
        execute_command: service.settings.execute_command,
    })
}

/// Deployments that were replaced go when their last task has stopped; a deleted service becomes INACTIVE then.
fn retire(world: &mut World, region: &str, key: &str) {
    let ecs = &mut world.region(region).ecs;
    let Some(service) = ecs.services.get_mut(key) else {
        return;
    };
    let used: Vec<String> = service
        .live
        .iter()
        .filter_map(|id| match &ecs.tasks.get(id)?.owner {
            Owner::Service { deployment, .. } => Some(deployment.clone()),
            Owner::Caller => None,
        })
        .collect();
    let mut left = Vec::new();
    let primary = service
        .primary()
        .map(|primary| primary.id.clone())
        .unwrap_or_default();
    service.deployments.retain(|it| {
        let stays = it.id == primary || used.contains(&it.id);
        if !stays {
            left.push(it.revision);
        }
        stays
    });
    if service.status == Status::Draining && service.live.is_empty() {
        service.status = Status::Inactive;
        left.extend(service.deployments.iter().map(|it| it.revision));
        service.deployments.clear();
    }
    let definitions: Vec<String> = left
        .iter()
        .filter_map(|number| service.revisions.get(number))
        .map(|revision| revision.definition.clone())
        .collect();
    for definition in definitions {
        delete_task_definitions::released(world, region, &definition);
    }
}

/// Completes the rollout once everything has been as wanted for a moment, and says when the service is steady.
fn settle(world: &mut World, region: &str, key: &str, view: &View, quiet: bool) {
    let now = world.now;
    let pause = Duration::from_millis(world.timing.service_steady_check);
    let World { ids, regions, .. } = world;
    let service = regions
        .get_mut(region)
        .and_then(|it| it.ecs.services.get_mut(key));
    let Some(service) = service.filter(|service| service.is_active()) else {
        return;
    };
    let Some(primary) = service.primary() else {
        return;
    };
    let (id, in_progress) = (primary.id.clone(), primary.is_in_progress());
    if primary.rollout == RolloutState::Failed || (service.steady && !in_progress) {
        return;
    }
    let serving = |task: &&Seen| task.primary && task.phase == Phase::Serving;
    let healthy = view.tasks.iter().filter(serving).count() as u64;
    let alone = service.deployments.len() == 1;
    let full = quiet && healthy == u64::from(service.desired);
    let early = service.settings.deployment.early_success_criteria.as_ref();
    let early = early
        .filter(|early| early.enable && in_progress)
        .is_some_and(|early| {
            let enough =
                healthy * 100 >= u64::from(service.desired) * u64::from(early.healthy_percent);
            enough && (alone || early.source_service_revision_cleanup == "DEFERRED")
        });
    if !(full && alone) && !early {
        service.settled = None;
        return;
    }
    let since = *service.settled.get_or_insert(now);
    if since + pause > now {
        wake(world, region, key, since + pause);
        return;
    }
    if in_progress {
        rollout::complete(service, &id, now);
        events::say(
            service,
            ids,
            now,
            &format!("(deployment {id}) deployment completed."),
        );
    }
    if full && alone {
        service.steady = true;
        events::say(service, ids, now, "has reached a steady state.");
    } else {
        service.settled = None;
    }
}
