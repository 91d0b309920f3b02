//! VPC endpoints: gateway endpoints, which are routes, and interface endpoints, which are interfaces in subnets.

mod create;
mod delete;
mod modify;
mod place;
mod service;
mod show;

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::describe::describe;
use super::resource::Kind;
use super::route::Target;
use super::route_table::RouteTable;
use super::{Ec2, Happening};
use crate::clock::Millis;
use crate::operation::{Answer, Call};
use crate::tags::Tags;
use crate::world::World;

pub(super) use create::create_vpc_endpoint;
pub(super) use delete::delete_vpc_endpoints;
pub(super) use modify::modify_vpc_endpoint;
pub(super) use service::describe_vpc_endpoint_services;

/// A VPC endpoint.
#[derive(Serialize, Deserialize, Debug, Clone)]
pub struct Endpoint {
    /// Its VPC.
    pub vpc: String,
    /// `com.amazonaws.eu-central-1.s3`
    pub service: String,
    /// Its sort.
    pub sort: Sort,
    /// How far it is.
    pub state: State,
    /// Who may use it for what; none is everybody for everything.
    pub policy: Option<String>,
    /// The interface in each of its subnets.
    pub interfaces: BTreeMap<String, String>,
    /// The security groups of its interfaces.
    pub groups: Vec<String>,
    /// Whether the service's own name leads to it within the VPC.
    pub private_dns: bool,
    /// What makes its own names unlike any other.
    label: String,
    /// Its tags.
    pub tags: Tags,
    created: Millis,
}

/// The sorts of endpoints that the twin has.
#[derive(Serialize, Deserialize, Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sort {
    /// Routes to a service's prefix list.
    Gateway,
    /// Interfaces in subnets.
    Interface,
}

/// How far an endpoint is [EC2 API: VpcEndpoint].
#[derive(Serialize, Deserialize, Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Being made.
    Pending,
    /// Made.
    Available,
    /// Being deleted.
    Deleting,
}

/// Ids of endpoints.
pub(super) const KIND: Kind = Kind {
    prefix: "vpce-",
    resource_type: "vpc-endpoint",
    noun: "Vpc Endpoint Id",
    not_found: "InvalidVpcEndpointId.NotFound",
    malformed: "InvalidVpcEndpointId.Malformed",
};

/// `DescribeVpcEndpoints`
pub(super) fn describe_vpc_endpoints(call: &mut Call<'_>) -> Answer {
    describe::<Endpoint>(call, "VpcEndpointId", "vpcEndpointSet")
}

/// The endpoint whose private name in a VPC this is, or a part of it.
pub(crate) fn private_dns_of(
    world: &World,
    region: &str,
    vpc: &str,
    domain: &str,
) -> Option<String> {
    let ec2 = &world.regions.get(region)?.ec2;
    let named = |it: &Endpoint| {
        let names = service::find(region, &it.service).map(|service| service.names(region));
        it.private_dns
            && it.vpc == vpc
            && names.is_some_and(|names| names.iter().any(|name| name == domain))
    };
    let mut found = ec2.endpoints.iter().filter(|(_, it)| named(it));
    found.next().map(|(id, _)| id.clone())
}

/// Lets an endpoint be made, or be gone.
pub(super) fn happen(world: &mut World, region: &str, id: &str, gone: bool) {
    let ec2 = &mut world.region(region).ec2;
    match ec2.endpoints.get_mut(id) {
        Some(endpoint) if !gone && endpoint.state == State::Pending => {
            endpoint.state = State::Available
        }
        Some(endpoint) if gone && endpoint.state == State::Deleting => {
            let interfaces = std::mem::take(&mut endpoint.interfaces);
            interfaces.values().for_each(|it| ec2.remove_interface(it));
            ec2.endpoints.remove(id);
        }
        _ => {}
    }
}

/// Lets something happen to an endpoint after its time.
fn later(world: &mut World, region: &str, id: &str, gone: bool) {
    let at = world.now + Duration::from_millis(world.timing.vpc_endpoint);
    let id = id.to_owned();
    let what = Happening::Endpoint { id, gone };
    let what = crate::agenda::Happening::Ec2(what);
    world.agenda.add(at, region, what);
}

impl Ec2 {
    /// The route tables with a route to an endpoint.
    fn tables_to<'a>(&'a self, endpoint: &'a str) -> impl Iterator<Item = &'a String> {
        let leads = move |table: &RouteTable| {
            let mut targets = table.routes.values();
            targets.any(|target| matches!(target, Target::Endpoint(id) if id == endpoint))
        };
        let tables = self.route_tables.iter();
        tables
            .filter(move |(_, table)| leads(table))
            .map(|(id, _)| id)
    }
}
