//! `aws.ecs.cluster_capacity`: capacity providers that a cluster has, and that its services may
//! therefore name.
//!
//! The request that gives them to the cluster replaces all that it has [ECS API:
//! PutClusterCapacityProviders]. Each resource of this kind stands for a few of them: it adds its
//! own and takes away its own, and leaves the others as they are. So a provider that is not wanted
//! any more goes after the services that used it, and a new one comes before them.

#[cfg(feature = "live")]
mod live;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use ashore_engine::input::{Input, Output};
use ashore_engine::kind::{Impact, Kind, Observed, Patience, Replacement, Request};
use serde::{Deserialize, Serialize};

use crate::aws::patience;

/// Capacity providers of a cluster.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct ClusterCapacity {
    /// The ARN of the cluster. Cannot be changed.
    pub cluster: Input<String>,
    /// Names of the providers. Others than these are another resource's, or somebody else's.
    pub providers: Vec<Input<String>>,
}

/// What AWS tells of them.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Outputs {
    /// The cluster's ARN.
    pub cluster: String,
    /// The names of the providers.
    pub providers: Vec<String>,
}

impl ClusterCapacity {
    /// The cluster's ARN.
    pub const CLUSTER: Output<Self, String> = Output::new("cluster");
}

/// One request.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// `PutClusterCapacityProviders` with what is there and these.
    Attach,
    /// `PutClusterCapacityProviders` with what is there but these. Refused while a task runs on
    /// one of them.
    Detach,
}

impl Kind for ClusterCapacity {
    const NAME: &'static str = "aws.ecs.cluster_capacity";
    const PATIENCE: Patience = patience::CAPACITY;
    type Outputs = Outputs;
    type Change = Change;

    fn changes(&self, observed: Option<&Observed<Self>>) -> Vec<Change> {
        let Some(Observed { spec: there, .. }) = observed else {
            return vec![Change::Attach];
        };
        let there = names(&there.providers).unwrap_or_default();
        let missing = self
            .providers
            .iter()
            .any(|provider| provider.known().is_none_or(|name| !there.contains(name)));
        missing.then_some(Change::Attach).into_iter().collect()
    }

    fn removal(_: &Observed<Self>) -> Vec<Change> {
        vec![Change::Detach]
    }

    /// Other providers are another resource: the old ones stay until nothing runs on them.
    fn replaced_by(&self, observed: &Observed<Self>) -> Option<Replacement> {
        let ours: BTreeSet<String> = observed.outputs.providers.iter().cloned().collect();
        let wanted = names(&self.providers);
        let fields = [
            ("cluster", self.cluster != observed.spec.cluster),
            ("providers", wanted.is_none_or(|wanted| wanted != ours)),
        ];
        let differ = fields.into_iter().filter(|(_, differs)| *differs);
        Replacement::because(differ.map(|(field, _)| field)).or_none()
    }

    fn request(change: &Change) -> Request {
        let put = Request::new("ecs:PutClusterCapacityProviders").on("cluster/*");
        match change {
            Change::Attach => put,
            Change::Detach => put.impact(Impact::Brief(
                "no new task can be started on these providers".into(),
            )),
        }
    }

    /// Their order says nothing.
    fn owned(mut self, by: &[&Self]) -> Self {
        for spec in by {
            if names(&self.providers) == names(&spec.providers) {
                self.providers.clone_from(&spec.providers);
            }
        }
        self
    }

    fn can_be_found(&self) -> bool {
        self.cluster.known().is_some() && names(&self.providers).is_some()
    }
}

/// The names, if all are known.
fn names(providers: &[Input<String>]) -> Option<BTreeSet<String>> {
    let names = providers.iter().map(|provider| provider.known().cloned());
    names.collect()
}
