//! `aws.events.rule`: sends what happens in the account to a topic.

#[cfg(feature = "live")]
mod live;
#[cfg(test)]
mod tests;

use ashore_engine::input::{Input, Output};
use ashore_engine::kind::{Impact, Kind, Observed, Replacement, Request};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::aws::names;
use crate::aws::tags::Tags;

/// The longest name [EventBridge API: PutRule].
const NAME_MAX: usize = 64;

/// A rule on the default bus, and the topic that it sends to.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct EventRule {
    /// Its name, unique in account and region. Cannot be changed.
    pub name: String,
    /// For a person.
    pub description: String,
    /// Which events.
    pub pattern: Value,
    /// The ARN of the topic, whose policy must let EventBridge publish. None where there is no target.
    pub topic: Option<Input<String>>,
    /// The user's tags.
    pub tags: Tags,
}

/// What AWS tells of a rule.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Outputs {
    /// Its name.
    pub name: String,
    /// Its ARN.
    pub arn: String,
    /// The ids of its targets: all must go before it can.
    #[serde(default)]
    pub targets: Vec<String>,
}

impl EventRule {
    /// Its ARN.
    pub const ARN: Output<Self, String> = Output::new("arn");
}

/// One request.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// `PutRule`, with tags where there is none yet. It takes the place of whatever has that name.
    Put,
    /// `PutTargets`: the topic, under an id of ours.
    Target,
    /// `RemoveTargets`: all but those that are wanted.
    Clear(Vec<String>),
    /// `TagResource`.
    Tag,
    /// `UntagResource`.
    Untag(Vec<String>),
    /// `DeleteRule`, which is refused as long as it has targets.
    Delete,
}

impl Kind for EventRule {
    const NAME: &'static str = "aws.events.rule";
    const LOOKS_BEFORE: bool = true;
    type Outputs = Outputs;
    type Change = Change;

    fn changes(&self, observed: Option<&Observed<Self>>) -> Vec<Change> {
        let target = self.topic.is_some().then_some(Change::Target);
        let Some(Observed {
            spec: there,
            outputs,
        }) = observed
        else {
            return [Change::Put].into_iter().chain(target).collect();
        };
        let mut changes = Vec::new();
        let same = self.pattern == there.pattern && self.description == there.description;
        changes.extend((!same).then_some(Change::Put));
        if self.topic != there.topic {
            changes.extend(target);
            let ours = |id: &&String| self.topic.is_some() && id.as_str() == TARGET;
            let others = outputs.targets.iter().filter(|id| !ours(id));
            let others: Vec<String> = others.cloned().collect();
            changes.extend((!others.is_empty()).then_some(Change::Clear(others)));
        }
        changes.extend(self.tags.requests(&there.tags, Change::Tag, Change::Untag));
        changes
    }

    fn removal(observed: &Observed<Self>) -> Vec<Change> {
        let targets = observed.outputs.targets.clone();
        let clear = (!targets.is_empty()).then_some(Change::Clear(targets));
        clear.into_iter().chain([Change::Delete]).collect()
    }

    fn replaced_by(&self, observed: &Observed<Self>) -> Option<Replacement> {
        Replacement::because((self.name != observed.spec.name).then_some("name")).or_none()
    }

    fn request(change: &Change) -> Request {
        match change {
            Change::Put => {
                Request::new("events:PutRule").uses(&["name", "description", "pattern", "tags"])
            }
            Change::Target => Request::new("events:PutTargets"),
            Change::Clear(_) => Request::new("events:RemoveTargets"),
            Change::Tag => Request::new("events:TagResource"),
            Change::Untag(_) => Request::new("events:UntagResource"),
            Change::Delete => Request::new("events:DeleteRule").impact(Impact::Brief(
                "nobody is told of these events any more".into(),
            )),
        }
        .on("rule/{name}")
    }

    fn owned(mut self, by: &[&Self]) -> Self {
        self.tags = self.tags.owned(by.iter().map(|spec| &spec.tags));
        self
    }

    fn at_generation(&mut self, generation: u32) {
        self.name = names::generation(&self.name, generation, NAME_MAX);
    }
}

/// The id of our target.
const TARGET: &str = "topic";
