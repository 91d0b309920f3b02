//! Where an instance stands: a subnet in each of its zones, with a network interface that holds subnet and security
//! groups until the instance is gone, and a little longer.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::refuse;
use super::settings::Settings;
use super::subnet_group::{Placed, SubnetGroup};
use crate::ec2::interfaces::{self, NewInterface};
use crate::refusal::Refusal;
use crate::world::World;

/// One place of an instance.
#[derive(Clone, Serialize, Deserialize, Debug)]
pub(super) struct Stand {
    pub(super) interface: String,
    pub(super) subnet: String,
    pub(super) zone: String,
}

/// The places of an instance: its own zone, and another one for the standby.
pub(super) fn choose(
    group: &SubnetGroup,
    zone: Option<&str>,
    multi_az: bool,
) -> Result<Vec<Placed>, Refusal> {
    if zone.is_some() && multi_az {
        return Err(refuse::combination(
            "Requesting a specific availability zone is not valid for Multi-AZ instances.",
        ));
    }
    let zones = group.zones();
    if let Some(zone) = zone
        && !zones.contains(&zone)
    {
        return Err(refuse::network(format!(
            "The DB subnet group {} has no subnet in Availability Zone {zone}.",
            group.name
        )));
    }
    let first = zone.or(zones.first().copied());
    let second = zones
        .iter()
        .copied()
        .find(|it| Some(*it) != first)
        .filter(|_| multi_az);
    let subnet_in = |zone: &str| group.subnets.iter().find(|it| it.zone == zone).cloned();
    Ok([first, second]
        .into_iter()
        .flatten()
        .filter_map(subnet_in)
        .collect())
}

/// Takes the places: all or none.
pub(super) fn occupy(
    world: &mut World,
    region: &str,
    places: &[Placed],
    settings: &Settings,
) -> Result<Vec<Stand>, Refusal> {
    let mut stands: Vec<Stand> = Vec::new();
    for place in places {
        let wanted = NewInterface {
            subnet: place.id.clone(),
            groups: settings.security_groups.clone(),
            description: "RDSNetworkInterface".to_owned(),
            requester: "amazon-rds".to_owned(),
            public_ip: settings.public,
        };
        match interfaces::create(world, region, wanted) {
            Ok(interface) => stands.push(Stand {
                interface,
                subnet: place.id.clone(),
                zone: place.zone.clone(),
            }),
            Err(refusal) => {
                for stand in stands {
                    interfaces::release(world, region, &stand.interface, Duration::ZERO);
                }
                return Err(Refusal::new("InvalidSubnet", refusal.message));
            }
        }
    }
    Ok(stands)
}

/// Lets places go; their interfaces linger.
pub(super) fn leave(world: &mut World, region: &str, stands: &[Stand]) {
    let after = Duration::from_millis(world.timing.interface_release);
    for stand in stands {
        interfaces::release(world, region, &stand.interface, after);
    }
}

/// Follows a change of settings: security groups at once, a standby that is wanted or not any more.
pub(super) fn follow(world: &mut World, region: &str, name: &str) {
    let rds = &world.region(region).rds;
    let Some(instance) = rds.instances.get(name) else {
        return;
    };
    let settings = instance.settings.clone();
    let mut stands = instance.interfaces.clone();
    let group = rds.subnet_groups.get(&instance.subnet_group).cloned();
    for stand in &stands {
        let groups = settings.security_groups.clone();
        interfaces::set_groups(world, region, &stand.interface, groups);
    }
    if !settings.multi_az && stands.len() > 1 {
        leave(world, region, &stands.split_off(1));
    }
    if settings.multi_az && stands.len() == 1 {
        let first = stands[0].zone.clone();
        let subnets = group.into_iter().flat_map(|group| group.subnets);
        let other = subnets.into_iter().find(|it| it.zone != first);
        let places = Vec::from_iter(other);
        stands.extend(occupy(world, region, &places, &settings).unwrap_or_default());
    }
    if let Some(instance) = world.region(region).rds.instances.get_mut(name) {
        instance.interfaces = stands;
    }
}
