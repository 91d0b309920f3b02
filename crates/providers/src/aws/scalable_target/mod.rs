//! `aws.application_autoscaling.scalable_target`: the bounds within which a service's tasks are
//! scaled.

#[cfg(feature = "live")]
mod live;
#[cfg(test)]
mod tests;

use ashore_engine::input::{Input, Output};
use ashore_engine::kind::{Impact, Kind, Observed, Patience, Replacement, Request};
use serde::{Deserialize, Serialize};

use crate::aws::patience;
use crate::aws::tags::Tags;

/// An ECS service whose desired count Application Auto Scaling keeps.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct ScalableTarget {
    /// The ARN of the service. Cannot be changed.
    pub service: Input<String>,
    /// So many tasks at least.
    pub min: u32,
    /// So many at most.
    pub max: u32,
    /// The bounds that scheduled actions set. While one of them holds, it is not ours to set others.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub scheduled: Vec<Bounds>,
    /// The user's tags.
    pub tags: Tags,
}

/// What a scheduled action sets.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Bounds {
    /// So many tasks at least, if it says so.
    pub min: Option<u32>,
    /// So many at most, if it says so.
    pub max: Option<u32>,
}

/// What AWS tells of a scalable target.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Outputs {
    /// `service/CLUSTER/SERVICE`: what it is known by, as are its policies.
    pub resource: String,
    /// Its ARN.
    pub arn: String,
}

impl ScalableTarget {
    /// What it is known by.
    pub const RESOURCE: Output<Self, String> = Output::new("resource");
}

/// One request.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// `RegisterScalableTarget` of what is none yet.
    Register,
    /// `RegisterScalableTarget` once more: its bounds.
    Bounds,
    /// `TagResource`.
    Tag,
    /// `UntagResource`.
    Untag(Vec<String>),
    /// `DeregisterScalableTarget`. Its policies and schedules go with it.
    Deregister,
}

impl Kind for ScalableTarget {
    const NAME: &'static str = "aws.application_autoscaling.scalable_target";
    const PATIENCE: Patience = patience::SCALING;
    type Outputs = Outputs;
    type Change = Change;

    fn changes(&self, observed: Option<&Observed<Self>>) -> Vec<Change> {
        let Some(Observed { spec: observed, .. }) = observed else {
            return vec![Change::Register];
        };
        let mut changes = Vec::new();
        if (self.min, self.max) != (observed.min, observed.max) {
            changes.push(Change::Bounds);
        }
        changes.extend(
            self.tags
                .requests(&observed.tags, Change::Tag, Change::Untag),
        );
        changes
    }

    fn removal(_: &Observed<Self>) -> Vec<Change> {
        vec![Change::Deregister]
    }

    fn replaced_by(&self, observed: &Observed<Self>) -> Option<Replacement> {
        let moved = self.service != observed.spec.service;
        Replacement::because(moved.then_some("service")).or_none()
    }

    fn request(change: &Change) -> Request {
        let request = |operation| Request::new(operation).on("scalable-target/*");
        match change {
            Change::Register | Change::Bounds => {
                request("application-autoscaling:RegisterScalableTarget")
            }
            Change::Tag => request("application-autoscaling:TagResource"),
            Change::Untag(_) => request("application-autoscaling:UntagResource"),
            Change::Deregister => request("application-autoscaling:DeregisterScalableTarget")
                .impact(Impact::Brief(
                    "so many tasks as run now go on to run, whatever the load".into(),
                )),
        }
    }

    /// The cloud does not know which of the bounds are those of an action: those that one sets are
    /// as good as ours.
    fn owned(mut self, by: &[&Self]) -> Self {
        if let Some(wanted) = by.first() {
            let set = |bound: fn(&Bounds) -> Option<u32>, there: u32| {
                wanted.scheduled.iter().any(|it| bound(it) == Some(there))
            };
            if set(|it| it.min, self.min) {
                self.min = wanted.min;
            }
            if set(|it| it.max, self.max) {
                self.max = wanted.max;
            }
            self.scheduled.clone_from(&wanted.scheduled);
        }
        self.tags = self.tags.owned(by.iter().map(|spec| &spec.tags));
        self
    }

    fn can_be_found(&self) -> bool {
        self.service.known().is_some()
    }
}

#[cfg_attr(
    not(feature = "live"),
    allow(dead_code, reason = "asked by the effect half")
)]
/// `service/CLUSTER/SERVICE` of a service's ARN: the last of its six parts.
pub(crate) fn resource(service: &str) -> &str {
    service.splitn(6, ':').last().unwrap_or_default()
}
