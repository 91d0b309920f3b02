//! DB subnet groups: the subnets in which instances may stand.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{lists, refuse};
use crate::ec2;
use crate::input::Input;
use crate::operation::{Answer, Call};
use crate::refusal::Refusal;
use crate::tags::Tags;
use crate::world::World;

/// A DB subnet group.
#[derive(Clone, Serialize, Deserialize, Debug)]
pub(super) struct SubnetGroup {
    pub(super) name: String,
    pub(super) description: String,
    pub(super) vpc: String,
    pub(super) subnets: Vec<Placed>,
    pub(super) arn: String,
    pub(super) tags: Tags,
}

/// A subnet and its zone.
#[derive(Clone, Serialize, Deserialize, Debug, PartialEq)]
pub(super) struct Placed {
    pub(super) id: String,
    pub(super) zone: String,
}

/// Groups per region, and subnets per group [RDS quotas].
const GROUPS: usize = 50;
const SUBNETS: usize = 20;
/// The group of the default VPC, which RDS makes itself.
const DEFAULT: &str = "default";

pub(super) fn create(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let name = read_name(&mut input)?;
    let description = input.required("DBSubnetGroupDescription")?;
    let subnets = lists::texts(&mut input, "SubnetIds", "SubnetIdentifier")?;
    let tags = lists::tags(&mut input)?;
    input.finish()?;
    if name == DEFAULT {
        return Err(refuse::value(
            "The parameter DBSubnetGroupName is not valid: 'default' is reserved.",
        ));
    }
    let groups = &call.here().rds.subnet_groups;
    if groups.contains_key(&name) {
        return Err(Refusal::new(
            "DBSubnetGroupAlreadyExists",
            format!("The DB subnet group '{name}' already exists."),
        ));
    }
    if groups.len() >= GROUPS {
        let message = format!("You have reached the limit of {GROUPS} DB subnet groups.");
        return Err(Refusal::new("DBSubnetGroupQuotaExceeded", message));
    }
    let (vpc, subnets) = place(call.world, &call.region, &subnets)?;
    let group = SubnetGroup {
        arn: call.arn("rds", &format!("subgrp:{name}")),
        name: name.clone(),
        description,
        vpc,
        subnets,
        tags,
    };
    let answer = json!({ "DBSubnetGroup": group.view() });
    call.here().rds.subnet_groups.insert(name, group);
    Ok(answer)
}

pub(super) fn modify(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let name = read_name(&mut input)?;
    let description = input.text("DBSubnetGroupDescription")?;
    let subnets = lists::texts(&mut input, "SubnetIds", "SubnetIdentifier")?;
    input.finish()?;
    let group = call.here().rds.subnet_groups.get(&name);
    let group = group.ok_or_else(|| refuse::no_subnet_group(&name))?.clone();
    let (vpc, subnets) = place(call.world, &call.region, &subnets)?;
    if vpc != group.vpc {
        return Err(refuse::value(
            "The new Subnets are not in the same Vpc as the existing subnet group",
        ));
    }
    let users = call.here().rds.instances.values();
    let mut users = users.filter(|it| it.subnet_group == name);
    let kept = |subnet: &str| subnets.iter().any(|it| it.id == subnet);
    if let Some(user) = users.find(|it| it.interfaces.iter().any(|it| !kept(&it.subnet))) {
        let message = format!(
            "A subnet that the DB instance {} stands in is already in use and cannot be taken out of the group.",
            user.name
        );
        return Err(Refusal::new("SubnetAlreadyInUse", message));
    }
    let changed = SubnetGroup {
        description: description.unwrap_or_else(|| group.description.clone()),
        subnets,
        ..group
    };
    let answer = json!({ "DBSubnetGroup": changed.view() });
    call.here().rds.subnet_groups.insert(name, changed);
    Ok(answer)
}

pub(super) fn describe(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let name = input.text("DBSubnetGroupName")?;
    lists::Filters::read(&mut input, &[])?;
    let window = lists::Window::read(&mut input)?;
    input.finish()?;
    let groups = &call.here().rds.subnet_groups;
    let rows = match name {
        None => groups.values().map(SubnetGroup::view).collect(),
        Some(name) => {
            let found = groups.get(&name.to_lowercase());
            vec![found.ok_or_else(|| refuse::no_subnet_group(&name))?.view()]
        }
    };
    window.answer("DBSubnetGroups", "DBSubnetGroup", rows)
}

/// Refused as long as an instance is in it, also one that is being deleted (failures.md 1.2).
pub(super) fn delete(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let name = read_name(&mut input)?;
    input.finish()?;
    let rds = &mut call.here().rds;
    if !rds.subnet_groups.contains_key(&name) {
        return Err(refuse::no_subnet_group(&name));
    }
    if let Some(user) = rds.instances.values().find(|it| it.subnet_group == name) {
        let message = format!(
            "Cannot delete the subnet group '{name}' because at least one database instance: {} is still using it.",
            user.name
        );
        return Err(Refusal::new("InvalidDBSubnetGroupStateFault", message));
    }
    if name == DEFAULT {
        return Err(refuse::value(
            "The default DB subnet group cannot be deleted.",
        ));
    }
    rds.subnet_groups.remove(&name);
    Ok(Value::Null)
}

/// The group that an instance is to stand in. Without a name it is that of the default VPC, which is made when it is
/// first needed [RDS API: CreateDBInstance DBSubnetGroupName].
pub(super) fn choose(call: &mut Call<'_>, name: Option<String>) -> Result<SubnetGroup, Refusal> {
    let given = name.map(|name| name.to_lowercase());
    let name = given.as_deref().unwrap_or(DEFAULT);
    if let Some(group) = call.here().rds.subnet_groups.get(name) {
        return Ok(group.clone());
    }
    if name != DEFAULT {
        return Err(refuse::no_subnet_group(name));
    }
    let subnets = ec2::default_subnets(call.world, &call.region);
    if subnets.is_empty() {
        return Err(Refusal::new(
            "InvalidSubnet",
            "No default subnet detected in VPC. Please contact AWS Support to recreate the default Subnets.",
        ));
    }
    let (vpc, subnets) = place(call.world, &call.region, &subnets)?;
    Ok(SubnetGroup {
        name: DEFAULT.to_owned(),
        description: "default".to_owned(),
        vpc,
        subnets,
        arn: call.arn("rds", "subgrp:default"),
        tags: Tags::default(),
    })
}

/// The VPC of the subnets, and each with its zone; or why they make no group.
fn place(world: &World, region: &str, ids: &[String]) -> Result<(String, Vec<Placed>), Refusal> {
    if ids.is_empty() {
        return Err(refuse::value("Subnet IDs are required."));
    }
    let invalid = || {
        let message = format!("Some input subnets in :[{}] are invalid.", ids.join(", "));
        Refusal::new("InvalidSubnet", message)
    };
    let mut placed: Vec<Placed> = Vec::new();
    let mut vpcs: Vec<&str> = Vec::new();
    for id in ids {
        let subnet = ec2::subnet(world, region, id).ok_or_else(invalid)?;
        vpcs.push(&subnet.vpc);
        let zone = subnet.zone.clone();
        let subnet = Placed {
            id: id.clone(),
            zone,
        };
        if !placed.contains(&subnet) {
            placed.push(subnet);
        }
    }
    vpcs.dedup();
    // [RDS model: InvalidSubnet, "not all in a common VPC"]
    let &[vpc] = vpcs.as_slice() else {
        let message = format!("Subnets: [{}] are not in the same VPC.", ids.join(", "));
        return Err(Refusal::new("InvalidSubnet", message));
    };
    if placed.len() > SUBNETS {
        let message = format!("A DB subnet group has at most {SUBNETS} subnets.");
        return Err(Refusal::new("DBSubnetQuotaExceededFault", message));
    }
    let mut zones: Vec<&str> = placed.iter().map(|it| it.zone.as_str()).collect();
    zones.sort_unstable();
    zones.dedup();
    if zones.len() < 2 {
        let message = format!(
            "The DB subnet group doesn't meet Availability Zone (AZ) coverage requirement. Current AZ coverage: {}. Add subnets to cover at least 2 AZs.",
            zones.join(", ")
        );
        return Err(Refusal::new("DBSubnetGroupDoesNotCoverEnoughAZs", message));
    }
    Ok((vpc.to_owned(), placed))
}

/// Up to 255 letters, digits, periods, underscores, spaces and hyphens [RDS API: CreateDBSubnetGroup].
fn read_name(input: &mut Input) -> Result<String, Refusal> {
    let name = input.required("DBSubnetGroupName")?.to_lowercase();
    let good = |letter: char| letter.is_ascii_alphanumeric() || "._ -".contains(letter);
    if !(1..=255).contains(&name.len()) || !name.chars().all(good) {
        return Err(refuse::value(
            "The parameter DBSubnetGroupName must be provided and must not be blank. It can have only letters, numbers, periods, underscores, spaces, or hyphens.",
        ));
    }
    Ok(name)
}

impl SubnetGroup {
    pub(super) fn zones(&self) -> Vec<&str> {
        let mut zones: Vec<&str> = self.subnets.iter().map(|it| it.zone.as_str()).collect();
        zones.sort_unstable();
        zones.dedup();
        zones
    }

    pub(super) fn view(&self) -> Value {
        let subnets = self.subnets.iter().map(|it| {
            json!({
                "SubnetIdentifier": it.id,
                "SubnetAvailabilityZone": { "Name": it.zone },
                "SubnetOutpost": {},
                "SubnetStatus": "Active",
            })
        });
        json!({
            "DBSubnetGroupName": self.name,
            "DBSubnetGroupDescription": self.description,
            "VpcId": self.vpc,
            "SubnetGroupStatus": "Complete",
            "Subnets": lists::named("Subnet", subnets),
            "DBSubnetGroupArn": self.arn,
            "SupportedNetworkTypes": ["IPV4"],
        })
    }
}
