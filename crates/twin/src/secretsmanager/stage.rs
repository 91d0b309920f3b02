//! UpdateSecretVersionStage: which version a stage points at.

use super::secret::{CURRENT, STAGES};
use super::{name, refuse};
use crate::operation::{Answer, Call};
use crate::refusal::Refusal;

pub(super) fn update(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let id = input.required("SecretId")?;
    let stage = input.required("VersionStage")?;
    let from = input.text("RemoveFromVersionId")?;
    let to = input.text("MoveToVersionId")?;
    input.finish()?;
    for version in [&from, &to].into_iter().flatten() {
        name::check_token(version)?;
    }
    let now = call.now();
    let secret = call.here().secretsmanager.find_live_mut(&id)?;
    secret.must_be_ours("move a stage of")?;
    for version in [&from, &to].into_iter().flatten() {
        if !secret.versions.contains_key(version) {
            return Err(refuse::no_value("VersionId", version));
        }
    }
    // The version that has the stage must be named, so that two callers do not undo one another
    // [Secrets Manager API: UpdateSecretVersionStage].
    let holder = secret.staged(&stage).map(|(id, _)| id.clone());
    match (&holder, &from) {
        (Some(holder), None) if to.as_ref() != Some(holder) => {
            return Err(refuse::parameter(format!(
                "The parameter RemoveFromVersionId can't be empty. Staging label {stage} is currently attached to version {holder}, so you must explicitly reference that version in RemoveFromVersionId."
            )));
        }
        (holder, Some(from)) if holder.as_ref() != Some(from) => {
            return Err(refuse::parameter(format!(
                "The staging label {stage} is not attached to version {from}."
            )));
        }
        _ => {}
    }
    match &to {
        Some(to) => {
            let stages = secret.versions.get(to).map(|version| &version.stages);
            if stages.is_some_and(|it| it.len() >= STAGES && !it.contains(&stage)) {
                return Err(Refusal::new(
                    "LimitExceededException",
                    format!("A version can have at most {STAGES} staging labels."),
                ));
            }
            secret.move_stage(&stage, to);
        }
        None if stage == CURRENT => {
            return Err(refuse::parameter(
                "You can only move staging label AWSCURRENT to a different secret version. It can't be completely removed.",
            ));
        }
        None => secret.drop_stage(&stage),
    }
    secret.changed = now;
    Ok(secret.names())
}
