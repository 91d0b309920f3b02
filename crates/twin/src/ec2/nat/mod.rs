//! NAT gateways: zonal ones in a subnet, with an Elastic IP address or private, and regional ones in a VPC.
//!
//! A create call succeeds early; what goes wrong with the address, the gateway or the subnet shows a moment later as
//! state `failed`. Deleted ones stay visible for about an hour.

mod create;
mod delete;
mod regional;

use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::Ec2;
use super::describe::describe;
use super::resource::{Kind, Resource, View};
use crate::clock::Millis;
use crate::operation::{Answer, Call};
use crate::tags::Tags;
use crate::world::World;

pub(super) use create::create_nat_gateway;
pub(super) use delete::delete_nat_gateway;
pub(super) use regional::follow;

/// A NAT gateway.
#[derive(Serialize, Deserialize, Debug, Clone)]
pub struct NatGateway {
    /// Its VPC.
    pub vpc: String,
    /// Its subnet, if it is zonal.
    pub subnet: Option<String>,
    /// Whether it leads to the internet.
    pub is_public: bool,
    /// What a regional one has instead of a subnet.
    pub regional: Option<Regional>,
    /// How far it is.
    pub state: State,
    /// Its addresses, the primary one first.
    pub addresses: Vec<NatAddress>,
    /// Why it is failed, or will be: code and message.
    pub failure: Option<(String, String)>,
    /// When its deletion was asked for.
    pub deleted: Option<Millis>,
    /// Its tags.
    pub tags: Tags,
    created: Millis,
}

/// What regional gateways have.
#[derive(Serialize, Deserialize, Debug, Clone)]
pub struct Regional {
    /// Whether it finds its zones and addresses by itself.
    pub is_automatic: bool,
    /// The route table that AWS makes for it.
    pub route_table: Option<String>,
}

/// An address of a gateway.
#[derive(Serialize, Deserialize, Debug, Clone)]
pub struct NatAddress {
    /// The Elastic IP address.
    pub allocation: Option<String>,
    association: Option<String>,
    /// Its network interface.
    pub interface: Option<String>,
    private_ip: Option<Ipv4Addr>,
    public_ip: Option<Ipv4Addr>,
    /// Name and id of the zone that it serves, if the gateway is regional.
    pub zone: Option<(String, String)>,
}

/// How far a gateway is [EC2 API: NatGateway].
#[derive(Serialize, Deserialize, Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Being made.
    Pending,
    /// Made.
    Available,
    /// It could not be made.
    Failed,
    /// Being deleted.
    Deleting,
    /// Gone, but still shown.
    Deleted,
}

/// What happens to a gateway by itself.
#[derive(Serialize, Deserialize, Debug, Clone, Copy)]
pub enum Step {
    /// It becomes available, or fails.
    Settles,
    /// A regional one looks for zones that came or went.
    Follows,
    /// Its deletion ends.
    Ends,
    /// It is shown no longer.
    Vanishes,
}

/// Ids of NAT gateways.
pub(super) const KIND: Kind = Kind {
    prefix: "nat-",
    resource_type: "natgateway",
    noun: "NAT gateway",
    not_found: "NatGatewayNotFound",
    malformed: "NatGatewayMalformed",
};

/// `DescribeNatGateways`
pub(super) fn describe_nat_gateways(call: &mut Call<'_>) -> Answer {
    describe::<NatGateway>(call, "NatGatewayId", "natGatewaySet")
}

/// Lets something happen whose time has come.
pub(super) fn happen(world: &mut World, region: &str, id: &str, step: Step) {
    let gateways = &mut world.region(region).ec2.nat_gateways;
    let Some(gateway) = gateways.get_mut(id) else {
        return;
    };
    match (step, gateway.state) {
        (Step::Settles, State::Pending) if gateway.failure.is_some() => {
            gateway.state = State::Failed;
            let shown = world.timing.nat_gateway_shown;
            later(world, region, id, Step::Vanishes, shown);
        }
        (Step::Settles, State::Pending) => {
            gateway.state = State::Available;
            regional::cover(world, region, id);
        }
        (Step::Follows, State::Available) => regional::cover(world, region, id),
        (Step::Ends, State::Deleting) => delete::end(world, region, id),
        (Step::Vanishes, State::Failed | State::Deleted) => drop(gateways.remove(id)),
        _ => {}
    }
}

fn later(world: &mut World, region: &str, id: &str, step: Step, after: u64) {
    let id = id.to_owned();
    let what = super::Happening::NatGateway { id, step };
    let what = crate::agenda::Happening::Ec2(what);
    let at = world.now + Duration::from_millis(after);
    world.agenda.add(at, region, what);
}

impl NatGateway {
    /// Whether it counts: for quotas, routes, and what a VPC needs to be rid of.
    pub(super) fn is_there(&self) -> bool {
        !matches!(self.state, State::Failed | State::Deleted)
    }
}

impl NatAddress {
    fn show(&self, place: usize, state: State) -> Value {
        // Not known before the gateway is there [boto3 #779].
        let settled = state != State::Pending && state != State::Failed;
        let public_ip = self.public_ip.filter(|_| settled);
        json!({
            "allocationId": self.allocation,
            "associationId": self.association.as_ref().filter(|_| settled),
            "networkInterfaceId": self.interface,
            "privateIp": self.private_ip.map(|it| it.to_string()),
            "publicIp": public_ip.map(|it| it.to_string()),
            "isPrimary": place == 0,
            "status": match (state, self.allocation.is_some()) {
                (State::Pending, true) => "associating",
                (State::Pending, false) => "assigning",
                (State::Failed, _) => "failed",
                _ => "succeeded",
            },
            "availabilityZone": self.zone.as_ref().map(|(name, _)| name),
            "availabilityZoneId": self.zone.as_ref().map(|(_, id)| id),
        })
    }
}

impl Resource for NatGateway {
    const KIND: &'static Kind = &KIND;
    const FILTERS: &'static [(&'static str, &'static str)] = &[
        ("nat-gateway-id", "natGatewayId"),
        ("state", "state"),
        ("subnet-id", "subnetId"),
        ("vpc-id", "vpcId"),
    ];

    fn all(ec2: &Ec2) -> &BTreeMap<String, NatGateway> {
        &ec2.nat_gateways
    }

    fn created(&self) -> Millis {
        self.created
    }

    fn tags(&self) -> &Tags {
        &self.tags
    }

    fn show(&self, id: &str, _view: &View<'_>) -> Value {
        let failure = self
            .failure
            .as_ref()
            .filter(|_| self.state != State::Pending);
        let regional = self.regional.as_ref();
        let switch = |on: bool| if on { "enabled" } else { "disabled" };
        let automatic = regional.map(|it| switch(it.is_automatic));
        let addresses = self.addresses.iter().enumerate();
        json!({
            "natGatewayId": id,
            "vpcId": self.vpc,
            "subnetId": self.subnet,
            "state": match self.state {
                State::Pending => "pending",
                State::Available => "available",
                State::Failed => "failed",
                State::Deleting => "deleting",
                State::Deleted => "deleted",
            },
            "failureCode": failure.map(|(code, _)| code),
            "failureMessage": failure.map(|(_, message)| message),
            "connectivityType": if self.is_public { "public" } else { "private" },
            "availabilityMode": if regional.is_some() { "regional" } else { "zonal" },
            "autoProvisionZones": automatic,
            "autoScalingIps": automatic,
            "routeTableId": regional.and_then(|it| it.route_table.as_ref()),
            "natGatewayAddressSet": Vec::from_iter(addresses.map(|(place, it)| it.show(place, self.state))),
            "createTime": self.created.iso8601(),
            "deleteTime": self.deleted.map(Millis::iso8601),
            "tagSet": self.tags.to_list("key", "value"),
        })
    }
}
