//! `aws.ec2.vpc`: the private network that everything else stands in.

#[cfg(feature = "live")]
mod live;

use ashore_engine::input::Output;
use ashore_engine::kind::{Impact, Kind, Observed, Patience, Replacement, Request};
use serde::{Deserialize, Serialize};

use crate::aws::patience;
use crate::aws::tags::Tags;

/// A VPC.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Vpc {
    /// Its IPv4 range, /16 to /28. Cannot be changed.
    pub cidr: String,
    /// Whether instances get public DNS names. AWS has it off by default.
    pub dns_hostnames: bool,
    /// Whether it has a /56 of Amazon's IPv6 addresses too.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub ipv6: bool,
    /// The user's tags.
    pub tags: Tags,
}

/// What AWS tells of a VPC.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Outputs {
    /// `vpc-…`.
    pub id: String,
    /// Its IPv6 range. Known some moments after it was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ipv6_cidr: Option<String>,
    /// `vpc-cidr-assoc-…`: what binds that range to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ipv6_association: Option<String>,
}

impl Vpc {
    /// Its id.
    pub const ID: Output<Self, String> = Output::new("id");
    /// Its IPv6 range, a /56.
    pub const IPV6_CIDR: Output<Self, String> = Output::new("ipv6_cidr");
}

/// One request.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// `CreateVpc`. It has no token: a lost one is found again by its tags.
    Create,
    /// `ModifyVpcAttribute`, which takes one attribute a call.
    DnsHostnames,
    /// `AssociateVpcCidrBlock`: a /56 of Amazon's.
    AssociateIpv6,
    /// `DisassociateVpcCidrBlock`. Refused while a subnet has a part of the range.
    DisassociateIpv6,
    /// `CreateTags`.
    Tag,
    /// `DeleteTags`.
    Untag(Vec<String>),
    /// `DeleteVpc`. The default group, access list and main route table go with it.
    Delete,
}

impl Kind for Vpc {
    const NAME: &'static str = "aws.ec2.vpc";
    const PATIENCE: Patience = patience::EC2;
    type Outputs = Outputs;
    type Change = Change;

    fn changes(&self, observed: Option<&Observed<Self>>) -> Vec<Change> {
        let Some(Observed { spec: observed, .. }) = observed else {
            let hostnames = self.dns_hostnames.then_some(Change::DnsHostnames);
            return [Change::Create].into_iter().chain(hostnames).collect();
        };
        let mut changes = Vec::new();
        if self.dns_hostnames != observed.dns_hostnames {
            changes.push(Change::DnsHostnames);
        }
        match (self.ipv6, observed.ipv6) {
            (true, false) => changes.push(Change::AssociateIpv6),
            (false, true) => changes.push(Change::DisassociateIpv6),
            _ => {}
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
        Replacement::because((self.cidr != observed.spec.cidr).then_some("cidr")).or_none()
    }

    fn request(change: &Change) -> Request {
        match change {
            Change::Create => Request::new("ec2:CreateVpc").on("vpc/*"),
            Change::DnsHostnames => Request::new("ec2:ModifyVpcAttribute").on("vpc/*"),
            Change::AssociateIpv6 => Request::new("ec2:AssociateVpcCidrBlock").on("vpc/*"),
            Change::DisassociateIpv6 => Request::new("ec2:DisassociateVpcCidrBlock").on("vpc/*"),
            Change::Tag => Request::new("ec2:CreateTags").on("vpc/*"),
            Change::Untag(_) => Request::new("ec2:DeleteTags").on("vpc/*"),
            Change::Delete => Request::new("ec2:DeleteVpc")
                .on("vpc/*")
                .impact(Impact::Outage(
                    "everything in the network goes with it".into(),
                )),
        }
    }

    fn owned(mut self, by: &[&Self]) -> Self {
        self.tags = self.tags.owned(by.iter().map(|spec| &spec.tags));
        self
    }
}
