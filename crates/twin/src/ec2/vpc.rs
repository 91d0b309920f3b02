//! VPCs, with what AWS makes along with one: a default security group, a main route table, a default network ACL.

use std::collections::BTreeMap;

use ipnet::{Ipv4Net, Ipv6Net};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::describe::describe;
use super::request::{block, finish, tags_on_create, within};
use super::resource::{Kind, Resource, View, in_use, view};
use super::{Ec2, network_acl, route_table, security_group};
use crate::clock::Millis;
use crate::operation::{Answer, Call};
use crate::refusal::Refusal;
use crate::tags::Tags;
use crate::world::World;

/// A network.
#[derive(Serialize, Deserialize, Debug, Clone)]
pub struct Vpc {
    /// Its IPv4 block.
    pub cidr: Ipv4Net,
    /// Its IPv6 block, a /56, if it has one.
    pub cidr_v6: Option<Ipv6Net>,
    /// Whether it is the region's default VPC.
    pub is_default: bool,
    /// Whether Amazon's resolver answers in it.
    pub dns_support: bool,
    /// Whether interfaces with public addresses get public names.
    pub dns_hostnames: bool,
    /// Whether address usage is measured.
    pub usage_metrics: bool,
    /// The ids of the associations of its blocks.
    association: String,
    association_v6: String,
    /// Since when its IPv6 block is asked for.
    #[serde(default)]
    v6_since: Millis,
    /// What it had before: Describe shows it on [terraform #12895].
    #[serde(default)]
    former_v6: Vec<(String, Ipv6Net)>,
    dhcp_options: String,
    /// Its tags.
    pub tags: Tags,
    created: Millis,
}

/// Ids of VPCs.
pub(super) const KIND: Kind = Kind {
    prefix: "vpc-",
    resource_type: "vpc",
    noun: "vpc ID",
    not_found: "InvalidVpcID.NotFound",
    malformed: "InvalidVpcID.Malformed",
};

/// The code for the id of an association that is none of a VPC's.
pub(super) const ASSOCIATION_NOT_FOUND: &str = "InvalidVpcCidrBlockAssociationID.NotFound";

/// `CreateVpc`
pub(super) fn create_vpc(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let cidr = input.text("CidrBlock")?;
    let v6 = input
        .boolean("AmazonProvidedIpv6CidrBlock")?
        .unwrap_or(false);
    input.accept("InstanceTenancy", &[json!("default")])?;
    let tags = tags_on_create(&mut input, &KIND)?;
    finish(input)?;
    let cidr = cidr.ok_or_else(|| {
        let message = "Either 'cidrBlock' or 'ipv4IpamPoolId' should be provided.";
        Refusal::new("MissingParameter", message)
    })?;
    let cidr = block(&cidr, "cidrBlock")?;
    // A VPC has between 16 and 65536 addresses [EC2 API: CreateVpc; emulators.md 4: CreateVpc /8].
    if !(16..=28).contains(&cidr.prefix_len()) {
        let message = format!("The CIDR '{cidr}' is invalid.");
        return Err(Refusal::new("InvalidVpc.Range", message));
    }
    let ec2 = &call.here().ec2;
    within(ec2.vpcs.len(), ec2.quotas.vpcs, "VpcLimitExceeded", "VPCs")?;
    let id = make(
        call.world,
        &call.region,
        NewVpc {
            cidr,
            v6,
            is_default: false,
            tags,
        },
    );
    let view = view(call);
    let mut shown = view.find_made::<Vpc>(&id);
    shown["state"] = json!("pending");
    Ok(json!({ "vpc": shown }))
}

/// `DescribeVpcs`
pub(super) fn describe_vpcs(call: &mut Call<'_>) -> Answer {
    describe::<Vpc>(call, "VpcId", "vpcSet")
}

/// `DeleteVpc`: takes along what came with it, and is refused while anything else is in it [EC2 API: DeleteVpc].
pub(super) fn delete_vpc(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let id = input.required("VpcId")?;
    finish(input)?;
    let view = view(call);
    view.find::<Vpc>(&id)?;
    if is_needed(view.ec2, &id) {
        return Err(in_use("vpc", &id));
    }
    let ec2 = &mut call.here().ec2;
    let groups: Vec<String> = ec2.groups_of(&id).cloned().collect();
    for group in groups {
        ec2.rules.retain(|_, rule| rule.group != group);
        ec2.groups.remove(&group);
    }
    ec2.route_tables.retain(|_, table| table.vpc != id);
    ec2.network_acls.retain(|_, acl| acl.vpc != id);
    ec2.flow_logs.retain(|_, log| log.resource != id);
    ec2.vpcs.remove(&id);
    Ok(json!({ "return": true }))
}

/// What a new VPC is to be.
pub(super) struct NewVpc {
    pub(super) cidr: Ipv4Net,
    pub(super) v6: bool,
    pub(super) is_default: bool,
    pub(super) tags: Tags,
}

/// Makes a VPC and what belongs to it. Gives its id.
pub(super) fn make(world: &mut World, region: &str, new: NewVpc) -> String {
    let now = world.now;
    let id = world.ids.hex("vpc-", 17);
    let dhcp_options = match world.region(region).ec2.dhcp_options.clone() {
        Some(known) => known,
        None => world.ids.hex("dopt-", 17),
    };
    let vpc = Vpc {
        cidr: new.cidr,
        cidr_v6: new.v6.then(|| amazon_block(&id)).flatten(),
        is_default: new.is_default,
        dns_support: true,
        dns_hostnames: new.is_default,
        usage_metrics: false,
        association: world.ids.hex("vpc-cidr-assoc-", 17),
        association_v6: world.ids.hex("vpc-cidr-assoc-", 17),
        v6_since: now,
        former_v6: Vec::new(),
        dhcp_options: dhcp_options.clone(),
        tags: new.tags,
        created: now,
    };
    let ec2 = &mut world.region(region).ec2;
    ec2.dhcp_options = Some(dhcp_options);
    ec2.vpcs.insert(id.clone(), vpc);
    security_group::make_default(world, region, &id);
    route_table::make_main(world, region, &id);
    network_acl::make_default(world, region, &id);
    id
}

/// A /56 of Amazon's: digits of the VPC's id make it the VPC's own.
fn amazon_block(id: &str) -> Option<Ipv6Net> {
    let digits = id.strip_prefix("vpc-")?.get(..6)?;
    let (a, b, c) = (&digits[..2], &digits[2..4], &digits[4..]);
    format!("2600:1f{a}:{b}{c}:aa00::/56").parse().ok()
}

fn is_needed(ec2: &Ec2, id: &str) -> bool {
    ec2.subnets.values().any(|subnet| subnet.vpc == id)
        || ec2.interfaces.values().any(|interface| interface.vpc == id)
        || ec2.gateway_of(id).is_some()
        || ec2
            .egress_gateways
            .values()
            .any(|gateway| gateway.vpc == id)
        || ec2.endpoints.values().any(|endpoint| endpoint.vpc == id)
        || ec2.regional_nat_of(id)
        || ec2
            .groups
            .values()
            .any(|group| group.vpc == id && group.name != "default")
        || ec2
            .route_tables
            .values()
            .any(|table| table.vpc == id && !table.is_main())
}

impl Ec2 {
    /// The ids of a VPC's security groups.
    pub(super) fn groups_of(&self, vpc: &str) -> impl Iterator<Item = &String> {
        self.groups
            .iter()
            .filter(move |(_, group)| group.vpc == vpc)
            .map(|(id, _)| id)
    }

    /// The region's default VPC, if it has one.
    pub(super) fn default_vpc(&self) -> Option<&String> {
        self.vpcs
            .iter()
            .find(|(_, vpc)| vpc.is_default)
            .map(|(id, _)| id)
    }
}

impl View<'_> {
    /// How something looks that was made just now, be it visible to others or not.
    pub(super) fn find_made<R: Resource>(&self, id: &str) -> Value {
        R::all(self.ec2)
            .get(id)
            .map_or(Value::Null, |made| made.show(id, self))
    }
}

impl Vpc {
    /// The id of the association of its IPv6 block, if it has one.
    pub(super) fn association_v6(&self) -> Option<&str> {
        self.cidr_v6.map(|_| self.association_v6.as_str())
    }

    /// Gives it a block of Amazon's.
    pub(super) fn associate_v6(&mut self, id: &str, association: String, now: Millis) {
        self.cidr_v6 = amazon_block(id);
        (self.association_v6, self.v6_since) = (association, now);
    }

    /// Takes it away again.
    pub(super) fn disassociate_v6(&mut self) {
        if let Some(block) = self.cidr_v6.take() {
            self.former_v6.push((self.association_v6.clone(), block));
        }
    }

    /// The association of its block, as answers show it.
    pub(super) fn show_v6(&self, view: &View<'_>) -> Option<Value> {
        let state = view.association(self.v6_since);
        let block = self.cidr_v6?;
        Some(association(view, &self.association_v6, block, state))
    }

    /// The blocks that it had, as Describe shows them.
    fn show_former(&self, view: &View<'_>) -> impl Iterator<Item = Value> {
        let former = self.former_v6.iter();
        former.map(|(id, block)| association(view, id, *block, "disassociated"))
    }
}

fn association(view: &View<'_>, id: &str, block: Ipv6Net, state: &str) -> Value {
    json!({
        "associationId": id,
        "ipv6CidrBlock": block.to_string(),
        "ipv6CidrBlockState": { "state": state },
        "networkBorderGroup": view.region,
        "ipv6Pool": "Amazon",
    })
}

impl Resource for Vpc {
    const KIND: &'static Kind = &KIND;
    const FILTERS: &'static [(&'static str, &'static str)] = &[
        ("cidr", "cidrBlock"),
        (
            "cidr-block-association.cidr-block",
            "cidrBlockAssociationSet.cidrBlock",
        ),
        (
            "cidr-block-association.association-id",
            "cidrBlockAssociationSet.associationId",
        ),
        (
            "cidr-block-association.state",
            "cidrBlockAssociationSet.cidrBlockState.state",
        ),
        ("dhcp-options-id", "dhcpOptionsId"),
        (
            "ipv6-cidr-block-association.ipv6-cidr-block",
            "ipv6CidrBlockAssociationSet.ipv6CidrBlock",
        ),
        (
            "ipv6-cidr-block-association.ipv6-pool",
            "ipv6CidrBlockAssociationSet.ipv6Pool",
        ),
        (
            "ipv6-cidr-block-association.association-id",
            "ipv6CidrBlockAssociationSet.associationId",
        ),
        (
            "ipv6-cidr-block-association.state",
            "ipv6CidrBlockAssociationSet.ipv6CidrBlockState.state",
        ),
        // Both spellings are answered; older clients say isDefault.
        ("is-default", "isDefault"),
        ("isDefault", "isDefault"),
        ("owner-id", "ownerId"),
        ("state", "state"),
        ("vpc-id", "vpcId"),
    ];

    fn all(ec2: &Ec2) -> &BTreeMap<String, Vpc> {
        &ec2.vpcs
    }

    fn created(&self) -> Millis {
        self.created
    }

    fn tags(&self) -> &Tags {
        &self.tags
    }

    fn show(&self, id: &str, view: &View<'_>) -> Value {
        let v6: Vec<Value> = self.show_former(view).chain(self.show_v6(view)).collect();
        json!({
            "vpcId": id,
            "ownerId": view.account,
            "state": "available",
            "cidrBlock": self.cidr.to_string(),
            "cidrBlockAssociationSet": [{
                "associationId": self.association,
                "cidrBlock": self.cidr.to_string(),
                "cidrBlockState": { "state": "associated" },
            }],
            "ipv6CidrBlockAssociationSet": v6,
            "dhcpOptionsId": self.dhcp_options,
            "instanceTenancy": "default",
            "isDefault": self.is_default,
            "tagSet": self.tags.to_list("key", "value"),
            "blockPublicAccessStates": { "internetGatewayBlockMode": "off" },
        })
    }
}
