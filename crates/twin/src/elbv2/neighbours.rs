//! What load balancers ask of services that other modules own: instances, Elastic IP addresses, buckets.
//!
//! One function a question, so that there is one place to change when the twin's EC2 and S3 have these things. Until
//! then each is scripted by a rule whose `image` names it and says what a balancer has to know, as servers behind plain
//! addresses are ([`super::backend`]); only tests need that.

use std::net::Ipv4Addr;

use super::constraint::misconfigured;
use crate::ec2;
use crate::refusal::Refusal;
use crate::world::World;

/// An EC2 instance that is there.
pub(crate) struct Instance {
    /// The VPC of its primary interface.
    pub(crate) vpc: String,
    /// Its subnet's zone.
    pub(crate) zone: String,
    /// Its primary private address.
    pub(crate) address: Ipv4Addr,
    /// `running`; only such an instance can be registered.
    pub(crate) running: bool,
}

/// A bucket.
pub(crate) struct Bucket {
    /// Where it lies.
    pub(crate) region: String,
    /// Its bucket policy.
    pub(crate) policy: Option<String>,
}

/// The instance with this id. `None` where there is none, or it is terminated.
///
/// Scripted as `instance:i-0123456789abcdef0:10.0.1.20`; one that does not listen is stopped.
pub(crate) fn instance(world: &World, region: &str, id: &str) -> Option<Instance> {
    let (said, behaviour) = scripted(world, "instance", id)?;
    let address: Ipv4Addr = said.parse().ok()?;
    let ec2 = &world.regions.get(region)?.ec2;
    let mut subnets = ec2.vpcs.keys().filter_map(|vpc| {
        let subnet = ec2::subnet_of_address(world, region, vpc, address)?;
        Some((vpc.clone(), subnet.zone.clone()))
    });
    let (vpc, zone) = subnets.next()?;
    Some(Instance {
        vpc,
        zone,
        address,
        running: behaviour.listens,
    })
}

/// The address of an allocation of this region.
///
/// Scripted as `allocation:eipalloc-0123456789abcdef0:198.51.100.7`; one that does not listen is in use.
pub(super) fn allocation(
    world: &World,
    region: &str,
    id: &str,
) -> Result<Option<Ipv4Addr>, Refusal> {
    let Some((said, behaviour)) = scripted(world, "allocation", id) else {
        return Ok(None);
    };
    let address = said.parse().ok();
    let interfaces = world
        .regions
        .get(region)
        .map(|region| &region.ec2.interfaces);
    let mut interfaces = interfaces.into_iter().flat_map(|all| all.values());
    if !behaviour.listens || interfaces.any(|one| one.public_ip == address) {
        return Err(Refusal::new(
            // [aws-load-balancer-controller #1775]
            "ResourceInUse",
            "The allocation IDs are not available for use",
        ));
    }
    Ok(address)
}

/// Gives a balancer's interface the address of an allocation, for as long as the interface lives.
pub(super) fn associate(
    world: &mut World,
    region: &str,
    interface: &str,
    (_allocation, address): (&str, Ipv4Addr),
) {
    let interfaces = &mut world.region(region).ec2.interfaces;
    if let Some(found) = interfaces.get_mut(interface) {
        found.public_ip = Some(address);
    }
}

/// The bucket of this name.
///
/// Scripted as `bucket:the-name:eu-central-1`; its log lines are its policy.
pub(crate) fn bucket(world: &World, name: &str) -> Option<Bucket> {
    let (region, behaviour) = scripted(world, "bucket", name)?;
    let policy = behaviour.log.join("\n");
    Some(Bucket {
        region: region.to_owned(),
        policy: Some(policy).filter(|policy| !policy.is_empty()),
    })
}

fn scripted<'a>(
    world: &'a World,
    noun: &str,
    id: &str,
) -> Option<(&'a str, &'a crate::script::Behaviour)> {
    let start = format!("{noun}:{id}:");
    let mut rules = world.script.rules.iter();
    rules.find_map(|rule| Some((rule.image.strip_prefix(&start)?, &rule.behaviour)))
}

/// Only balancers that face the internet have public addresses of their owner's [ELBv2 API: SubnetMapping].
pub(super) fn not_public() -> Refusal {
    misconfigured("You can only specify Elastic IP addresses for internet-facing load balancers")
}
