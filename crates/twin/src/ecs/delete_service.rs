//! DeleteService: no new tasks, the old ones are stopped; DRAINING until the last has, then INACTIVE.

use serde_json::json;
use std::time::Duration;

use super::service::Status;
use super::{describe_services, names, refuse, scheduler};
use crate::operation::{Answer, Call};

pub(super) fn delete(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let cluster = input.text("cluster")?;
    let given = input.required("service")?;
    let force = input.boolean("force")?.unwrap_or(false);
    input.finish()?;
    let cluster = names::active_cluster(call, cluster)?;
    let key = names::service(call, &cluster, &given)?;
    let now = call.now();
    let region = call.region.clone();
    let least = Duration::from_millis(call.world.timing.service_drain);
    let service = call
        .here()
        .ecs
        .services
        .get_mut(&key)
        .ok_or_else(refuse::service_not_found)?;
    match service.status {
        Status::Active => {}
        // Deleting twice is answered like once; a service that is gone is not.
        Status::Draining => return describe_services::answer(call, &key),
        Status::Inactive => return Err(refuse::service_not_active()),
    }
    if service.desired > 0 && !force {
        return Err(refuse::parameter(
            "The service cannot be stopped while it is scaled above 0.",
        ));
    }
    if service.deployments.len() > 1 && !force {
        return Err(refuse::parameter(
            "The service cannot be stopped while deployments are active.",
        ));
    }
    service.status = Status::Draining;
    service.desired = 0;
    service.settled = None;
    for rollout in service.rollouts.iter_mut().filter(|it| it.status.is_open()) {
        rollout.end(
            super::rollout::Status::Stopped,
            Some("The service was deleted."),
            now,
        );
        rollout.stopped = Some(now);
    }
    let first = if service.live.is_empty() {
        now + least
    } else {
        now
    };
    service.wake = None;
    scheduler::wake(call.world, &region, &key, first);
    describe_services::answer(call, &key).map(|answer| json!({ "service": answer["service"] }))
}
