//! Amazon RDS, for PostgreSQL: subnet groups, parameter groups, instances, snapshots.
//!
//! An instance is created, backed up, changed and deleted on the clock; what takes time stands in [`work`]. It holds a
//! network interface in each zone that it stands in, its subnet group and its parameter group until it is gone. A
//! managed master password lies in the account's Secrets Manager, where only RDS can take it away. Clusters, replicas,
//! option groups, proxies and keys other than the AWS managed one are not modelled.

mod check;
mod classes;
mod create;
mod delete;
mod engine;
mod events;
mod instance;
mod lists;
mod modify;
mod name;
mod network;
mod parameter_group;
mod parameter_table;
mod parameters;
mod password;
mod pending;
mod power;
mod refuse;
mod restore;
mod settings;
mod show;
mod snapshot;
mod storage;
mod subnet_group;
mod tagging;
mod windows;
mod work;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::operation::{Operation, read, write};
use crate::tags::Tags;
use crate::world::World;

use events::Event;
use instance::Instance;
use parameter_group::ParameterGroup;
use snapshot::Snapshot;
use subnet_group::SubnetGroup;

/// The state of RDS in one region. Everything is kept by its name, which is in lower case.
#[derive(Default, Serialize, Deserialize, Debug)]
#[serde(default)]
pub struct Rds {
    subnet_groups: BTreeMap<String, SubnetGroup>,
    parameter_groups: BTreeMap<String, ParameterGroup>,
    instances: BTreeMap<String, Instance>,
    snapshots: BTreeMap<String, Snapshot>,
    /// Oldest first.
    events: Vec<Event>,
    /// The id of the key `aws/rds`, which is made when it is first needed.
    key: Option<String>,
    /// What all endpoints of the account have in common: `c9akciq32rgk`.
    domain: Option<String>,
}

/// What happens in RDS by itself.
#[derive(Serialize, Deserialize, Debug, Clone)]
#[allow(missing_docs)]
pub enum Happening {
    /// The instance is done with one step of its work, unless that was overtaken.
    Step { instance: String, serial: u64 },
    /// The maintenance window begins, in which what was put off is done.
    Window { instance: String },
    /// A stopped instance is started after seven days.
    Restart { instance: String, serial: u64 },
}

pub(crate) const OPERATIONS: &[Operation] = &[
    write("AddTagsToResource", tagging::add),
    write("CreateDBInstance", create::create),
    write("CreateDBParameterGroup", parameter_group::create),
    write("CreateDBSnapshot", snapshot::create),
    write("CreateDBSubnetGroup", subnet_group::create),
    write("DeleteDBInstance", delete::delete),
    write("DeleteDBParameterGroup", parameter_group::delete),
    write("DeleteDBSnapshot", snapshot::delete),
    write("DeleteDBSubnetGroup", subnet_group::delete),
    read("DescribeDBEngineVersions", engine::describe),
    read("DescribeDBInstances", instance::describe),
    read("DescribeDBParameterGroups", parameter_group::describe),
    read("DescribeDBParameters", parameters::describe),
    read("DescribeDBSnapshots", snapshot::describe),
    read("DescribeDBSubnetGroups", subnet_group::describe),
    read("DescribeEvents", events::describe),
    read("DescribeOrderableDBInstanceOptions", classes::describe),
    read("ListTagsForResource", tagging::list),
    write("ModifyDBInstance", modify::modify),
    write("ModifyDBParameterGroup", parameters::modify),
    write("ModifyDBSubnetGroup", subnet_group::modify),
    write("RebootDBInstance", power::reboot),
    write("RemoveTagsFromResource", tagging::remove),
    write("ResetDBParameterGroup", parameters::reset),
    write("RestoreDBInstanceFromDBSnapshot", restore::restore),
    write("StartDBInstance", power::start),
    write("StopDBInstance", power::stop),
];

pub(crate) fn happen(world: &mut World, region: &str, what: Happening) {
    match what {
        Happening::Step { instance, serial } => work::step(world, region, &instance, serial),
        Happening::Window { instance } => pending::window_opens(world, region, &instance),
        Happening::Restart { instance, serial } => power::restart(world, region, &instance, serial),
    }
}

/// Everything of the region that has tags, for Resource Groups Tagging.
pub(crate) fn tagged<'a>(world: &'a World, region: &str) -> Vec<(String, &'a Tags)> {
    let Some(here) = world.regions.get(region).map(|here| &here.rds) else {
        return Vec::new();
    };
    let groups = here
        .subnet_groups
        .values()
        .map(|it| (it.arn.clone(), &it.tags));
    let parameters = here.parameter_groups.values();
    let parameters = parameters.map(|it| (it.arn.clone(), &it.tags));
    let instances = here.instances.values().map(|it| (it.arn.clone(), &it.tags));
    let snapshots = here.snapshots.values().map(|it| (it.arn.clone(), &it.tags));
    groups
        .chain(parameters)
        .chain(instances)
        .chain(snapshots)
        .collect()
}
