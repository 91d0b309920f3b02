//! Network interfaces: those that services make for load balancers and tasks, and those that callers make themselves.
//!
//! They are what deletes stumble over: a subnet or group with an interface cannot go, and a gateway cannot be detached
//! while one has a public address. They outlive their owners for a while.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::describe::Query;
use super::request::{Token, finish, made_before, remember, tags_on_create, within};
use super::resource::{Kind, Resource, View, view};
use super::security_group::SecurityGroup;
use super::subnet::Subnet;
use super::{Ec2, Happening};
use crate::clock::Millis;
use crate::operation::{Answer, Call};
use crate::refusal::Refusal;
use crate::tags::Tags;
use crate::world::World;

/// A network interface.
#[derive(Serialize, Deserialize, Debug, Clone)]
pub struct Interface {
    /// Its subnet.
    pub subnet: String,
    /// The subnet's VPC.
    pub vpc: String,
    /// Its security groups.
    pub groups: Vec<String>,
    /// Says what it is for: `ELB app/web/50dc6c495c0c9188`.
    pub description: String,
    /// The service that made it; none where a caller did.
    pub requester: Option<String>,
    /// Its address in the subnet.
    pub private_ip: Ipv4Addr,
    /// Its public address, if it has one: an Elastic IP address, or one for as long as it lives.
    pub public_ip: Option<Ipv4Addr>,
    /// Its sort: `interface`, `nat_gateway`, `vpc_endpoint`.
    #[serde(default = "ordinary")]
    pub sort: String,
    /// The id of its attachment, if it is attached.
    attachment: Option<String>,
    /// The instance that it is attached to, and whether it is the first one there.
    #[serde(default)]
    pub instance: Option<String>,
    #[serde(default)]
    primary: bool,
    /// Its hardware address.
    pub mac: String,
    /// Its tags.
    pub tags: Tags,
    created: Millis,
}

/// What an interface is to be that a service makes.
pub(crate) struct NewInterface {
    /// Its subnet.
    pub(crate) subnet: String,
    /// Its security groups; the VPC's default group if there are none.
    pub(crate) groups: Vec<String>,
    /// Says what it is for.
    pub(crate) description: String,
    /// The service: `amazon-elb`, `amazon-ecs`; empty for the account itself, whose instance gets it.
    pub(crate) requester: String,
    /// Whether it gets a public address.
    pub(crate) public_ip: bool,
}

/// Ids of network interfaces.
pub(super) const KIND: Kind = Kind {
    prefix: "eni-",
    resource_type: "network-interface",
    noun: "networkInterface ID",
    not_found: "InvalidNetworkInterfaceID.NotFound",
    malformed: "InvalidNetworkInterfaceId.Malformed",
};

/// Makes an interface for a service, attached. Gives its id. Refused where subnet or groups are wrong or the subnet is
/// full.
pub(crate) fn create(
    world: &mut World,
    region: &str,
    new: NewInterface,
) -> Result<String, Refusal> {
    create_as(world, region, &ordinary(), new, None)
}

/// The same with an address of its owner's choice, as network load balancers can have.
pub(crate) fn create_at(
    world: &mut World,
    region: &str,
    new: NewInterface,
    address: Option<Ipv4Addr>,
) -> Result<String, Refusal> {
    let sort = match new.description.starts_with("ELB net/") {
        true => "network_load_balancer".to_owned(),
        false => ordinary(),
    };
    create_as(world, region, &sort, new, address)
}

/// The same of some sort, with this address if one is named.
pub(super) fn create_as(
    world: &mut World,
    region: &str,
    sort: &str,
    new: NewInterface,
    address: Option<Ipv4Addr>,
) -> Result<String, Refusal> {
    let attachment = world.ids.hex("eni-attach-", 17);
    let mut made = prepare(world, region, &new.subnet, new.groups, address)?;
    made.sort = sort.to_owned();
    made.description = new.description;
    made.requester = Some(new.requester).filter(|requester| !requester.is_empty());
    made.attachment = Some(attachment);
    let id = world.ids.hex("eni-", 17);
    let ec2 = &mut world.region(region).ec2;
    if new.public_ip {
        made.public_ip = Some(ec2.next_public());
    }
    ec2.interfaces.insert(id.clone(), made);
    Ok(id)
}

/// Lets an interface vanish `after` a while, as those of load balancers and tasks do once their owner is gone
/// [failures.md 1.2: security group; terraform-provider-aws waits for it].
pub(crate) fn release(world: &mut World, region: &str, id: &str, after: Duration) {
    if after.is_zero() {
        world.region(region).ec2.remove_interface(id);
        return;
    }
    let vanishes = Happening::InterfaceVanishes { id: id.to_owned() };
    world.agenda.add(
        world.now + after,
        region,
        crate::agenda::Happening::Ec2(vanishes),
    );
}

/// Gives an interface other security groups.
pub(crate) fn set_groups(world: &mut World, region: &str, id: &str, groups: Vec<String>) {
    if let Some(interface) = world.region(region).ec2.interfaces.get_mut(id) {
        interface.groups = groups;
    }
}

/// Attaches an interface to an instance.
pub(crate) fn belong(world: &mut World, region: &str, id: &str, instance: &str, primary: bool) {
    if let Some(interface) = world.region(region).ec2.interfaces.get_mut(id) {
        interface.instance = Some(instance.to_owned());
        interface.primary = primary;
    }
}

/// `CreateNetworkInterface`
pub(super) fn create_network_interface(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let subnet = input.required("SubnetId")?;
    let groups = input.texts("SecurityGroupId")?;
    let description = input.text("Description")?.unwrap_or_default();
    let address = match input.text("PrivateIpAddress")? {
        Some(text) => Some(text.parse::<Ipv4Addr>().map_err(|_| no_address(&text))?),
        None => None,
    };
    let token = Token::read(&mut input, "CreateNetworkInterface")?;
    input.accept("InterfaceType", &[json!("interface")])?;
    let tags = tags_on_create(&mut input, &KIND)?;
    finish(input)?;
    let request = format!("{subnet} {groups:?} {description} {address:?} {tags:?}");
    let now = call.now();
    let made = made_before(&call.here().ec2, now, token.as_ref(), &request)?;
    let id = match made.filter(|id| call.here().ec2.interfaces.contains_key(id)) {
        Some(id) => id,
        None => {
            let mut made = prepare(call.world, &call.region, &subnet, groups, address)?;
            (made.description, made.tags) = (description, tags);
            let id = call.world.ids.hex("eni-", 17);
            call.here().ec2.interfaces.insert(id.clone(), made);
            remember(&mut call.here().ec2, now, token.as_ref(), &request, &id);
            id
        }
    };
    let shown = view(call).find_made::<Interface>(&id);
    Ok(json!({ "networkInterface": shown, "clientToken": token.map(|token| token.text) }))
}

/// `DescribeNetworkInterfaces`
pub(super) fn describe_network_interfaces(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let query = Query::read::<Interface>(&mut input, "NetworkInterfaceId")?;
    // Nothing in the twin is hidden from callers who do not ask for managed resources.
    input.boolean("IncludeManagedResources")?;
    finish(input)?;
    query.answer::<Interface>(&view(call), "networkInterfaceSet", |_| true)
}

/// `DeleteNetworkInterface`: not while it is attached, and those of services always are
/// [EC2 API: InvalidNetworkInterface.InUse].
pub(super) fn delete_network_interface(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let id = input.required("NetworkInterfaceId")?;
    finish(input)?;
    if view(call).find::<Interface>(&id)?.is_attached() {
        let message = format!("Network interface '{id}' is currently in use.");
        return Err(Refusal::new("InvalidParameterValue", message));
    }
    call.here().ec2.remove_interface(&id);
    Ok(json!({ "return": true }))
}

/// An interface in this subnet with these groups, not yet in the store.
fn prepare(
    world: &mut World,
    region: &str,
    subnet: &str,
    mut groups: Vec<String>,
    address: Option<Ipv4Addr>,
) -> Result<Interface, Refusal> {
    let mac = mac(&world.ids.hex("", 10));
    let view = View::of(world, region);
    let found = view.find::<Subnet>(subnet)?;
    groups.dedup();
    for id in &groups {
        if view.find::<SecurityGroup>(id)?.vpc != found.vpc {
            let message = "You have specified two resources that belong to different networks.";
            return Err(Refusal::new("InvalidGroup.NotFound", message));
        }
    }
    if groups.is_empty() {
        groups.extend(view.ec2.default_group(&found.vpc).cloned());
    }
    let quotas = &view.ec2.quotas;
    if groups.len() > quotas.groups_per_interface {
        let message = "The maximum number of security groups per interface has been reached.";
        return Err(Refusal::new(
            "SecurityGroupsPerInterfaceLimitExceeded",
            message,
        ));
    }
    let (have, code) = (view.ec2.interfaces.len(), "NetworkInterfaceLimitExceeded");
    within(have, quotas.interfaces, code, "network interfaces")?;
    if let Some(address) = address {
        view.ec2.check_address(subnet, found, address)?;
    }
    let free = || address.or_else(|| view.ec2.free_address(subnet, found));
    let private_ip = free().ok_or_else(|| {
        let message = format!("The specified subnet '{subnet}' does not have enough free addresses to satisfy the request.");
        Refusal::new("InsufficientFreeAddressesInSubnet", message)
    })?;
    Ok(Interface {
        subnet: subnet.to_owned(),
        vpc: found.vpc.clone(),
        groups,
        description: String::new(),
        requester: None,
        private_ip,
        public_ip: None,
        sort: ordinary(),
        attachment: None,
        instance: None,
        primary: false,
        mac,
        tags: Tags::default(),
        created: view.now,
    })
}

fn ordinary() -> String {
    "interface".to_owned()
}

/// The refusal of what is no IPv4 address.
pub(super) fn no_address(text: &str) -> Refusal {
    let message =
        format!("Value ({text}) for parameter privateIpAddress is invalid. Invalid IPv4 address");
    Refusal::new("InvalidParameterValue", message)
}

/// A locally administered MAC address.
fn mac(digits: &str) -> String {
    let pairs = digits.as_bytes().chunks(2).map(String::from_utf8_lossy);
    pairs.fold("02".to_owned(), |mac, pair| mac + ":" + &pair)
}

impl Interface {
    /// Whether something uses it.
    pub(super) fn is_attached(&self) -> bool {
        self.attachment.is_some()
    }
}

impl Ec2 {
    /// A public address that nothing had yet. 198.18.0.0/15 is set aside for benchmarks (RFC 2544): nobody is reached
    /// by a mistake.
    pub(super) fn next_public(&mut self) -> Ipv4Addr {
        self.public_addresses = (self.public_addresses + 1) % (1 << 17);
        Ipv4Addr::from(0xc612_0000 + self.public_addresses)
    }

    /// The group that a VPC came with.
    pub(super) fn default_group(&self, vpc: &str) -> Option<&String> {
        let is_it = |group: &SecurityGroup| group.vpc == vpc && group.name == "default";
        self.groups
            .iter()
            .find(|(_, group)| is_it(group))
            .map(|(id, _)| id)
    }
}

impl Resource for Interface {
    const KIND: &'static Kind = &KIND;
    const FILTERS: &'static [(&'static str, &'static str)] = &[
        (
            "addresses.association.public-ip",
            "privateIpAddressesSet.association.publicIp",
        ),
        ("addresses.primary", "privateIpAddressesSet.primary"),
        (
            "addresses.private-ip-address",
            "privateIpAddressesSet.privateIpAddress",
        ),
        ("association.allocation-id", "association.allocationId"),
        ("association.association-id", "association.associationId"),
        ("association.ip-owner-id", "association.ipOwnerId"),
        ("association.public-ip", "association.publicIp"),
        ("association.public-dns-name", "association.publicDnsName"),
        ("attachment.attachment-id", "attachment.attachmentId"),
        ("attachment.instance-id", "attachment.instanceId"),
        ("attachment.instance-owner-id", "attachment.instanceOwnerId"),
        ("attachment.status", "attachment.status"),
        ("availability-zone", "availabilityZone"),
        ("description", "description"),
        ("group-id", "groupSet.groupId"),
        ("group-name", "groupSet.groupName"),
        ("interface-type", "interfaceType"),
        ("mac-address", "macAddress"),
        ("network-interface-id", "networkInterfaceId"),
        ("owner-id", "ownerId"),
        ("private-dns-name", "privateDnsName"),
        ("private-ip-address", "privateIpAddress"),
        ("requester-id", "requesterId"),
        ("requester-managed", "requesterManaged"),
        ("source-dest-check", "sourceDestCheck"),
        ("status", "status"),
        ("subnet-id", "subnetId"),
        ("vpc-id", "vpcId"),
    ];

    fn all(ec2: &Ec2) -> &BTreeMap<String, Interface> {
        &ec2.interfaces
    }

    fn created(&self) -> Millis {
        self.created
    }

    fn tags(&self) -> &Tags {
        &self.tags
    }

    fn show(&self, id: &str, view: &View<'_>) -> Value {
        let zone = view
            .ec2
            .subnets
            .get(&self.subnet)
            .map(|subnet| (&subnet.zone, &subnet.zone_id));
        let owner = self.requester.as_deref().unwrap_or(&view.account);
        let association = self.public_ip.map(|address| {
            let dashed = address.to_string().replace('.', "-");
            let elastic = view.ec2.address_of(id);
            let association = elastic.and_then(|(_, elastic)| elastic.held.as_ref());
            json!({
                "publicIp": address.to_string(),
                "publicDnsName": format!("ec2-{dashed}.{}.compute.amazonaws.com", view.region),
                "ipOwnerId": elastic.map_or(owner, |_| view.account.as_str()),
                "allocationId": elastic.map(|(allocation, _)| allocation),
                "associationId": association.map(|held| &held.association),
            })
        });
        let attachment = self.attachment.as_ref().map(|attachment| {
            json!({
                "attachmentId": attachment,
                "attachTime": self.created.iso8601(),
                "deviceIndex": u8::from(!self.primary),
                "instanceId": self.instance,
                "instanceOwnerId": owner,
                "deleteOnTermination": self.primary,
                "status": "attached",
            })
        });
        let dashed = self.private_ip.to_string().replace('.', "-");
        let name = format!("ip-{dashed}.{}.compute.internal", view.region);
        let groups = self.groups.iter().map(|group| {
            let name = view.ec2.groups.get(group).map(|group| &group.name);
            json!({ "groupId": group, "groupName": name })
        });
        json!({
            "networkInterfaceId": id,
            "subnetId": self.subnet,
            "vpcId": self.vpc,
            "availabilityZone": zone.map(|(name, _)| name),
            "availabilityZoneId": zone.map(|(_, id)| id),
            "description": self.description,
            "ownerId": view.account,
            "requesterId": self.requester,
            "requesterManaged": self.requester.is_some(),
            "interfaceType": self.sort,
            "status": if self.is_attached() { "in-use" } else { "available" },
            "macAddress": self.mac,
            "privateIpAddress": self.private_ip.to_string(),
            "privateDnsName": name,
            "sourceDestCheck": self.sort != "nat_gateway",
            "groupSet": Vec::from_iter(groups),
            "attachment": attachment,
            "association": association,
            "privateIpAddressesSet": [{
                "privateIpAddress": self.private_ip.to_string(),
                "privateDnsName": name,
                "primary": true,
                "association": association,
            }],
            "ipv6AddressesSet": [],
            "tagSet": self.tags.to_list("key", "value"),
        })
    }
}
