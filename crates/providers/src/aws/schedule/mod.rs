//! `aws.scheduler.schedule`: starts a task of ECS at its times.

#[cfg(feature = "live")]
mod live;
#[cfg(test)]
mod tests;

use ashore_engine::input::{Input, Output};
use ashore_engine::kind::{Impact, Kind, Observed, Patience, Replacement, Request};
use serde::{Deserialize, Serialize};

use crate::aws::{names, patience};

/// The longest name [EventBridge Scheduler API: CreateSchedule].
const NAME_MAX: usize = 64;

/// A schedule whose target is one task on Fargate.
///
/// It bears no tags: it is a part of its group, and known by its name there.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Schedule {
    /// Its name, unique in the group. Cannot be changed.
    pub name: String,
    /// The group's name. Cannot be changed.
    pub group: Input<String>,
    /// `cron(…)` or `rate(…)`.
    pub expression: String,
    /// Whose clock a `cron(…)` goes by.
    pub timezone: String,
    /// Whether it starts anything.
    pub enabled: bool,
    /// The ARN of the cluster.
    pub cluster: Input<String>,
    /// The ARN of the revision that is started.
    pub task_definition: Input<String>,
    /// Where the task's network interface stands.
    pub subnets: Vec<Input<String>>,
    /// What that may talk to.
    pub security_groups: Vec<Input<String>>,
    /// Whether that gets a public address.
    pub assign_public_ip: bool,
    /// The ARN of the role by which the task is started.
    pub role: Input<String>,
    /// How often a start that ECS refuses is tried again.
    pub retries: u32,
    /// … and for how long, 60 to 86400.
    pub retry_seconds: u32,
    /// The ARN of the queue that is told of starts that were given up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dead_letter: Option<Input<String>>,
}

/// What AWS tells of a schedule.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Outputs {
    /// Its name.
    pub name: String,
    /// Its group's name.
    pub group: String,
    /// Its ARN.
    pub arn: String,
}

impl Schedule {
    /// Its ARN.
    pub const ARN: Output<Self, String> = Output::new("arn");
}

/// One request.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// `CreateSchedule`, with a token. Names are unique in the group.
    Create,
    /// `UpdateSchedule`, which says everything anew.
    Update,
    /// `DeleteSchedule`. What it has started goes on.
    Delete,
}

impl Kind for Schedule {
    const NAME: &'static str = "aws.scheduler.schedule";
    const PATIENCE: Patience = patience::SCHEDULES;
    type Outputs = Outputs;
    type Change = Change;

    fn changes(&self, observed: Option<&Observed<Self>>) -> Vec<Change> {
        match observed {
            None => vec![Change::Create],
            Some(observed) if observed.spec == *self => Vec::new(),
            Some(_) => vec![Change::Update],
        }
    }

    fn removal(_: &Observed<Self>) -> Vec<Change> {
        vec![Change::Delete]
    }

    fn replaced_by(&self, observed: &Observed<Self>) -> Option<Replacement> {
        let fields = [
            ("name", self.name != observed.spec.name),
            ("group", self.group != observed.spec.group),
        ];
        let differ = fields.into_iter().filter(|(_, differs)| *differs);
        Replacement::because(differ.map(|(field, _)| field)).or_none()
    }

    fn request(change: &Change) -> Request {
        match change {
            Change::Create => Request::new("scheduler:CreateSchedule"),
            Change::Update => Request::new("scheduler:UpdateSchedule"),
            Change::Delete => Request::new("scheduler:DeleteSchedule")
                .impact(Impact::Outage("the task is started no more".into())),
        }
        .on("schedule/*/{name}")
    }

    fn at_generation(&mut self, generation: u32) {
        self.name = names::generation(&self.name, generation, NAME_MAX);
    }

    fn can_be_found(&self) -> bool {
        self.group.known().is_some()
    }
}
