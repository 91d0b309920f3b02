//! `aws.ec2.elastic_ip`: a public address that stays the same.

#[cfg(feature = "live")]
mod live;

use ashore_engine::input::Output;
use ashore_engine::kind::{Impact, Kind, Observed, Patience, Request};
use serde::{Deserialize, Serialize};

use crate::aws::patience;
use crate::aws::tags::Tags;

/// An Elastic IP address, out of Amazon's pool.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct ElasticIp {
    /// The user's tags.
    pub tags: Tags,
}

/// What AWS tells of an address.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Outputs {
    /// `eipalloc-…`.
    pub id: String,
    /// The address itself: what others see of whoever goes out by it.
    pub address: String,
}

impl ElasticIp {
    /// Its id.
    pub const ID: Output<Self, String> = Output::new("id");
    /// The address itself.
    pub const ADDRESS: Output<Self, String> = Output::new("address");
}

/// One request.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// `AllocateAddress`. It has no token: a lost one is found again by its tags.
    Create,
    /// `CreateTags`.
    Tag,
    /// `DeleteTags`.
    Untag(Vec<String>),
    /// `ReleaseAddress`. Refused while something has it.
    Delete,
}

impl Kind for ElasticIp {
    const NAME: &'static str = "aws.ec2.elastic_ip";
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

    fn request(change: &Change) -> Request {
        const ON: &str = "elastic-ip/*";
        match change {
            Change::Create => Request::new("ec2:AllocateAddress").on(ON),
            Change::Tag => Request::new("ec2:CreateTags").on(ON),
            Change::Untag(_) => Request::new("ec2:DeleteTags").on(ON),
            Change::Delete => {
                Request::new("ec2:ReleaseAddress")
                    .on(ON)
                    .impact(Impact::Brief(
                        "the address goes back to Amazon: whoever has it in a list of addresses to let in, \
                     lets in a stranger"
                            .into(),
                    ))
            }
        }
    }

    fn owned(mut self, by: &[&Self]) -> Self {
        self.tags = self.tags.owned(by.iter().map(|spec| &spec.tags));
        self
    }
}
