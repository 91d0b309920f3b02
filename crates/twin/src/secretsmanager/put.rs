//! PutSecretValue.

use std::collections::BTreeSet;

use serde_json::json;

use super::secret::{CURRENT, STAGES};
use super::{refuse, value};
use crate::operation::{Answer, Call};

pub(super) fn put(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let id = input.required("SecretId")?;
    let sent = value::read(&mut input)?;
    let stages: BTreeSet<String> = input.texts("VersionStages")?.into_iter().collect();
    input.finish()?;
    let sent = sent
        .ok_or_else(|| refuse::request("You must provide either SecretString or SecretBinary."))?;
    if stages.len() > STAGES || stages.iter().any(|it| it.is_empty() || it.len() > 256) {
        return Err(refuse::validation(format!(
            "1 validation error detected: Value at 'versionStages' failed to satisfy constraint: Member must have length between 1 and {STAGES}"
        )));
    }
    let mut stages: Vec<String> = stages.into_iter().collect();
    if stages.is_empty() {
        stages.push(CURRENT.to_owned());
    }
    let now = call.now();
    let secret = call.here().secretsmanager.find_live_mut(&id)?;
    secret.must_be_ours("put a value into")?;
    let version = secret.add(sent, &stages, now)?;
    let mut answer = secret.names();
    answer["VersionStages"] = json!(secret.versions.get(&version).map(|it| &it.stages));
    answer["VersionId"] = json!(version);
    Ok(answer)
}
