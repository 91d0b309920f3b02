//! Service deployments: the history of a service's rollouts, as the newer half of the API tells it.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::listing::page;
use super::service::{Completed, Service};
use super::{Ecs, names, refuse};
use crate::clock::Millis;
use crate::operation::{Answer, Call};
use crate::world::Ids;

/// One rollout, and the rollback that ended it, if one did.
#[derive(Serialize, Deserialize, Debug, Clone)]
pub(super) struct Rollout {
    pub(super) arn: String,
    /// The deployment that it brings up.
    pub(super) deployment: String,
    /// Numbers of revisions.
    pub(super) source: Vec<u32>,
    pub(super) target: u32,
    pub(super) status: Status,
    pub(super) reason: Option<String>,
    pub(super) created: Millis,
    pub(super) updated: Millis,
    pub(super) finished: Option<Millis>,
    pub(super) stopped: Option<Millis>,
    pub(super) rollback: Option<Rollback>,
    pub(super) failures: u32,
    pub(super) tripped: bool,
}

/// [ECS API: ServiceDeployment status].
#[derive(Serialize, Deserialize, Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Status {
    InProgress,
    Successful,
    Stopped,
    RollbackInProgress,
    RollbackSuccessful,
    RollbackFailed,
}

#[derive(Serialize, Deserialize, Debug, Clone)]
pub(super) struct Rollback {
    pub(super) reason: String,
    pub(super) started: Millis,
    pub(super) revision: u32,
    /// The deployment that is PRIMARY again, or anew.
    pub(super) deployment: String,
}

impl Status {
    fn word(self) -> &'static str {
        match self {
            Status::InProgress => "IN_PROGRESS",
            Status::Successful => "SUCCESSFUL",
            Status::Stopped => "STOPPED",
            Status::RollbackInProgress => "ROLLBACK_IN_PROGRESS",
            Status::RollbackSuccessful => "ROLLBACK_SUCCESSFUL",
            Status::RollbackFailed => "ROLLBACK_FAILED",
        }
    }

    pub(super) fn is_open(self) -> bool {
        matches!(self, Status::InProgress | Status::RollbackInProgress)
    }
}

/// How many finished rollouts are kept, and with them their revisions (AWS keeps 90 days).
const KEPT: usize = 50;

/// Opens the rollout of a new deployment; one that is still under way is given up for it.
pub(super) fn open(
    service: &mut Service,
    ids: &mut Ids,
    deployment: &str,
    target: u32,
    now: Millis,
) {
    let source: Vec<u32> = service
        .deployments
        .iter()
        .skip(1)
        .map(|it| it.revision)
        .collect();
    for other in service.rollouts.iter_mut().filter(|it| it.status.is_open()) {
        other.end(
            Status::Stopped,
            Some("Service deployment stopped because a newer one started."),
            now,
        );
        other.stopped = Some(now);
    }
    let name = ids.hex("", 21);
    let arn = format!(
        "{}/{name}",
        service.arn.replacen(":service/", ":service-deployment/", 1)
    );
    service.rollouts.insert(
        0,
        Rollout {
            arn,
            deployment: deployment.to_owned(),
            source,
            target,
            status: Status::InProgress,
            reason: None,
            created: now,
            updated: now,
            finished: None,
            stopped: None,
            rollback: None,
            failures: 0,
            tripped: false,
        },
    );
    service.rollouts.truncate(KEPT);
    forget_revisions(service);
}

fn forget_revisions(service: &mut Service) {
    let rollouts = service.rollouts.iter();
    let mut named: Vec<u32> = rollouts
        .flat_map(|it| it.source.iter().copied().chain([it.target]))
        .collect();
    named.extend(service.deployments.iter().map(|it| it.revision));
    named.extend(service.completed.iter().map(|it| it.revision));
    service.revisions.retain(|number, _| named.contains(number));
}

/// Notes how many tasks in a row have failed.
pub(super) fn count(service: &mut Service, deployment: &str, failures: u32, now: Millis) {
    if let Some(rollout) = service
        .rollouts
        .iter_mut()
        .find(|it| it.deployment == deployment)
    {
        rollout.failures = failures;
        rollout.updated = now;
    }
}

/// The deployment is up: the rollout, or the rollback, is done.
pub(super) fn complete(service: &mut Service, id: &str, now: Millis) {
    let Some(deployment) = service.deployment_mut(id) else {
        return;
    };
    deployment.complete(now);
    let revision = deployment.revision;
    service.completed = Some(Completed {
        deployment: id.to_owned(),
        revision,
    });
    for rollout in service.rollouts.iter_mut().filter(|it| it.status.is_open()) {
        match &rollout.rollback {
            Some(back) if back.deployment == id => {
                let reason = rollout.reason.clone();
                rollout.end(Status::RollbackSuccessful, reason.as_deref(), now);
            }
            None if rollout.deployment == id => rollout.end(Status::Successful, None, now),
            _ => {}
        }
    }
}

impl Rollout {
    pub(super) fn end(&mut self, status: Status, reason: Option<&str>, now: Millis) {
        self.status = status;
        self.reason = reason.map(str::to_owned);
        self.updated = now;
        self.finished = Some(now);
    }

    fn brief(&self, service: &Service) -> Value {
        json!({
            "serviceDeploymentArn": self.arn,
            "serviceArn": service.arn,
            "clusterArn": service.cluster_arn,
            "createdAt": self.created.epoch_seconds(),
            "startedAt": self.created.epoch_seconds(),
            "finishedAt": self.finished.map(Millis::epoch_seconds),
            "targetServiceRevisionArn": service.revision_arn(self.target),
            "status": self.status.word(),
            "statusReason": self.reason,
        })
    }

    fn view(&self, ecs: &Ecs, service: &Service) -> Value {
        let mut view = self.brief(service);
        if let Some(members) = view.as_object_mut() {
            members.remove("targetServiceRevisionArn");
        }
        let breaker = &service.settings.deployment.deployment_circuit_breaker;
        let status = match (breaker.enable, self.tripped) {
            (false, _) => "DISABLED",
            (true, true) => "TRIGGERED",
            (true, false) if self.status.is_open() => "MONITORING",
            (true, false) => "MONITORING_COMPLETE",
        };
        let sources: Vec<Value> = self
            .source
            .iter()
            .map(|number| summary(ecs, service, *number))
            .collect();
        view["stoppedAt"] = json!(self.stopped.map(Millis::epoch_seconds));
        view["updatedAt"] = json!(self.updated.epoch_seconds());
        view["sourceServiceRevisions"] = json!(sources);
        view["targetServiceRevision"] = summary(ecs, service, self.target);
        view["deploymentConfiguration"] = service.settings.deployment_view();
        view["deploymentCircuitBreaker"] = json!({
            "status": status,
            "failureCount": self.failures,
            "threshold": breaker.threshold(service.desired),
        });
        if let Some(back) = &self.rollback {
            view["rollback"] = json!({
                "reason": back.reason,
                "startedAt": back.started.epoch_seconds(),
                "serviceRevisionArn": service.revision_arn(back.revision),
            });
        }
        view
    }
}

/// A revision with its tasks.
pub(super) fn summary(ecs: &Ecs, service: &Service, number: u32) -> Value {
    let deployments: Vec<&str> = service
        .deployments
        .iter()
        .filter(|it| it.revision == number)
        .map(|it| it.id.as_str())
        .collect();
    let tasks = service.live.iter().filter_map(|id| ecs.tasks.get(id));
    let mine: Vec<_> = tasks
        .filter(|task| deployments.iter().any(|id| task.is_of(id)))
        .collect();
    let is_primary = service
        .primary()
        .is_some_and(|primary| primary.revision == number);
    let wanted = mine.iter().filter(|task| !task.is_stopping()).count();
    json!({
        "arn": service.revision_arn(number),
        "requestedTaskCount": if is_primary { service.desired as usize } else { wanted },
        "runningTaskCount": mine.iter().filter(|task| task.is_running()).count(),
        "pendingTaskCount": mine.iter().filter(|task| task.is_starting()).count(),
    })
}

pub(super) fn list(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let given = input.required("service")?;
    let cluster = input.text("cluster")?;
    let wanted = input.texts("status")?;
    input.accept("createdAt", &[])?;
    let (limit, token) = (input.number("maxResults")?, input.text("nextToken")?);
    input.finish()?;
    let cluster = names::active_cluster(call, cluster)?;
    let key = names::service(call, &cluster, &given)?;
    let service = call
        .here()
        .ecs
        .services
        .get(&key)
        .ok_or_else(refuse::service_not_found)?;
    let rollouts = service.rollouts.iter();
    let rollouts = rollouts
        .filter(|it| wanted.is_empty() || wanted.iter().any(|word| word == it.status.word()))
        .map(|it| it.brief(service))
        .collect();
    let (rollouts, next) = page(rollouts, limit, 20, token)?;
    Ok(json!({ "serviceDeployments": rollouts, "nextToken": next }))
}

pub(super) fn describe(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    if !input.has("serviceDeploymentArns") {
        return Err(input.missing("serviceDeploymentArns"));
    }
    let wanted = input.texts("serviceDeploymentArns")?;
    input.finish()?;
    if wanted.len() > 20 {
        return Err(refuse::parameter(
            "You can describe up to 20 service deployments.",
        ));
    }
    if let Some(other) = wanted
        .iter()
        .find(|arn| !arn.contains(":service-deployment/"))
    {
        return Err(refuse::parameter(format!("Invalid identifier: {other}")));
    }
    let ecs = &call.here().ecs;
    let (mut found, mut failures) = (Vec::new(), Vec::new());
    for arn in wanted {
        let every = ecs.services.values();
        let mut rollouts =
            every.flat_map(|service| service.rollouts.iter().map(move |it| (service, it)));
        match rollouts.find(|(_, rollout)| rollout.arn == arn) {
            Some((service, rollout)) => found.push(rollout.view(ecs, service)),
            None => failures.push(json!({ "arn": arn, "reason": "MISSING" })),
        }
    }
    Ok(json!({ "serviceDeployments": found, "failures": failures }))
}
