//! IPv6 blocks that come and go: of VPCs a /56 of Amazon's, of subnets a /64 of that.

use serde_json::{Value, json};

use super::request::block_v6;
use super::resource::{View, view};
use super::subnet::{self, Subnet};
use super::vpc::{self, Vpc};
use crate::elbv2;
use crate::operation::{Answer, Call};
use crate::refusal::Refusal;

/// `AssociateVpcCidrBlock`: of what can be asked for, Amazon's IPv6 block. It has no dry run [EC2 API].
pub(super) fn associate_vpc(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let id = input.required("VpcId")?;
    let amazons = input.boolean("AmazonProvidedIpv6CidrBlock")?;
    let cidr = input.text("CidrBlock")?;
    input.finish()?;
    if cidr.is_some() {
        return Err(Refusal::not_implemented("further IPv4 blocks of a VPC"));
    }
    if amazons != Some(true) {
        let message = "The request must contain one of the parameters: cidrBlock, amazonProvidedIpv6CidrBlock";
        return Err(Refusal::new("MissingParameter", message));
    }
    // Five may be had [VPC quotas]; the twin gives one.
    if view(call).find::<Vpc>(&id)?.cidr_v6.is_some() {
        return Err(Refusal::not_implemented("a second IPv6 block of a VPC"));
    }
    let (now, association) = (call.world.now, call.world.ids.hex("vpc-cidr-assoc-", 17));
    if let Some(vpc) = call.here().ec2.vpcs.get_mut(&id) {
        vpc.associate_v6(&id, association, now);
    }
    let view = view(call);
    let shown = view.find::<Vpc>(&id)?.show_v6(&view);
    Ok(json!({ "vpcId": id, "ipv6CidrBlockAssociation": shown }))
}

/// `DisassociateVpcCidrBlock`: refused while a subnet has a part of the block [terraform-provider-aws #29077].
pub(super) fn disassociate_vpc(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let association = input.required("AssociationId")?;
    input.finish()?;
    let view = view(call);
    let found = view
        .each::<Vpc>()
        .find(|(_, vpc)| vpc.association_v6() == Some(association.as_str()));
    let Some((id, vpc)) = found.map(|(id, vpc)| (id.clone(), vpc)) else {
        return Err(not_found("vpc", vpc::ASSOCIATION_NOT_FOUND, &association));
    };
    if let Some(block) = vpc.cidr_v6
        && view
            .ec2
            .subnets
            .values()
            .any(|it| it.vpc == id && it.cidr_v6.is_some())
    {
        let message = format!("The vpc {id} currently has a subnet within CIDR block {block}");
        return Err(Refusal::new("InvalidCidrBlock.InUse", message));
    }
    let shown = leaving(vpc.show_v6(&view), "ipv6CidrBlockState");
    if let Some(vpc) = call.here().ec2.vpcs.get_mut(&id) {
        vpc.disassociate_v6();
    }
    Ok(json!({ "vpcId": id, "ipv6CidrBlockAssociation": shown }))
}

/// `AssociateSubnetCidrBlock`: "You can associate a single IPv6 CIDR block with a subnet" [EC2 API].
pub(super) fn associate_subnet(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let id = input.required("SubnetId")?;
    let block = input.required("Ipv6CidrBlock")?;
    input.finish()?;
    let block = block_v6(&block, "ipv6CidrBlock")?;
    let view = view(call);
    let subnet = view.find::<Subnet>(&id)?;
    if subnet.cidr_v6.is_some() {
        return Err(Refusal::not_implemented("a second IPv6 block of a subnet"));
    }
    subnet::fits_v6(&view, &subnet.vpc, block)?;
    let (now, association) = (call.world.now, call.world.ids.hex("subnet-cidr-assoc-", 17));
    if let Some(subnet) = call.here().ec2.subnets.get_mut(&id) {
        subnet.associate_v6(block, association, now);
    }
    let view = self::view(call);
    let shown = view.find::<Subnet>(&id)?.show_v6(&view);
    Ok(json!({ "subnetId": id, "ipv6CidrBlockAssociation": shown }))
}

/// `DisassociateSubnetCidrBlock`: "You must detach or delete all gateways and resources that are associated with the
/// CIDR block before you can disassociate it" [EC2 API].
pub(super) fn disassociate_subnet(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let association = input.required("AssociationId")?;
    input.finish()?;
    let used: Vec<String> = elbv2::subnets_with_v6(call.world, &call.region);
    let view = view(call);
    let found = view
        .each::<Subnet>()
        .find(|(_, it)| it.association_v6() == Some(association.as_str()));
    let Some((id, subnet)) = found.map(|(id, subnet)| (id.clone(), subnet)) else {
        return Err(not_found(
            "subnet",
            subnet::ASSOCIATION_NOT_FOUND,
            &association,
        ));
    };
    let refuse = |why: &str| {
        let message = format!(
            "The subnet IPv6 CIDR block with association ID {association} may not be disassociated, because {why}."
        );
        Err(Refusal::new("InvalidCidrBlock.InUse", message))
    };
    // [terraform-provider-aws #1519]
    if subnet.assign_v6 {
        return refuse("its subnet has assign-ipv6-address-on-creation set to true");
    }
    if used.contains(&id) {
        return refuse("its subnet has network interfaces with IPv6 addresses"); // the wording is assumed
    }
    let shown = leaving(subnet.show_v6(&view), "ipv6CidrBlockState");
    if let Some(subnet) = call.here().ec2.subnets.get_mut(&id) {
        subnet.disassociate_v6();
    }
    Ok(json!({ "subnetId": id, "ipv6CidrBlockAssociation": shown }))
}

fn leaving(mut shown: Option<Value>, state: &str) -> Option<Value> {
    if let Some(shown) = &mut shown {
        shown[state] = json!({ "state": "disassociating" });
    }
    shown
}

fn not_found(noun: &str, code: &str, association: &str) -> Refusal {
    let message = format!("The {noun} CIDR block with association ID {association} does not exist");
    Refusal::new(code, message)
}

impl View<'_> {
    /// How far an association is that was asked for then.
    pub(super) fn association(&self, since: crate::clock::Millis) -> &'static str {
        match since.0.saturating_add(self.cidr_association) <= self.now.0 {
            true => "associated",
            false => "associating",
        }
    }
}
