//! `aws.application_autoscaling.scheduled_action`: other bounds for the number of a service's tasks, from some time on.

#[cfg(feature = "live")]
mod live;
#[cfg(test)]
mod tests;

use ashore_engine::input::{Input, Output};
use ashore_engine::kind::{Impact, Kind, Observed, Patience, Replacement, Request};
use serde::{Deserialize, Serialize};

use crate::aws::{names, patience};

/// The longest name [Application Auto Scaling API: PutScheduledAction].
const NAME_MAX: usize = 256;

/// What happens to the bounds of a scalable target at its times. They stay so until the next action.
///
/// It bears no tags: it is a part of its scalable target, and known by its name there.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct ScheduledAction {
    /// Its name, unique in the target. Cannot be changed.
    pub name: String,
    /// `service/CLUSTER/SERVICE`: the target that it moves. Cannot be changed.
    pub resource: Input<String>,
    /// `cron(…)`.
    pub expression: String,
    /// Whose clock it goes by.
    pub timezone: String,
    /// So many tasks at least from then on; as many as before without it.
    pub min: Option<u32>,
    /// So many at most from then on; as many as before without it.
    pub max: Option<u32>,
}

/// What AWS tells of an action.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Outputs {
    /// Its name.
    pub name: String,
    /// Its target.
    pub resource: String,
}

impl ScheduledAction {
    /// Its name.
    pub const NAME_: Output<Self, String> = Output::new("name");
}

/// One request.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// `PutScheduledAction`, safe to send again. It says everything.
    Put,
    /// `DeleteScheduledAction`. The bounds stay as they are.
    Delete,
}

impl Kind for ScheduledAction {
    const NAME: &'static str = "aws.application_autoscaling.scheduled_action";
    const PATIENCE: Patience = patience::SCALING;
    type Outputs = Outputs;
    type Change = Change;

    fn changes(&self, observed: Option<&Observed<Self>>) -> Vec<Change> {
        match observed {
            Some(observed) if observed.spec == *self => Vec::new(),
            _ => vec![Change::Put],
        }
    }

    fn removal(_: &Observed<Self>) -> Vec<Change> {
        vec![Change::Delete]
    }

    fn replaced_by(&self, observed: &Observed<Self>) -> Option<Replacement> {
        let fields = [
            ("name", self.name != observed.spec.name),
            ("resource", self.resource != observed.spec.resource),
        ];
        let differ = fields.into_iter().filter(|(_, differs)| *differs);
        Replacement::because(differ.map(|(field, _)| field)).or_none()
    }

    fn request(change: &Change) -> Request {
        let request = |operation| Request::new(operation).on("scalable-target/*");
        match change {
            Change::Put => request("application-autoscaling:PutScheduledAction"),
            Change::Delete => request("application-autoscaling:DeleteScheduledAction").impact(
                Impact::Brief("the bounds do not move at that time any more".into()),
            ),
        }
    }

    fn at_generation(&mut self, generation: u32) {
        self.name = names::generation(&self.name, generation, NAME_MAX);
    }

    fn can_be_found(&self) -> bool {
        self.resource.known().is_some()
    }
}
