//! DeleteSecret and RestoreSecret, and the end of a secret.

use std::time::Duration;

use serde_json::json;

use super::secret::Deletion;
use super::{Happening, name, refuse};
use crate::agenda;
use crate::operation::{Answer, Call};
use crate::world::World;

const DAY: Duration = Duration::from_secs(86_400);

pub(super) fn delete(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let id = input.required("SecretId")?;
    let days = input.number("RecoveryWindowInDays")?;
    let forced = input
        .boolean("ForceDeleteWithoutRecovery")?
        .unwrap_or(false);
    input.finish()?;
    if forced && days.is_some() {
        return Err(refuse::parameter(
            "You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays.",
        ));
    }
    let days = match days.map_or(Ok(30), u32::try_from) {
        Ok(days @ 7..=30) => days,
        _ => {
            return Err(refuse::parameter(
                "The RecoveryWindowInDays value must be between 7 and 30 days (inclusive).",
            ));
        }
    };
    name::check_id(&id)?;
    let now = call.now();
    let lingers = Duration::from_millis(call.world.timing.secret_purge);
    let secrets = &mut call.here().secretsmanager;
    let found = match secrets.find_mut(&id) {
        // What is not there needs no forcing [Secrets Manager API: ForceDeleteWithoutRecovery].
        Err(refusal) if forced && refusal.code == "ResourceNotFoundException" => {
            let arn = if id.starts_with("arn:") {
                Some(&id)
            } else {
                None
            };
            return Ok(json!({ "ARN": arn, "Name": id, "DeletionDate": now.epoch_seconds() }));
        }
        found => found?,
    };
    found.must_be_ours("delete")?;
    // A secret that waits for its deletion can still be deleted at once: that is how a name is had back early.
    if found.deletion.is_some() && !forced {
        return Err(refuse::marked());
    }
    let (shown, at) = match forced {
        true => (now, now + lingers),
        false => (now + DAY * days, now + DAY * days),
    };
    found.deletion = Some(Deletion { at, forced });
    found.changed = now;
    if forced {
        found.versions.clear();
    }
    let arn = found.arn.clone();
    let mut answer = found.names();
    answer["DeletionDate"] = json!(shown.epoch_seconds());
    let what = agenda::Happening::Secretsmanager(Happening::Purge { arn: arn.clone() });
    call.world.agenda.add(at, &call.region, what);
    if at <= now {
        purge(call.world, &call.region, &arn);
    }
    Ok(answer)
}

/// Restoring what is not deleted changes nothing.
pub(super) fn restore(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let id = input.required("SecretId")?;
    input.finish()?;
    let now = call.now();
    let secret = call.here().secretsmanager.find_mut(&id)?;
    if secret.deletion.take().is_some() {
        secret.changed = now;
    }
    Ok(secret.names())
}

/// Ends a secret whose time is over. One that was restored, or restored and deleted again, has another time.
pub(super) fn purge(world: &mut World, region: &str, arn: &str) {
    let now = world.now;
    let secrets = &mut world.region(region).secretsmanager.secrets;
    secrets.retain(|_, secret| {
        let due = secret.deletion.is_some_and(|deletion| deletion.at <= now);
        !(due && secret.arn == arn)
    });
}
