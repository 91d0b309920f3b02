//! Load balancers by their DNS names, for those who resolve them or point to them.

use std::net::IpAddr;

use super::balancer::{Kind, LoadBalancer};
use super::dns;
use crate::elb;
use crate::world::World;

/// The zone that Route 53 has this name in, whether or not a balancer bears it.
pub(crate) fn hosted_zone_of_name(name: &str) -> Option<String> {
    let name = name.strip_suffix(".amazonaws.com")?;
    let labels: Vec<&str> = name.rsplit('.').collect();
    match labels.as_slice() {
        ["elb", region, _, ..] => Some(dns::hosted_zone(Kind::Application, region)),
        [region, "elb", _, ..] => Some(dns::hosted_zone(Kind::Network, region)),
        _ => None,
    }
}

/// The zone of the balancer that answers under this name.
pub(crate) fn hosted_zone_of_balancer(world: &World, name: &str) -> Option<String> {
    let Some((region, balancer)) = named(world, name) else {
        return elb::hosted_zone(world, name);
    };
    Some(dns::hosted_zone(balancer.kind, region))
}

/// The addresses of the balancer that answers under this name; none where there is no such balancer.
pub(crate) fn addresses(world: &World, name: &str) -> Option<Vec<IpAddr>> {
    let Some((region, balancer)) = named(world, name) else {
        return elb::addresses(world, name);
    };
    let interfaces = &world.regions.get(region)?.ec2.interfaces;
    let own = balancer.zones.iter();
    let own = own.filter_map(|zone| interfaces.get(&zone.interface));
    let address = own.map(|one| IpAddr::V4(one.public_ip.unwrap_or(one.private_ip)));
    Some(address.collect())
}

/// `dualstack.` before the name changes nothing but the addresses' families [ELB user guide: alias records].
fn named<'a>(world: &'a World, name: &str) -> Option<(&'a str, &'a LoadBalancer)> {
    let name = name.strip_prefix("dualstack.").unwrap_or(name);
    world.regions.iter().find_map(|(region, here)| {
        let mut balancers = here.elbv2.balancers.values();
        let found = balancers.find(|one| one.dns_name.eq_ignore_ascii_case(name))?;
        Some((region.as_str(), found))
    })
}
