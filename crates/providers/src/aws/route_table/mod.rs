//! `aws.ec2.route_table`: where the subnets of a network send what leaves it.

#[cfg(feature = "live")]
mod live;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use ashore_engine::input::{Input, Output};
use ashore_engine::kind::{Impact, Kind, Observed, Patience, Replacement, Request};
use serde::{Deserialize, Serialize};

use crate::aws::patience;
use crate::aws::sequence::in_order_of;
use crate::aws::tags::Tags;

/// A route table with its routes and the subnets that use it.
///
/// Routes to other destinations, and other subnets, are theirs who put them there: a peering, a
/// gateway endpoint, a VPN that propagates its own.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct RouteTable {
    /// Its VPC.
    pub vpc: Input<String>,
    /// Its routes. Those within the VPC are always there and are not listed.
    pub routes: Vec<Route>,
    /// The subnets that use it.
    pub subnets: Vec<Input<String>>,
    /// The user's tags.
    pub tags: Tags,
}

/// One route. There is one for each destination.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Route {
    /// A range in canonical form, `0.0.0.0/0` for all.
    pub destination: String,
    /// What it leads to: `igw-…`, `nat-…`.
    pub gateway: Input<String>,
}

/// What AWS tells of a route table.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Outputs {
    /// `rtb-…`.
    pub id: String,
    /// The id of each association, by the id of its subnet.
    #[serde(default)]
    pub associations: BTreeMap<String, String>,
}

impl RouteTable {
    /// Its id.
    pub const ID: Output<Self, String> = Output::new("id");
}

/// One request.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// `CreateRouteTable`.
    Create,
    /// `CreateRoute`. It has no token: the destination tells whether it is there.
    Route {
        /// Which of the spec's routes.
        index: usize,
    },
    /// `ReplaceRoute`: another gateway for the same destination.
    ReplaceRoute {
        /// Which of the spec's routes.
        index: usize,
    },
    /// `AssociateRouteTable`. Safe to send again: the same pair gives the same association.
    Associate {
        /// Which of the spec's subnets.
        index: usize,
    },
    /// `DisassociateRouteTable`.
    Disassociate {
        /// `rtbassoc-…`.
        association: String,
    },
    /// `DeleteRoute`.
    DeleteRoute {
        /// Its range.
        destination: String,
    },
    /// `CreateTags`.
    Tag,
    /// `DeleteTags`.
    Untag(Vec<String>),
    /// `DeleteRouteTable`. Its routes go with it; refused while a subnet uses it.
    Delete,
}

impl Kind for RouteTable {
    const NAME: &'static str = "aws.ec2.route_table";
    const PATIENCE: Patience = patience::EC2;
    type Outputs = Outputs;
    type Change = Change;

    fn changes(&self, observed: Option<&Observed<Self>>) -> Vec<Change> {
        let Some(Observed { spec, outputs }) = observed else {
            let routes = (0..self.routes.len()).map(|index| Change::Route { index });
            let subnets = (0..self.subnets.len()).map(|index| Change::Associate { index });
            let create = [Change::Create].into_iter();
            return create.chain(routes).chain(subnets).collect();
        };
        let mut changes = Vec::new();
        changes.extend(self.routes_to_make(spec));
        for (index, subnet) in self.subnets.iter().enumerate() {
            if !spec.subnets.contains(subnet) {
                changes.push(Change::Associate { index });
            }
        }
        let left = spec.subnets.iter().filter(|it| !self.subnets.contains(it));
        let left = left.filter_map(|subnet| outputs.associations.get(subnet.known()?));
        changes.extend(left.map(disassociate));
        let wanted = |route: &Route| self.route_to(&route.destination).is_some();
        let gone = spec.routes.iter().filter(|route| !wanted(route));
        changes.extend(gone.map(|route| Change::DeleteRoute {
            destination: route.destination.clone(),
        }));
        changes.extend(self.tags.requests(&spec.tags, Change::Tag, Change::Untag));
        changes
    }

    /// Every association, also those that others have made: none may be left.
    fn removal(observed: &Observed<Self>) -> Vec<Change> {
        let associations = observed.outputs.associations.values();
        associations
            .map(disassociate)
            .chain([Change::Delete])
            .collect()
    }

    fn replaced_by(&self, observed: &Observed<Self>) -> Option<Replacement> {
        Replacement::because((self.vpc != observed.spec.vpc).then_some("vpc")).or_none()
    }

    fn request(change: &Change) -> Request {
        let request = |operation| Request::new(operation).uses(&[]).on("route-table/*");
        match change {
            Change::Create => request("ec2:CreateRouteTable").uses(&["vpc"]),
            Change::Route { .. } => request("ec2:CreateRoute").uses(&["routes"]),
            Change::ReplaceRoute { .. } => request("ec2:ReplaceRoute")
                .uses(&["routes"])
                .impact(Impact::Brief("connections by the old route break".into())),
            Change::Associate { .. } => request("ec2:AssociateRouteTable").uses(&["subnets"]),
            Change::Disassociate { .. } => {
                request("ec2:DisassociateRouteTable").impact(Impact::Outage(
                    "what is left in the subnet has the routes of the network's main table".into(),
                ))
            }
            Change::DeleteRoute { .. } => request("ec2:DeleteRoute").impact(Impact::Outage(
                "what went by this route reaches nothing any more".into(),
            )),
            Change::Tag => request("ec2:CreateTags"),
            Change::Untag(_) => request("ec2:DeleteTags"),
            Change::Delete => request("ec2:DeleteRouteTable"),
        }
    }

    fn owned(mut self, by: &[&Self]) -> Self {
        let routes = by.iter().flat_map(|spec| &spec.routes);
        self.routes.retain(|route| {
            by.iter()
                .any(|it| it.route_to(&route.destination).is_some())
        });
        self.routes = in_order_of(self.routes, routes, |one, other| {
            one.destination == other.destination
        });
        self.subnets
            .retain(|subnet| by.iter().any(|it| it.subnets.contains(subnet)));
        let subnets = by.iter().flat_map(|spec| &spec.subnets);
        self.subnets = in_order_of(self.subnets, subnets, |one, other| one == other);
        self.tags = self.tags.owned(by.iter().map(|spec| &spec.tags));
        self
    }
}

impl RouteTable {
    fn route_to(&self, destination: &str) -> Option<&Route> {
        let mut routes = self.routes.iter();
        routes.find(|route| route.destination == destination)
    }

    fn routes_to_make(&self, observed: &Self) -> Vec<Change> {
        let change = |(index, route): (usize, &Route)| match observed.route_to(&route.destination) {
            None => Some(Change::Route { index }),
            Some(there) if there.gateway != route.gateway => Some(Change::ReplaceRoute { index }),
            Some(_) => None,
        };
        self.routes.iter().enumerate().filter_map(change).collect()
    }
}

fn disassociate(association: impl Into<String>) -> Change {
    Change::Disassociate {
        association: association.into(),
    }
}
