//! Which interface has an Elastic IP address.

use std::net::Ipv4Addr;

use serde_json::json;

use super::Ec2;
use super::address::{Address, Held, not_yours};
use super::interfaces::Interface;
use super::request::finish;
use super::resource::view;
use crate::operation::{Answer, Call};
use crate::refusal::Refusal;
use crate::world::World;

/// `AssociateAddress`: with an interface. What has the address already loses it, unless the caller says otherwise
/// [EC2 API: AssociateAddress]. The code and message without a gateway: cfn101-workshop #165.
pub(super) fn associate_address(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let id = input.required("AllocationId")?;
    let interface = input.required("NetworkInterfaceId")?;
    let private_ip = input.text("PrivateIpAddress")?;
    let again = input.boolean("AllowReassociation")?.unwrap_or(true);
    finish(input)?;
    let view = view(call);
    let address = view.find::<Address>(&id)?;
    let found = view.find::<Interface>(&interface)?;
    if found.requester.is_some() || address.managed_by.is_some() {
        return Err(not_yours());
    }
    if let Some(held) = &address.held {
        let holder = held
            .interface
            .as_ref()
            .and_then(|id| view.ec2.interfaces.get(id));
        if holder.is_none_or(|holder| holder.requester.is_some()) {
            return Err(not_yours());
        }
        if held.interface.as_ref() == Some(&interface) {
            return Ok(json!({ "return": true, "associationId": held.association }));
        }
    }
    let own = view.ec2.address_of(&interface).map(|(_, own)| own);
    let taken = own
        .and_then(|own| own.held.as_ref())
        .map(|held| (&interface, held));
    let taken = taken.or(address.held.as_ref().map(|held| (&id, held)));
    if let Some((what, held)) = taken.filter(|_| !again) {
        let message = format!(
            "resource {what} is already associated with associate-id {}",
            held.association
        );
        return Err(Refusal::new("Resource.AlreadyAssociated", message));
    }
    if private_ip.is_some_and(|text| text.parse::<Ipv4Addr>() != Ok(found.private_ip)) {
        let message =
            format!("Network interface {interface} does not have that private IP address");
        return Err(Refusal::new("InvalidParameterValue", message));
    }
    if view.ec2.gateway_of(&found.vpc).is_none() {
        let message = format!(
            "Network {} is not attached to any internet gateway",
            found.vpc
        );
        return Err(Refusal::new("Gateway.NotAttached", message));
    }
    let ec2 = &mut call.here().ec2;
    if let Some((own, _)) = ec2.address_of(&interface) {
        let own = own.clone();
        ec2.disassociate(&own);
    }
    let association = associate(call.world, &call.region, &id, Some(interface.as_str()));
    Ok(json!({ "return": true, "associationId": association }))
}

/// `DisassociateAddress`: not that of a NAT gateway, which keeps it as long as it lives [terraform-aws-vpc #64]. An
/// association that is gone is refused, though the API reference calls the operation idempotent [terraform #2295].
pub(super) fn disassociate_address(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let association = input.required("AssociationId")?;
    finish(input)?;
    let view = view(call);
    let is_it = |address: &Address| {
        let held = address.held.as_ref();
        held.is_some_and(|held| held.association == association)
    };
    let found = view.each::<Address>().find(|(_, address)| is_it(address));
    let Some((id, address)) = found else {
        let message = format!("The association ID '{association}' does not exist");
        return Err(Refusal::new("InvalidAssociationID.NotFound", message));
    };
    let interface = address
        .held
        .as_ref()
        .and_then(|held| held.interface.as_ref());
    let interface = interface.and_then(|id| view.ec2.interfaces.get(id));
    if interface.is_none_or(|interface| interface.requester.is_some()) {
        return Err(not_yours());
    }
    let id = id.clone();
    call.here().ec2.disassociate(&id);
    Ok(json!({ "return": true }))
}

/// Gives an address to an interface, or to what has none; takes it from whatever has it. Gives the association's id.
pub(crate) fn associate(
    world: &mut World,
    region: &str,
    id: &str,
    interface: Option<&str>,
) -> String {
    let association = world.ids.hex("eipassoc-", 17);
    let ec2 = &mut world.region(region).ec2;
    ec2.disassociate(id);
    let Some(address) = ec2.addresses.get_mut(id) else {
        return association;
    };
    let found = match interface {
        Some(id) => ec2.interfaces.get_mut(id),
        None => None,
    };
    address.held = Some(Held {
        association: association.clone(),
        interface: found.as_ref().and(interface).map(str::to_owned),
        private_ip: found.as_ref().map(|it| it.private_ip),
    });
    if let Some(interface) = found {
        interface.public_ip = Some(address.public_ip);
    }
    association
}

impl Ec2 {
    /// Takes an address from whatever has it.
    pub(super) fn disassociate(&mut self, id: &str) {
        let held = self.addresses.get_mut(id).and_then(|it| it.held.take());
        if let Some(interface) = held.and_then(|held| held.interface)
            && let Some(interface) = self.interfaces.get_mut(&interface)
        {
            interface.public_ip = None;
        }
    }

    /// Removes an interface with its flow logs; an Elastic IP address that it had is free again.
    pub(super) fn remove_interface(&mut self, id: &str) {
        if let Some((address, _)) = self.address_of(id) {
            let address = address.clone();
            self.disassociate(&address);
        }
        self.interfaces.remove(id);
        self.flow_logs.retain(|_, log| log.resource != id);
    }
}
