//! EC2: the network. VPCs, subnets, gateways, route tables, security groups, network interfaces, endpoints, flow logs,
//! and what AWS makes along with them; launch templates, key pairs, and the instances that other services launch.
//!
//! One file for each sort of thing. [`resource`] says what they have in common; what is deleted while something else
//! needs it is refused as AWS does, and the interfaces of load balancers and tasks are such things ([`interfaces`]).

mod account;
mod address;
mod address_association;
mod authorize;
mod cidr_blocks;
mod default_vpc;
mod describe;
mod dhcp_options;
mod egress_only_gateway;
mod endpoint;
mod filter;
mod flow_log;
mod image;
mod instance;
mod instance_launch;
mod instance_state;
mod instance_type;
pub(crate) mod interfaces;
mod internet_gateway;
mod key_pair;
mod launch_template;
mod modify_rules;
mod nat;
mod network_acl;
mod permissions;
mod prefix_list;
mod quota;
mod reach;
mod request;
mod resource;
mod revoke;
mod route;
mod route_association;
mod route_table;
mod rules;
mod security_group;
mod subnet;
mod subnet_attribute;
mod tags;
mod template_data;
mod template_version;
#[cfg(test)]
mod tests;
mod user_data;
mod volume;
mod vpc;
mod vpc_attribute;
mod zones;

use std::collections::{BTreeMap, BTreeSet};
use std::net::Ipv4Addr;

use serde::{Deserialize, Serialize};

use crate::operation::{Operation, read, write};
use crate::tags::Tags;
use crate::world::World;

pub(crate) use address::Address;
pub(crate) use address_association::associate;
pub(crate) use egress_only_gateway::EgressOnlyGateway;
pub(crate) use endpoint::{Endpoint, private_dns_of};
pub(crate) use flow_log::FlowLog;
pub(crate) use instance::{Instance, State as InstanceState, instance, live_instance};
pub(crate) use instance_launch::{NewInstance, check as check_launch, launch};
pub(crate) use instance_state::{Step as InstanceStep, terminate};
pub(crate) use instance_type::{InstanceType, all as instance_types, find as instance_type};
pub(crate) use interfaces::Interface;
pub(crate) use internet_gateway::InternetGateway;
pub(crate) use key_pair::KeyPair;
pub(crate) use launch_template::LaunchTemplate;
pub(crate) use nat::NatGateway;
pub(crate) use network_acl::NetworkAcl;
pub(crate) use quota::Quotas;
pub(crate) use route_table::RouteTable;
pub(crate) use rules::Rule;
pub(crate) use security_group::SecurityGroup;
pub(crate) use subnet::Subnet;
pub(crate) use template_version::{Template, template};
pub(crate) use user_data::cluster as cluster_of;
pub(crate) use volume::Volume;
pub(crate) use vpc::Vpc;

/// EC2 of one region. Everything by its id.
#[derive(Default, Serialize, Deserialize, Debug)]
#[serde(default)]
pub struct Ec2 {
    /// How many of each there may be.
    pub quotas: Quotas,
    /// Networks.
    pub vpcs: BTreeMap<String, Vpc>,
    /// Subnets.
    pub subnets: BTreeMap<String, Subnet>,
    /// Internet gateways.
    pub gateways: BTreeMap<String, InternetGateway>,
    /// Route tables, with their routes and associations.
    pub route_tables: BTreeMap<String, RouteTable>,
    /// Network ACLs: one per VPC, the default one.
    pub network_acls: BTreeMap<String, NetworkAcl>,
    /// Security groups.
    pub groups: BTreeMap<String, SecurityGroup>,
    /// The rules of all security groups.
    pub rules: BTreeMap<String, Rule>,
    /// Network interfaces, those of load balancers and tasks among them.
    pub interfaces: BTreeMap<String, Interface>,
    /// Elastic IP addresses.
    pub addresses: BTreeMap<String, Address>,
    /// NAT gateways, those deleted a while ago among them.
    pub nat_gateways: BTreeMap<String, NatGateway>,
    /// Egress-only internet gateways.
    pub egress_gateways: BTreeMap<String, EgressOnlyGateway>,
    /// VPC endpoints.
    pub endpoints: BTreeMap<String, Endpoint>,
    /// Flow logs.
    pub flow_logs: BTreeMap<String, FlowLog>,
    /// Instances, terminated ones for a while.
    pub instances: BTreeMap<String, Instance>,
    /// The disks of instances.
    pub volumes: BTreeMap<String, Volume>,
    /// Launch templates with their versions.
    pub launch_templates: BTreeMap<String, LaunchTemplate>,
    /// Imported keys.
    pub key_pairs: BTreeMap<String, KeyPair>,
    /// The groups of local and wavelength zones that the account opted in to.
    pub opted_in: BTreeSet<String>,
    tokens: BTreeMap<String, request::Used>,
    dhcp_options: Option<String>,
    public_addresses: u32,
}

/// What happens by itself in EC2.
#[derive(Serialize, Deserialize, Debug, Clone)]
pub enum Happening {
    /// An instance goes on.
    Instance {
        /// Its id.
        id: String,
        /// What happens to it.
        step: InstanceStep,
    },
    /// A network interface whose owner is gone vanishes.
    InterfaceVanishes {
        /// Its id.
        id: String,
    },
    /// A NAT gateway goes on.
    NatGateway {
        /// Its id.
        id: String,
        /// How.
        step: nat::Step,
    },
    /// A VPC endpoint is made, or gone.
    Endpoint {
        /// Its id.
        id: String,
        /// Which of the two.
        gone: bool,
    },
}

/// What EC2 can do.
pub(crate) const OPERATIONS: &[Operation] = &[
    read(
        "DescribeAvailabilityZones",
        zones::describe_availability_zones,
    ),
    write(
        "ModifyAvailabilityZoneGroup",
        zones::modify_availability_zone_group,
    ),
    read("DescribeRegions", zones::describe_regions),
    read(
        "DescribeAccountAttributes",
        account::describe_account_attributes,
    ),
    write("CreateVpc", vpc::create_vpc),
    write("CreateDefaultVpc", default_vpc::create_default_vpc),
    read("DescribeVpcs", vpc::describe_vpcs),
    write("DeleteVpc", vpc::delete_vpc),
    write("ModifyVpcAttribute", vpc_attribute::modify_vpc_attribute),
    read(
        "DescribeVpcAttribute",
        vpc_attribute::describe_vpc_attribute,
    ),
    write("AssociateVpcCidrBlock", cidr_blocks::associate_vpc),
    write("DisassociateVpcCidrBlock", cidr_blocks::disassociate_vpc),
    write("CreateSubnet", subnet::create_subnet),
    write("AssociateSubnetCidrBlock", cidr_blocks::associate_subnet),
    write(
        "DisassociateSubnetCidrBlock",
        cidr_blocks::disassociate_subnet,
    ),
    read("DescribeSubnets", subnet::describe_subnets),
    write("DeleteSubnet", subnet::delete_subnet),
    write(
        "ModifySubnetAttribute",
        subnet_attribute::modify_subnet_attribute,
    ),
    write(
        "CreateInternetGateway",
        internet_gateway::create_internet_gateway,
    ),
    write(
        "AttachInternetGateway",
        internet_gateway::attach_internet_gateway,
    ),
    write(
        "DetachInternetGateway",
        internet_gateway::detach_internet_gateway,
    ),
    write(
        "DeleteInternetGateway",
        internet_gateway::delete_internet_gateway,
    ),
    read(
        "DescribeInternetGateways",
        internet_gateway::describe_internet_gateways,
    ),
    write("CreateRouteTable", route_table::create_route_table),
    read("DescribeRouteTables", route_table::describe_route_tables),
    write("DeleteRouteTable", route_table::delete_route_table),
    write("CreateRoute", route::create_route),
    write("ReplaceRoute", route::replace_route),
    write("DeleteRoute", route::delete_route),
    write(
        "AssociateRouteTable",
        route_association::associate_route_table,
    ),
    write(
        "DisassociateRouteTable",
        route_association::disassociate_route_table,
    ),
    write(
        "ReplaceRouteTableAssociation",
        route_association::replace_route_table_association,
    ),
    read("DescribeNetworkAcls", network_acl::describe_network_acls),
    write("CreateSecurityGroup", security_group::create_security_group),
    read(
        "DescribeSecurityGroups",
        security_group::describe_security_groups,
    ),
    write("DeleteSecurityGroup", security_group::delete_security_group),
    write(
        "AuthorizeSecurityGroupIngress",
        authorize::authorize_ingress,
    ),
    write("AuthorizeSecurityGroupEgress", authorize::authorize_egress),
    write("RevokeSecurityGroupIngress", revoke::revoke_ingress),
    write("RevokeSecurityGroupEgress", revoke::revoke_egress),
    read(
        "DescribeSecurityGroupRules",
        rules::describe_security_group_rules,
    ),
    write(
        "ModifySecurityGroupRules",
        modify_rules::modify_security_group_rules,
    ),
    write(
        "UpdateSecurityGroupRuleDescriptionsIngress",
        modify_rules::describe_anew_ingress,
    ),
    write(
        "UpdateSecurityGroupRuleDescriptionsEgress",
        modify_rules::describe_anew_egress,
    ),
    write(
        "CreateNetworkInterface",
        interfaces::create_network_interface,
    ),
    read(
        "DescribeNetworkInterfaces",
        interfaces::describe_network_interfaces,
    ),
    write(
        "DeleteNetworkInterface",
        interfaces::delete_network_interface,
    ),
    write("AllocateAddress", address::allocate_address),
    read("DescribeAddresses", address::describe_addresses),
    read(
        "DescribeAddressesAttribute",
        address::describe_addresses_attribute,
    ),
    write("ReleaseAddress", address::release_address),
    write("AssociateAddress", address_association::associate_address),
    write(
        "DisassociateAddress",
        address_association::disassociate_address,
    ),
    write("CreateNatGateway", nat::create_nat_gateway),
    read("DescribeNatGateways", nat::describe_nat_gateways),
    write("DeleteNatGateway", nat::delete_nat_gateway),
    write(
        "CreateEgressOnlyInternetGateway",
        egress_only_gateway::create,
    ),
    read(
        "DescribeEgressOnlyInternetGateways",
        egress_only_gateway::describe_all,
    ),
    write(
        "DeleteEgressOnlyInternetGateway",
        egress_only_gateway::delete,
    ),
    write("CreateVpcEndpoint", endpoint::create_vpc_endpoint),
    read("DescribeVpcEndpoints", endpoint::describe_vpc_endpoints),
    write("ModifyVpcEndpoint", endpoint::modify_vpc_endpoint),
    write("DeleteVpcEndpoints", endpoint::delete_vpc_endpoints),
    read(
        "DescribeVpcEndpointServices",
        endpoint::describe_vpc_endpoint_services,
    ),
    read("DescribePrefixLists", prefix_list::describe_prefix_lists),
    read(
        "DescribeManagedPrefixLists",
        prefix_list::describe_managed_prefix_lists,
    ),
    read(
        "GetManagedPrefixListEntries",
        prefix_list::get_managed_prefix_list_entries,
    ),
    write("CreateFlowLogs", flow_log::create_flow_logs),
    read("DescribeFlowLogs", flow_log::describe_flow_logs),
    write("DeleteFlowLogs", flow_log::delete_flow_logs),
    read("DescribeDhcpOptions", dhcp_options::describe_dhcp_options),
    read("DescribeImages", image::describe),
    read("DescribeInstances", instance::describe),
    read("DescribeInstanceStatus", instance::describe_status),
    read("DescribeInstanceTypes", instance_type::describe),
    write("TerminateInstances", instance_state::terminate_instances),
    read("DescribeVolumes", volume::describe),
    write("CreateLaunchTemplate", launch_template::create),
    read("DescribeLaunchTemplates", launch_template::describe),
    write("ModifyLaunchTemplate", launch_template::modify),
    write("DeleteLaunchTemplate", launch_template::delete),
    write("CreateLaunchTemplateVersion", template_version::create),
    read("DescribeLaunchTemplateVersions", template_version::describe),
    write("DeleteLaunchTemplateVersions", template_version::delete),
    write("ImportKeyPair", key_pair::import),
    read("DescribeKeyPairs", key_pair::describe),
    write("DeleteKeyPair", key_pair::delete),
    write("CreateTags", tags::create_tags),
    write("DeleteTags", tags::delete_tags),
    read("DescribeTags", tags::describe_tags),
];

/// Lets something happen whose time has come.
pub(crate) fn happen(world: &mut World, region: &str, what: Happening) {
    match what {
        Happening::Instance { id, step } => instance_state::step(world, region, &id, step),
        Happening::InterfaceVanishes { id } => {
            world.region(region).ec2.remove_interface(&id);
        }
        Happening::NatGateway { id, step } => nat::happen(world, region, &id, step),
        Happening::Endpoint { id, gone } => endpoint::happen(world, region, &id, gone),
    }
}

/// The subnet with this id.
pub(crate) fn subnet<'a>(world: &'a World, region: &str, id: &str) -> Option<&'a Subnet> {
    world.regions.get(region)?.ec2.subnets.get(id)
}

/// The security group with this id.
pub(crate) fn group<'a>(world: &'a World, region: &str, id: &str) -> Option<&'a SecurityGroup> {
    world.regions.get(region)?.ec2.groups.get(id)
}

/// Whether there is a VPC with this id.
pub(crate) fn vpc_exists(world: &World, region: &str, id: &str) -> bool {
    world
        .regions
        .get(region)
        .is_some_and(|region| region.ec2.vpcs.contains_key(id))
}

/// Whether an address lies in the VPC's block.
pub(crate) fn vpc_contains(world: &World, region: &str, vpc: &str, address: Ipv4Addr) -> bool {
    let vpc = world
        .regions
        .get(region)
        .and_then(|region| region.ec2.vpcs.get(vpc));
    vpc.is_some_and(|vpc| vpc.cidr.contains(&address))
}

/// The subnet of the VPC that an address lies in.
pub(crate) fn subnet_of_address<'a>(
    world: &'a World,
    region: &str,
    vpc: &str,
    address: Ipv4Addr,
) -> Option<&'a Subnet> {
    let mut subnets = world.regions.get(region)?.ec2.subnets.values();
    subnets.find(|subnet| subnet.vpc == vpc && subnet.cidr.contains(&address))
}

/// The security group that the VPC came with.
pub(crate) fn default_group(world: &World, region: &str, vpc: &str) -> Option<String> {
    world.regions.get(region)?.ec2.default_group(vpc).cloned()
}

/// Whether an internet gateway is attached to the VPC.
pub(crate) fn vpc_has_gateway(world: &World, region: &str, vpc: &str) -> bool {
    world
        .regions
        .get(region)
        .is_some_and(|region| region.ec2.gateway_of(vpc).is_some())
}

/// Whether security groups let TCP through from one interface to a port of another.
pub(crate) fn reaches(world: &World, region: &str, from: &str, to: &str, port: u16) -> bool {
    let here = world.regions.get(region);
    here.is_some_and(|here| reach::reaches(&here.ec2, from, to, port))
}

/// The subnets that came with the default VPC.
pub(crate) fn default_subnets(world: &World, region: &str) -> Vec<String> {
    let subnets = world.regions.get(region).map(|here| &here.ec2.subnets);
    let subnets = subnets.into_iter().flatten();
    subnets
        .filter(|(_, subnet)| subnet.is_default)
        .map(|(id, _)| id.clone())
        .collect()
}

/// Whether what has a public address in the VPC also has a name, and the name resolves.
pub(crate) fn vpc_has_names(world: &World, region: &str, vpc: &str) -> bool {
    let here = world.regions.get(region);
    here.and_then(|here| here.ec2.vpcs.get(vpc))
        .is_some_and(|vpc| vpc.dns_support && vpc.dns_hostnames)
}

/// The names of a region's availability zones.
pub(crate) fn zone_names(region: &str) -> Vec<String> {
    zones::names(region)
}

/// The id of a zone of that name.
pub(crate) fn zone_id(region: &str, name: &str) -> Option<String> {
    let mut zones = zones::ordinary(region).into_iter();
    zones.find(|zone| zone.name == name).map(|zone| zone.id)
}

/// Everything that can have tags, by ARN, for the Resource Groups Tagging API.
pub(crate) fn tagged<'a>(world: &'a World, region: &str) -> Vec<(String, &'a Tags)> {
    let Some(here) = world.regions.get(region) else {
        return Vec::new();
    };
    let arn = |kind: &str, id: &str| format!("arn:aws:ec2:{region}:{}:{kind}/{id}", world.account);
    tags::all(&here.ec2)
        .into_iter()
        .map(|(kind, id, tags)| (arn(kind.resource_type, id), tags))
        .collect()
}

impl Ec2 {
    /// The internet gateway that is attached to a VPC.
    fn gateway_of(&self, vpc: &str) -> Option<&String> {
        let attached = |gateway: &InternetGateway| gateway.vpc.as_deref() == Some(vpc);
        self.gateways
            .iter()
            .find(|(_, gateway)| attached(gateway))
            .map(|(id, _)| id)
    }

    /// Whether a VPC has a regional NAT gateway, which has public addresses but no interfaces.
    fn regional_nat_of(&self, vpc: &str) -> bool {
        let has = |nat: &NatGateway| nat.regional.is_some() && nat.vpc == vpc && nat.is_there();
        self.nat_gateways.values().any(has)
    }
}
