//! Mount targets: where a file system can be reached in a zone.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Efs, Happening, State, access_point, file_system, lists, refuse, security_groups};
use crate::ec2::interfaces::{self, NewInterface};
use crate::operation::{Answer, Call};
use crate::refusal::Refusal;
use crate::world::World;
use crate::{agenda, ec2};

/// A mount target.
#[derive(Clone, Serialize, Deserialize, Debug)]
pub(super) struct MountTarget {
    pub(super) id: String,
    pub(super) file_system: String,
    pub(super) state: State,
    pub(super) subnet: String,
    pub(super) vpc: String,
    pub(super) zone: String,
    zone_id: String,
    pub(super) interface: String,
    pub(super) ip: String,
}

/// One in each zone, all in one VPC [EFS API: CreateMountTarget].
pub(super) fn create(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let given = input.required("FileSystemId")?;
    let subnet_id = input.required("SubnetId")?;
    let groups = input.texts("SecurityGroups")?;
    input.accept("IpAddressType", &[json!("IPV4_ONLY")])?;
    input.finish()?;
    let id = lists::id(&given).to_owned();
    let only_zone = file_system::available(&mut call.here().efs, &given)?
        .zone
        .clone();
    let subnet = ec2::subnet(call.world, &call.region, &subnet_id);
    let subnet = subnet.ok_or_else(|| {
        Refusal::new(
            "SubnetNotFound",
            format!("The subnet ID '{subnet_id}' does not exist"),
        )
    })?;
    let (vpc, zone, zone_id) = (
        subnet.vpc.clone(),
        subnet.zone.clone(),
        subnet.zone_id.clone(),
    );
    if only_zone.is_some_and(|only| only != zone) {
        return Err(Refusal::new(
            "AvailabilityZonesMismatch",
            "The Availability Zone of the mount target must be that of the One Zone file system.",
        ));
    }
    let targets = call.here().efs.mount_targets.values();
    for other in targets.filter(|it| it.file_system == id) {
        let conflict =
            |message: String| Err(Refusal::new("MountTargetConflict", message).status(409));
        if other.vpc != vpc {
            return conflict("requested subnet for new mount target is not in the same VPC as existing mount targets".to_owned());
        }
        if other.zone == zone {
            return conflict(format!("mount target already exists in this AZ: {zone}"));
        }
    }
    let groups = security_groups::check(call.world, &call.region, groups, &vpc)?;
    let target_id = call.world.ids.hex("fsmt-", 17);
    let wanted = NewInterface {
        subnet: subnet_id.clone(),
        groups,
        description: format!("EFS mount target for {id} ({target_id})"),
        requester: "amazon-efs".to_owned(),
        public_ip: false,
    };
    let region = call.region.clone();
    let interface = interfaces::create(call.world, &region, wanted).map_err(|refusal| {
        let code = match refusal.code.as_str() {
            "InsufficientFreeAddressesInSubnet" => "NoFreeAddressesInSubnet",
            _ => "NetworkInterfaceLimitExceeded",
        };
        Refusal::new(code, refusal.message).status(409)
    })?;
    let made = call.here().ec2.interfaces.get(&interface);
    let ip = made.map(|it| it.private_ip.to_string()).unwrap_or_default();
    let target = MountTarget {
        id: target_id.clone(),
        file_system: id,
        state: State::Creating,
        subnet: subnet_id,
        vpc,
        zone,
        zone_id,
        interface,
        ip,
    };
    let answer = target.view(call.world);
    call.here()
        .efs
        .mount_targets
        .insert(target_id.clone(), target);
    later(call.world, &region, &target_id);
    Ok(answer)
}

/// By file system, by itself, or by access point: exactly one of them.
pub(super) fn describe(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let system = input.text("FileSystemId")?;
    let target = input.text("MountTargetId")?;
    let point = input.text("AccessPointId")?;
    let window = lists::Window::marked(&mut input)?;
    input.finish()?;
    let efs = &mut call.here().efs;
    let (system, target) = match (system, target, point) {
        (Some(system), None, None) => (Some(file_system::find(efs, &system)?.id.clone()), None),
        (None, Some(target), None) => (None, Some(find(efs, &target)?.id.clone())),
        (None, None, Some(point)) => (
            Some(access_point::find(efs, &point)?.file_system.clone()),
            None,
        ),
        _ => {
            return Err(refuse::bad(
                "Exactly one of FileSystemId, MountTargetId and AccessPointId must be specified.",
            ));
        }
    };
    let here = call.world.regions.get(&call.region).map(|here| &here.efs);
    let all = here
        .into_iter()
        .flat_map(|here| here.mount_targets.values());
    let rows = all.filter(|it| {
        system.as_ref().is_none_or(|id| *id == it.file_system)
            && target.as_ref().is_none_or(|id| *id == it.id)
    });
    let rows = rows.map(|it| it.view(call.world)).collect();
    window.answer("MountTargets", rows)
}

pub(super) fn delete(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let id = input.required("MountTargetId")?;
    input.finish()?;
    let target = find(&mut call.here().efs, &id)?;
    target.state = State::Deleting;
    later(call.world, &call.region, &id);
    Ok(Value::Null)
}

fn later(world: &mut World, region: &str, id: &str) {
    let at = world.now + Duration::from_millis(world.timing.mount_target);
    let what = Happening::MountTarget { id: id.to_owned() };
    world.agenda.add(at, region, agenda::Happening::Efs(what));
}

/// The interface goes with the mount target [EFS API: DeleteMountTarget].
pub(super) fn settle(world: &mut World, region: &str, id: &str) {
    let targets = &mut world.region(region).efs.mount_targets;
    let Some(target) = targets.get_mut(id) else {
        return;
    };
    if target.state != State::Deleting {
        target.state = State::Available;
        return;
    }
    let interface = target.interface.clone();
    targets.remove(id);
    interfaces::release(world, region, &interface, Duration::ZERO);
}

pub(super) fn find<'a>(efs: &'a mut Efs, id: &str) -> Result<&'a mut MountTarget, Refusal> {
    let found = efs.mount_targets.get_mut(id);
    found.ok_or_else(|| refuse::no_mount_target(id))
}

impl MountTarget {
    fn view(&self, world: &World) -> Value {
        json!({
            "OwnerId": world.account,
            "MountTargetId": self.id,
            "FileSystemId": self.file_system,
            "SubnetId": self.subnet,
            "LifeCycleState": self.state.word(),
            "IpAddress": self.ip,
            "NetworkInterfaceId": self.interface,
            "AvailabilityZoneId": self.zone_id,
            "AvailabilityZoneName": self.zone,
            "VpcId": self.vpc,
        })
    }
}
