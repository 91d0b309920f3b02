//! DescribeSecret, ListSecretVersionIds, GetResourcePolicy. The first two also answer for a secret that waits for its
//! deletion: InvalidRequestException is not among their errors.

use serde_json::{Value, json};

use super::list;
use crate::operation::{Answer, Call};

pub(super) fn describe(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let id = input.required("SecretId")?;
    input.finish()?;
    let secret = call.here().secretsmanager.find(&id)?;
    Ok(secret.view("VersionIdsToStages"))
}

/// Versions without a stage are deprecated, and shown on request only.
pub(super) fn versions(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let id = input.required("SecretId")?;
    let deprecated = input.boolean("IncludeDeprecated")?.unwrap_or(false);
    let window = list::Window::read(&mut input)?;
    input.finish()?;
    let secret = call.here().secretsmanager.find(&id)?;
    let mut shown: Vec<_> = secret
        .versions
        .iter()
        .filter(|(_, version)| deprecated || !version.stages.is_empty())
        .collect();
    shown.sort_by_key(|(_, version)| version.ordinal);
    let rows = shown.into_iter().map(|(id, version)| {
        json!({
            "VersionId": id,
            "VersionStages": (!version.stages.is_empty()).then_some(&version.stages),
            "CreatedDate": version.created.epoch_seconds(),
            "KmsKeyIds": ["DefaultEncryptionKey"],
        })
    });
    let mut answer = window.answer("Versions", rows.collect())?;
    answer["ARN"] = json!(secret.arn);
    answer["Name"] = json!(secret.name);
    Ok(answer)
}

/// No secret has a policy here, so that the member is absent as it is on AWS then.
pub(super) fn policy(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let id = input.required("SecretId")?;
    input.finish()?;
    let secret = call.here().secretsmanager.find(&id)?;
    secret.must_live()?;
    let answer: Value = secret.names();
    Ok(answer)
}
