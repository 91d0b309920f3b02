//! `aws.ec2.vpc_endpoint`: a way to a service of AWS that does not lead over the internet.

#[cfg(feature = "live")]
mod live;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use ashore_engine::input::{Input, Output};
use ashore_engine::kind::{Impact, Kind, Observed, Patience, Replacement, Request};
use serde::{Deserialize, Serialize};

use crate::aws::patience;
use crate::aws::sequence::in_order_of;
use crate::aws::tags::Tags;

/// An endpoint for one service, with AWS's default policy: whoever reaches it may ask what IAM lets
/// them.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct VpcEndpoint {
    /// Its VPC. Cannot be changed.
    pub vpc: Input<String>,
    /// `com.amazonaws.REGION.SERVICE`. Cannot be changed.
    pub service: String,
    /// How it is reached.
    pub way: Way,
    /// The user's tags.
    pub tags: Tags,
}

/// How an endpoint is reached. One cannot become the other.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    /// By a route, which AWS keeps in these tables. Costs nothing; S3 and DynamoDB alone have it.
    Gateway {
        /// The tables.
        route_tables: Vec<Input<String>>,
    },
    /// By an interface in each of these subnets, under the service's own name.
    Interface {
        /// One for each zone at most.
        subnets: Vec<Input<String>>,
        /// Who reaches it.
        security_groups: Vec<Input<String>>,
    },
}

/// What AWS tells of an endpoint.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Outputs {
    /// `vpce-…`.
    pub id: String,
}

impl VpcEndpoint {
    /// Its id.
    pub const ID: Output<Self, String> = Output::new("id");
}

/// One request.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// `CreateVpcEndpoint`, with a token.
    Create,
    /// `ModifyVpcEndpoint`: tables, or subnets and groups, that come and go.
    Modify(Difference),
    /// `CreateTags`.
    Tag,
    /// `DeleteTags`.
    Untag(Vec<String>),
    /// `DeleteVpcEndpoints`, of this one.
    Delete,
}

/// What comes and goes. What comes is still a place in the spec, for it may not be known yet.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Difference {
    /// Which of the tables or subnets of the spec come.
    pub add: Vec<usize>,
    /// Which tables or subnets go, by id.
    pub remove: Vec<String>,
    /// Which of the groups of the spec come.
    pub add_groups: Vec<usize>,
    /// Which groups go, by id.
    pub remove_groups: Vec<String>,
}

impl Way {
    /// Where it leads from: route tables or subnets.
    pub(crate) fn from(&self) -> &[Input<String>] {
        match self {
            Self::Gateway { route_tables } => route_tables,
            Self::Interface { subnets, .. } => subnets,
        }
    }

    /// Who reaches it.
    pub(crate) fn groups(&self) -> &[Input<String>] {
        match self {
            Self::Gateway { .. } => &[],
            Self::Interface {
                security_groups, ..
            } => security_groups,
        }
    }

    fn same_sort(&self, other: &Self) -> bool {
        matches!(self, Self::Gateway { .. }) == matches!(other, Self::Gateway { .. })
    }

    /// What leads from what is there to this.
    fn difference(&self, there: &Self) -> Option<Difference> {
        let difference = Difference {
            add: missing(self.from(), there.from()),
            remove: left(there.from(), self.from()),
            add_groups: missing(self.groups(), there.groups()),
            remove_groups: left(there.groups(), self.groups()),
        };
        (difference != Difference::default()).then_some(difference)
    }
}

fn missing(wanted: &[Input<String>], there: &[Input<String>]) -> Vec<usize> {
    let wanted = wanted.iter().enumerate();
    let missing = wanted.filter(|(_, input)| !there.contains(input));
    missing.map(|(index, _)| index).collect()
}

fn left(there: &[Input<String>], wanted: &[Input<String>]) -> Vec<String> {
    let left: BTreeSet<String> = there
        .iter()
        .filter(|input| !wanted.contains(input))
        .filter_map(|input| input.known().cloned())
        .collect();
    left.into_iter().collect()
}

impl Kind for VpcEndpoint {
    const NAME: &'static str = "aws.ec2.vpc_endpoint";
    const PATIENCE: Patience = patience::VPC_ENDPOINT;
    type Outputs = Outputs;
    type Change = Change;

    fn changes(&self, observed: Option<&Observed<Self>>) -> Vec<Change> {
        let Some(Observed { spec: observed, .. }) = observed else {
            return vec![Change::Create];
        };
        let mut changes = Vec::new();
        if self.way.same_sort(&observed.way) {
            changes.extend(self.way.difference(&observed.way).map(Change::Modify));
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

    /// A table has one route to S3, and a network one answer for the service's name.
    fn replaced_by(&self, observed: &Observed<Self>) -> Option<Replacement> {
        let there = &observed.spec;
        let fields = [
            ("vpc", self.vpc != there.vpc),
            ("service", self.service != there.service),
            ("way", !self.way.same_sort(&there.way)),
        ];
        let differ = fields.into_iter().filter(|(_, differs)| *differs);
        let replaced = Replacement::because(differ.map(|(field, _)| field));
        if self.vpc == there.vpc && self.service == there.service {
            return replaced.in_its_place().or_none();
        }
        replaced.or_none()
    }

    fn request(change: &Change) -> Request {
        let request = |operation| Request::new(operation).on("vpc-endpoint/*");
        match change {
            Change::Create => request("ec2:CreateVpcEndpoint"),
            Change::Modify(difference) => {
                let modify = request("ec2:ModifyVpcEndpoint");
                if difference.remove.is_empty() && difference.remove_groups.is_empty() {
                    return modify;
                }
                modify.impact(Impact::Brief("connections by what goes break".into()))
            }
            Change::Tag => request("ec2:CreateTags"),
            Change::Untag(_) => request("ec2:DeleteTags"),
            Change::Delete => request("ec2:DeleteVpcEndpoints").impact(Impact::Outage(
                "without another way out, nothing in the network reaches the service".into(),
            )),
        }
    }

    fn owned(mut self, by: &[&Self]) -> Self {
        let same = |one: &Input<String>, other: &Input<String>| one == other;
        let from = by.iter().flat_map(|spec| spec.way.from());
        let groups = by.iter().flat_map(|spec| spec.way.groups());
        match &mut self.way {
            Way::Gateway { route_tables } => {
                *route_tables = in_order_of(std::mem::take(route_tables), from, same);
            }
            Way::Interface {
                subnets,
                security_groups,
            } => {
                *subnets = in_order_of(std::mem::take(subnets), from, same);
                *security_groups = in_order_of(std::mem::take(security_groups), groups, same);
            }
        }
        self.tags = self.tags.owned(by.iter().map(|spec| &spec.tags));
        self
    }
}
