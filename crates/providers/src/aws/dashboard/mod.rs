//! `aws.cloudwatch.dashboard`: metrics of a stack on one page.

#[cfg(feature = "live")]
mod body;
#[cfg(feature = "live")]
mod live;
#[cfg(test)]
mod tests;

use ashore_engine::input::Output;
use ashore_engine::kind::{Kind, Observed, Replacement, Request};
use serde::{Deserialize, Serialize};

use crate::aws::alarm::Watch;
use crate::aws::names;
use crate::aws::tags::Tags;

/// The longest name [CloudWatch API: PutDashboard].
const NAME_MAX: usize = 255;

/// A dashboard, with two graphs in a row.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Dashboard {
    /// Its name, unique in the account, whatever the region. Cannot be changed.
    pub name: String,
    /// Its graphs, in the order in which they are read.
    pub graphs: Vec<Graph>,
    /// The user's tags.
    pub tags: Tags,
}

/// A graph of some metrics.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Graph {
    /// What stands above it.
    pub title: String,
    /// Its lines.
    pub lines: Vec<Watch>,
}

/// What AWS tells of a dashboard.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Outputs {
    /// Its name.
    pub name: String,
    /// Its ARN.
    pub arn: String,
}

impl Dashboard {
    /// Its ARN.
    pub const ARN: Output<Self, String> = Output::new("arn");
}

/// One request.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// `PutDashboard`, with tags where there is none yet. It takes the place of whatever has that name.
    Put,
    /// `TagResource`.
    Tag,
    /// `UntagResource`.
    Untag(Vec<String>),
    /// `DeleteDashboards`.
    Delete,
}

impl Kind for Dashboard {
    const NAME: &'static str = "aws.cloudwatch.dashboard";
    const LOOKS_BEFORE: bool = true;
    type Outputs = Outputs;
    type Change = Change;

    fn changes(&self, observed: Option<&Observed<Self>>) -> Vec<Change> {
        let Some(Observed { spec: there, .. }) = observed else {
            return vec![Change::Put];
        };
        let mut changes = Vec::new();
        changes.extend((self.graphs != there.graphs).then_some(Change::Put));
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
            Change::Put => Request::new("cloudwatch:PutDashboard"),
            Change::Tag => Request::new("cloudwatch:TagResource"),
            Change::Untag(_) => Request::new("cloudwatch:UntagResource"),
            Change::Delete => Request::new("cloudwatch:DeleteDashboards"),
        }
        .on("dashboard/{name}")
    }

    fn owned(mut self, by: &[&Self]) -> Self {
        self.tags = self.tags.owned(by.iter().map(|spec| &spec.tags));
        self
    }

    fn at_generation(&mut self, generation: u32) {
        self.name = names::generation(&self.name, generation, NAME_MAX);
    }
}
