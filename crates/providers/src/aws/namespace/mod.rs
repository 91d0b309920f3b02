//! `aws.servicediscovery.namespace`: what services are found in, by the API alone or by DNS too.

#[cfg(feature = "live")]
mod live;

use ashore_engine::input::{Input, Output};
use ashore_engine::kind::{Impact, Kind, Observed, Patience, Replacement, Request};
use serde::{Deserialize, Serialize};

use crate::aws::patience;
use crate::aws::tags::Tags;

/// A namespace. One with a VPC owns a private hosted zone of its name, which answers there.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Namespace {
    /// Its name: that of its zone, if it has one. Cannot be changed.
    pub name: String,
    /// Id of the VPC in which it answers by DNS. Cannot be changed.
    pub vpc: Option<Input<String>>,
    /// The user's tags.
    pub tags: Tags,
}

/// What AWS tells of a namespace.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Outputs {
    /// `ns-…`.
    pub id: String,
    /// Its ARN.
    pub arn: String,
    /// The operation that makes it, or takes it away, as long as nobody knows how that went.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation: Option<String>,
}

impl Namespace {
    /// Its id.
    pub const ID: Output<Self, String> = Output::new("id");
    /// Its ARN.
    pub const ARN: Output<Self, String> = Output::new("arn");
}

/// One request.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// `CreateHttpNamespace`.
    Create,
    /// `CreatePrivateDnsNamespace`.
    CreatePrivate,
    /// `TagResource`.
    Tag,
    /// `UntagResource`.
    Untag(Vec<String>),
    /// `DeleteNamespace`. Refused while services are in it.
    Delete,
}

impl Kind for Namespace {
    const NAME: &'static str = "aws.servicediscovery.namespace";
    const PATIENCE: Patience = patience::CLOUD_MAP;
    const LOOKS_BEFORE: bool = true;
    type Outputs = Outputs;
    type Change = Change;

    fn changes(&self, observed: Option<&Observed<Self>>) -> Vec<Change> {
        let Some(Observed { spec: there, .. }) = observed else {
            return vec![match self.vpc {
                Some(_) => Change::CreatePrivate,
                None => Change::Create,
            }];
        };
        let requests = self.tags.requests(&there.tags, Change::Tag, Change::Untag);
        requests.collect()
    }

    fn removal(_: &Observed<Self>) -> Vec<Change> {
        vec![Change::Delete]
    }

    fn replaced_by(&self, observed: &Observed<Self>) -> Option<Replacement> {
        let there = &observed.spec;
        let fields = [
            ("name", self.name != there.name),
            ("vpc", self.vpc != there.vpc),
        ];
        let differ = fields.into_iter().filter(|(_, differs)| *differs);
        let replacement = Replacement::because(differ.map(|(field, _)| field)).or_none()?;
        // A name that the API is asked by is there once; a zone's once in a VPC.
        let both_by_dns = self.vpc.is_some() && there.vpc.is_some();
        Some(match self.name == there.name && !both_by_dns {
            true => replacement.in_its_place(),
            false => replacement,
        })
    }

    fn request(change: &Change) -> Request {
        match change {
            Change::Create => Request::new("servicediscovery:CreateHttpNamespace").on("*"),
            Change::CreatePrivate => {
                Request::new("servicediscovery:CreatePrivateDnsNamespace").on("*")
            }
            Change::Tag => Request::new("servicediscovery:TagResource").on("namespace/*"),
            Change::Untag(_) => Request::new("servicediscovery:UntagResource").on("namespace/*"),
            Change::Delete => Request::new("servicediscovery:DeleteNamespace")
                .on("namespace/*")
                .impact(Impact::Outage("nothing is found in it any more".into())),
        }
    }

    fn owned(mut self, by: &[&Self]) -> Self {
        self.tags = self.tags.owned(by.iter().map(|spec| &spec.tags));
        self
    }
}
