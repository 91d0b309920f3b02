//! Deployments: one revision of a service being brought up, being it, or on its way out.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::revisions::Revision;
use super::service::Service;
use super::task::Task;
use crate::clock::Millis;
use crate::world::Ids;

#[derive(Serialize, Deserialize, Debug, Clone)]
pub(super) struct Deployment {
    /// `ecs-svc/` and nineteen digits.
    pub(super) id: String,
    pub(super) revision: u32,
    pub(super) rollout: RolloutState,
    pub(super) reason: String,
    /// Tasks that failed one after the other.
    pub(super) failed: u32,
    pub(super) created: Millis,
    pub(super) updated: Millis,
}

#[derive(Serialize, Deserialize, Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RolloutState {
    InProgress,
    Completed,
    Failed,
}

impl Deployment {
    pub(super) fn new(ids: &mut Ids, revision: u32, now: Millis) -> Deployment {
        let id = format!("ecs-svc/{}", digits(ids));
        let reason = format!("ECS deployment {id} in progress.");
        let rollout = RolloutState::InProgress;
        Deployment {
            id,
            revision,
            rollout,
            reason,
            failed: 0,
            created: now,
            updated: now,
        }
    }

    pub(super) fn is_in_progress(&self) -> bool {
        self.rollout == RolloutState::InProgress
    }

    pub(super) fn complete(&mut self, now: Millis) {
        self.rollout = RolloutState::Completed;
        self.reason = format!("ECS deployment {} completed.", self.id);
        self.failed = 0;
        self.updated = now;
    }

    /// The sentence is the circuit breaker's; nothing else fails a rolling deployment here.
    pub(super) fn fail(&mut self, now: Millis) {
        self.rollout = RolloutState::Failed;
        self.reason = "ECS deployment circuit breaker: tasks failed to start.".to_owned();
        self.updated = now;
    }

    /// As DescribeServices shows it. `tasks` are the service's, whatever their deployment.
    pub(super) fn view(&self, service: &Service, tasks: &[&Task]) -> Value {
        let is_primary = service
            .primary()
            .is_some_and(|primary| primary.id == self.id);
        let mine = || tasks.iter().filter(|task| task.is_of(&self.id));
        let wanted = mine().filter(|task| !task.is_stopping()).count();
        let revision = service.revisions.get(&self.revision);
        let mut view = json!({
            "id": self.id,
            "status": if is_primary { "PRIMARY" } else { "ACTIVE" },
            "desiredCount": if is_primary { service.desired as usize } else { wanted },
            "pendingCount": mine().filter(|task| task.is_starting()).count(),
            "runningCount": mine().filter(|task| task.is_running()).count(),
            "failedTasks": self.failed,
            "createdAt": self.created.epoch_seconds(),
            "updatedAt": self.updated.epoch_seconds(),
        });
        // Behind a classic load balancer nothing is said of it [ECS API: Deployment rolloutState].
        if !revision.is_some_and(Revision::is_classic) {
            view["rolloutState"] = json!(match self.rollout {
                RolloutState::InProgress => "IN_PROGRESS",
                RolloutState::Completed => "COMPLETED",
                RolloutState::Failed => "FAILED",
            });
            view["rolloutStateReason"] = json!(self.reason);
        }
        if let Some(revision) = revision {
            view["taskDefinition"] = json!(revision.definition);
            if let Some(network) = &revision.network {
                view["networkConfiguration"] = network.view();
            }
            if revision.launch.is_fargate() {
                view["platformVersion"] = json!(revision.platform);
                view["platformFamily"] = json!("Linux");
            }
            if let Some(connect) = &revision.connect {
                connect.tell(&mut view);
            }
            revision.launch.tell(&mut view);
        }
        view
    }
}

/// Nineteen decimal digits.
fn digits(ids: &mut Ids) -> String {
    let number = u64::from_str_radix(&ids.hex("", 15), 16).unwrap_or_default();
    format!("{:019}", 1_000_000_000_000_000_000 + number)
}
