//! Automatic backups of a file system: on or off, after a while.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Happening, file_system, refuse};
use crate::agenda;
use crate::operation::{Answer, Call};
use crate::world::World;

/// Whether a file system is backed up.
#[derive(Clone, Copy, Serialize, Deserialize, Debug, PartialEq, Eq)]
pub(super) enum Backup {
    Enabling,
    Enabled,
    Disabling,
    Disabled,
}

impl Backup {
    fn view(self) -> Value {
        json!({ "BackupPolicy": { "Status": match self {
            Backup::Enabling => "ENABLING",
            Backup::Enabled => "ENABLED",
            Backup::Disabling => "DISABLING",
            Backup::Disabled => "DISABLED",
        }}})
    }
}

pub(super) fn put(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let given = input.required("FileSystemId")?;
    let policy = input.object("BackupPolicy")?;
    let Some(mut policy) = policy else {
        return Err(input.missing("BackupPolicy"));
    };
    let status = policy.required("Status")?;
    policy.finish()?;
    input.finish()?;
    let wanted = match status.as_str() {
        "ENABLED" => Backup::Enabling,
        "DISABLED" => Backup::Disabling,
        other => {
            return Err(refuse::bad(format!(
                "Status can be set to ENABLED or DISABLED, not to '{other}'."
            )));
        }
    };
    let system = file_system::available(&mut call.here().efs, &given)?;
    let id = system.id.clone();
    system.backup = Some(match (system.backup, wanted) {
        (Some(Backup::Enabled), Backup::Enabling) => Backup::Enabled,
        (Some(Backup::Disabled), Backup::Disabling) => Backup::Disabled,
        (_, wanted) => wanted,
    });
    let answer = system.backup.map(Backup::view).unwrap_or_default();
    let at = call.now() + Duration::from_millis(call.world.timing.file_system);
    let what = agenda::Happening::Efs(Happening::Backup { id });
    call.world.agenda.add(at, &call.region, what);
    Ok(answer)
}

pub(super) fn describe(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let given = input.required("FileSystemId")?;
    input.finish()?;
    let system = file_system::find(&mut call.here().efs, &given)?;
    let backup = system.backup.map(Backup::view);
    backup.ok_or_else(|| {
        refuse::no_policy(format!(
            "The file system '{}' has no backup policy.",
            system.id
        ))
    })
}

pub(super) fn settle(world: &mut World, region: &str, id: &str) {
    if let Some(system) = world.region(region).efs.file_systems.get_mut(id) {
        system.backup = match system.backup {
            Some(Backup::Enabling) => Some(Backup::Enabled),
            Some(Backup::Disabling) => Some(Backup::Disabled),
            other => other,
        };
    }
}
