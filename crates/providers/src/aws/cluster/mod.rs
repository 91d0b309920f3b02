//! `aws.ecs.cluster`: the name under which services and tasks run.

#[cfg(feature = "live")]
mod live;

use ashore_engine::input::Output;
use ashore_engine::kind::{Impact, Kind, Observed, Patience, Replacement, Request};
use serde::{Deserialize, Serialize};

use crate::aws::tags::Tags;
use crate::aws::{names, patience};

/// The longest name [ECS API: CreateCluster].
const NAME_MAX: usize = 255;

/// A cluster.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Cluster {
    /// Its name. Cannot be changed.
    pub name: String,
    /// `disabled`, `enabled` or `enhanced`: metrics that cost extra.
    pub container_insights: String,
    /// The user's tags.
    pub tags: Tags,
}

/// What AWS tells of a cluster.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Outputs {
    /// Its name.
    pub name: String,
    /// Its ARN.
    pub arn: String,
}

impl Cluster {
    /// Its name.
    pub const NAME_: Output<Self, String> = Output::new("name");
    /// Its ARN.
    pub const ARN: Output<Self, String> = Output::new("arn");
}

/// One request.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// `CreateCluster`. It answers with the cluster of that name, whoever made it.
    Create,
    /// `UpdateClusterSettings`.
    Settings,
    /// `TagResource`.
    Tag,
    /// `UntagResource`.
    Untag(Vec<String>),
    /// `DeleteCluster`. It stays visible as INACTIVE for a while.
    Delete,
}

impl Kind for Cluster {
    const NAME: &'static str = "aws.ecs.cluster";
    const PATIENCE: Patience = patience::CLUSTER;
    const LOOKS_BEFORE: bool = true;
    type Outputs = Outputs;
    type Change = Change;

    fn changes(&self, observed: Option<&Observed<Self>>) -> Vec<Change> {
        let Some(Observed { spec: observed, .. }) = observed else {
            return vec![Change::Create];
        };
        let mut changes = Vec::new();
        if self.container_insights != observed.container_insights {
            changes.push(Change::Settings);
        }
        changes.extend(
            self.tags
                .requests(&observed.tags, Change::Tag, Change::Untag),
        );
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
            Change::Create => Request::new("ecs:CreateCluster").on("cluster/{name}"),
            Change::Settings => Request::new("ecs:UpdateClusterSettings").on("cluster/{name}"),
            Change::Tag => Request::new("ecs:TagResource").on("cluster/{name}"),
            Change::Untag(_) => Request::new("ecs:UntagResource").on("cluster/{name}"),
            Change::Delete => Request::new("ecs:DeleteCluster")
                .on("cluster/{name}")
                .impact(Impact::Outage("nothing can run in it any more".into())),
        }
    }

    fn owned(mut self, by: &[&Self]) -> Self {
        self.tags = self.tags.owned(by.iter().map(|spec| &spec.tags));
        self
    }

    fn at_generation(&mut self, generation: u32) {
        self.name = names::generation(&self.name, generation, NAME_MAX);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cluster(insights: &str, tags: &[(&str, &str)]) -> Cluster {
        let tag = |(key, value): &(&str, &str)| (key.to_string(), value.to_string());
        Cluster {
            name: "hello-default".into(),
            container_insights: insights.into(),
            tags: Tags(tags.iter().map(tag).collect()),
        }
    }

    #[test]
    fn every_difference_has_its_request() {
        let there = Observed {
            spec: cluster("disabled", &[("team", "a")]),
            outputs: Outputs {
                name: "hello-default".into(),
                arn: "arn".into(),
            },
        };
        for (wanted, changes) in [
            (cluster("disabled", &[("team", "a")]), vec![]),
            (
                cluster("enhanced", &[("team", "a")]),
                vec![Change::Settings],
            ),
            (cluster("disabled", &[("team", "b")]), vec![Change::Tag]),
            (
                cluster("disabled", &[]),
                vec![Change::Untag(vec!["team".into()])],
            ),
        ] {
            assert_eq!(wanted.changes(Some(&there)), changes, "{wanted:?}");
            assert_eq!(wanted.replaced_by(&there), None);
        }
        let mut other = cluster("disabled", &[]);
        assert_eq!(other.changes(None), [Change::Create]);
        other.name = "bye".into();
        assert_eq!(
            other.replaced_by(&there),
            Some(Replacement::because(["name"]))
        );
    }
}
