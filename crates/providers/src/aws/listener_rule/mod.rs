//! `aws.elb.listener_rule`: which requests of a listener go to which target group, and whether
//! whoever sends them has to log in first.

#[cfg(feature = "live")]
mod live;
mod login;
#[cfg(feature = "live")]
mod oidc;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use ashore_engine::input::{Input, Output};
use ashore_engine::kind::{Impact, Kind, Observed, Patience, Replacement, Request};
use serde::{Deserialize, Serialize};

pub use login::{ClientSecret, Login, Sent, Unauthenticated};

use crate::aws::patience;
use crate::aws::tags::Tags;

/// A rule that forwards requests.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct ListenerRule {
    /// Its listener. Cannot be changed.
    pub listener: Input<String>,
    /// 1 to 50000, unique in its listener; the lowest that fits wins.
    pub priority: u32,
    /// The hosts that it is for; all, if there is none.
    pub hosts: Vec<String>,
    /// The paths that it is for; all, if there is none.
    pub paths: Vec<String>,
    /// Where requests go.
    pub target_group: Input<String>,
    /// Where people log in before their requests go there; nobody has to without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub login: Option<Login>,
    /// The user's tags.
    pub tags: Tags,
}

/// What AWS tells of a rule.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Outputs {
    /// Its ARN.
    pub arn: String,
    /// What somebody else has put into it that a spec has no word for: a condition on the source
    /// address, a second target group. The next change takes it out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub foreign: Vec<String>,
    /// The client secret of its login.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_secret: Option<Sent>,
}

impl ListenerRule {
    /// Its ARN.
    pub const ARN: Output<Self, String> = Output::new("arn");
}

/// One request.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// `CreateRule`. It has no token; a lost one is found again by its tags.
    Create,
    /// `ModifyRule`: conditions and action as a whole.
    Modify,
    /// `SetRulePriorities`.
    Priority,
    /// `AddTags`.
    Tag,
    /// `RemoveTags`.
    Untag(Vec<String>),
    /// `DeleteRule`.
    Delete,
}

impl Kind for ListenerRule {
    const NAME: &'static str = "aws.elb.listener_rule";
    const PATIENCE: Patience = patience::TARGETS;
    type Outputs = Outputs;
    type Change = Change;

    fn changes(&self, observed: Option<&Observed<Self>>) -> Vec<Change> {
        let Some(Observed {
            spec: before,
            outputs,
        }) = observed
        else {
            return vec![Change::Create];
        };
        let mut changes = Vec::new();
        let differs = set(&self.hosts) != set(&before.hosts)
            || set(&self.paths()) != set(&before.paths())
            || self.target_group != before.target_group
            || self.login != before.login
            || !outputs.foreign.is_empty();
        changes.extend(differs.then_some(Change::Modify));
        changes.extend((self.priority != before.priority).then_some(Change::Priority));
        changes.extend(self.tags.requests(&before.tags, Change::Tag, Change::Untag));
        changes
    }

    fn removal(_: &Observed<Self>) -> Vec<Change> {
        vec![Change::Delete]
    }

    fn replaced_by(&self, observed: &Observed<Self>) -> Option<Replacement> {
        let moved = self.listener != observed.spec.listener;
        Replacement::because(moved.then_some("listener")).or_none()
    }

    fn request(change: &Change) -> Request {
        const ON: &str = "listener-rule/*";
        match change {
            Change::Create => Request::new("elasticloadbalancing:CreateRule").on("listener/*"),
            Change::Modify => Request::new("elasticloadbalancing:ModifyRule")
                .uses(&["target_group", "login"])
                .on(ON),
            Change::Priority => Request::new("elasticloadbalancing:SetRulePriorities")
                .uses(&[])
                .on(ON),
            Change::Tag => Request::new("elasticloadbalancing:AddTags")
                .uses(&[])
                .on(ON),
            Change::Untag(_) => Request::new("elasticloadbalancing:RemoveTags")
                .uses(&[])
                .on(ON),
            Change::Delete => Request::new("elasticloadbalancing:DeleteRule")
                .on(ON)
                .impact(Impact::Outage(
                    "its requests fall to the listener's other rules".into(),
                )),
        }
    }

    fn owned(mut self, by: &[&Self]) -> Self {
        self.tags = self.tags.owned(by.iter().map(|spec| &spec.tags));
        self
    }
}

impl ListenerRule {
    /// The paths as AWS is told them: a rule has at least one condition [ELBv2 API: CreateRule].
    fn paths(&self) -> Vec<String> {
        if self.hosts.is_empty() && self.paths.is_empty() {
            return vec!["/*".to_string()];
        }
        self.paths.clone()
    }
}

/// The order of a condition's values means nothing.
fn set(values: &[String]) -> BTreeSet<&String> {
    values.iter().collect()
}
