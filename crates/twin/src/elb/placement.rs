//! Where a load balancer stands: subnets, zones, interfaces, security groups. The rules are those of its younger
//! sisters, save that one zone is enough.

use std::time::Duration;

use serde_json::json;

use super::{balancer, misconfigured, ours};
use crate::ec2;
use crate::elbv2::constraint::invalid;
use crate::elbv2::{self, Kind, Mapping, Placement, Zone};
use crate::operation::{Answer, Call};
use crate::refusal::Refusal;
use crate::world::World;

pub(super) fn apply_security_groups(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let name = input.required("LoadBalancerName")?;
    let wanted = input.texts("SecurityGroups")?;
    input.finish()?;
    let found = balancer::named(&mut call.here().elb, &name)?.clone();
    if wanted.is_empty() {
        return Err(invalid("At least one security group must be specified"));
    }
    let region = call.region.clone();
    let groups = groups(call.world, &region, &found.vpc, wanted)?;
    for zone in &found.zones {
        ec2::interfaces::set_groups(call.world, &region, &zone.interface, groups.clone());
    }
    balancer::named(&mut call.here().elb, &name)?.security_groups = groups.clone();
    Ok(json!({ "SecurityGroups": groups }))
}

/// Subnets that are attached already stay as they are.
pub(super) fn attach_to_subnets(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let name = input.required("LoadBalancerName")?;
    let wanted = input.texts("Subnets")?;
    input.finish()?;
    let found = balancer::named(&mut call.here().elb, &name)?.clone();
    if wanted.is_empty() {
        return Err(invalid("At least one subnet must be specified"));
    }
    let held: Vec<String> = found.zones.iter().map(|zone| zone.subnet.clone()).collect();
    let fresh = wanted.into_iter().filter(|subnet| !held.contains(subnet));
    let fresh: Vec<String> = fresh.collect();
    let region = call.region.clone();
    let together = [held.clone(), fresh.clone()].concat();
    choose(call.world, &region, found.internet_facing, &together)?;
    let mut zones = found.zones;
    if !fresh.is_empty() {
        let place = choose(call.world, &region, found.internet_facing, &fresh)?;
        zones.extend(occupy(
            call.world,
            &region,
            &name,
            &place,
            &found.security_groups,
            found.internet_facing,
        )?);
        zones.sort_by(|a, b| a.name.cmp(&b.name));
    }
    let subnets: Vec<String> = zones.iter().map(|zone| zone.subnet.clone()).collect();
    balancer::named(&mut call.here().elb, &name)?.zones = zones;
    super::look(call.world, &region);
    Ok(json!({ "Subnets": subnets }))
}

/// The interfaces there linger, as those of a deleted balancer do.
pub(super) fn detach_from_subnets(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let name = input.required("LoadBalancerName")?;
    let unwanted = input.texts("Subnets")?;
    input.finish()?;
    let found = balancer::named(&mut call.here().elb, &name)?;
    let (gone, kept): (Vec<Zone>, Vec<Zone>) = found
        .zones
        .iter()
        .cloned()
        .partition(|zone| unwanted.contains(&zone.subnet));
    if gone.len() < unwanted.len() {
        return Err(misconfigured(
            "One or more of the subnets are not attached to the load balancer",
        ));
    }
    if kept.is_empty() {
        return Err(misconfigured(
            "A load balancer must have at least one subnet",
        ));
    }
    let subnets: Vec<String> = kept.iter().map(|zone| zone.subnet.clone()).collect();
    found.zones = kept;
    let linger = Duration::from_millis(call.world.timing.interface_release);
    for zone in gone {
        ec2::interfaces::release(call.world, &call.region, &zone.interface, linger);
    }
    super::look(call.world, &call.region);
    Ok(json!({ "Subnets": subnets }))
}

pub(super) fn choose(
    world: &World,
    region: &str,
    internet_facing: bool,
    subnets: &[String],
) -> Result<Placement, Refusal> {
    let plain = |subnet: &String| Mapping {
        subnet: subnet.clone(),
        fixed: None,
    };
    let mappings: Vec<Mapping> = subnets.iter().map(plain).collect();
    // A network balancer is content with one zone too.
    elbv2::choose(world, region, Kind::Network, internet_facing, &mappings).map_err(ours)
}

pub(super) fn groups(
    world: &World,
    region: &str,
    vpc: &str,
    wanted: Vec<String>,
) -> Result<Vec<String>, Refusal> {
    elbv2::security_groups(world, region, Kind::Application, vpc, wanted).map_err(ours)
}

pub(super) fn occupy(
    world: &mut World,
    region: &str,
    name: &str,
    place: &Placement,
    groups: &[String],
    internet_facing: bool,
) -> Result<Vec<Zone>, Refusal> {
    elbv2::has_room(world, region, place)?;
    elbv2::occupy(world, region, name, place, groups, internet_facing)
}
