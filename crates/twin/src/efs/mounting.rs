//! Mounting, as the mount helper of a task does it: what it needs, and what it says when it cannot.
//!
//! The name of a file system resolves to the mount target in the task's own zone, in a VPC that resolves names
//! [EFS user guide: mounting with DNS names]. The sentences are those that stopped tasks bear (copilot-cli #5419,
//! compose-cli #1490, terraform-grafana #4).

use super::State;
use crate::ec2;
use crate::world::World;

/// What is to be mounted, and where.
pub(crate) struct Mount {
    pub(crate) file_system: String,
    pub(crate) access_point: Option<String>,
    /// The directory that becomes the volume's root.
    pub(crate) directory: String,
    /// The interface that the mount goes through.
    pub(crate) interface: String,
    pub(crate) zone: String,
}

/// NFS.
const PORT: u16 = 2_049;

/// Mounts, or says what the mount helper prints. An access point's directory is there from then on.
pub(crate) fn mount(world: &mut World, region: &str, wanted: &Mount) -> Result<(), String> {
    let name = format!("{}.efs.{region}.amazonaws.com", wanted.file_system);
    let unresolved = || {
        format!(
            "Failed to resolve \"{name}\" - check that your file system ID is correct, and ensure that the VPC has an EFS mount target for this file system ID. See https://docs.aws.amazon.com/console/efs/mount-dns-name for more detail. Attempting to lookup mount target ip address using botocore. Failed to import necessary dependency botocore, please install botocore first. : unsuccessful EFS utils command execution; code: 1"
        )
    };
    let refused = |directory: &str, why: &str| {
        format!(
            "b'mount.nfs4: mounting {name}:{directory} failed, reason given by server: {why}' : unsuccessful EFS utils command execution; code: 32"
        )
    };
    let here = world.regions.get(region).ok_or_else(unresolved)?;
    let vpc = here
        .ec2
        .interfaces
        .get(&wanted.interface)
        .map(|it| it.vpc.clone());
    let vpc = vpc.filter(|vpc| here.ec2.vpcs.get(vpc).is_some_and(|vpc| vpc.dns_support));
    let targets = here.efs.mount_targets.values();
    let mut targets = targets.filter(|it| {
        it.file_system == wanted.file_system
            && it.zone == wanted.zone
            && it.state == State::Available
            && Some(&it.vpc) == vpc.as_ref()
    });
    let target = targets
        .next()
        .map(|it| it.interface.clone())
        .ok_or_else(unresolved)?;
    if !ec2::reaches(world, region, &wanted.interface, &target, PORT) {
        return Err(
            "mount.nfs4: Connection timed out : unsuccessful EFS utils command execution; code: 32"
                .to_owned(),
        );
    }
    let efs = &mut world.region(region).efs;
    let Some(system) = efs.file_systems.get_mut(&wanted.file_system) else {
        return Err(unresolved());
    };
    let Some(id) = &wanted.access_point else {
        let there = wanted.directory == "/" || system.directories.contains(&wanted.directory);
        return match there {
            true => Ok(()),
            false => Err(refused(&wanted.directory, "No such file or directory")),
        };
    };
    let point = efs.access_points.get(id);
    let point =
        point.filter(|it| it.file_system == wanted.file_system && it.state == State::Available);
    let Some(point) = point else {
        return Err("b'mount.nfs4: access denied by server while mounting 127.0.0.1:/' : unsuccessful EFS utils command execution; code: 32".to_owned());
    };
    let there = point.path == "/" || system.directories.contains(&point.path);
    if !there && point.creation.is_none() {
        return Err(refused("/", "No such file or directory"));
    }
    system.directories.insert(point.path.clone());
    Ok(())
}
