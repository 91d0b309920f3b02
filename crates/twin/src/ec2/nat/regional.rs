//! Regional NAT gateways: in every zone where their VPC has subnets, with addresses that AWS allocates.

use super::{NatAddress, State, Step, later};
use crate::ec2::address::allocate;
use crate::ec2::address_association::associate;
use crate::ec2::{Ec2, route_table};
use crate::tags::Tags;
use crate::world::World;

/// How DescribeAddresses names the maker of the addresses [EC2 API: ServiceManaged].
const MAKER: &str = "rnat";

/// Lets a gateway that finds its zones by itself have an address in each zone with subnets, and in no other [EC2 API:
/// NatGateway, AutoProvisionZones].
pub(super) fn cover(world: &mut World, region: &str, id: &str) {
    let ec2 = &mut world.region(region).ec2;
    let Some(gateway) = ec2.nat_gateways.get_mut(id) else {
        return;
    };
    if gateway.regional.as_ref().is_none_or(|it| !it.is_automatic) {
        return;
    }
    let subnets = ec2.subnets.values().filter(|it| it.vpc == gateway.vpc);
    let mut wanted: Vec<(String, String)> = subnets
        .map(|subnet| (subnet.zone.clone(), subnet.zone_id.clone()))
        .collect();
    wanted.sort();
    wanted.dedup();
    let stays = |it: &NatAddress| it.zone.as_ref().is_some_and(|zone| wanted.contains(zone));
    let (mut kept, left): (Vec<_>, Vec<_>) = gateway.addresses.drain(..).partition(stays);
    left.into_iter()
        .filter_map(|address| address.allocation)
        .for_each(|allocation| ec2.let_go(&allocation));
    for (name, zone_id) in wanted {
        if kept
            .iter()
            .all(|it| it.zone.as_ref().is_none_or(|(other, _)| *other != name))
        {
            let allocation = allocate(world, region, Some(MAKER), Tags::default());
            kept.push(address(world, region, name, zone_id, allocation));
        }
    }
    if let Some(gateway) = world.region(region).ec2.nat_gateways.get_mut(id) {
        gateway.addresses = kept;
    }
}

/// Lets the gateways of a VPC look for zones that came or went: subnets did. It "can take up to 60 minutes" [VPC guide:
/// regional NAT gateways].
pub(in crate::ec2) fn follow(world: &mut World, region: &str, vpc: &str) {
    let gateways = world.region(region).ec2.nat_gateways.iter();
    let follows = gateways.filter(|(_, it)| {
        let automatic = it.regional.as_ref().is_some_and(|it| it.is_automatic);
        automatic && it.vpc == vpc && it.state == State::Available
    });
    let ids: Vec<String> = follows.map(|(id, _)| id.clone()).collect();
    let after = world.timing.nat_gateway_follow;
    for id in ids {
        later(world, region, &id, Step::Follows, after);
    }
}

/// An address of a gateway in a zone.
pub(super) fn address(
    world: &mut World,
    region: &str,
    zone: String,
    zone_id: String,
    allocation: String,
) -> NatAddress {
    let association = associate(world, region, &allocation, None);
    let addresses = &world.region(region).ec2.addresses;
    let public_ip = addresses.get(&allocation).map(|it| it.public_ip);
    NatAddress {
        association: Some(association),
        public_ip,
        ..unassociated(zone, zone_id, allocation)
    }
}

/// The same of a gateway that will fail.
pub(super) fn unassociated(zone: String, zone_id: String, allocation: String) -> NatAddress {
    NatAddress {
        allocation: Some(allocation),
        association: None,
        interface: None,
        private_ip: None,
        public_ip: None,
        zone: Some((zone, zone_id)),
    }
}

/// The route table that comes with a gateway, with a route to the internet [VPC guide: regional NAT gateways].
pub(super) fn make_route_table(world: &mut World, region: &str, vpc: &str, id: &str) -> String {
    let gateway = world.region(region).ec2.gateway_of(vpc).cloned();
    route_table::make_for(world, region, vpc, id, gateway)
}

impl Ec2 {
    /// Takes an address from a gateway that is gone, and releases it if AWS had allocated it.
    pub(super) fn let_go(&mut self, allocation: &str) {
        self.disassociate(allocation);
        let made = |it: &crate::ec2::Address| it.managed_by.is_some();
        if self.addresses.get(allocation).is_some_and(made) {
            self.addresses.remove(allocation);
        }
    }
}
