//! `aws.ec2.nat_gateway`: the way out for what has no public address.

#[cfg(feature = "live")]
mod live;
#[cfg(test)]
mod tests;

use ashore_engine::input::{Input, Output};
use ashore_engine::kind::{Impact, Kind, Observed, Patience, Replacement, Request};
use serde::{Deserialize, Serialize};

use crate::aws::patience;
use crate::aws::tags::Tags;

/// A NAT gateway. It costs by the hour and by the byte, in use or not.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct NatGateway {
    /// Where it stands.
    pub place: Place,
    /// The user's tags.
    pub tags: Tags,
}

/// Where a NAT gateway stands. Cannot be changed.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// In one zone: if that is away, so is the way out.
    Zone {
        /// A public subnet.
        subnet: Input<String>,
        /// The allocation of the address that it goes out by.
        address: Input<String>,
    },
    /// In every zone where something needs it. AWS gives it addresses and follows the zones
    /// [VPC user guide: regional NAT gateways].
    Region {
        /// A VPC with an internet gateway.
        vpc: Input<String>,
    },
}

/// What AWS tells of a NAT gateway.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Outputs {
    /// `nat-…`.
    pub id: String,
}

impl NatGateway {
    /// Its id.
    pub const ID: Output<Self, String> = Output::new("id");
}

/// One request.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// `CreateNatGateway`, with a token.
    Create,
    /// `CreateTags`.
    Tag,
    /// `DeleteTags`.
    Untag(Vec<String>),
    /// `DeleteNatGateway`. Its interface and its address are free some time after.
    Delete,
}

impl Kind for NatGateway {
    const NAME: &'static str = "aws.ec2.nat_gateway";
    const PATIENCE: Patience = patience::NAT_GATEWAY;
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

    /// An address is one gateway's: a gateway that is to go out by the same one has to wait for it.
    fn replaced_by(&self, observed: &Observed<Self>) -> Option<Replacement> {
        let there = &observed.spec.place;
        let moved = Replacement::because((self.place != *there).then_some("place"));
        match (self.place.address(), there.address()) {
            (Some(wanted), Some(taken)) if wanted == taken => moved.in_its_place().or_none(),
            _ => moved.or_none(),
        }
    }

    fn request(change: &Change) -> Request {
        let request = |operation| Request::new(operation).on("natgateway/*");
        match change {
            Change::Create => request("ec2:CreateNatGateway"),
            Change::Tag => request("ec2:CreateTags"),
            Change::Untag(_) => request("ec2:DeleteTags"),
            Change::Delete => request("ec2:DeleteNatGateway").impact(Impact::Outage(
                "what goes out by it reaches nothing any more".into(),
            )),
        }
    }

    fn owned(mut self, by: &[&Self]) -> Self {
        self.tags = self.tags.owned(by.iter().map(|spec| &spec.tags));
        self
    }
}

impl Place {
    fn address(&self) -> Option<&Input<String>> {
        match self {
            Self::Zone { address, .. } => Some(address),
            Self::Region { .. } => None,
        }
    }
}
