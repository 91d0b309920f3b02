//! The end of a rollout that fails: the circuit breaker, StopServiceDeployment, and the way back.

use serde_json::json;

use super::deployment::{Deployment, RolloutState};
use super::rollout::{Rollback, Status};
use super::service::Service;
use super::{events, refuse, scheduler};
use crate::clock::Millis;
use crate::operation::{Answer, Call};
use crate::refusal::Refusal;
use crate::world::{Ids, World};

/// Too many tasks have failed: the deployment is FAILED. It is rolled back to the last that completed, if the service
/// wants that and there is such a one; else it stays as it is, and starts nothing any more [ECS API:
/// DeploymentCircuitBreaker; deployment failure detection: "requires a previous deployment in COMPLETED state"].
pub(super) fn trip(world: &mut World, region: &str, key: &str, id: &str) {
    let now = world.now;
    let World { ids, regions, .. } = world;
    let service = regions
        .get_mut(region)
        .and_then(|it| it.ecs.services.get_mut(key));
    let Some(service) = service else { return };
    let Some(deployment) = service.deployment_mut(id) else {
        return;
    };
    deployment.fail(now);
    service.hold = None;
    events::say(
        service,
        ids,
        now,
        &format!("(deployment {id}) deployment failed: tasks failed to start."),
    );
    let wants = service
        .settings
        .deployment
        .deployment_circuit_breaker
        .rollback;
    let target = service
        .completed
        .clone()
        .filter(|completed| wants && completed.deployment != id);
    let open = service.rollouts.iter_mut().find(|it| it.status.is_open());
    if let Some(rollout) = open {
        rollout.tripped = true;
        // A rollback that fails itself has nowhere left to go.
        if target.is_none() {
            let (status, reason) = if wants {
                (
                    Status::RollbackFailed,
                    "No rollback candidate was found to run the rollback.",
                )
            } else {
                (
                    Status::Stopped,
                    "Service deployment stopped because the circuit breaker threshold was exceeded.",
                )
            };
            rollout.end(status, Some(reason), now);
            rollout.stopped = Some(now);
        }
    }
    if target.is_some() {
        let reason =
            "Service deployment rolled back because the circuit breaker threshold was exceeded.";
        go_back(service, ids, now, "circuit breaker", reason);
    }
    scheduler::wake(world, region, key, now);
}

/// Makes the last completed deployment PRIMARY again; if its tasks are all gone, a new one of the same revision.
fn go_back(service: &mut Service, ids: &mut Ids, now: Millis, by: &str, reason: &str) {
    let Some(completed) = service.completed.clone() else {
        return;
    };
    let at = service
        .deployments
        .iter()
        .position(|it| it.id == completed.deployment);
    let mut back = match at {
        Some(at) => service.deployments.remove(at),
        None => Deployment::new(ids, completed.revision, now),
    };
    back.rollout = RolloutState::InProgress;
    back.reason = format!(
        "ECS deployment {by}: rolling back to deploymentId {}.",
        back.id
    );
    back.failed = 0;
    back.updated = now;
    let id = back.id.clone();
    service.deployments.insert(0, back);
    service.settled = None;
    service.steady = false;
    if let Some(rollout) = service.rollouts.iter_mut().find(|it| it.status.is_open()) {
        rollout.status = Status::RollbackInProgress;
        rollout.reason = Some(reason.to_owned());
        rollout.updated = now;
        rollout.rollback = Some(Rollback {
            reason: reason.to_owned(),
            started: now,
            revision: completed.revision,
            deployment: id.clone(),
        });
    }
    events::say(
        service,
        ids,
        now,
        &format!("rolling back to deployment {id}."),
    );
}

/// A rollback on the user's wish [ECS API: StopServiceDeployment].
pub(super) fn stop(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let arn = input.required("serviceDeploymentArn")?;
    input.accept("stopType", &[json!("ROLLBACK")])?;
    input.finish()?;
    let (now, region) = (call.now(), call.region.clone());
    let World { ids, regions, .. } = &mut *call.world;
    let services = regions.get_mut(&region).map(|it| &mut it.ecs.services);
    let mut services = services.into_iter().flatten();
    let found = services.find(|(_, it)| it.rollouts.iter().any(|rollout| rollout.arn == arn));
    let Some((key, service)) = found else {
        return Err(Refusal::new(
            "ServiceDeploymentNotFoundException",
            "The service deploy ARN that you specified in the StopServiceDeployment doesn't exist.",
        ));
    };
    let key = key.clone();
    let rollout = service.rollouts.iter().find(|rollout| rollout.arn == arn);
    if rollout.is_none_or(|rollout| rollout.status != Status::InProgress) {
        return Err(Refusal::new(
            "ConflictException",
            "The service deployment can't be stopped in its current status.",
        ));
    }
    if service.completed.is_none() {
        return Err(refuse::client(
            "No rollback candidate was found to run the rollback.",
        ));
    }
    if let Some(primary) = service.deployments.first_mut() {
        primary.fail(now);
        primary.reason = "ECS deployment stopped by user.".to_owned();
    }
    let reason = "Service deployment rolled back because of a StopServiceDeployment request.";
    go_back(service, ids, now, "stopped by user", reason);
    scheduler::wake(call.world, &region, &key, now);
    Ok(json!({ "serviceDeploymentArn": arn }))
}
