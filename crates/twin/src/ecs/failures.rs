//! Tasks that fail: what counts as a failure, how many trip the circuit breaker, how long the next one waits.

use std::time::Duration;

use super::task::{StopCode, Task};
use super::{events, rollback, rollout, scheduler};
use crate::world::World;

/// A task of the service is stopping. Whether that was a failure of its deployment decides the circuit breaker's count.
pub(super) fn stopped(world: &mut World, region: &str, key: &str, deployment: &str, id: &str) {
    let now = world.now;
    let ecs = &mut world.region(region).ecs;
    let failed = ecs.tasks.get(id).is_some_and(is_failure);
    if failed {
        count_failure(world, region, key, deployment);
    }
    scheduler::unsettle(world, region, key);
    scheduler::wake(world, region, key, now);
}

/// Never healthy, and not stopped on anyone's wish [ECS API: Deployment failedTasks].
fn is_failure(task: &Task) -> bool {
    let Some(stop) = &task.stop else { return false };
    let by_itself = match stop.code {
        StopCode::TaskFailedToStart | StopCode::EssentialContainerExited => true,
        StopCode::ServiceSchedulerInitiated => stop.reason.starts_with("Task failed"),
        StopCode::UserInitiated | StopCode::TerminationNotice => false,
    };
    by_itself && !task.proven
}

/// The next task waits longer after every failure, up to a quarter of an hour [ECS developer guide: service throttle
/// logic; the figures are not published].
pub(super) fn count_failure(world: &mut World, region: &str, key: &str, deployment: &str) {
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
