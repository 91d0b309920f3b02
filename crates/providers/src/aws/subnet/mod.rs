//! `aws.ec2.subnet`: a part of the network in one zone.

#[cfg(feature = "live")]
mod live;
#[cfg(test)]
mod tests;

use ashore_engine::input::{Input, Output};
use ashore_engine::kind::{Impact, Kind, Observed, Patience, Replacement, Request};
use ipnet::{Ipv4Net, Ipv6Net};
use serde::{Deserialize, Serialize};

use crate::aws::patience;
use crate::aws::tags::Tags;

/// A subnet. Nothing but its IPv6 range and its tags can be changed.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Subnet {
    /// The VPC that it is a part of.
    pub vpc: Input<String>,
    /// Its IPv4 range within that of the VPC, /16 to /28.
    pub cidr: String,
    /// Its zone, `eu-central-1a`.
    pub zone: String,
    /// Its IPv6 range, if it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ipv6: Option<Ipv6>,
    /// The user's tags.
    pub tags: Tags,
}

/// A subnet's part of its VPC's IPv6 range.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Ipv6 {
    /// The range of the VPC, a /56.
    pub within: Input<String>,
    /// Which of the 256 ranges of 64 bits in it.
    pub index: u8,
}

/// What AWS tells of a subnet.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Outputs {
    /// `subnet-…`.
    pub id: String,
    /// `subnet-cidr-assoc-…`: what binds its IPv6 range to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ipv6_association: Option<String>,
}

impl Subnet {
    /// Its id.
    pub const ID: Output<Self, String> = Output::new("id");
}

/// One request.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// `CreateSubnet`. It has no token: a lost one is found again by its tags.
    Create,
    /// `DisassociateSubnetCidrBlock`. Comes before another range: a subnet has one IPv6 range at
    /// most.
    DisassociateIpv6,
    /// `AssociateSubnetCidrBlock`.
    AssociateIpv6,
    /// `CreateTags`.
    Tag,
    /// `DeleteTags`.
    Untag(Vec<String>),
    /// `DeleteSubnet`. Refused while a network interface is in it.
    Delete,
}

impl Kind for Subnet {
    const NAME: &'static str = "aws.ec2.subnet";
    const PATIENCE: Patience = patience::EC2;
    type Outputs = Outputs;
    type Change = Change;

    fn changes(&self, observed: Option<&Observed<Self>>) -> Vec<Change> {
        let Some(Observed { spec: observed, .. }) = observed else {
            return vec![Change::Create];
        };
        let mut changes = Vec::new();
        if self.ipv6 != observed.ipv6 {
            let is_there = observed.ipv6.is_some();
            changes.extend(is_there.then_some(Change::DisassociateIpv6));
            changes.extend(self.ipv6.is_some().then_some(Change::AssociateIpv6));
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
        let before = &observed.spec;
        let fields = [
            ("vpc", self.vpc != before.vpc),
            ("cidr", self.cidr != before.cidr),
            ("zone", self.zone != before.zone),
        ];
        let fields = fields.into_iter().filter(|(_, differs)| *differs);
        let replacement = Replacement::because(fields.map(|(field, _)| field)).or_none()?;
        // Two subnets of one VPC never share an address [EC2 API: CreateSubnet,
        // InvalidSubnet.Conflict].
        let conflict = self.vpc == before.vpc && overlap(&self.cidr, &before.cidr);
        Some(if conflict {
            replacement.in_its_place()
        } else {
            replacement
        })
    }

    fn request(change: &Change) -> Request {
        match change {
            Change::Create => Request::new("ec2:CreateSubnet").on("subnet/*"),
            Change::DisassociateIpv6 => Request::new("ec2:DisassociateSubnetCidrBlock")
                .uses(&[])
                .on("subnet/*")
                .impact(Impact::Outage(
                    "what is in the subnet is not reached by IPv6 any more".into(),
                )),
            Change::AssociateIpv6 => Request::new("ec2:AssociateSubnetCidrBlock")
                .uses(&["ipv6"])
                .on("subnet/*"),
            Change::Tag => Request::new("ec2:CreateTags").uses(&[]).on("subnet/*"),
            Change::Untag(_) => Request::new("ec2:DeleteTags").uses(&[]).on("subnet/*"),
            Change::Delete => Request::new("ec2:DeleteSubnet").uses(&[]).on("subnet/*"),
        }
    }

    fn owned(mut self, by: &[&Self]) -> Self {
        self.tags = self.tags.owned(by.iter().map(|spec| &spec.tags));
        self
    }
}

impl Ipv6 {
    /// The range, a /64; none if what it is in is no /56, which is all that Amazon gives a VPC
    /// [VPC guide: IPv6].
    pub fn range(within: &str, index: u8) -> Option<String> {
        let within: Ipv6Net = within
            .parse()
            .ok()
            .filter(|it: &Ipv6Net| it.prefix_len() == 56)?;
        let network = u128::from(within.network()) | u128::from(index) << 64;
        Some(Ipv6Net::new(network.into(), 64).ok()?.to_string())
    }

    /// Of which range it is which part; none if it is no /64.
    pub fn of(range: &str) -> Option<Self> {
        let range: Ipv6Net = range
            .parse()
            .ok()
            .filter(|it: &Ipv6Net| it.prefix_len() == 64)?;
        let within = Ipv6Net::new(range.network(), 56).ok()?.trunc();
        let [.., index] = (u128::from(range.network()) >> 64).to_be_bytes();
        Some(Self {
            within: within.to_string().into(),
            index,
        })
    }
}

/// Whether two ranges have an address in common. What is no range has none.
fn overlap(one: &str, other: &str) -> bool {
    match (one.parse::<Ipv4Net>(), other.parse::<Ipv4Net>()) {
        (Ok(one), Ok(other)) => one.contains(&other.network()) || other.contains(&one.network()),
        _ => false,
    }
}
