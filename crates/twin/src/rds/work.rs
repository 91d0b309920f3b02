//! What an instance is busy with: one task after the other, each with the status that it shows and what it brings about.

use std::collections::VecDeque;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::instance::{self, AVAILABLE, OPTIMIZING};
use super::settings::Settings;
use super::{Happening, events, network, password, pending, power, snapshot};
use crate::world::World;
use crate::{agenda, logs};

/// One task.
#[derive(Clone, Serialize, Deserialize, Debug)]
pub(super) struct Task {
    pub(super) status: String,
    pub(super) millis: u64,
    pub(super) then: Then,
}

/// What is so when a task is done.
#[derive(Clone, Serialize, Deserialize, Debug)]
pub(super) enum Then {
    Nothing,
    /// It can be connected to for the first time.
    Created,
    /// An automated or final backup is done.
    BackedUp {
        snapshot: String,
    },
    /// The settings are these.
    Changed {
        to: Box<Settings>,
    },
    /// What waited for a reboot holds.
    Rebooted {
        failover: bool,
    },
    Stopped,
    Gone,
}

pub(super) fn task(status: &str, millis: u64, then: Then) -> Task {
    Task {
        status: status.to_owned(),
        millis,
        then,
    }
}

/// Lets an instance begin this; what it was doing is given up.
pub(super) fn begin(world: &mut World, region: &str, name: &str, tasks: Vec<Task>) {
    if let Some(instance) = instance::get(world, region, name) {
        instance.serial += 1;
        instance.work = VecDeque::from(tasks);
        next(world, region, name);
    }
}

/// The first task that is left; without one the instance is available.
fn next(world: &mut World, region: &str, name: &str) {
    let now = world.now;
    let Some(instance) = instance::get(world, region, name) else {
        return;
    };
    let Some(task) = instance.work.front() else {
        if instance.status != power::STOPPED {
            instance.status = AVAILABLE.to_owned();
        }
        return;
    };
    instance.status.clone_from(&task.status);
    let at = now + Duration::from_millis(task.millis);
    let what = Happening::Step {
        instance: name.to_owned(),
        serial: instance.serial,
    };
    world.agenda.add(at, region, agenda::Happening::Rds(what));
}

/// The task at hand is done.
pub(super) fn step(world: &mut World, region: &str, name: &str, serial: u64) {
    let Some(instance) = instance::get(world, region, name) else {
        return;
    };
    if instance.serial != serial {
        return;
    }
    let Some(task) = instance.work.pop_front() else {
        return;
    };
    done(world, region, name, task.then);
    next(world, region, name);
}

fn done(world: &mut World, region: &str, name: &str, then: Then) {
    let now = world.now;
    let tell = |world: &mut World, category: &str, text: &str| {
        events::tell(world, region, events::INSTANCE, name, category, text);
    };
    match then {
        Then::Nothing => {}
        Then::Created => {
            if let Some(instance) = instance::get(world, region, name) {
                instance.created = Some(now);
            }
            password::active(world, region, name);
            export_logs(world, region, name);
            tell(world, "creation", "DB instance created");
        }
        Then::BackedUp { snapshot } => {
            if snapshot.starts_with("rds:") {
                // An automated one, which nobody asked for, appears when it is done.
                let tags = instance::get(world, region, name).map(|it| it.snapshot_tags());
                snapshot::take(world, region, name, &snapshot, tags.unwrap_or_default());
            }
            snapshot::done(world, region, &snapshot);
            if let Some(instance) = instance::get(world, region, name) {
                instance.backed_up = Some(now);
            }
            tell(world, "backup", "Finished DB Instance backup");
        }
        Then::Changed { to } => {
            if let Some(instance) = instance::get(world, region, name) {
                let before = std::mem::replace(&mut instance.settings, *to);
                let after = &instance.settings;
                instance.parameters_pending |= before.parameter_group != after.parameter_group;
                if pending::storage_differs(&before, after) {
                    instance.storage_changed = Some(now);
                }
                if before.version != after.version {
                    // The engine restarted for it.
                    instance.parameters_pending = false;
                }
                if instance.deferred.as_ref() == Some(&instance.settings) {
                    instance.deferred = None;
                }
            }
            network::follow(world, region, name);
            export_logs(world, region, name);
            tell(
                world,
                "configuration change",
                "Finished applying modification to DB instance",
            );
        }
        Then::Rebooted { failover } => {
            if let Some(instance) = instance::get(world, region, name) {
                instance.parameters_pending = false;
                if failover {
                    instance.interfaces.reverse();
                }
            }
            tell(world, "availability", "DB instance restarted");
        }
        Then::Stopped => power::stopped(world, region, name),
        Then::Gone => gone(world, region, name),
    }
}

/// Logs that are exported have a group, which is made again if somebody deletes it (failures.md 1.2: CloudWatch logs).
fn export_logs(world: &mut World, region: &str, name: &str) {
    let Some(instance) = instance::get(world, region, name) else {
        return;
    };
    for log in instance.settings.logs.clone() {
        logs::ensure_group(world, region, &format!("/aws/rds/instance/{name}/{log}"));
    }
}

fn gone(world: &mut World, region: &str, name: &str) {
    let Some(instance) = world.region(region).rds.instances.remove(name) else {
        return;
    };
    network::leave(world, region, &instance.interfaces);
    if let Some(secret) = &instance.secret {
        password::take_away(world, region, secret);
    }
    // Automated backups go with their instance [RDS API: DeleteDBInstance DeleteAutomatedBackups].
    let snapshots = &mut world.region(region).rds.snapshots;
    snapshots.retain(|_, it| !(it.automated && it.resource_id == instance.resource_id));
    events::tell(
        world,
        region,
        events::INSTANCE,
        name,
        "deletion",
        "DB instance deleted",
    );
}

/// The tasks of a change from one to the other.
pub(super) fn change(world: &World, before: &Settings, to: Settings) -> Vec<Task> {
    let timing = &world.timing;
    let grows = pending::storage_differs(before, &to);
    let backs_up = before.retention == 0 && to.retention > 0;
    let (status, millis) = pending::status(timing, before, &to);
    let mut tasks = vec![task(status, millis, Then::Changed { to: Box::new(to) })];
    if backs_up {
        tasks.push(task("backing-up", timing.database_backup, Then::Nothing));
    }
    if grows {
        tasks.push(task(
            OPTIMIZING,
            timing.database_optimization,
            Then::Nothing,
        ));
    }
    tasks
}
