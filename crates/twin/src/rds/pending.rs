//! Changes that wait for the maintenance window, and those under way: what differs, and what that means.

use serde_json::{Map, Value, json};

use super::instance::{self, Instance};
use super::settings::Settings;
use super::work::{self, Then};
use super::{Happening, windows};
use crate::agenda;
use crate::timing::Timing;
use crate::world::World;

/// Splits a wish into what is done at once and what waits, unless it is all to be done at once
/// [RDS user guide: settings for DB instances].
pub(super) fn split(before: &Settings, wanted: &Settings) -> (Settings, bool) {
    let toggles_backups = (before.retention == 0) != (wanted.retention == 0);
    let retention = if toggles_backups {
        before.retention
    } else {
        wanted.retention
    };
    let now = Settings {
        class: before.class.clone(),
        storage: before.storage,
        storage_type: before.storage_type.clone(),
        iops: before.iops,
        throughput: before.throughput,
        multi_az: before.multi_az,
        version: before.version.clone(),
        authority: before.authority.clone(),
        retention,
        // A group of another family comes with its version.
        parameter_group: match before.version == wanted.version {
            true => wanted.parameter_group.clone(),
            false => before.parameter_group.clone(),
        },
        ..wanted.clone()
    };
    let waits = now != *wanted;
    (now, waits)
}

pub(super) fn storage_differs(a: &Settings, b: &Settings) -> bool {
    (a.storage, &a.storage_type, a.iops, a.throughput)
        != (b.storage, &b.storage_type, b.iops, b.throughput)
}

/// Whether nothing but switches differs that RDS turns without touching the engine.
pub(super) fn is_light(before: &Settings, after: &Settings) -> bool {
    let same = Settings {
        deletion_protection: after.deletion_protection,
        copy_tags: after.copy_tags,
        ceiling: after.ceiling,
        ..before.clone()
    };
    same == *after
}

/// The status during a change, and how long it takes.
pub(super) fn status(timing: &Timing, before: &Settings, after: &Settings) -> (&'static str, u64) {
    let heavy = storage_differs(before, after)
        || before.class != after.class
        || before.multi_az != after.multi_az
        || before.port != after.port
        || before.public != after.public
        || (before.retention == 0) != (after.retention == 0);
    if before.version != after.version {
        ("upgrading", timing.database_modify)
    } else if heavy {
        ("modifying", timing.database_modify)
    } else if before.monitoring != after.monitoring
        || before.monitoring_role != after.monitoring_role
    {
        ("configuring-enhanced-monitoring", timing.database_restart)
    } else if before.logs != after.logs {
        ("configuring-log-exports", timing.database_restart)
    } else if before.iam_login != after.iam_login {
        ("configuring-iam-database-auth", timing.database_restart)
    } else {
        ("modifying", timing.database_restart)
    }
}

/// Plans the next maintenance window for what waits.
pub(super) fn plan(world: &mut World, region: &str, name: &str) {
    let now = world.now;
    let Some(instance) = instance::get(world, region, name) else {
        return;
    };
    let at = windows::next(now, &instance.settings.maintenance_window);
    let what = Happening::Window {
        instance: name.to_owned(),
    };
    world.agenda.add(at, region, agenda::Happening::Rds(what));
}

/// What waited is done now. An instance that is busy or stopped keeps it for the next window.
pub(super) fn window_opens(world: &mut World, region: &str, name: &str) {
    let Some(instance) = instance::get(world, region, name) else {
        return;
    };
    let Some(wanted) = instance.deferred.clone() else {
        return;
    };
    if !instance.is_available() {
        plan(world, region, name);
        return;
    }
    let before = instance.settings.clone();
    let tasks = work::change(world, &before, wanted);
    work::begin(world, region, name, tasks);
}

/// `PendingModifiedValues`: what waits, and what is being changed [RDS API: PendingModifiedValues].
pub(super) fn view(instance: &Instance) -> Value {
    let under_way = instance.work.iter().find_map(|task| match &task.then {
        Then::Changed { to } => Some(&**to),
        _ => None,
    });
    let mut view = Map::new();
    let Some(to) = instance.deferred.as_ref().or(under_way) else {
        return Value::Object(view);
    };
    let from = &instance.settings;
    let mut differs = |name: &str, before: Value, after: Value| {
        if before != after {
            view.insert(name.to_owned(), after);
        }
    };
    differs("DBInstanceClass", json!(from.class), json!(to.class));
    differs("AllocatedStorage", json!(from.storage), json!(to.storage));
    differs(
        "StorageType",
        json!(from.storage_type),
        json!(to.storage_type),
    );
    differs("Iops", json!(from.iops), json!(to.iops));
    differs(
        "StorageThroughput",
        json!(from.throughput),
        json!(to.throughput),
    );
    differs("MultiAZ", json!(from.multi_az), json!(to.multi_az));
    differs("EngineVersion", json!(from.version), json!(to.version));
    differs("Port", json!(from.port), json!(to.port));
    differs(
        "BackupRetentionPeriod",
        json!(from.retention),
        json!(to.retention),
    );
    differs(
        "CACertificateIdentifier",
        json!(from.authority),
        json!(to.authority),
    );
    differs(
        "IAMDatabaseAuthenticationEnabled",
        json!(from.iam_login),
        json!(to.iam_login),
    );
    let only = |these: &[String], those: &[String]| -> Vec<String> {
        these
            .iter()
            .filter(|it| !those.contains(it))
            .cloned()
            .collect()
    };
    let (more, less) = (only(&to.logs, &from.logs), only(&from.logs, &to.logs));
    if !more.is_empty() || !less.is_empty() {
        view.insert(
            "PendingCloudwatchLogsExports".to_owned(),
            json!({ "LogTypesToEnable": more, "LogTypesToDisable": less }),
        );
    }
    Value::Object(view)
}
