//! Key policies.

use serde_json::{Value, json};

use super::key;
use crate::operation::{Answer, Call};
use crate::refusal::Refusal;
use crate::resource_policy::{self, Rules};
use crate::world::World;

/// What a key gets that is made without one: the account may do everything [KMS guide: default key policy].
pub(super) fn default(account: &str) -> String {
    json!({
        "Version": "2012-10-17",
        "Id": "key-default-1",
        "Statement": [{
            "Sid": "Enable IAM User Permissions",
            "Effect": "Allow",
            "Principal": { "AWS": format!("arn:aws:iam::{account}:root") },
            "Action": "kms:*",
            "Resource": "*",
        }],
    })
    .to_string()
}

pub(super) fn check(world: &World, text: &str) -> Result<(), Refusal> {
    let rules = Rules {
        actions: "kms:",
        resources: None,
    };
    let checked = resource_policy::check(world, text, &rules);
    checked.map(drop).map_err(|_| {
        let message =
            "The provided policy document does not meet the requirements for a key policy.";
        Refusal::new("MalformedPolicyDocumentException", message)
    })
}

/// `GetKeyPolicy`
pub(super) fn get_key_policy(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let named = input.required("KeyId")?;
    input.accept("PolicyName", &[json!("default")])?;
    input.finish()?;
    let policy = &key::find(call, &named)?.policy;
    Ok(json!({ "Policy": policy, "PolicyName": "default" }))
}

/// `PutKeyPolicy`
pub(super) fn put_key_policy(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let named = input.required("KeyId")?;
    let text = input.required("Policy")?;
    input.accept("PolicyName", &[json!("default")])?;
    input.boolean("BypassPolicyLockoutSafetyCheck")?;
    input.finish()?;
    check(call.world, &text)?;
    let key = key::find(call, &named)?;
    key.must_not_wait()?;
    key.policy = text;
    Ok(Value::Null)
}
