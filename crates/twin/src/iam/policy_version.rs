//! Versions of a customer managed policy: at most five, of which one is in force.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::document::{self, Grammar};
use super::listing::Window;
use super::policy::{self, Policy};
use super::{aws_managed, name, refuse};
use crate::clock::Millis;
use crate::operation::{Answer, Call};
use crate::refusal::Refusal;

/// One version.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Version {
    /// The policy's text, as it was sent.
    pub text: String,
    /// When it was created.
    pub created: Millis,
}

/// [IAM User Guide: quotas]
const VERSIONS_PER_POLICY: usize = 5;
/// Characters, white space not counted [IAM User Guide: quotas].
const POLICY_LENGTH: usize = 6144;

pub(super) fn create(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let arn = input.required("PolicyArn")?;
    let text = input.required("PolicyDocument")?;
    let set_default = input.boolean("SetAsDefault")?.unwrap_or(false);
    input.finish()?;
    let policy = policy::find_own(call.world, &arn)?;
    document::check(call.world, &text, Grammar::Permissions)?;
    check_length(&text)?;
    if policy.versions.len() >= VERSIONS_PER_POLICY {
        return Err(refuse::limit_exceeded(
            "A managed policy can have up to 5 versions. Before you create a new version, you \
             must delete an existing version.",
        ));
    }
    let now = call.now();
    let policy = policy::find_own_mut(call.world, &arn)?;
    let number = policy.next_version;
    policy.next_version += 1;
    policy
        .versions
        .insert(number, Version { text, created: now });
    policy.updated = now;
    if set_default {
        policy.default_version = number;
    }
    Ok(json!({ "PolicyVersion": row(policy, number) }))
}

pub(super) fn get(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let arn = input.required("PolicyArn")?;
    let id = input.required("VersionId")?;
    input.finish()?;
    name::check_policy_arn(&arn)?;
    if let Some(managed) = aws_managed::find(&arn) {
        if id != managed.version {
            return Err(no_such_version(&arn, &id));
        }
        let text = managed.document().ok_or_else(|| {
            Refusal::new(
                "NotImplemented",
                format!("the twin does not know the text of {arn}"),
            )
            .status(501)
        })?;
        return Ok(json!({ "PolicyVersion": {
            "Document": document::encoded(&text),
            "VersionId": id,
            "IsDefaultVersion": true,
            "CreateDate": managed.created,
        }}));
    }
    let policy = policy::find(call.world, &arn)?;
    let number = number(policy, &arn, &id)?;
    let mut answer = row(policy, number);
    answer["Document"] = json!(
        policy
            .versions
            .get(&number)
            .map(|v| document::encoded(&v.text))
    );
    Ok(json!({ "PolicyVersion": answer }))
}

pub(super) fn list(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let arn = input.required("PolicyArn")?;
    let window = Window::read(&mut input)?;
    input.finish()?;
    name::check_policy_arn(&arn)?;
    if let Some(managed) = aws_managed::find(&arn) {
        let only = json!({
            "VersionId": managed.version, "IsDefaultVersion": true, "CreateDate": managed.created,
        });
        return window.answer("Versions", vec![only]);
    }
    let policy = policy::find(call.world, &arn)?;
    // Newest first.
    window.answer(
        "Versions",
        policy
            .versions
            .keys()
            .rev()
            .map(|n| row(policy, *n))
            .collect(),
    )
}

pub(super) fn set_default(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let arn = input.required("PolicyArn")?;
    let id = input.required("VersionId")?;
    input.finish()?;
    let number = number(policy::find_own(call.world, &arn)?, &arn, &id)?;
    policy::find_own_mut(call.world, &arn)?.default_version = number;
    Ok(Value::Null)
}

pub(super) fn delete(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let arn = input.required("PolicyArn")?;
    let id = input.required("VersionId")?;
    input.finish()?;
    let policy = policy::find_own(call.world, &arn)?;
    let number = number(policy, &arn, &id)?;
    if number == policy.default_version {
        return Err(refuse::delete_conflict(
            "Cannot delete the default version of a policy.",
        ));
    }
    policy::find_own_mut(call.world, &arn)?
        .versions
        .remove(&number);
    Ok(Value::Null)
}

/// Refuses a text longer than a managed policy may be.
pub(super) fn check_length(text: &str) -> Result<(), Refusal> {
    if document::counted_length(text) > POLICY_LENGTH {
        return Err(refuse::limit_exceeded(format!(
            "Cannot exceed quota for PolicySize: {POLICY_LENGTH}"
        )));
    }
    Ok(())
}

fn row(policy: &Policy, number: u32) -> Value {
    json!({
        "VersionId": format!("v{number}"),
        "IsDefaultVersion": number == policy.default_version,
        "CreateDate": policy.versions.get(&number).map(|version| version.created.iso8601()),
    })
}

fn number(policy: &Policy, arn: &str, id: &str) -> Result<u32, Refusal> {
    let number = id.strip_prefix('v').and_then(|digits| digits.parse().ok());
    let number: u32 = number.ok_or_else(|| {
        refuse::validation(format!(
            "1 validation error detected: Value '{id}' at 'versionId' failed to satisfy \
             constraint: Member must satisfy regular expression pattern: \
             v[1-9][0-9]*(\\.[A-Za-z0-9-]*)?"
        ))
    })?;
    if !policy.versions.contains_key(&number) {
        return Err(no_such_version(arn, id));
    }
    Ok(number)
}

fn no_such_version(arn: &str, id: &str) -> Refusal {
    refuse::no_such_entity(format!(
        "Policy {arn} version {id} does not exist or is not attachable."
    ))
}
