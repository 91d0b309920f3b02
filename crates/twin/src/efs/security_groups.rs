//! The security groups of a mount target: those of its interface.

use serde_json::{Value, json};

use super::{State, mount_target};
use crate::ec2::{self, interfaces};
use crate::operation::{Answer, Call};
use crate::refusal::Refusal;
use crate::world::World;

/// [EFS service model: SecurityGroupLimitExceeded]
const GROUPS: usize = 5;

pub(super) fn describe(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let id = input.required("MountTargetId")?;
    input.finish()?;
    let target = mount_target::find(&mut call.here().efs, &id)?;
    let interface = target.interface.clone();
    let interface = call.here().ec2.interfaces.get(&interface);
    Ok(json!({ "SecurityGroups": interface.map(|it| it.groups.clone()).unwrap_or_default() }))
}

pub(super) fn modify(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let id = input.required("MountTargetId")?;
    let groups = input.texts("SecurityGroups")?;
    input.finish()?;
    let target = mount_target::find(&mut call.here().efs, &id)?;
    if target.state != State::Available {
        let message = format!(
            "Mount target '{id}' is not available: its life cycle state is '{}'.",
            target.state.word()
        );
        return Err(Refusal::new("IncorrectMountTargetState", message).status(409));
    }
    let (interface, vpc) = (target.interface.clone(), target.vpc.clone());
    let groups = check(call.world, &call.region, groups, &vpc)?;
    let region = call.region.clone();
    interfaces::set_groups(call.world, &region, &interface, groups);
    Ok(Value::Null)
}

/// Groups must be there and in the VPC; without any it is the VPC's default one.
pub(super) fn check(
    world: &World,
    region: &str,
    mut groups: Vec<String>,
    vpc: &str,
) -> Result<Vec<String>, Refusal> {
    groups.dedup();
    if groups.len() > GROUPS {
        let message = format!("A mount target has at most {GROUPS} security groups.");
        return Err(Refusal::new("SecurityGroupLimitExceeded", message));
    }
    for id in &groups {
        let found = ec2::group(world, region, id).filter(|group| group.vpc == vpc);
        if found.is_none() {
            let message = format!("The security group '{id}' does not exist in VPC '{vpc}'");
            return Err(Refusal::new("SecurityGroupNotFound", message));
        }
    }
    if groups.is_empty() {
        groups.extend(ec2::default_group(world, region, vpc));
    }
    Ok(groups)
}
