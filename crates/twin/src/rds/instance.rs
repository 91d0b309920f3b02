//! DB instances, and DescribeDBInstances.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::network::Stand;
use super::password::Managed;
use super::settings::Settings;
use super::work::Task;
use super::{Rds, lists, name, refuse};
use crate::clock::Millis;
use crate::operation::{Answer, Call};
use crate::refusal::Refusal;
use crate::tags::Tags;
use crate::world::World;

/// A DB instance.
#[derive(Serialize, Deserialize, Debug)]
pub(super) struct Instance {
    pub(super) name: String,
    pub(super) arn: String,
    /// `db-` and 26 letters and digits: another one if the name is used again.
    pub(super) resource_id: String,
    /// The database that it began with, if one was asked for.
    pub(super) database: Option<String>,
    pub(super) user: String,
    pub(super) subnet_group: String,
    pub(super) vpc: String,
    /// Where it stands: first the primary, then the standby of a Multi-AZ one.
    pub(super) interfaces: Vec<Stand>,
    pub(super) settings: Settings,
    /// What waits for the maintenance window: all settings as they are to be then.
    pub(super) deferred: Option<Settings>,
    /// The parameter group has changes that take effect with the next reboot.
    pub(super) parameters_pending: bool,
    pub(super) encrypted: bool,
    pub(super) secret: Option<Managed>,
    pub(super) status: String,
    /// What it does now, and what comes after.
    pub(super) work: VecDeque<Task>,
    /// Numbers works, so that a step of one that was overtaken is known as such.
    pub(super) serial: u64,
    /// When it was first available.
    pub(super) created: Option<Millis>,
    /// The end of its last backup.
    pub(super) backed_up: Option<Millis>,
    /// When its storage last changed: it can change again six hours later.
    pub(super) storage_changed: Option<Millis>,
    pub(super) tags: Tags,
}

/// [RDS user guide: DB instance status]
pub(super) const AVAILABLE: &str = "available";
pub(super) const OPTIMIZING: &str = "storage-optimization";
pub(super) const STOPPED: &str = "stopped";
pub(super) const DELETING: &str = "deleting";

pub(super) fn describe(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let wanted = input.text("DBInstanceIdentifier")?;
    let known = [
        "db-cluster-id",
        "db-instance-id",
        "dbi-resource-id",
        "domain",
        "engine",
    ];
    let filters = lists::Filters::read(&mut input, &known)?;
    let window = lists::Window::read(&mut input)?;
    input.finish()?;
    let wanted = wanted.map(|given| name::given(&given));
    let here = call.world.regions.get(&call.region).map(|here| &here.rds);
    let instances = here.into_iter().flat_map(|here| here.instances.values());
    let mut rows: Vec<Value> = Vec::new();
    for it in instances {
        let fits = filters.fit(|name| match name {
            "db-instance-id" => vec![it.name.clone(), it.arn.clone()],
            "dbi-resource-id" => vec![it.resource_id.clone()],
            "engine" => vec![super::engine::POSTGRES.to_owned()],
            _ => Vec::new(),
        });
        if fits && wanted.as_ref().is_none_or(|name| *name == it.name) {
            rows.push(it.view(call.world, &call.region));
        }
    }
    match wanted {
        Some(name) if rows.is_empty() => Err(refuse::no_instance(&name)),
        _ => window.answer("DBInstances", "DBInstance", rows),
    }
}

/// The instance that a request names.
pub(super) fn named<'a>(call: &'a mut Call<'_>, given: &str) -> Result<&'a mut Instance, Refusal> {
    let name = name::given(given);
    let found = call.here().rds.instances.get_mut(&name);
    found.ok_or_else(|| refuse::no_instance(&name))
}

/// The instance of that name.
pub(super) fn get<'a>(world: &'a mut World, region: &str, name: &str) -> Option<&'a mut Instance> {
    world.region(region).rds.instances.get_mut(name)
}

/// The answer of everything that changes an instance.
pub(super) fn answer(call: &Call<'_>, name: &str) -> Answer {
    let here = call.world.regions.get(&call.region);
    let instance = here.and_then(|here| here.rds.instances.get(name));
    let instance = instance.ok_or_else(|| refuse::no_instance(name))?;
    Ok(serde_json::json!({ "DBInstance": instance.view(call.world, &call.region) }))
}

impl Instance {
    /// Whether it can be worked on: changes of storage go on behind [RDS user guide: storage-optimization].
    pub(super) fn is_available(&self) -> bool {
        self.status == AVAILABLE || self.status == OPTIMIZING
    }

    pub(super) fn zone(&self) -> Option<&str> {
        self.interfaces.first().map(|stand| stand.zone.as_str())
    }

    pub(super) fn second_zone(&self) -> Option<&str> {
        self.interfaces.get(1).map(|stand| stand.zone.as_str())
    }

    /// The tags that its snapshots get by themselves.
    pub(super) fn snapshot_tags(&self) -> Tags {
        match self.settings.copy_tags {
            true => self.tags.clone(),
            false => Tags::default(),
        }
    }

    /// Whether it is in that parameter group, or will be.
    pub(super) fn uses_parameters(&self, group: &str) -> bool {
        let deferred = self.deferred.as_ref();
        self.settings.parameter_group == group
            || deferred.is_some_and(|it| it.parameter_group == group)
    }
}

impl Rds {
    /// What comes before the region in every endpoint of the account.
    pub(super) fn domain(&self) -> &str {
        self.domain.as_deref().unwrap_or_default()
    }
}
