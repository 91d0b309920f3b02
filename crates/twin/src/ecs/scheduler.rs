//! The service scheduler: looks at a service when something about it changed, and does what [`schedule`] wants.

use std::time::Duration;

use super::balancers::{self, Opinion};
use super::deployment::RolloutState;
use super::schedule::{self, Phase, Seen, View, Wanted};
use super::service::Status;
use super::task::{Owner, StopCode};
use super::{
    Happening, delete_task_definitions, events, observe, placement, rollout, scaling, start, stop,
};
use crate::agenda;
use crate::clock::Millis;
use crate::cloudmap;
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
    count_daemons(world, region, key);
    observe::prove(world, region, key);
    let Some(view) = observe::observe(world, region, key) else {
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
    scaling::publish(world, region, key);
    if let Some(at) = observe::next_look(world, region, key) {
        wake(world, region, key, at);
    }
}

/// A daemon service wants as many tasks as there are active instances [ECS API: CreateService schedulingStrategy].
fn count_daemons(world: &mut World, region: &str, key: &str) {
    let ecs = &mut world.region(region).ecs;
    let Some(service) = ecs
        .services
        .get(key)
        .filter(|it| it.is_daemon() && it.is_active())
    else {
        return;
    };
    let wanted = placement::daemons(ecs, &service.cluster);
    if let Some(service) = ecs.services.get_mut(key).filter(|it| it.desired != wanted) {
        service.desired = wanted;
        service.settled = None;
        service.steady = false;
    }
}

pub(super) fn unsettle(world: &mut World, region: &str, key: &str) {
    if let Some(service) = world.region(region).ecs.services.get_mut(key) {
        service.settled = None;
        service.steady = false;
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
    start::start(world, region, key, wanted.start);
}

/// The event before a task is stopped for its health.
fn tell_unhealthy(world: &mut World, region: &str, key: &str, id: &str) {
    let Some(task) = world.region(region).ecs.tasks.get(id) else {
        return;
    };
    for place in task.places() {
        let one = std::slice::from_ref(&place);
        if let Opinion::Unhealthy(_) = balancers::opinion(world, region, one) {
            let what = place.unhealthy(world, region, id);
            events::tell(world, region, key, what);
        }
    }
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
    // What Service Connect offered goes with the last deployment that offers it.
    let offered = |numbers: &[u32]| -> Vec<String> {
        let revisions = numbers
            .iter()
            .filter_map(|number| service.revisions.get(number));
        let connects = revisions.filter_map(|revision| revision.connect.as_ref());
        let offers = connects.flat_map(|connect| connect.offers());
        offers.map(|offer| offer.arn.clone()).collect()
    };
    let staying: Vec<u32> = service.deployments.iter().map(|it| it.revision).collect();
    let kept = offered(&staying);
    let dropped: Vec<String> = offered(&left)
        .into_iter()
        .filter(|it| !kept.contains(it))
        .collect();
    let definitions: Vec<String> = left
        .iter()
        .filter_map(|number| service.revisions.get(number))
        .map(|revision| revision.definition.clone())
        .collect();
    for arn in dropped {
        cloudmap::drop_managed(world, region, &arn);
    }
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
    let done = early || (full && alone);
    if !done {
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
