//! `aws.scheduler.schedule_group`: what the schedules of a stack stand in, and bear the tags of.

#[cfg(feature = "live")]
mod live;

use ashore_engine::input::Output;
use ashore_engine::kind::{Impact, Kind, Observed, Patience, Replacement, Request};
use serde::{Deserialize, Serialize};

use crate::aws::tags::Tags;
use crate::aws::{names, patience};

/// The longest name [EventBridge Scheduler API: CreateScheduleGroup].
const NAME_MAX: usize = 64;

/// A group of schedules. Schedules themselves bear no tags.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct ScheduleGroup {
    /// Its name. Cannot be changed.
    pub name: String,
    /// The user's tags.
    pub tags: Tags,
}

/// What AWS tells of a group.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Outputs {
    /// Its name.
    pub name: String,
    /// Its ARN.
    pub arn: String,
}

impl ScheduleGroup {
    /// Its name.
    pub const NAME_: Output<Self, String> = Output::new("name");
}

/// One request.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// `CreateScheduleGroup`, with a token. Names are unique.
    Create,
    /// `TagResource`.
    Tag,
    /// `UntagResource`.
    Untag(Vec<String>),
    /// `DeleteScheduleGroup`, and every schedule that is still in it.
    Delete,
}

impl Kind for ScheduleGroup {
    const NAME: &'static str = "aws.scheduler.schedule_group";
    const PATIENCE: Patience = patience::SCHEDULES;
    type Outputs = Outputs;
    type Change = Change;

    fn changes(&self, observed: Option<&Observed<Self>>) -> Vec<Change> {
        let Some(Observed { spec: there, .. }) = observed else {
            return vec![Change::Create];
        };
        let tags = self.tags.requests(&there.tags, Change::Tag, Change::Untag);
        tags.collect()
    }

    fn removal(_: &Observed<Self>) -> Vec<Change> {
        vec![Change::Delete]
    }

    fn replaced_by(&self, observed: &Observed<Self>) -> Option<Replacement> {
        Replacement::because((self.name != observed.spec.name).then_some("name")).or_none()
    }

    fn request(change: &Change) -> Request {
        match change {
            Change::Create => Request::new("scheduler:CreateScheduleGroup"),
            Change::Tag => Request::new("scheduler:TagResource"),
            Change::Untag(_) => Request::new("scheduler:UntagResource"),
            Change::Delete => Request::new("scheduler:DeleteScheduleGroup")
                .impact(Impact::Outage("nothing in it is started any more".into())),
        }
        .on("schedule-group/{name}")
    }

    fn owned(mut self, by: &[&Self]) -> Self {
        self.tags = self.tags.owned(by.iter().map(|spec| &spec.tags));
        self
    }

    fn at_generation(&mut self, generation: u32) {
        self.name = names::generation(&self.name, generation, NAME_MAX);
    }
}
