//! The network that tasks run in.

use ipnet::Ipv4Net;

use super::{DomainName, LogRetention};
use crate::located::Located;

/// A VPC of our own and its subnets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Network {
    /// How tasks reach the internet.
    pub layout: Layout,
    /// Address range of the VPC, in canonical form.
    pub cidr: Located<Ipv4Net>,
    /// One for each zone, at least two, in the order of the zones. Which zones these are is pinned in the
    /// state when the network is made.
    pub subnets: Vec<Subnet>,
    /// Where tasks run that have no public address: as many, in the same zones. None where tasks are public.
    pub private_subnets: Vec<Subnet>,
    /// Where databases stand: as many, in the same zones. None where there are no databases.
    pub data_subnets: Vec<Subnet>,
    /// For how long flow logs are kept, if there are any.
    pub flow_logs: Option<LogRetention>,
    /// A domain that is answered within the network alone.
    pub private_zone: Option<Located<DomainName>>,
    /// Is the load balancer reached over IPv6 too?
    pub ipv6: bool,
}

/// A subnet in one zone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subnet {
    /// `a`, `b`, … in the order of the list: what stands in its address. Not the letter of the zone.
    pub key: char,
    /// Inside the VPC's range, apart from the other subnets.
    pub cidr: Located<Ipv4Net>,
}

/// How tasks reach the internet, and how it reaches them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// Public subnets, no NAT.
    PublicTasks,
    /// Private subnets with these NAT gateways.
    PrivateNat(Nat),
    /// Private subnets with endpoints and no NAT gateway.
    PrivateEndpoints,
}

/// What leads out of private subnets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nat {
    /// One gateway in the first zone.
    Single,
    /// One in each zone.
    PerZone,
    /// One that AWS has in every zone where it is wanted.
    Regional,
}
