//! `aws.sns.topic`: what alarms and events are published to.

#[cfg(feature = "live")]
mod live;

use std::collections::BTreeSet;

use ashore_engine::input::Output;
use ashore_engine::kind::{Impact, Kind, Observed, Replacement, Request};
use serde::{Deserialize, Serialize};

use crate::aws::names;
use crate::aws::tags::Tags;

/// The longest name [SNS API: CreateTopic].
const NAME_MAX: usize = 256;

/// A topic.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Topic {
    /// Its name, unique in account and region. Cannot be changed.
    pub name: String,
    /// The services of AWS that may publish to it: `events.amazonaws.com`.
    pub publishers: BTreeSet<String>,
    /// The user's tags.
    pub tags: Tags,
}

/// What AWS tells of a topic.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Outputs {
    /// Its ARN.
    pub arn: String,
}

impl Topic {
    /// Its ARN.
    pub const ARN: Output<Self, String> = Output::new("arn");
}

/// One request.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// `CreateTopic` with its policy. It answers with a topic of that name, whoever made it.
    Create,
    /// `SetTopicAttributes` of `Policy`.
    Policy,
    /// `TagResource`.
    Tag,
    /// `UntagResource`.
    Untag(Vec<String>),
    /// `DeleteTopic`, and every subscription to it.
    Delete,
}

impl Kind for Topic {
    const NAME: &'static str = "aws.sns.topic";
    const LOOKS_BEFORE: bool = true;
    type Outputs = Outputs;
    type Change = Change;

    fn changes(&self, observed: Option<&Observed<Self>>) -> Vec<Change> {
        let Some(Observed { spec: there, .. }) = observed else {
            return vec![Change::Create];
        };
        let mut changes = Vec::new();
        changes.extend((self.publishers != there.publishers).then_some(Change::Policy));
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
            Change::Create => Request::new("sns:CreateTopic"),
            Change::Policy => Request::new("sns:SetTopicAttributes"),
            Change::Tag => Request::new("sns:TagResource"),
            Change::Untag(_) => Request::new("sns:UntagResource"),
            Change::Delete => Request::new("sns:DeleteTopic")
                .impact(Impact::Brief("nobody is told by it any more".into())),
        }
        .on("{name}")
    }

    fn owned(mut self, by: &[&Self]) -> Self {
        self.tags = self.tags.owned(by.iter().map(|spec| &spec.tags));
        self
    }

    fn at_generation(&mut self, generation: u32) {
        self.name = names::generation(&self.name, generation, NAME_MAX);
    }
}
