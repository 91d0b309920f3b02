//! GetSecretValue, and the same for other services.

use serde_json::json;

use super::secret::{CURRENT, Secret, Version};
use super::value::Value;
use super::{name, refuse};
use crate::operation::{Answer, Call};
use crate::refusal::Refusal;
use crate::world::World;

pub(super) fn get(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let id = input.required("SecretId")?;
    let version = input.text("VersionId")?;
    let stage = input.text("VersionStage")?;
    input.finish()?;
    version.as_deref().map_or(Ok(()), name::check_token)?;
    let secret = call.here().secretsmanager.find(&id)?;
    let (id, version) = chosen(secret, version.as_deref(), stage.as_deref())?;
    let mut answer = secret.names();
    answer["VersionId"] = json!(id);
    answer["CreatedDate"] = json!(version.created.epoch_seconds());
    answer["VersionStages"] = json!(version.stages);
    version.value.show(&mut answer);
    Ok(answer)
}

/// A secret as another service finds it: its ARN, and its text or why there is none. The ARN is known before the text,
/// since policies speak of it.
pub(crate) fn resolve(
    world: &World,
    region: &str,
    id: &str,
    version: Option<&str>,
    stage: Option<&str>,
) -> (Option<String>, Result<String, Refusal>) {
    let found = match world.regions.get(region) {
        Some(region) => region.secretsmanager.find(id),
        None => Err(refuse::not_found()),
    };
    match found {
        Err(refusal) => (None, Err(refusal)),
        Ok(secret) => {
            let text = chosen(secret, version, stage).map(|(_, version)| match &version.value {
                Value::Text(value) | Value::Binary(value) => value.0.clone(),
            });
            (Some(secret.arn.clone()), text)
        }
    }
}

/// AWSCURRENT unless said otherwise; version and stage must go together [Secrets Manager API: GetSecretValue].
fn chosen<'a>(
    secret: &'a Secret,
    version: Option<&str>,
    stage: Option<&str>,
) -> Result<(&'a String, &'a Version), Refusal> {
    secret.must_live()?;
    let Some(id) = version else {
        let stage = stage.unwrap_or(CURRENT);
        let staged = secret.staged(stage);
        return staged.ok_or_else(|| refuse::no_value("staging label", stage));
    };
    let found = secret.versions.get_key_value(id);
    let found = found.ok_or_else(|| refuse::no_value("VersionId", id))?;
    if stage.is_some_and(|stage| !found.1.stages.contains(stage)) {
        return Err(refuse::request(
            "You provided a VersionStage that is not associated to the provided VersionId.",
        ));
    }
    Ok(found)
}
