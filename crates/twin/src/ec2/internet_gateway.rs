//! Internet gateways.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::Ec2;
use super::describe::describe;
use super::request::{finish, tags_on_create, within};
use super::resource::{Kind, Resource, View, in_use, view};
use super::vpc::Vpc;
use crate::clock::Millis;
use crate::operation::{Answer, Call};
use crate::refusal::Refusal;
use crate::tags::Tags;
use crate::world::World;

/// An internet gateway, attached to at most one VPC.
#[derive(Serialize, Deserialize, Debug, Clone)]
pub struct InternetGateway {
    /// The VPC that it is attached to.
    pub vpc: Option<String>,
    /// Its tags.
    pub tags: Tags,
    created: Millis,
}

/// Ids of internet gateways.
pub(super) const KIND: Kind = Kind {
    prefix: "igw-",
    resource_type: "internet-gateway",
    noun: "internetGateway ID",
    not_found: "InvalidInternetGatewayID.NotFound",
    malformed: "InvalidInternetGatewayId.Malformed",
};

/// `CreateInternetGateway`
pub(super) fn create_internet_gateway(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let tags = tags_on_create(&mut input, &KIND)?;
    finish(input)?;
    let ec2 = &call.here().ec2;
    let (have, quota) = (ec2.gateways.len(), ec2.quotas.internet_gateways);
    within(
        have,
        quota,
        "InternetGatewayLimitExceeded",
        "internet gateways",
    )?;
    let id = make(call.world, &call.region, None, tags);
    Ok(json!({ "internetGateway": view(call).find_made::<InternetGateway>(&id) }))
}

/// `DescribeInternetGateways`
pub(super) fn describe_internet_gateways(call: &mut Call<'_>) -> Answer {
    describe::<InternetGateway>(call, "InternetGatewayId", "internetGatewaySet")
}

/// `AttachInternetGateway`: one VPC a gateway, one gateway a VPC [VPC guide: internet gateways; emulators.md 4: second
/// IGW on VPC].
pub(super) fn attach_internet_gateway(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let id = input.required("InternetGatewayId")?;
    let vpc = input.required("VpcId")?;
    finish(input)?;
    let view = view(call);
    let gateway = view.find::<InternetGateway>(&id)?;
    view.find::<Vpc>(&vpc)?;
    if let Some(holder) = &gateway.vpc {
        let message = format!("resource {id} is already attached to network {holder}");
        return Err(Refusal::new("Resource.AlreadyAssociated", message));
    }
    if view.ec2.gateway_of(&vpc).is_some() {
        let message = format!("Network {vpc} already has an internet gateway attached");
        return Err(Refusal::new("InvalidParameterValue", message));
    }
    if let Some(gateway) = call.here().ec2.gateways.get_mut(&id) {
        gateway.vpc = Some(vpc);
    }
    Ok(json!({ "return": true }))
}

/// `DetachInternetGateway`: refused while anything in the VPC has a public address [failures.md 1.2: internet gateway;
/// terraform #497, cloud-nuke #591]. Routes to the gateway stay, as black holes.
pub(super) fn detach_internet_gateway(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let id = input.required("InternetGatewayId")?;
    let vpc = input.required("VpcId")?;
    finish(input)?;
    let view = view(call);
    let gateway = view.find::<InternetGateway>(&id)?;
    view.find::<Vpc>(&vpc)?;
    if gateway.vpc.as_ref() != Some(&vpc) {
        let message = format!("resource {id} is not attached to network {vpc}");
        return Err(Refusal::new("Gateway.NotAttached", message));
    }
    let mapped =
        |interface: &super::Interface| interface.vpc == vpc && interface.public_ip.is_some();
    if view.ec2.interfaces.values().any(mapped) || view.ec2.regional_nat_of(&vpc) {
        let message = format!(
            "Network {vpc} has some mapped public address(es). Please unmap those public address(es) before detaching the gateway."
        );
        return Err(Refusal::new("DependencyViolation", message));
    }
    if let Some(gateway) = call.here().ec2.gateways.get_mut(&id) {
        gateway.vpc = None;
    }
    Ok(json!({ "return": true }))
}

/// `DeleteInternetGateway`: must be detached first [EC2 API: DeleteInternetGateway; aws-operator #109].
pub(super) fn delete_internet_gateway(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let id = input.required("InternetGatewayId")?;
    finish(input)?;
    if view(call).find::<InternetGateway>(&id)?.vpc.is_some() {
        return Err(in_use("internetGateway", &id));
    }
    call.here().ec2.gateways.remove(&id);
    Ok(json!({ "return": true }))
}

/// Makes a gateway. Gives its id.
pub(super) fn make(world: &mut World, region: &str, vpc: Option<&str>, tags: Tags) -> String {
    let id = world.ids.hex("igw-", 17);
    let gateway = InternetGateway {
        vpc: vpc.map(str::to_owned),
        tags,
        created: world.now,
    };
    world
        .region(region)
        .ec2
        .gateways
        .insert(id.clone(), gateway);
    id
}

impl Resource for InternetGateway {
    const KIND: &'static Kind = &KIND;
    const FILTERS: &'static [(&'static str, &'static str)] = &[
        ("attachment.state", "attachmentSet.state"),
        ("attachment.vpc-id", "attachmentSet.vpcId"),
        ("internet-gateway-id", "internetGatewayId"),
        ("owner-id", "ownerId"),
    ];

    fn all(ec2: &Ec2) -> &BTreeMap<String, InternetGateway> {
        &ec2.gateways
    }

    fn created(&self) -> Millis {
        self.created
    }

    fn tags(&self) -> &Tags {
        &self.tags
    }

    fn show(&self, id: &str, view: &View<'_>) -> Value {
        // "available", not "attached": the state that AWS gives, which is none of its model's [terraform-provider-aws].
        let attachment = self
            .vpc
            .as_ref()
            .map(|vpc| json!({ "state": "available", "vpcId": vpc }));
        json!({
            "internetGatewayId": id,
            "ownerId": view.account,
            "attachmentSet": Vec::from_iter(attachment),
            "tagSet": self.tags.to_list("key", "value"),
        })
    }
}
