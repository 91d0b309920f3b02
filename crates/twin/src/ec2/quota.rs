//! Quotas of a region, settable per test.

use serde::{Deserialize, Serialize};

/// How many of each there may be, with the defaults of [Amazon VPC quotas].
#[derive(Serialize, Deserialize, Debug, Clone, PartialEq)]
#[serde(default, deny_unknown_fields)]
pub struct Quotas {
    /// Elastic IP addresses in the region that callers allocated [EC2 quotas].
    pub addresses: usize,
    /// NAT gateways in a zone.
    pub nat_gateways_per_zone: usize,
    /// Gateway endpoints in the region.
    pub gateway_endpoints: usize,
    /// Interface endpoints in a VPC.
    pub interface_endpoints_per_vpc: usize,
    /// VPCs in the region.
    pub vpcs: usize,
    /// Subnets in a VPC.
    pub subnets_per_vpc: usize,
    /// Internet gateways in the region; raised together with `vpcs`.
    pub internet_gateways: usize,
    /// Route tables in a VPC, the main one among them.
    pub route_tables_per_vpc: usize,
    /// Routes in a route table that were not there from the start, per address family.
    pub routes_per_table: usize,
    /// Security groups in the region.
    pub groups: usize,
    /// Rules of a group per direction and address family; a rule that names a group counts in both families.
    pub rules_per_group: usize,
    /// Groups of a network interface.
    pub groups_per_interface: usize,
    /// Network interfaces in the region.
    pub interfaces: usize,
    /// vCPUs of running On-Demand Standard instances. New accounts begin with 5, and it grows with use [EC2 quotas].
    pub vcpus: usize,
}

impl Default for Quotas {
    fn default() -> Quotas {
        Quotas {
            addresses: 5,
            nat_gateways_per_zone: 5,
            gateway_endpoints: 20,
            interface_endpoints_per_vpc: 50,
            vpcs: 5,
            subnets_per_vpc: 200,
            internet_gateways: 5,
            route_tables_per_vpc: 200,
            routes_per_table: 500,
            groups: 2500,
            rules_per_group: 60,
            groups_per_interface: 5,
            interfaces: 5000,
            vcpus: 64,
        }
    }
}
