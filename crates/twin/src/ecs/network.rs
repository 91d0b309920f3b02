//! What ECS asks of EC2: whether a network configuration can be, and an interface for each task.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::refuse;
use super::shape::{self, Shape, may, must};
use super::task_definition::TaskDefinition;
use crate::ec2;
use crate::ec2::interfaces::NewInterface;
use crate::refusal::Refusal;
use crate::world::World;

/// Where tasks of one service or run are placed.
#[derive(Serialize, Deserialize, Debug, Clone, PartialEq)]
#[serde(rename_all = "camelCase")]
pub(super) struct Network {
    pub(super) subnets: Vec<String>,
    #[serde(default)]
    pub(super) security_groups: Vec<String>,
    #[serde(default = "disabled")]
    pub(super) assign_public_ip: String,
}

fn disabled() -> String {
    "DISABLED".to_owned()
}

/// The interface of one task.
#[derive(Serialize, Deserialize, Debug, Clone)]
pub(super) struct Attachment {
    pub(super) id: String,
    pub(super) interface: String,
    pub(super) subnet: String,
    pub(super) ip: String,
    pub(super) mac: String,
    pub(super) zone: String,
}

const CONFIGURATION: Shape = Shape::Struct(&[must(
    "awsvpcConfiguration",
    Shape::Struct(&[
        must("subnets", Shape::Texts),
        may("securityGroups", Shape::Texts),
        may("assignPublicIp", Shape::OneOf(&["ENABLED", "DISABLED"])),
    ]),
)]);

impl Network {
    pub(super) fn read(raw: Option<Value>) -> Result<Option<Network>, Refusal> {
        let Some(raw) = raw.filter(|raw| !raw.is_null()) else {
            return Ok(None);
        };
        let mut checked = shape::check(raw, &CONFIGURATION, "networkConfiguration")?;
        serde_json::from_value(checked["awsvpcConfiguration"].take())
            .map(Some)
            .map_err(|error| refuse::parameter(format!("Invalid networkConfiguration: {error}")))
    }

    pub(super) fn view(&self) -> Value {
        json!({ "awsvpcConfiguration": self })
    }
}

/// Refuses what cannot be: awsvpc without a configuration or the other way round, subnets and groups that are not
/// there or not in one VPC. The sentences are AWS's (moto and the CDK's issues quote them).
pub(super) fn check(
    world: &World,
    region: &str,
    definition: &TaskDefinition,
    network: Option<&Network>,
) -> Result<(), Refusal> {
    let network = match (definition.is_awsvpc(), network) {
        (true, Some(network)) => network,
        (false, None) => return Ok(()),
        (true, None) => {
            return Err(refuse::parameter(
                "Network Configuration must be provided when networkMode 'awsvpc' is specified.",
            ));
        }
        (false, Some(_)) => {
            return Err(refuse::parameter(
                "Network Configuration is not valid for the given networkMode of this task definition.",
            ));
        }
    };
    if network.subnets.is_empty() {
        return Err(refuse::parameter("subnets can not be empty."));
    }
    // Limits [ECS API: AwsVpcConfiguration].
    if network.subnets.len() > 16 || network.security_groups.len() > 5 {
        return Err(refuse::parameter(
            "awsvpcConfiguration can have at most 16 subnets and 5 security groups.",
        ));
    }
    let mut vpcs = Vec::new();
    for id in &network.subnets {
        match ec2::subnet(world, region, id) {
            Some(subnet) => vpcs.push(subnet.vpc.as_str()),
            None => {
                return Err(refuse::parameter(format!(
                    "Error retrieving subnet information for [{}]: The subnet ID '{id}' does not exist (ErrorCode: InvalidSubnetID.NotFound)",
                    network.subnets.join(", ")
                )));
            }
        }
    }
    vpcs.dedup();
    let &[vpc] = vpcs.as_slice() else {
        return Err(refuse::parameter(
            "All subnets must belong to the same VPC.",
        ));
    };
    for id in &network.security_groups {
        match ec2::group(world, region, id) {
            Some(group) if group.vpc == vpc => {}
            Some(_) => {
                return Err(refuse::parameter(format!(
                    "Security group {id} does not appear to belong to the same VPC as the input subnets."
                )));
            }
            None => {
                return Err(refuse::parameter(format!(
                    "Error retrieving security group information for [{}]: The security group '{id}' does not exist (ErrorCode: InvalidGroup.NotFound)",
                    network.security_groups.join(", ")
                )));
            }
        }
    }
    Ok(())
}

/// Makes the interface of a task in that subnet. Without groups it gets the VPC's default one.
pub(super) fn attach(
    world: &mut World,
    region: &str,
    network: &Network,
    subnet: &str,
) -> Result<Attachment, Refusal> {
    let id = world.ids.uuid();
    let description = format!("arn:aws:ecs:{region}:{}:attachment/{id}", world.account);
    let interface = ec2::interfaces::create(
        world,
        region,
        NewInterface {
            subnet: subnet.to_owned(),
            groups: network.security_groups.clone(),
            description,
            requester: "amazon-ecs".to_owned(),
            public_ip: network.assign_public_ip == "ENABLED",
        },
    )?;
    let zone = ec2::subnet(world, region, subnet)
        .map(|it| it.zone.clone())
        .unwrap_or_default();
    let made = world.region(region).ec2.interfaces.get(&interface);
    let (ip, mac) = made
        .map(|it| (it.private_ip.to_string(), it.mac.clone()))
        .unwrap_or_default();
    Ok(Attachment {
        id,
        interface,
        subnet: subnet.to_owned(),
        ip,
        mac,
        zone,
    })
}

/// Lets the interface of a stopped task go; it lingers (failures.md 1.2: security groups wait for it).
pub(super) fn detach(world: &mut World, region: &str, attachment: &Attachment) {
    let after = Duration::from_millis(world.timing.interface_release);
    ec2::interfaces::release(world, region, &attachment.interface, after);
}
