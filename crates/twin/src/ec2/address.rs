//! Elastic IP addresses: allocated to the account, held by a network interface or a NAT gateway, released.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::describe::Query;
use super::request::{finish, tags_on_create, within};
use super::resource::{Kind, Resource, View, view};
use super::{Ec2, filter};
use crate::clock::Millis;
use crate::operation::{Answer, Call};
use crate::refusal::Refusal;
use crate::tags::Tags;
use crate::world::World;

/// An Elastic IP address.
#[derive(Serialize, Deserialize, Debug, Clone)]
pub struct Address {
    /// The address itself.
    pub public_ip: Ipv4Addr,
    /// What has it now.
    pub held: Option<Held>,
    /// The service that made it for itself and releases it: `rnat`.
    pub managed_by: Option<String>,
    /// Its tags.
    pub tags: Tags,
    created: Millis,
}

/// What has an address.
#[derive(Serialize, Deserialize, Debug, Clone)]
pub struct Held {
    /// The id of the association.
    pub association: String,
    /// The interface; a regional NAT gateway shows none.
    pub interface: Option<String>,
    /// The interface's own address.
    pub private_ip: Option<Ipv4Addr>,
}

/// Ids of addresses. There is no code for one that is malformed [EC2 API: error codes].
pub(super) const KIND: Kind = Kind {
    prefix: "eipalloc-",
    resource_type: "elastic-ip",
    noun: "allocation ID",
    not_found: "InvalidAllocationID.NotFound",
    malformed: "InvalidAllocationID.NotFound",
};

/// `AllocateAddress`: has no token. The quota counts what callers allocated [opstrace #273: the message].
pub(super) fn allocate_address(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    input.accept("Domain", &[json!("vpc")])?;
    input.accept("PublicIpv4Pool", &[json!("amazon")])?;
    let border = input.text("NetworkBorderGroup")?;
    let tags = tags_on_create(&mut input, &KIND)?;
    finish(input)?;
    if let Some(other) = border.filter(|border| *border != call.region) {
        return Err(Refusal::not_implemented(format_args!(
            "addresses of the network border group {other}"
        )));
    }
    let ec2 = &call.here().ec2;
    let own = ec2.addresses.values().filter(|it| it.managed_by.is_none());
    let (have, quota) = (own.count(), ec2.quotas.addresses);
    within(have, quota, "AddressLimitExceeded", "addresses")?;
    let id = allocate(call.world, &call.region, None, tags);
    let public_ip = call.here().ec2.addresses.get(&id).map(|it| it.public_ip);
    Ok(json!({
        "allocationId": id,
        "publicIp": public_ip.map(|it| it.to_string()),
        "publicIpv4Pool": "amazon",
        "networkBorderGroup": call.region,
        "domain": "vpc",
    }))
}

/// `DescribeAddresses`: knows no pages [EC2 API: DescribeAddresses].
pub(super) fn describe_addresses(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let ids = input.texts("AllocationId")?;
    let named = input.texts("PublicIp")?;
    let filters = filter::read(&mut input, Address::FILTERS)?;
    finish(input)?;
    let view = view(call);
    for id in &ids {
        view.find::<Address>(id)?;
    }
    for text in &named {
        view.named_address(text)?;
    }
    let all = ids.is_empty() && named.is_empty();
    let asked = |id: &String, it: &Address| {
        all || ids.contains(id) || named.contains(&it.public_ip.to_string())
    };
    let found = view.each::<Address>().filter(|(id, it)| asked(id, it));
    let mut shown: Vec<Value> = found.map(|(id, it)| it.show(id, &view)).collect();
    shown.retain(|shown| filter::passes(&filters, Address::FILTERS, shown));
    Ok(json!({ "addressesSet": shown }))
}

/// `DescribeAddressesAttribute`: reverse names, which nobody can set here, so that no address has one.
pub(super) fn describe_addresses_attribute(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let ids = input.texts("AllocationId")?;
    let attribute = input.text("Attribute")?;
    let query = Query::with(&mut input, "", &[])?;
    finish(input)?;
    if let Some(other) = attribute.filter(|text| text != "domain-name") {
        let message =
            format!("Value ({other}) for parameter attribute is invalid. Unknown attribute.");
        return Err(Refusal::new("InvalidParameterValue", message));
    }
    let view = view(call);
    for id in &ids {
        view.find::<Address>(id)?;
    }
    query.page("addressSet", Vec::new())
}

/// `ReleaseAddress`: refused while anything has it [EC2 API: ReleaseAddress; emulators.md 4: ReleaseAddress used by
/// NAT]. An address is named by its allocation; by itself it could only be in EC2-Classic [nixops #852].
pub(super) fn release_address(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let id = input.text("AllocationId")?;
    let public_ip = input.text("PublicIp")?;
    let border = input.text("NetworkBorderGroup")?;
    finish(input)?;
    let Some(id) = id else {
        let (code, message) = match public_ip {
            Some(_) => (
                "InvalidParameterValue",
                "You must specify an allocation id when releasing a VPC elastic IP address",
            ),
            None => (
                "MissingParameter",
                "The request must contain the parameter AllocationId",
            ),
        };
        return Err(Refusal::new(code, message));
    };
    let view = view(call);
    let found = view.find::<Address>(&id)?;
    if border.is_some_and(|border| border != view.region) {
        return Err(no_address(&found.public_ip.to_string()));
    }
    if found.managed_by.is_some() {
        return Err(not_yours());
    }
    if found.held.is_some() {
        let message = format!("Address {} is in use.", found.public_ip);
        return Err(Refusal::new("InvalidIPAddress.InUse", message));
    }
    call.here().ec2.addresses.remove(&id);
    Ok(json!({ "return": true }))
}

/// Allocates an address, for the account or for a service. Gives its id.
pub(super) fn allocate(
    world: &mut World,
    region: &str,
    managed_by: Option<&str>,
    tags: Tags,
) -> String {
    let (id, created) = (world.ids.hex("eipalloc-", 17), world.now);
    let ec2 = &mut world.region(region).ec2;
    let address = Address {
        public_ip: ec2.next_public(),
        held: None,
        managed_by: managed_by.map(str::to_owned),
        tags,
        created,
    };
    ec2.addresses.insert(id.clone(), address);
    id
}

/// What belongs to a service, callers cannot have [terraform #9625, terraform-aws-vpc #64].
pub(super) fn not_yours() -> Refusal {
    let message = "You do not have permission to access the specified resource.";
    Refusal::new("AuthFailure", message)
}

fn no_address(text: &str) -> Refusal {
    Refusal::new(
        "InvalidAddress.NotFound",
        format!("Address '{text}' not found."),
    )
}

impl View<'_> {
    fn named_address(&self, text: &str) -> Result<(), Refusal> {
        let address = text.parse::<Ipv4Addr>().map_err(|_| {
            let message = format!("Invalid IPv4 address: '{text}'");
            Refusal::new("InvalidAddress.Malformed", message)
        })?;
        let mut all = self.each::<Address>();
        match all.any(|(_, it)| it.public_ip == address) {
            true => Ok(()),
            false => Err(no_address(text)),
        }
    }
}

impl Ec2 {
    /// The address that an interface has, with its id.
    pub(super) fn address_of(&self, interface: &str) -> Option<(&String, &Address)> {
        let has = |held: &Held| held.interface.as_deref() == Some(interface);
        self.addresses
            .iter()
            .find(|(_, address)| address.held.as_ref().is_some_and(has))
    }
}

impl Resource for Address {
    const KIND: &'static Kind = &KIND;
    const FILTERS: &'static [(&'static str, &'static str)] = &[
        ("allocation-id", "allocationId"),
        ("association-id", "associationId"),
        ("domain", "domain"),
        ("instance-id", "instanceId"),
        ("network-border-group", "networkBorderGroup"),
        ("network-interface-id", "networkInterfaceId"),
        ("network-interface-owner-id", "networkInterfaceOwnerId"),
        ("private-ip-address", "privateIpAddress"),
        ("public-ip", "publicIp"),
    ];

    fn all(ec2: &Ec2) -> &BTreeMap<String, Address> {
        &ec2.addresses
    }

    fn created(&self) -> Millis {
        self.created
    }

    fn tags(&self) -> &Tags {
        &self.tags
    }

    fn show(&self, id: &str, view: &View<'_>) -> Value {
        let held = self.held.as_ref();
        let interface = held.and_then(|held| held.interface.as_ref());
        json!({
            "allocationId": id,
            "publicIp": self.public_ip.to_string(),
            "publicIpv4Pool": "amazon",
            "networkBorderGroup": view.region,
            "domain": "vpc",
            "associationId": held.map(|held| &held.association),
            "networkInterfaceId": interface,
            "networkInterfaceOwnerId": interface.map(|_| &view.account),
            "privateIpAddress": held.and_then(|held| held.private_ip).map(|it| it.to_string()),
            "serviceManaged": self.managed_by,
            "tagSet": self.tags.to_list("key", "value"),
        })
    }
}
