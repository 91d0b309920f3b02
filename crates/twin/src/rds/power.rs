//! RebootDBInstance, StopDBInstance, StartDBInstance.

use std::time::Duration;

use super::instance::{self, AVAILABLE};
use super::work::{self, Then, task};
use super::{Happening, events, name, refuse, snapshot};
use crate::agenda;
use crate::operation::{Answer, Call};
use crate::world::World;

pub(super) use super::instance::STOPPED;

/// A stopped instance is started again after so long [RDS user guide: stopping a DB instance temporarily].
const LONGEST_STOP: Duration = Duration::from_secs(7 * 86_400);

pub(super) fn reboot(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let given = input.required("DBInstanceIdentifier")?;
    let failover = input.boolean("ForceFailover")?.unwrap_or(false);
    input.finish()?;
    let found = instance::named(call, &given)?;
    let name = found.name.clone();
    if failover && !found.settings.multi_az {
        return Err(refuse::combination(
            "Reboot with failover is only possible for an instance that is configured for Multi-AZ.",
        ));
    }
    if !found.is_available() {
        return Err(refuse::not_available());
    }
    let after = call.world.timing.database_restart;
    let tasks = vec![task("rebooting", after, Then::Rebooted { failover })];
    let region = call.region.clone();
    work::begin(call.world, &region, &name, tasks);
    instance::answer(call, &name)
}

pub(super) fn stop(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let given = input.required("DBInstanceIdentifier")?;
    let saved = input.text("DBSnapshotIdentifier")?;
    input.finish()?;
    let found = instance::named(call, &given)?;
    let (name, tags) = (found.name.clone(), found.snapshot_tags());
    if found.status != AVAILABLE {
        return Err(refuse::state(format!(
            "Instance {name} is not in available state."
        )));
    }
    let region = call.region.clone();
    let timing = call.world.timing.clone();
    let mut tasks = Vec::new();
    if let Some(saved) = saved {
        let saved = name::identifier("DBSnapshotIdentifier", &saved, 255)?;
        snapshot::check_new(call, &saved)?;
        snapshot::take(call.world, &region, &name, &saved, tags);
        let then = Then::BackedUp { snapshot: saved };
        tasks.push(task("stopping", timing.database_backup, then));
    }
    tasks.push(task("stopping", timing.database_modify, Then::Stopped));
    work::begin(call.world, &region, &name, tasks);
    instance::answer(call, &name)
}

pub(super) fn start(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let given = input.required("DBInstanceIdentifier")?;
    input.finish()?;
    let found = instance::named(call, &given)?;
    let name = found.name.clone();
    if found.status != STOPPED {
        return Err(refuse::state(format!(
            "Instance {name} is not in stopped state."
        )));
    }
    let region = call.region.clone();
    wake(call.world, &region, &name);
    instance::answer(call, &name)
}

/// It has stopped, until it is started or a week has passed.
pub(super) fn stopped(world: &mut World, region: &str, name: &str) {
    let at = world.now + LONGEST_STOP;
    let Some(instance) = instance::get(world, region, name) else {
        return;
    };
    instance.status = STOPPED.to_owned();
    let what = Happening::Restart {
        instance: name.to_owned(),
        serial: instance.serial,
    };
    world.agenda.add(at, region, agenda::Happening::Rds(what));
    events::tell(
        world,
        region,
        events::INSTANCE,
        name,
        "notification",
        "DB instance stopped",
    );
}

pub(super) fn restart(world: &mut World, region: &str, name: &str, serial: u64) {
    let still = |it: &mut instance::Instance| it.status == STOPPED && it.serial == serial;
    if instance::get(world, region, name).is_some_and(still) {
        let what = "DB instance is being started due to it exceeding the maximum allowed time being stopped.";
        events::tell(world, region, events::INSTANCE, name, "notification", what);
        wake(world, region, name);
    }
}

fn wake(world: &mut World, region: &str, name: &str) {
    let after = world.timing.database_modify;
    let started = task("starting", after, Then::Rebooted { failover: false });
    work::begin(world, region, name, vec![started]);
}
