//! Where a load balancer stands: subnets, zones, interfaces, security groups.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::time::Duration;

use super::address_type::{self, WITHOUT_PUBLIC_IPV4};
use super::balancer::{self, Kind};
use super::constraint::{self, invalid, misconfigured};
use super::look;
use super::mapping::{self, Fixed, Mapping};
use crate::ec2;
use crate::operation::{Answer, Call};
use crate::refusal::Refusal;
use crate::world::World;

/// A zone in which a balancer stands.
#[derive(Clone, Serialize, Deserialize, Debug)]
pub struct Zone {
    /// The zone's name.
    pub name: String,
    /// The subnet in it.
    pub subnet: String,
    /// The balancer's interface there.
    pub interface: String,
    /// The address that its owner gave it there.
    #[serde(default)]
    pub fixed: Option<Fixed>,
}

/// Subnets that passed every check, by zone.
pub(crate) struct Placement {
    pub(crate) vpc: String,
    /// The zone's name and the subnet in it, in order of zone.
    zones: Vec<(String, Mapping)>,
}

impl Placement {
    pub(crate) fn subnets(&self) -> impl Iterator<Item = &String> {
        self.zones.iter().map(|(_, mapping)| &mapping.subnet)
    }

    /// Whether a balancer that stands there stands as this says.
    pub(super) fn is(&self, zones: &[Zone]) -> bool {
        self.zones.len() == zones.len()
            && self.zones.iter().zip(zones).all(|((_, wanted), held)| {
                wanted.subnet == held.subnet
                    && match &wanted.fixed {
                        Some(fixed) => fixed.is(held.fixed.as_ref()),
                        None => held.fixed.is_none(),
                    }
            })
    }
}

pub(super) fn set_subnets(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let arn = input.required("LoadBalancerArn")?;
    let subnets = mapping::read(&mut input)?;
    let address_type = address_type::read(&mut input)?;
    input.accept("EnablePrefixForIpv6SourceNat", &[json!("off")])?;
    input.finish()?;
    let found = balancer::named(&mut call.here().elbv2, &arn)?.clone();
    let place = choose(
        call.world,
        &call.region,
        found.kind,
        found.internet_facing,
        &subnets,
    )?;
    let address_type = address_type.unwrap_or_else(|| found.address_type.clone());
    address_type::check(
        call.world,
        &call.region,
        found.face(),
        place.subnets(),
        &address_type,
    )?;
    if place.vpc != found.vpc {
        return Err(misconfigured(format!(
            "All subnets must belong to the same VPC: '{}'",
            found.vpc
        )));
    }
    let wanted = |zone: &Zone| {
        let mut named = place.zones.iter().map(|(_, mapping)| mapping);
        named.find(|mapping| mapping.subnet == zone.subnet)
    };
    let kept = found.zones.iter().filter(|zone| wanted(zone).is_some());
    let mut zones: Vec<Zone> = kept.cloned().collect();
    // What is enabled already stays as it is [ELBv2 API: SetSubnets].
    let other = |zone: &&Zone| {
        let fixed = wanted(zone).and_then(|mapping| mapping.fixed.as_ref());
        fixed.is_some_and(|fixed| !fixed.is(zone.fixed.as_ref()))
    };
    if let Some(zone) = zones.iter().find(other) {
        return Err(misconfigured(format!(
            "The addresses of subnet '{}' cannot be changed",
            zone.subnet
        )));
    }
    let fresh = Placement {
        vpc: place.vpc.clone(),
        zones: place
            .zones
            .iter()
            .filter(|(_, new)| zones.iter().all(|zone| zone.subnet != new.subnet))
            .cloned()
            .collect(),
    };
    has_room(call.world, &call.region, &fresh)?;
    let owner = arn
        .split_once(":loadbalancer/")
        .map_or("", |(_, owner)| owner);
    zones.extend(occupy(
        call.world,
        &call.region,
        owner,
        &fresh,
        &found.security_groups,
        found.internet_facing && address_type != WITHOUT_PUBLIC_IPV4,
    )?);
    zones.sort_by(|a, b| a.name.cmp(&b.name));
    let linger = Duration::from_millis(call.world.timing.interface_release);
    for left in found
        .zones
        .iter()
        .filter(|old| zones.iter().all(|zone| zone.subnet != old.subnet))
    {
        ec2::interfaces::release(call.world, &call.region, &left.interface, linger);
    }
    let answer = values(&zones);
    let found = balancer::named(&mut call.here().elbv2, &arn)?;
    found.zones = zones;
    found.address_type.clone_from(&address_type);
    look(call.world, &call.region);
    Ok(json!({"AvailabilityZones": answer, "IpAddressType": address_type}))
}

pub(super) fn set_security_groups(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let arn = input.required("LoadBalancerArn")?;
    let groups = input.texts("SecurityGroups")?;
    let enforce = constraint::one_of(&mut input, ENFORCE, &["on", "off"])?;
    input.finish()?;
    let found = balancer::named(&mut call.here().elbv2, &arn)?.clone();
    if enforce.is_some() && found.kind == Kind::Application {
        return Err(misconfigured(format!(
            "{ENFORCE} is only supported by network load balancers"
        )));
    }
    if found.kind == Kind::Network && found.security_groups.is_empty() {
        return Err(misconfigured(
            "You cannot set security groups on a load balancer that was created without security groups",
        ));
    }
    if groups.is_empty() {
        return Err(invalid("At least one security group must be specified"));
    }
    let groups = security_groups(call.world, &call.region, found.kind, &found.vpc, groups)?;
    for zone in &found.zones {
        ec2::interfaces::set_groups(call.world, &call.region, &zone.interface, groups.clone());
    }
    let found = balancer::named(&mut call.here().elbv2, &arn)?;
    found.security_groups = groups.clone();
    if let Some(enforce) = enforce {
        found.unenforced = enforce == "off";
    }
    Ok(json!({"SecurityGroupIds": groups, ENFORCE: found.enforces()}))
}

/// Whether the groups' inbound rules hold for what comes through PrivateLink.
pub(super) const ENFORCE: &str = "EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic";

/// Checks the subnets: known, one VPC, one a zone, two zones for an application balancer, enough addresses, and a way
/// to the internet if the balancer faces it.
pub(crate) fn choose(
    world: &World,
    region: &str,
    kind: Kind,
    internet_facing: bool,
    subnets: &[Mapping],
) -> Result<Placement, Refusal> {
    mapping::check(subnets, kind, internet_facing)?;
    let mut zones: Vec<(String, Mapping)> = Vec::new();
    let mut vpc: Option<String> = None;
    for mapping in subnets {
        let id = &mapping.subnet;
        let subnet = ec2::subnet(world, region, id).ok_or_else(|| {
            Refusal::new(
                "SubnetNotFound",
                format!("The subnet ID '{id}' does not exist"),
            )
        })?;
        if let Some(vpc) = vpc
            .replace(subnet.vpc.clone())
            .filter(|vpc| *vpc != subnet.vpc)
        {
            return Err(misconfigured(format!(
                "All subnets must belong to the same VPC: '{vpc}'"
            )));
        }
        if zones.iter().any(|(_, known)| known.subnet == *id) {
            return Err(invalid(format!(
                "The subnet ID '{id}' was specified more than once"
            )));
        }
        if zones.iter().any(|(zone, _)| *zone == subnet.zone) {
            return Err(misconfigured(
                "A load balancer cannot be attached to multiple subnets in the same Availability Zone",
            ));
        }
        zones.push((subnet.zone.clone(), mapping.clone()));
    }
    let Some(vpc) = vpc.filter(|_| kind == Kind::Network || zones.len() > 1) else {
        let two = "At least two subnets in two different Availability Zones must be specified";
        let one = "At least one subnet must be specified";
        return Err(invalid(if kind == Kind::Application { two } else { one }));
    };
    if internet_facing && !ec2::vpc_has_gateway(world, region, &vpc) {
        return Err(Refusal::new(
            "InvalidSubnet",
            format!("VPC {vpc} has no internet gateway"),
        ));
    }
    zones.sort_by(|(a, _), (b, _)| a.cmp(b));
    Ok(Placement { vpc, zones })
}

/// A balancer must be able to grow [ELB user guide: subnets for your load balancer].
const ROOM: usize = 8;

/// Checks that the subnets have enough free addresses.
pub(crate) fn has_room(world: &World, region: &str, place: &Placement) -> Result<(), Refusal> {
    let Some(ec2) = world.regions.get(region).map(|here| &here.ec2) else {
        return Ok(());
    };
    for id in place.subnets() {
        let free = ec2
            .subnets
            .get(id)
            .map_or(0, |subnet| ec2.free_addresses(id, subnet));
        if free < ROOM {
            return Err(Refusal::new(
                "InvalidSubnet",
                format!(
                    "Not enough IP space available in {id}. \
                     ELB requires at least {ROOM} free IP addresses in each subnet."
                ),
            ));
        }
    }
    Ok(())
}

/// Checks the security groups, or finds the VPC's default one if an application balancer names none.
pub(crate) fn security_groups(
    world: &World,
    region: &str,
    kind: Kind,
    vpc: &str,
    mut groups: Vec<String>,
) -> Result<Vec<String>, Refusal> {
    groups.dedup();
    for id in &groups {
        let group = ec2::group(world, region, id).ok_or_else(|| {
            Refusal::new(
                "InvalidSecurityGroup",
                format!("The security group '{id}' does not exist"),
            )
        })?;
        if group.vpc != vpc {
            return Err(misconfigured("One or more security groups are invalid"));
        }
    }
    if groups.len() > 5 {
        // [VPC quotas: security groups per network interface]
        return Err(misconfigured(
            "A load balancer cannot have more than '5' security groups",
        ));
    }
    if groups.is_empty() && kind == Kind::Application {
        groups.extend(ec2::default_group(world, region, vpc));
    }
    Ok(groups)
}

/// Makes the balancer's interface in every subnet. All or none: a subnet that is full takes back the others.
pub(crate) fn occupy(
    world: &mut World,
    region: &str,
    owner: &str,
    place: &Placement,
    groups: &[String],
    public_ip: bool,
) -> Result<Vec<Zone>, Refusal> {
    let mut fixed = Vec::new();
    for (_, mapping) in &place.zones {
        fixed.push(mapping::resolve(world, region, mapping)?);
    }
    let mut zones: Vec<Zone> = Vec::new();
    for ((zone, mapping), fixed) in place.zones.iter().zip(fixed) {
        let wanted = ec2::interfaces::NewInterface {
            subnet: mapping.subnet.clone(),
            groups: groups.to_vec(),
            description: format!("ELB {owner}"),
            requester: "amazon-elb".into(),
            public_ip,
        };
        let private = match &fixed {
            Some(Fixed::Private(address)) => Some(*address),
            _ => None,
        };
        match ec2::interfaces::create_at(world, region, wanted, private) {
            Ok(interface) => {
                if let Some(Fixed::Elastic { allocation, .. }) = &fixed {
                    ec2::associate(world, region, allocation, Some(&interface));
                }
                zones.push(Zone {
                    name: zone.clone(),
                    subnet: mapping.subnet.clone(),
                    interface,
                    fixed,
                });
            }
            Err(refusal) => {
                for zone in zones {
                    ec2::interfaces::release(world, region, &zone.interface, Duration::ZERO);
                }
                return Err(Refusal::new("InvalidSubnet", refusal.message));
            }
        }
    }
    Ok(zones)
}

pub(super) fn values(zones: &[Zone]) -> Vec<Value> {
    let value = |zone: &Zone| {
        let addresses: Vec<Value> = zone.fixed.iter().map(Fixed::value).collect();
        json!({"ZoneName": zone.name, "SubnetId": zone.subnet, "LoadBalancerAddresses": addresses})
    };
    zones.iter().map(value).collect()
}

/// Whether two lists name the same things in whatever order.
pub(super) fn same_set(a: &[String], b: &[String]) -> bool {
    a.iter().all(|item| b.contains(item)) && b.iter().all(|item| a.contains(item))
}
