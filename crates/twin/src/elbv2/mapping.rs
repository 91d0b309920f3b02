//! The subnets that a request names, plainly or as mappings with addresses of their own.

use std::net::Ipv4Addr;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::balancer::Kind;
use super::constraint::{invalid, misconfigured};
use crate::ec2;
use crate::input::Input;
use crate::refusal::Refusal;
use crate::world::World;

/// A subnet, and the address that a network balancer is to have in it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Mapping {
    pub(crate) subnet: String,
    pub(crate) fixed: Option<Wanted>,
}

/// An address as a request names it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Wanted {
    Allocation(String),
    Private(String),
}

/// An address of its owner's choice that a network balancer has in a subnet.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
pub enum Fixed {
    /// An Elastic IP address, by its allocation.
    Elastic {
        /// The allocation's id.
        allocation: String,
        /// The public address.
        address: Ipv4Addr,
    },
    /// An address of the subnet.
    Private(Ipv4Addr),
}

pub(super) fn read(input: &mut Input) -> Result<Vec<Mapping>, Refusal> {
    let subnets = input.texts("Subnets")?;
    let mappings = input.objects("SubnetMappings")?;
    if !subnets.is_empty() && !mappings.is_empty() {
        return Err(invalid(
            "You must specify either subnets or subnet mappings, but not both",
        ));
    }
    let plain = |subnet| Mapping {
        subnet,
        fixed: None,
    };
    let mut read: Vec<Mapping> = subnets.into_iter().map(plain).collect();
    for mut mapping in mappings {
        let subnet = mapping.required("SubnetId")?;
        let allocation = mapping.text("AllocationId")?;
        let private = mapping.text("PrivateIPv4Address")?;
        mapping.finish()?;
        let fixed = match (allocation, private) {
            (Some(_), Some(_)) => {
                return Err(invalid(
                    "You can specify either an allocation ID or a private IPv4 address for a subnet, but not both",
                ));
            }
            (Some(id), None) => Some(Wanted::Allocation(id)),
            (None, Some(address)) => Some(Wanted::Private(address)),
            (None, None) => None,
        };
        read.push(Mapping { subnet, fixed });
    }
    Ok(read)
}

/// Refuses addresses that a balancer of this kind and scheme cannot have [ELBv2 API: SubnetMapping].
pub(super) fn check(
    mappings: &[Mapping],
    kind: Kind,
    internet_facing: bool,
) -> Result<(), Refusal> {
    let mut allocations: Vec<&str> = Vec::new();
    for mapping in mappings {
        match &mapping.fixed {
            None => {}
            Some(_) if kind == Kind::Application => {
                return Err(misconfigured(
                    "You cannot specify Elastic IP addresses or private IP addresses for the subnets of an application load balancer",
                ));
            }
            Some(Wanted::Allocation(_)) if !internet_facing => {
                // [ELBv2 API: SubnetMapping]
                return Err(misconfigured(
                    "You can only specify Elastic IP addresses for internet-facing load balancers",
                ));
            }
            Some(Wanted::Private(_)) if internet_facing => {
                return Err(misconfigured(
                    "You can only specify private IPv4 addresses for internal load balancers",
                ));
            }
            Some(Wanted::Allocation(id)) if allocations.contains(&id.as_str()) => {
                return Err(invalid(format!(
                    "The allocation ID '{id}' was specified more than once"
                )));
            }
            Some(Wanted::Allocation(id)) => allocations.push(id),
            Some(Wanted::Private(_)) => {}
        }
    }
    Ok(())
}

/// The address itself, if it is there and free.
pub(super) fn resolve(
    world: &World,
    region: &str,
    mapping: &Mapping,
) -> Result<Option<Fixed>, Refusal> {
    match &mapping.fixed {
        None => Ok(None),
        Some(Wanted::Allocation(id)) => {
            let ec2 = world.regions.get(region).map(|here| &here.ec2);
            let Some(found) = ec2.and_then(|ec2| ec2.addresses.get(id)) else {
                return Err(Refusal::new(
                    "AllocationIdNotFound",
                    format!("The allocation ID '{id}' does not exist"),
                ));
            };
            if found.held.is_some() || found.managed_by.is_some() {
                return Err(Refusal::new(
                    // [aws-load-balancer-controller #1775]
                    "ResourceInUse",
                    "The allocation IDs are not available for use",
                ));
            }
            Ok(Some(Fixed::Elastic {
                allocation: id.clone(),
                address: found.public_ip,
            }))
        }
        Some(Wanted::Private(text)) => {
            let address: Ipv4Addr = text
                .parse()
                .map_err(|_| invalid(format!("'{text}' is not a valid IPv4 address")))?;
            let subnet = ec2::subnet(world, region, &mapping.subnet);
            if !subnet.is_some_and(|subnet| subnet.cidr.contains(&address)) {
                return Err(misconfigured(format!(
                    "The private IPv4 address '{address}' is not in the range of subnet '{}'",
                    mapping.subnet
                )));
            }
            Ok(Some(Fixed::Private(address)))
        }
    }
}

impl Wanted {
    /// Whether a balancer that has `held` has what is wanted.
    pub(super) fn is(&self, held: Option<&Fixed>) -> bool {
        match (self, held) {
            (Wanted::Allocation(id), Some(Fixed::Elastic { allocation, .. })) => id == allocation,
            (Wanted::Private(text), Some(Fixed::Private(address))) => *text == address.to_string(),
            _ => false,
        }
    }
}

impl Fixed {
    pub(super) fn value(&self) -> Value {
        match self {
            Fixed::Elastic {
                allocation,
                address,
            } => json!({"IpAddress": address.to_string(), "AllocationId": allocation}),
            Fixed::Private(address) => json!({"PrivateIPv4Address": address.to_string()}),
        }
    }
}
