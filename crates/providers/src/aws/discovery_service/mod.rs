//! `aws.servicediscovery.service`: a name in a namespace, under which ECS registers the addresses of tasks.

#[cfg(feature = "live")]
mod live;

use ashore_engine::input::{Input, Output};
use ashore_engine::kind::{Impact, Kind, Observed, Patience, Replacement, Request};
use serde::{Deserialize, Serialize};

use crate::aws::patience;
use crate::aws::tags::Tags;

/// A service of a namespace that answers by DNS: an A record for each task, and ECS says which are well.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct DiscoveryService {
    /// Its name, unique in the namespace. Cannot be changed.
    pub name: String,
    /// Id of the namespace. Cannot be changed.
    pub namespace: Input<String>,
    /// For so long whoever asked may keep the answer.
    pub ttl_seconds: u32,
    /// The user's tags.
    pub tags: Tags,
}

/// What AWS tells of such a service.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Outputs {
    /// `srv-…`.
    pub id: String,
    /// Its ARN.
    pub arn: String,
    /// The operation that changes it, as long as nobody knows how that went.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation: Option<String>,
}

impl DiscoveryService {
    /// Its ARN.
    pub const ARN: Output<Self, String> = Output::new("arn");
}

/// One request.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// `CreateService`.
    Create,
    /// `UpdateService`: the time to live of its records.
    Ttl,
    /// `TagResource`.
    Tag,
    /// `UntagResource`.
    Untag(Vec<String>),
    /// `DeleteService`. Refused while tasks are registered in it.
    Delete,
}

impl Kind for DiscoveryService {
    const NAME: &'static str = "aws.servicediscovery.service";
    const PATIENCE: Patience = patience::CLOUD_MAP;
    const LOOKS_BEFORE: bool = true;
    type Outputs = Outputs;
    type Change = Change;

    fn changes(&self, observed: Option<&Observed<Self>>) -> Vec<Change> {
        let Some(Observed { spec: there, .. }) = observed else {
            return vec![Change::Create];
        };
        let mut changes = Vec::new();
        changes.extend((self.ttl_seconds != there.ttl_seconds).then_some(Change::Ttl));
        changes.extend(self.tags.requests(&there.tags, Change::Tag, Change::Untag));
        changes
    }

    fn removal(_: &Observed<Self>) -> Vec<Change> {
        vec![Change::Delete]
    }

    fn replaced_by(&self, observed: &Observed<Self>) -> Option<Replacement> {
        let there = &observed.spec;
        let fields = [
            ("name", self.name != there.name),
            ("namespace", self.namespace != there.namespace),
        ];
        let differ = fields.into_iter().filter(|(_, differs)| *differs);
        Replacement::because(differ.map(|(field, _)| field)).or_none()
    }

    fn request(change: &Change) -> Request {
        const ON: &str = "service/*";
        match change {
            // It is in a namespace, which the permission is for too.
            Change::Create => Request::new("servicediscovery:CreateService").on("*"),
            Change::Ttl => Request::new("servicediscovery:UpdateService").on(ON),
            Change::Tag => Request::new("servicediscovery:TagResource").on(ON),
            Change::Untag(_) => Request::new("servicediscovery:UntagResource").on(ON),
            Change::Delete => Request::new("servicediscovery:DeleteService")
                .on(ON)
                .impact(Impact::Outage("its name is answered no more".into())),
        }
    }

    fn owned(mut self, by: &[&Self]) -> Self {
        self.tags = self.tags.owned(by.iter().map(|spec| &spec.tags));
        self
    }
}
