//! `aws.ec2.flow_log`: who spoke with whom in a network, written down in CloudWatch Logs.

#[cfg(feature = "live")]
mod live;

use ashore_engine::input::{Input, Output};
use ashore_engine::kind::{Kind, Observed, Patience, Replacement, Request};
use serde::{Deserialize, Serialize};

use crate::aws::patience;
use crate::aws::tags::Tags;

/// The flow log of a VPC. Nothing of it but its tags can be changed [EC2 API: CreateFlowLogs].
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct FlowLog {
    /// What it watches.
    pub vpc: Input<String>,
    /// The name of the log group that it writes to.
    pub group: Input<String>,
    /// The ARN of the role by which it does.
    pub role: Input<String>,
    /// `ALL`, `ACCEPT` or `REJECT`.
    pub traffic: String,
    /// Seconds of traffic that one line sums up: 60 or 600.
    pub interval_seconds: u32,
    /// The user's tags.
    pub tags: Tags,
}

/// What AWS tells of a flow log.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Outputs {
    /// `fl-…`.
    pub id: String,
}

impl FlowLog {
    /// Its id.
    pub const ID: Output<Self, String> = Output::new("id");
}

/// One request.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// `CreateFlowLogs`, of one VPC, with a token.
    Create,
    /// `CreateTags`.
    Tag,
    /// `DeleteTags`.
    Untag(Vec<String>),
    /// `DeleteFlowLogs`, of this one. What it has written stays in the log group.
    Delete,
}

impl Kind for FlowLog {
    const NAME: &'static str = "aws.ec2.flow_log";
    const PATIENCE: Patience = patience::EC2;
    type Outputs = Outputs;
    type Change = Change;

    fn changes(&self, observed: Option<&Observed<Self>>) -> Vec<Change> {
        let Some(Observed { spec: observed, .. }) = observed else {
            return vec![Change::Create];
        };
        self.tags
            .requests(&observed.tags, Change::Tag, Change::Untag)
            .collect()
    }

    fn removal(_: &Observed<Self>) -> Vec<Change> {
        vec![Change::Delete]
    }

    fn replaced_by(&self, observed: &Observed<Self>) -> Option<Replacement> {
        let there = &observed.spec;
        let fields = [
            ("vpc", self.vpc != there.vpc),
            ("group", self.group != there.group),
            ("role", self.role != there.role),
            ("traffic", self.traffic != there.traffic),
            (
                "interval_seconds",
                self.interval_seconds != there.interval_seconds,
            ),
        ];
        let differ = fields.into_iter().filter(|(_, differs)| *differs);
        let replacement = Replacement::because(differ.map(|(field, _)| field)).or_none();
        // There is one of a VPC and a log group, whatever its role [EC2 API: FlowLogAlreadyExists].
        let same_place = self.vpc == there.vpc && self.group == there.group;
        match replacement {
            Some(replacement) if same_place => Some(replacement.in_its_place()),
            replacement => replacement,
        }
    }

    fn request(change: &Change) -> Request {
        match change {
            Change::Create => Request::new("ec2:CreateFlowLogs"),
            Change::Tag => Request::new("ec2:CreateTags"),
            Change::Untag(_) => Request::new("ec2:DeleteTags"),
            Change::Delete => Request::new("ec2:DeleteFlowLogs"),
        }
        .on("vpc-flow-log/*")
    }

    fn owned(mut self, by: &[&Self]) -> Self {
        self.tags = self.tags.owned(by.iter().map(|spec| &spec.tags));
        self
    }
}
