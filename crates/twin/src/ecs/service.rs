//! Services: so many tasks of one kind, kept alive.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::capacity::Item;
use super::deployment::Deployment;
use super::events::Event;
use super::revisions::Revision;
use super::rollout::Rollout;
use crate::clock::Millis;
use crate::tags::Tags;

#[derive(Serialize, Deserialize, Debug)]
pub(super) struct Service {
    pub(super) name: String,
    pub(super) arn: String,
    pub(super) cluster: String,
    pub(super) cluster_arn: String,
    pub(super) status: Status,
    pub(super) desired: u32,
    pub(super) launch: Launch,
    /// How tasks on instances are placed.
    #[serde(default)]
    pub(super) placing: super::placement::Placing,
    pub(super) settings: super::service_settings::Settings,
    pub(super) tags: Tags,
    pub(super) created: Millis,
    pub(super) created_by: String,
    pub(super) role: Option<String>,
    /// The request that made it, for a repeated one with the same token.
    pub(super) token: Option<(String, Value)>,
    /// Newest first: the first is PRIMARY, the others are ACTIVE for as long as they have tasks.
    pub(super) deployments: Vec<Deployment>,
    /// What it ran and runs, by number. Those that nothing refers to any more are dropped.
    pub(super) revisions: BTreeMap<u32, Revision>,
    pub(super) last_revision: u32,
    /// The deployment that completed last: what a failed one is rolled back to.
    pub(super) completed: Option<Completed>,
    /// Newest first.
    pub(super) rollouts: Vec<Rollout>,
    /// Newest first.
    pub(super) events: Vec<Event>,
    /// Tasks that are not STOPPED yet, in the order in which they were started.
    pub(super) live: Vec<String>,
    /// When the scheduler looks next, if it will.
    pub(super) wake: Option<Millis>,
    /// No task is started before this, since the last ones failed.
    pub(super) hold: Option<Millis>,
    /// Everything has been as wanted since then.
    pub(super) settled: Option<Millis>,
    /// It said so.
    pub(super) steady: bool,
}

#[derive(Serialize, Deserialize, Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Status {
    Active,
    Draining,
    Inactive,
}

/// What tasks run on.
#[derive(Serialize, Deserialize, Debug, Clone, PartialEq)]
pub(super) enum Launch {
    /// FARGATE or EC2.
    Type(String),
    Strategy(Vec<Item>),
}

#[derive(Serialize, Deserialize, Debug, Clone)]
pub(super) struct Completed {
    pub(super) deployment: String,
    pub(super) revision: u32,
}

impl Launch {
    /// The two members by which every answer tells it.
    pub(super) fn tell(&self, view: &mut Value) {
        match self {
            Launch::Type(name) => view["launchType"] = json!(name),
            Launch::Strategy(items) => view["capacityProviderStrategy"] = json!(items),
        }
    }

    pub(super) fn is_fargate(&self) -> bool {
        match self {
            Launch::Type(name) => name == "FARGATE",
            Launch::Strategy(items) => items
                .iter()
                .all(|it| super::capacity::is_fargate(&it.capacity_provider)),
        }
    }
}

impl Service {
    pub(super) fn is_active(&self) -> bool {
        self.status == Status::Active
    }

    pub(super) fn is_daemon(&self) -> bool {
        self.placing.daemon
    }

    pub(super) fn is_inactive(&self) -> bool {
        self.status == Status::Inactive
    }

    pub(super) fn strategy(&self) -> &[Item] {
        match &self.launch {
            Launch::Strategy(items) => items,
            Launch::Type(_) => &[],
        }
    }

    pub(super) fn primary(&self) -> Option<&Deployment> {
        self.deployments.first()
    }

    pub(super) fn deployment_mut(&mut self, id: &str) -> Option<&mut Deployment> {
        self.deployments
            .iter_mut()
            .find(|deployment| deployment.id == id)
    }

    /// What the PRIMARY deployment runs.
    pub(super) fn revision(&self) -> Option<&Revision> {
        self.revisions.get(&self.primary()?.revision)
    }

    pub(super) fn uses_target_group(&self, arn: &str) -> bool {
        self.revisions
            .values()
            .any(|it| it.balancers.iter().any(|one| one.target_group_arn == arn))
    }

    pub(super) fn uses_classic(&self, balancer: &str) -> bool {
        let mut revisions = self.revisions.values();
        revisions.any(|it| {
            let mut names = it.balancers.iter();
            names.any(|one| one.load_balancer_name.as_deref() == Some(balancer))
        })
    }

    /// Whether a deployment of it still runs this task definition.
    pub(super) fn uses_definition(&self, arn: &str) -> bool {
        let mut running = self
            .deployments
            .iter()
            .filter_map(|it| self.revisions.get(&it.revision));
        running.any(|revision| revision.definition == arn)
    }

    pub(super) fn revision_arn(&self, number: u32) -> String {
        self.revisions
            .get(&number)
            .map(|revision| revision.arn.clone())
            .unwrap_or_default()
    }

    /// Makes a revision of what is to run now, and gives its number.
    pub(super) fn add_revision(&mut self, mut revision: Revision) -> u32 {
        self.last_revision += 1;
        // The real numbers have nineteen digits and no order; these have both.
        let name = format!(
            "{:019}",
            1_000_000_000_000_000_000_u64 + u64::from(self.last_revision)
        );
        revision.arn = format!(
            "{}/{name}",
            self.arn.replacen(":service/", ":service-revision/", 1)
        );
        self.revisions.insert(self.last_revision, revision);
        self.last_revision
    }
}
