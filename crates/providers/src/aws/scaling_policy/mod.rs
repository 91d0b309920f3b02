//! `aws.application_autoscaling.scaling_policy`: what the number of a service's tasks follows.

#[cfg(feature = "live")]
mod backlog;
#[cfg(feature = "live")]
mod live;
#[cfg(test)]
mod tests;

use ashore_engine::input::{Input, Output};
use ashore_engine::kind::{Impact, Kind, Observed, Patience, Replacement, Request};
use serde::{Deserialize, Serialize};

use crate::aws::{names, patience};

/// The longest name [Application Auto Scaling API: PutScalingPolicy].
const NAME_MAX: usize = 256;

/// A policy that keeps a metric at a value, as a thermostat does. Where a service has several,
/// the one that wants most tasks counts [Application Auto Scaling user guide: target tracking].
///
/// It bears no tags: it is a part of its scalable target, and known by its name there.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct ScalingPolicy {
    /// Its name, unique in the target. Cannot be changed.
    pub name: String,
    /// `service/CLUSTER/SERVICE`: the target that it scales. Cannot be changed.
    pub resource: Input<String>,
    /// What is kept.
    pub metric: Metric,
    /// At which value, in thousandths of the metric's unit: percent, requests a minute, or messages.
    pub target_thousandths: u64,
    /// For so many seconds after tasks were added no more are.
    pub scale_out_cooldown_seconds: u32,
    /// For so many seconds after tasks were taken away no more are.
    pub scale_in_cooldown_seconds: u32,
}

/// What a policy keeps.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Metric {
    /// `ECSServiceAverageCPUUtilization`, in percent of what the tasks have.
    Cpu,
    /// `ECSServiceAverageMemoryUtilization`, in percent of what the tasks have.
    Memory,
    /// `ALBRequestCountPerTarget`: how many requests a task gets in a minute.
    Requests {
        /// The ARN of the balancer.
        load_balancer: Input<String>,
        /// The ARN of the target group.
        target_group: Input<String>,
    },
    /// How many messages of a queue wait for each task that runs.
    Backlog {
        /// The queue's name.
        queue: Input<String>,
    },
}

/// What AWS tells of a policy.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Outputs {
    /// Its name.
    pub name: String,
    /// Its target.
    pub resource: String,
    /// Its ARN.
    pub arn: String,
}

impl ScalingPolicy {
    /// Its ARN.
    pub const ARN: Output<Self, String> = Output::new("arn");
}

/// One request.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// `PutScalingPolicy`, safe to send again. AWS makes and changes the alarms that go with it.
    Put,
    /// `DeleteScalingPolicy`, and its alarms.
    Delete,
}

impl Kind for ScalingPolicy {
    const NAME: &'static str = "aws.application_autoscaling.scaling_policy";
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
            Change::Put => request("application-autoscaling:PutScalingPolicy"),
            Change::Delete => request("application-autoscaling:DeleteScalingPolicy").impact(
                Impact::Brief("the number of tasks does not follow this metric any more".into()),
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
