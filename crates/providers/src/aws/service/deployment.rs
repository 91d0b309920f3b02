//! How far a rollout is. Pure: from what ECS says to what it means for us.
//!
//! What serves is compared with what is wanted, never just "is it stable": a rollout that ECS has
//! rolled back is stable too (`field.md`: "success reported after rollback").

use std::collections::BTreeSet;
use std::time::Duration;

use ashore_engine::input::Input;
use ashore_engine::kind::Wait;

use super::{Capacity, Service, Share};

/// A service as ECS shows it.
#[derive(Clone, Debug)]
pub(super) struct Snapshot {
    /// `ACTIVE`, `DRAINING` or `INACTIVE`.
    pub(super) status: String,
    /// The PRIMARY one and what is left of others.
    pub(super) deployments: Vec<Deployment>,
    /// Target group or classic balancer, container and port of each balancer of the PRIMARY
    /// deployment.
    pub(super) balancers: Vec<(String, String, u16)>,
    /// Newest first.
    pub(super) events: Vec<Event>,
}

/// A line of a service's history.
#[derive(Clone, Debug)]
pub(super) struct Event {
    /// When, in seconds.
    pub(super) at: i64,
    /// ECS's words.
    pub(super) message: String,
}

/// One deployment.
#[derive(Clone, Debug)]
pub(super) struct Deployment {
    /// `ecs-svc/…`.
    pub(super) id: String,
    /// Whether it is the one that ECS works towards.
    pub(super) primary: bool,
    /// The revision's ARN.
    pub(super) task_definition: String,
    /// Subnets, groups and whether addresses are public, if ECS says.
    pub(super) network: Option<(BTreeSet<String>, BTreeSet<String>, bool)>,
    /// The shares of capacity providers; none by a launch type.
    pub(super) shares: Vec<Share>,
    /// How many tasks it is to have.
    pub(super) desired: u32,
    /// How many run.
    pub(super) running: u32,
    /// How many have failed one after the other.
    pub(super) failed: u32,
    /// How far it is; none if ECS does not say.
    pub(super) rollout: Option<Rollout>,
    /// ECS's words for it.
    pub(super) reason: String,
}

/// [ECS API: Deployment, rolloutState].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Rollout {
    /// `IN_PROGRESS`.
    InProgress,
    /// `COMPLETED`.
    Completed,
    /// `FAILED`.
    Failed,
}

/// Where a service stands on its way to what is wanted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Stand {
    /// All tasks of the wanted revision run, and nothing of another is left.
    Complete,
    /// All tasks of the wanted revision run; whether they are sent anything is another question.
    Running,
    /// They are being started.
    Starting,
    /// ECS gave up, and has nothing to go back to.
    GivenUp,
    /// ECS goes back to an earlier revision, or somebody goes on to another.
    TurningAway,
    /// Another revision serves, and ECS is at rest.
    Elsewhere,
    /// ECS does not show the last request's effect yet.
    Unseen,
    /// It is not active.
    Away,
}

/// For so long after a request a read may show what was there before it.
const STALE: Duration = Duration::from_secs(15);

impl Snapshot {
    /// The deployment that ECS works towards.
    pub(super) fn primary(&self) -> Option<&Deployment> {
        self.deployments
            .iter()
            .find(|deployment| deployment.primary)
    }

    /// Where the service stands, `waited` after the last request.
    pub(super) fn stand(&self, wanted: &Service, waited: Duration) -> Stand {
        if self.status != "ACTIVE" {
            return Stand::Away;
        }
        let Some(primary) = self.primary() else {
            return Stand::Unseen;
        };
        let alone = self.deployments.len() == 1;
        if self.serves(wanted, primary) {
            return match primary.rollout {
                Some(Rollout::Failed) if self.goes_back(wanted) => Stand::TurningAway,
                Some(Rollout::Failed) => Stand::GivenUp,
                _ if waited < STALE && !counts(wanted, primary) => Stand::Unseen,
                _ if primary.running < primary.desired => Stand::Starting,
                Some(Rollout::InProgress) => Stand::Running,
                // Behind a classic balancer ECS says nothing of a rollout [ECS API: Deployment].
                None if wanted.classic_balancer.is_some() => Stand::Running,
                _ if alone => Stand::Complete,
                _ => Stand::Running,
            };
        }
        let listed = self.deployments.iter().any(|one| is_of(one, wanted));
        match primary.rollout {
            Some(Rollout::InProgress) => Stand::TurningAway,
            _ if waited < STALE && !listed => Stand::Unseen,
            _ => Stand::Elsewhere,
        }
    }

    /// Whether ECS still moves from one revision to another.
    pub(super) fn still_rolls(&self) -> bool {
        let primary = self.primary().and_then(|primary| primary.rollout);
        self.deployments.len() > 1 || primary == Some(Rollout::InProgress)
    }

    /// Whether ECS has something to go back to when the present deployment fails. It must have
    /// been COMPLETED, which is later than healthy [ECS developer guide: circuit breaker].
    pub(super) fn goes_back(&self, wanted: &Service) -> bool {
        let completed = |it: &Deployment| !it.primary && it.rollout == Some(Rollout::Completed);
        wanted.goes_back() && self.deployments.iter().any(completed)
    }

    fn serves(&self, wanted: &Service, primary: &Deployment) -> bool {
        let balancers = wanted.registered().map(|(place, container, port)| {
            let place = place.known().cloned();
            (place.unwrap_or_default(), container.to_string(), port)
        });
        // ECS answers in an order of its own.
        let wanted_there: BTreeSet<_> = balancers.collect();
        let there: BTreeSet<_> = self.balancers.iter().cloned().collect();
        is_of(primary, wanted) && wanted_there == there
    }

    /// In ECS's words, for one line.
    pub(super) fn why(&self) -> String {
        let primary = self.primary();
        let tasks = primary.map_or_else(
            || "no deployment yet".to_string(),
            |it| format!("{}/{} running", it.running, it.desired),
        );
        let rollout = match primary.and_then(|it| it.rollout) {
            Some(Rollout::InProgress) => ", rollout IN_PROGRESS",
            Some(Rollout::Completed) => ", rollout COMPLETED",
            Some(Rollout::Failed) => ", rollout FAILED",
            None => "",
        };
        let event = self.events.first();
        let event = event.map(|it| format!(" · {}", it.message));
        format!("{tasks}{rollout}{}", event.unwrap_or_default())
    }

    /// What keeps ECS from launching tasks at all, if it has said so three times since we wait.
    /// A role that was just made clears within a minute; what clears later, like capacity, is
    /// not meant.
    pub(super) fn cannot_launch(&self, waited: Duration) -> Option<&str> {
        const SIGNS: &[&str] = &["failed to launch a task", "number of vCPUs"];
        if waited < Duration::from_secs(60) {
            return None;
        }
        let newest = self.events.iter().find(|event| event.says(SIGNS))?;
        let since = newest.at - i64::try_from(waited.as_secs()).unwrap_or(i64::MAX);
        let alike = |event: &&Event| event.message == newest.message && event.at >= since;
        let count = self.events.iter().filter(alike).count();
        (count >= 3).then_some(newest.message.as_str())
    }

    /// The newest events, and the newest that gives the balancer's reason even if it is older.
    pub(super) fn telling(&self) -> impl Iterator<Item = &str> {
        const NEWEST: usize = 5;
        let reason = |event: &&Event| event.says(&["due to (reason"]);
        let newest = self.events.iter().take(NEWEST);
        let known = newest.clone().any(|event| reason(&event));
        let older = self.events.iter().skip(NEWEST).find(reason);
        let events = newest.chain(older.filter(|_| !known));
        events.map(|event| event.message.as_str())
    }

    /// Whether it is worth asking what tasks have stopped of.
    pub(super) fn troubled(&self, waited: Duration) -> bool {
        const SIGNS: &[&str] = &["unhealthy", "unable", "failed", "stopped"];
        let failed = self.primary().is_some_and(|primary| primary.failed > 0);
        let event = self.events.first();
        let sign = event.is_some_and(|event| event.says(SIGNS));
        // Failed tasks are not always counted (containers-roadmap #1879).
        failed || sign || waited >= Duration::from_secs(45)
    }
}

impl Event {
    fn says(&self, signs: &[&str]) -> bool {
        signs.iter().any(|sign| self.message.contains(sign))
    }
}

/// Whether it has the number of tasks that is wanted, if that is ours to say.
fn counts(wanted: &Service, primary: &Deployment) -> bool {
    wanted.scaled || wanted.capacity.is_daemon() || primary.desired == wanted.desired_count
}

fn is_of(deployment: &Deployment, wanted: &Service) -> bool {
    let known = |inputs: &[Input<String>]| -> BTreeSet<String> {
        let values = inputs.iter().filter_map(|input| input.known().cloned());
        values.collect()
    };
    let network = deployment.network.as_ref();
    let shares = match &wanted.capacity {
        Capacity::Providers(_) => {
            let there = Capacity::Providers(deployment.shares.clone());
            wanted.capacity.same(&there)
        }
        // Nothing becomes one of these in place, and a cluster may have a default strategy of its own.
        Capacity::Fargate | Capacity::Daemon => true,
    };
    shares
        && wanted.task_definition.known() == Some(&deployment.task_definition)
        && network.is_none_or(|(subnets, groups, public)| {
            *subnets == known(&wanted.subnets)
                && *groups == known(&wanted.security_groups)
                && *public == wanted.assign_public_ip
        })
}

/// After so many tasks that died of the same we do not wait for ECS any longer. Where ECS is about
/// to give up and go back by itself, it is given the time: its own threshold, half of the tasks
/// and 3 to 200 [ECS API: DeploymentCircuitBreaker], and three more for the tasks that it does not
/// count.
pub(super) fn enough(wanted: &Service, goes_back: bool) -> usize {
    if !goes_back {
        return 3;
    }
    let threshold = wanted.desired_count.div_ceil(2).clamp(3, 200);
    usize::try_from(threshold).unwrap_or(200) + 3
}

/// How long a rollout may take: five minutes for a batch of tasks to be pulled, started and found
/// healthy, and five for ECS to begin. The kind's own patience is the wall behind it.
pub(super) fn deadline(wanted: &Service, wait: Wait) -> Duration {
    const MINUTE: u64 = 60;
    const WALL: u64 = 55 * MINUTE;
    if wanted.scaled || wanted.capacity.is_daemon() {
        return Duration::from_secs(WALL); // how many tasks there are now is not ours to say
    }
    let desired = u64::from(wanted.desired_count);
    let more = desired * u64::from(wanted.maximum_percent) / 100;
    let least = (desired * u64::from(wanted.minimum_healthy_percent)).div_ceil(100);
    let batch = more.saturating_sub(least).max(1);
    let batches = desired.div_ceil(batch).max(1);
    let old_ones = match wait {
        Wait::Rollout => 10 * MINUTE, // drained for up to five minutes, then stopped
        Wait::Healthy | Wait::None => 0,
    };
    let grace = u64::from(wanted.grace());
    let instances = match wanted.capacity.is_on_instances() {
        true => 10 * MINUTE, // asked for a minute after the tasks, launched, booted, joined
        false => 0,
    };
    let seconds = 5 * MINUTE + instances + batches * (5 * MINUTE + grace) + old_ones;
    Duration::from_secs(seconds.min(WALL))
}

#[cfg(test)]
#[path = "deployment_tests.rs"]
mod tests;
