//! What load balancers ask of services that other modules own: instances, Elastic IP addresses, buckets.

use std::net::Ipv4Addr;

use super::constraint::misconfigured;
use crate::refusal::Refusal;
use crate::world::World;
use crate::{ec2, s3};

/// An EC2 instance that is there.
pub(crate) struct Instance {
    /// The VPC of its subnet.
    pub(crate) vpc: String,
    /// Its subnet's zone.
    pub(crate) zone: String,
    /// `running`; only such an instance can be registered.
    pub(crate) running: bool,
}

/// The instance with this id. `None` where there is none, or it is terminated.
pub(crate) fn instance(world: &World, region: &str, id: &str) -> Option<Instance> {
    let found = ec2::instance(world, region, id)?;
    let subnet = ec2::subnet(world, region, &found.subnet)?;
    (found.state != ec2::InstanceState::Terminated).then(|| Instance {
        vpc: subnet.vpc.clone(),
        zone: found.zone.clone(),
        running: found.state == ec2::InstanceState::Running,
    })
}

/// The address of an allocation of this region.
pub(super) fn allocation(
    world: &World,
    region: &str,
    id: &str,
) -> Result<Option<Ipv4Addr>, Refusal> {
    let ec2 = world.regions.get(region).map(|here| &here.ec2);
    let Some(found) = ec2.and_then(|ec2| ec2.addresses.get(id)) else {
        return Ok(None);
    };
    if found.held.is_some() || found.managed_by.is_some() {
        return Err(Refusal::new(
            // [aws-load-balancer-controller #1775]
            "ResourceInUse",
            "The allocation IDs are not available for use",
        ));
    }
    Ok(Some(found.public_ip))
}

/// Gives a balancer's interface the address of an allocation, for as long as the interface lives.
pub(super) fn associate(world: &mut World, region: &str, interface: &str, allocation: &str) {
    ec2::associate(world, region, allocation, Some(interface));
}

/// The region and the policy of the bucket of this name.
pub(crate) fn bucket<'a>(world: &'a World, name: &str) -> Option<(&'a str, Option<&'a str>)> {
    s3::bucket(world, name)
}

/// Only balancers that face the internet have public addresses of their owner's [ELBv2 API: SubnetMapping].
pub(super) fn not_public() -> Refusal {
    misconfigured("You can only specify Elastic IP addresses for internet-facing load balancers")
}
