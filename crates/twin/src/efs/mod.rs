//! Amazon EFS: file systems, mount targets, access points, policies.
//!
//! A mount target holds a network interface in its subnet, and a file system cannot go while it has one. What a task can
//! mount, and why not, stands in [`mounting`]. Replication and keys other than the AWS managed one are not modelled.

mod access_point;
mod backup;
mod file_system;
mod lifecycle;
mod lists;
mod mount_target;
mod mounting;
mod policy;
mod refuse;
mod routes;
mod security_groups;
mod tagging;
mod throughput;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::operation::{Operation, read, write};
use crate::tags::Tags;
use crate::world::World;

use access_point::AccessPoint;
use file_system::FileSystem;
use mount_target::MountTarget;
pub(crate) use mounting::{Mount, mount};
pub(crate) use routes::ROUTES;

/// The state of EFS in one region. Everything by its id.
#[derive(Default, Serialize, Deserialize, Debug)]
#[serde(default)]
pub struct Efs {
    file_systems: BTreeMap<String, FileSystem>,
    mount_targets: BTreeMap<String, MountTarget>,
    access_points: BTreeMap<String, AccessPoint>,
    /// The id of the key `aws/elasticfilesystem`, which is made when it is first needed.
    key: Option<String>,
}

/// What happens in EFS by itself: something by that id is done with what it was doing.
#[derive(Serialize, Deserialize, Debug, Clone)]
#[allow(missing_docs)]
pub enum Happening {
    FileSystem { id: String },
    MountTarget { id: String },
    AccessPoint { id: String },
    Backup { id: String },
}

/// The states that everything in EFS passes through [EFS API: LifeCycleState].
#[derive(Serialize, Deserialize, Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Creating,
    Available,
    Updating,
    Deleting,
}

impl State {
    fn word(self) -> &'static str {
        match self {
            State::Creating => "creating",
            State::Available => "available",
            State::Updating => "updating",
            State::Deleting => "deleting",
        }
    }
}

pub(crate) const OPERATIONS: &[Operation] = &[
    write("CreateAccessPoint", access_point::create),
    write("CreateFileSystem", file_system::create),
    write("CreateMountTarget", mount_target::create),
    write("DeleteAccessPoint", access_point::delete),
    write("DeleteFileSystem", file_system::delete),
    write("DeleteFileSystemPolicy", policy::delete),
    write("DeleteMountTarget", mount_target::delete),
    read("DescribeAccessPoints", access_point::describe),
    read("DescribeBackupPolicy", backup::describe),
    read("DescribeFileSystemPolicy", policy::describe),
    read("DescribeFileSystems", file_system::describe),
    read("DescribeLifecycleConfiguration", lifecycle::describe),
    read(
        "DescribeMountTargetSecurityGroups",
        security_groups::describe,
    ),
    read("DescribeMountTargets", mount_target::describe),
    read("ListTagsForResource", tagging::list),
    write("ModifyMountTargetSecurityGroups", security_groups::modify),
    write("PutBackupPolicy", backup::put),
    write("PutFileSystemPolicy", policy::put),
    write("PutLifecycleConfiguration", lifecycle::put),
    write("TagResource", tagging::tag),
    write("UntagResource", tagging::untag),
    write("UpdateFileSystem", throughput::update),
    write("UpdateFileSystemProtection", file_system::protect),
];

pub(crate) fn happen(world: &mut World, region: &str, what: Happening) {
    match what {
        Happening::FileSystem { id } => file_system::settle(world, region, &id),
        Happening::MountTarget { id } => mount_target::settle(world, region, &id),
        Happening::AccessPoint { id } => access_point::settle(world, region, &id),
        Happening::Backup { id } => backup::settle(world, region, &id),
    }
}

/// File systems and access points with their tags, for Resource Groups Tagging.
pub(crate) fn tagged<'a>(world: &'a World, region: &str) -> Vec<(String, &'a Tags)> {
    let Some(here) = world.regions.get(region).map(|here| &here.efs) else {
        return Vec::new();
    };
    let systems = here
        .file_systems
        .values()
        .map(|it| (it.arn.clone(), &it.tags));
    let points = here
        .access_points
        .values()
        .map(|it| (it.arn.clone(), &it.tags));
    systems.chain(points).collect()
}
