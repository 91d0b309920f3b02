//! `aws.cloudwatch.alarm`: tells a topic when a metric is not as it should be.

#[cfg(feature = "live")]
mod live;
#[cfg(feature = "live")]
mod metric;
#[cfg(test)]
mod tests;

#[cfg(feature = "live")]
pub(in crate::aws) use live::{sdk_tags, tags};

use ashore_engine::input::{Input, Output};
use ashore_engine::kind::{Impact, Kind, Observed, Replacement, Request};
use serde::{Deserialize, Serialize};

use crate::aws::names;
use crate::aws::tags::Tags;

/// The longest name [CloudWatch API: PutMetricAlarm].
const NAME_MAX: usize = 255;

/// An alarm on one metric, looked at minute by minute. It tells its topic when it goes off and when all is well again.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Alarm {
    /// Its name, unique in account and region. Cannot be changed.
    pub name: String,
    /// For a person.
    pub description: String,
    /// What is looked at.
    pub watch: Watch,
    /// It goes off above this.
    pub threshold: u32,
    /// … for so many minutes in a row.
    pub minutes: u32,
    /// The ARN of the topic that is told.
    pub topic: Input<String>,
    /// The user's tags.
    pub tags: Tags,
}

/// A metric that somebody looks at.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Watch {
    /// CPU of a service, in percent of what its tasks have, on average.
    Cpu {
        /// The ARN of the service.
        service: Input<String>,
    },
    /// Memory of a service, in percent of what its tasks have, on average.
    Memory {
        /// The ARN of the service.
        service: Input<String>,
    },
    /// How many requests a balancer sent to its targets.
    Requests {
        /// The ARN of the balancer.
        load_balancer: Input<String>,
        /// The ARN of the target group.
        target_group: Input<String>,
    },
    /// How long the targets of a balancer took to answer, on average.
    Latency {
        /// The ARN of the balancer.
        load_balancer: Input<String>,
        /// The ARN of the target group.
        target_group: Input<String>,
    },
    /// How many answers of 500 to 599 the targets of a balancer gave.
    Errors {
        /// The ARN of the balancer.
        load_balancer: Input<String>,
        /// The ARN of the target group.
        target_group: Input<String>,
    },
    /// How many targets of a balancer fail their health check.
    Unhealthy {
        /// The ARN of the balancer.
        load_balancer: Input<String>,
        /// The ARN of the target group.
        target_group: Input<String>,
    },
}

/// What AWS tells of an alarm.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Outputs {
    /// Its name.
    pub name: String,
    /// Its ARN.
    pub arn: String,
}

impl Alarm {
    /// Its ARN.
    pub const ARN: Output<Self, String> = Output::new("arn");
}

/// One request.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// `PutMetricAlarm`, with tags where there is none yet. It takes the place of whatever has that name.
    Put,
    /// `TagResource`.
    Tag,
    /// `UntagResource`.
    Untag(Vec<String>),
    /// `DeleteAlarms`.
    Delete,
}

impl Kind for Alarm {
    const NAME: &'static str = "aws.cloudwatch.alarm";
    const LOOKS_BEFORE: bool = true;
    type Outputs = Outputs;
    type Change = Change;

    fn changes(&self, observed: Option<&Observed<Self>>) -> Vec<Change> {
        let Some(Observed { spec: there, .. }) = observed else {
            return vec![Change::Put];
        };
        let same = Self {
            tags: there.tags.clone(),
            ..self.clone()
        } == *there;
        let mut changes = Vec::new();
        changes.extend((!same).then_some(Change::Put));
        changes.extend(self.tags.requests(&there.tags, Change::Tag, Change::Untag));
        changes
    }

    fn removal(_: &Observed<Self>) -> Vec<Change> {
        vec![Change::Delete]
    }

    fn replaced_by(&self, observed: &Observed<Self>) -> Option<Replacement> {
        Replacement::because((self.name != observed.spec.name).then_some("name")).or_none()
    }

    fn request(change: &Change) -> Request {
        match change {
            Change::Put => Request::new("cloudwatch:PutMetricAlarm"),
            Change::Tag => Request::new("cloudwatch:TagResource"),
            Change::Untag(_) => Request::new("cloudwatch:UntagResource"),
            Change::Delete => Request::new("cloudwatch:DeleteAlarms")
                .impact(Impact::Brief("nobody looks at this metric any more".into())),
        }
        .on("alarm:{name}")
    }

    fn owned(mut self, by: &[&Self]) -> Self {
        self.tags = self.tags.owned(by.iter().map(|spec| &spec.tags));
        self
    }

    fn at_generation(&mut self, generation: u32) {
        self.name = names::generation(&self.name, generation, NAME_MAX);
    }
}
