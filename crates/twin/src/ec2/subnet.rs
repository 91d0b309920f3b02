//! Subnets.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use ipnet::{Ipv4Net, Ipv6Net};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::describe::describe;
use super::request::{block, block_v6, finish, tags_on_create, within};
use super::resource::{Kind, Resource, View, in_use, view};
use super::vpc::Vpc;
use super::zones::{self, Zone};
use super::{Ec2, nat};
use crate::clock::Millis;
use crate::operation::{Answer, Call};
use crate::refusal::Refusal;
use crate::tags::Tags;
use crate::world::World;

/// A subnet: a part of a VPC in one zone.
#[derive(Serialize, Deserialize, Debug, Clone)]
pub struct Subnet {
    /// Its VPC.
    pub vpc: String,
    /// Its zone's name.
    pub zone: String,
    /// Its zone's id.
    pub zone_id: String,
    /// Its IPv4 block.
    pub cidr: Ipv4Net,
    /// Its IPv6 block, a /64, if it has one.
    pub cidr_v6: Option<Ipv6Net>,
    /// Whether it came with the default VPC.
    pub is_default: bool,
    /// Whether interfaces get a public address unless told otherwise.
    pub map_public_ip: bool,
    pub(super) assign_v6: bool,
    pub(super) dns64: bool,
    pub(super) hostname_type: String,
    pub(super) name_a_record: bool,
    pub(super) name_aaaa_record: bool,
    association_v6: String,
    /// Since when its IPv6 block is asked for.
    #[serde(default)]
    v6_since: Millis,
    /// Its tags.
    pub tags: Tags,
    created: Millis,
}

/// Ids of subnets.
pub(super) const KIND: Kind = Kind {
    prefix: "subnet-",
    resource_type: "subnet",
    noun: "subnet ID",
    not_found: "InvalidSubnetID.NotFound",
    malformed: "InvalidSubnetID.Malformed",
};

/// The code for the id of an association that is none of a subnet's.
pub(super) const ASSOCIATION_NOT_FOUND: &str = "InvalidSubnetCidrBlockAssociationID.NotFound";

/// AWS keeps the first four addresses and the last of every subnet for itself [VPC guide: subnet sizing].
const KEPT: usize = 5;

/// `CreateSubnet`
pub(super) fn create_subnet(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let vpc = input.required("VpcId")?;
    let cidr = input.required("CidrBlock")?;
    let cidr_v6 = input.text("Ipv6CidrBlock")?;
    let zone = input.text("AvailabilityZone")?;
    let zone_id = input.text("AvailabilityZoneId")?;
    input.accept("Ipv6Native", &[json!(false)])?;
    let tags = tags_on_create(&mut input, &KIND)?;
    finish(input)?;
    let cidr = block(&cidr, "cidrBlock")?;
    let cidr_v6 = cidr_v6
        .map(|text| block_v6(&text, "ipv6CidrBlock"))
        .transpose()?;
    let view = view(call);
    let zone = zones::choose(&view, zone, zone_id)?;
    fits(&view, &vpc, cidr, cidr_v6)?;
    let here = view
        .ec2
        .subnets
        .values()
        .filter(|subnet| subnet.vpc == vpc)
        .count();
    within(
        here,
        view.ec2.quotas.subnets_per_vpc,
        "SubnetLimitExceeded",
        "subnets",
    )?;
    let new = NewSubnet {
        vpc,
        zone,
        cidr,
        cidr_v6,
        is_default: false,
    };
    let id = make(call.world, &call.region, new, tags);
    Ok(json!({ "subnet": super::resource::view(call).find_made::<Subnet>(&id) }))
}

/// `DescribeSubnets`
pub(super) fn describe_subnets(call: &mut Call<'_>) -> Answer {
    describe::<Subnet>(call, "SubnetId", "subnetSet")
}

/// `DeleteSubnet`: refused while any network interface is in it, also one of a load balancer or a task. Its
/// associations with a route table and a network ACL go with it [failures.md 1.2: Subnet].
pub(super) fn delete_subnet(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let id = input.required("SubnetId")?;
    finish(input)?;
    let view = view(call);
    view.find::<Subnet>(&id)?;
    if view
        .ec2
        .interfaces
        .values()
        .any(|interface| interface.subnet == id)
    {
        return Err(in_use("subnet", &id));
    }
    let ec2 = &mut call.here().ec2;
    for table in ec2.route_tables.values_mut() {
        table.associations.retain(|_, subnet| *subnet != id);
    }
    for acl in ec2.network_acls.values_mut() {
        acl.subnets.remove(&id);
    }
    let vpc = ec2.subnets.remove(&id).map(|subnet| subnet.vpc);
    ec2.flow_logs.retain(|_, log| log.resource != id);
    nat::follow(call.world, &call.region, &vpc.unwrap_or_default());
    Ok(json!({ "return": true }))
}

/// Refuses blocks that are no subnet of the VPC, or that another subnet has already.
fn fits(
    view: &View<'_>,
    vpc: &str,
    cidr: Ipv4Net,
    cidr_v6: Option<Ipv6Net>,
) -> Result<(), Refusal> {
    let within = view.find::<Vpc>(vpc)?;
    // Subnets are /16 to /28, IPv6 subnets /64 unless asked for in steps of four [EC2 API: CreateSubnet].
    if !(16..=28).contains(&cidr.prefix_len()) || !within.cidr.contains(&cidr) {
        return Err(out_of_range(cidr.to_string()));
    }
    for other in view.ec2.subnets.values().filter(|subnet| subnet.vpc == vpc) {
        if other.cidr.contains(&cidr) || cidr.contains(&other.cidr) {
            return Err(taken(cidr.to_string()));
        }
    }
    cidr_v6.map_or(Ok(()), |v6| fits_v6(view, vpc, v6))
}

/// Refuses IPv6 blocks that are no part of the VPC's, or that another subnet has already.
pub(super) fn fits_v6(view: &View<'_>, vpc: &str, v6: Ipv6Net) -> Result<(), Refusal> {
    let within = view.find::<Vpc>(vpc)?.cidr_v6;
    if v6.prefix_len() != 64 || !within.is_some_and(|vpc| vpc.contains(&v6)) {
        return Err(out_of_range(v6.to_string()));
    }
    let mut others = view.ec2.subnets.values().filter(|it| it.vpc == vpc);
    match others.any(|other| other.cidr_v6 == Some(v6)) {
        true => Err(taken(v6.to_string())),
        false => Ok(()),
    }
}

fn out_of_range(cidr: String) -> Refusal {
    Refusal::new(
        "InvalidSubnet.Range",
        format!("The CIDR '{cidr}' is invalid."),
    )
}

fn taken(cidr: String) -> Refusal {
    let message = format!("The CIDR '{cidr}' conflicts with another subnet");
    Refusal::new("InvalidSubnet.Conflict", message)
}

/// What a new subnet is to be.
pub(super) struct NewSubnet {
    pub(super) vpc: String,
    pub(super) zone: Zone,
    pub(super) cidr: Ipv4Net,
    pub(super) cidr_v6: Option<Ipv6Net>,
    pub(super) is_default: bool,
}

/// Makes a subnet and puts it under its VPC's network ACL. Gives its id.
pub(super) fn make(world: &mut World, region: &str, new: NewSubnet, tags: Tags) -> String {
    let id = world.ids.hex("subnet-", 17);
    let acl_association = world.ids.hex("aclassoc-", 17);
    let subnet = Subnet {
        vpc: new.vpc,
        zone: new.zone.name,
        zone_id: new.zone.id,
        cidr: new.cidr,
        cidr_v6: new.cidr_v6,
        is_default: new.is_default,
        map_public_ip: new.is_default,
        assign_v6: false,
        dns64: false,
        hostname_type: "ip-name".to_owned(),
        name_a_record: false,
        name_aaaa_record: false,
        association_v6: world.ids.hex("subnet-cidr-assoc-", 17),
        v6_since: world.now,
        tags,
        created: world.now,
    };
    let ec2 = &mut world.region(region).ec2;
    if let Some(acl) = ec2
        .network_acls
        .values_mut()
        .find(|acl| acl.vpc == subnet.vpc)
    {
        acl.subnets.insert(id.clone(), acl_association);
    }
    let vpc = subnet.vpc.clone();
    ec2.subnets.insert(id.clone(), subnet);
    nat::follow(world, region, &vpc);
    id
}

impl Ec2 {
    /// The lowest free private address of a subnet.
    pub(super) fn free_address(&self, id: &str, subnet: &Subnet) -> Option<Ipv4Addr> {
        let first = u32::from(subnet.cidr.network()) + 4;
        let last = u32::from(subnet.cidr.broadcast());
        (first..last).map(Ipv4Addr::from).find(|address| {
            !self
                .interfaces
                .values()
                .any(|taken| taken.subnet == id && taken.private_ip == *address)
        })
    }

    /// Refuses an address that is not the subnet's to give: the first four and the last stay with AWS
    /// [Amazon VPC user guide: subnet CIDR blocks].
    pub(super) fn check_address(
        &self,
        id: &str,
        subnet: &Subnet,
        address: Ipv4Addr,
    ) -> Result<(), Refusal> {
        let invalid = |why: &str| Err(Refusal::new("InvalidParameterValue", why));
        if !subnet.cidr.contains(&address) {
            return invalid("Address does not fall within the subnet's address range");
        }
        let place = u32::from(address) - u32::from(subnet.cidr.network());
        if place < 4 || address == subnet.cidr.broadcast() {
            return invalid("Address is in subnet's reserved address range");
        }
        let mut taken = self.interfaces.values().filter(|it| it.subnet == id);
        if taken.any(|it| it.private_ip == address) {
            let message = format!("Address {address} is in use.");
            return Err(Refusal::new("InvalidIPAddress.InUse", message));
        }
        Ok(())
    }

    /// How many addresses of a subnet nothing has yet.
    pub(crate) fn free_addresses(&self, id: &str, subnet: &Subnet) -> usize {
        let taken = self
            .interfaces
            .values()
            .filter(|interface| interface.subnet == id)
            .count();
        let size = 1_usize << (32 - subnet.cidr.prefix_len());
        size.saturating_sub(KEPT + taken)
    }
}

impl Subnet {
    /// The id of the association of its IPv6 block, if it has one.
    pub(super) fn association_v6(&self) -> Option<&str> {
        self.cidr_v6.map(|_| self.association_v6.as_str())
    }

    /// Gives it an IPv6 block.
    pub(super) fn associate_v6(&mut self, block: Ipv6Net, association: String, now: Millis) {
        self.cidr_v6 = Some(block);
        (self.association_v6, self.v6_since) = (association, now);
    }

    /// Takes its IPv6 block away.
    pub(super) fn disassociate_v6(&mut self) {
        self.cidr_v6 = None;
    }

    /// The association of its IPv6 block, as answers show it.
    pub(super) fn show_v6(&self, view: &View<'_>) -> Option<Value> {
        let state = view.association(self.v6_since);
        self.cidr_v6.map(|block| {
            json!({
                "associationId": self.association_v6,
                "ipv6CidrBlock": block.to_string(),
                "ipv6CidrBlockState": { "state": state },
            })
        })
    }
}

impl Resource for Subnet {
    const KIND: &'static Kind = &KIND;
    const FILTERS: &'static [(&'static str, &'static str)] = &[
        ("availability-zone", "availabilityZone"),
        ("availabilityZone", "availabilityZone"),
        ("availability-zone-id", "availabilityZoneId"),
        ("available-ip-address-count", "availableIpAddressCount"),
        ("cidr-block", "cidrBlock"),
        ("cidr", "cidrBlock"),
        ("default-for-az", "defaultForAz"),
        ("enable-dns64", "enableDns64"),
        (
            "ipv6-cidr-block-association.ipv6-cidr-block",
            "ipv6CidrBlockAssociationSet.ipv6CidrBlock",
        ),
        (
            "ipv6-cidr-block-association.association-id",
            "ipv6CidrBlockAssociationSet.associationId",
        ),
        (
            "ipv6-cidr-block-association.state",
            "ipv6CidrBlockAssociationSet.ipv6CidrBlockState.state",
        ),
        ("ipv6-native", "ipv6Native"),
        ("map-public-ip-on-launch", "mapPublicIpOnLaunch"),
        ("owner-id", "ownerId"),
        (
            "private-dns-name-options-on-launch.hostname-type",
            "privateDnsNameOptionsOnLaunch.hostnameType",
        ),
        ("state", "state"),
        ("subnet-arn", "subnetArn"),
        ("subnet-id", "subnetId"),
        ("vpc-id", "vpcId"),
    ];

    fn all(ec2: &Ec2) -> &BTreeMap<String, Subnet> {
        &ec2.subnets
    }

    fn created(&self) -> Millis {
        self.created
    }

    fn tags(&self) -> &Tags {
        &self.tags
    }

    fn show(&self, id: &str, view: &View<'_>) -> Value {
        json!({
            "subnetId": id,
            "subnetArn": view.arn(&KIND, id),
            "ownerId": view.account,
            "state": "available",
            "vpcId": self.vpc,
            "cidrBlock": self.cidr.to_string(),
            "ipv6CidrBlockAssociationSet": Vec::from_iter(self.show_v6(view)),
            "availableIpAddressCount": view.ec2.free_addresses(id, self),
            "availabilityZone": self.zone,
            "availabilityZoneId": self.zone_id,
            "defaultForAz": self.is_default,
            "mapPublicIpOnLaunch": self.map_public_ip,
            "mapCustomerOwnedIpOnLaunch": false,
            "assignIpv6AddressOnCreation": self.assign_v6,
            "enableDns64": self.dns64,
            "ipv6Native": false,
            "privateDnsNameOptionsOnLaunch": {
                "hostnameType": self.hostname_type,
                "enableResourceNameDnsARecord": self.name_a_record,
                "enableResourceNameDnsAAAARecord": self.name_aaaa_record,
            },
            "tagSet": self.tags.to_list("key", "value"),
            "blockPublicAccessStates": { "internetGatewayBlockMode": "off" },
        })
    }
}
