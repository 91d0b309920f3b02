//! DeleteDBInstance: with a last snapshot, unless told to skip it.

use serde_json::json;

use super::instance::{self, DELETING};
use super::work::{self, Then, task};
use super::{events, name, refuse, snapshot};
use crate::operation::{Answer, Call};

pub(super) fn delete(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let given = input.required("DBInstanceIdentifier")?;
    let skip = input.boolean("SkipFinalSnapshot")?.unwrap_or(false);
    let last = input.text("FinalDBSnapshotIdentifier")?;
    // Backups that outlive their instance are not modelled.
    input.accept("DeleteAutomatedBackups", &[json!(true)])?;
    input.finish()?;
    let found = instance::named(call, &given)?;
    let name = found.name.clone();
    if found.status == DELETING {
        return Err(refuse::state(format!(
            "Instance {name} is already being deleted."
        )));
    }
    if found.settings.deletion_protection {
        return Err(refuse::combination(
            "Cannot delete protected DB Instance, please disable deletion protection and try again.",
        ));
    }
    let last = match (last, skip) {
        (None, false) => {
            return Err(refuse::combination(
                "FinalDBSnapshotIdentifier is required unless SkipFinalSnapshot is specified.",
            ));
        }
        (Some(_), true) => {
            return Err(refuse::combination(
                "FinalDBSnapshotIdentifier cannot be specified when SkipFinalSnapshot is specified.",
            ));
        }
        (last, _) => last,
    };
    let timing = call.world.timing.clone();
    let region = call.region.clone();
    let mut tasks = Vec::new();
    if let Some(last) = last {
        let found = instance::named(call, &given)?;
        let status = found.status.clone();
        if !found.is_available() {
            return Err(refuse::state(format!(
                "Instance {name} is currently {status} - a final snapshot cannot be taken."
            )));
        }
        let last = name::identifier("FinalDBSnapshotIdentifier", &last, 255)?;
        snapshot::check_new(call, &last)?;
        let tags = instance::named(call, &given)?.snapshot_tags();
        snapshot::take(call.world, &region, &name, &last, tags);
        let then = Then::BackedUp { snapshot: last };
        tasks.push(task(DELETING, timing.database_backup, then));
    }
    tasks.push(task(DELETING, timing.database_delete, Then::Gone));
    work::begin(call.world, &region, &name, tasks);
    events::tell(
        call.world,
        &region,
        events::INSTANCE,
        &name,
        "deletion",
        "DB instance deletion started",
    );
    instance::answer(call, &name)
}
