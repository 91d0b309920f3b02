//! Policies of buckets.

use bytes::Bytes;
use serde_json::{Value, json};

use super::bucket::Bucket;
use super::{enter, settings};
use crate::operation::{Answer, Call};
use crate::refusal::Refusal;
use crate::resource_policy::{self, Rules, Wrong};
use crate::wire::{HEADERS, ROOT, STATUS};

/// The longest policy [S3 guide: bucket policies].
const LONGEST: usize = 20 << 10;

/// `PutBucketPolicy`
pub(super) fn put_bucket_policy(call: &mut Call<'_>) -> Answer {
    let (mut input, name) = enter::enter(call)?;
    input.boolean("x-amz-confirm-remove-self-bucket-access")?;
    settings::drop_checksums(&mut input);
    input.finish()?;
    let text = String::from_utf8(std::mem::take(&mut call.body).to_vec());
    let text =
        text.map_err(|_| malformed("Policies must be valid JSON and the first byte must be '{'"))?;
    if text.len() > LONGEST {
        let message = "Your policy exceeds the maximum allowed document size.";
        return Err(Refusal::new("PolicyTooLarge", message));
    }
    let resources = [format!("arn:aws:s3:::{name}")];
    let rules = Rules {
        actions: "s3:",
        resources: Some(&resources),
    };
    let statements =
        resource_policy::check(call.world, &text, &rules).map_err(|wrong| match wrong {
            Wrong::Syntax("Policies must be valid JSON") => {
                malformed("Policies must be valid JSON and the first byte must be '{'")
            }
            Wrong::Syntax(what) => malformed(what),
            Wrong::Action => malformed("Policy has invalid action"),
            Wrong::Resource => malformed("Policy has invalid resource"),
            Wrong::Principal => malformed("Invalid principal in policy"),
        })?;
    let bucket = enter::find_mut(call.world, &name)?;
    let public = statements.iter().any(resource_policy::is_public);
    if public
        && bucket
            .settings
            .get("publicAccessBlock")
            .is_some_and(|it| it["BlockPublicPolicy"] == true)
    {
        let message = format!(
            "User: {} is not authorized to perform: s3:PutBucketPolicy on resource: \"arn:aws:s3:::{name}\" because public policies are prevented by the BlockPublicPolicy setting in S3 Block Public Access.",
            call.principal
        );
        return Err(Refusal::new("AccessDenied", message).status(403));
    }
    bucket.policy = Some(text);
    Ok(json!({ STATUS: 204 }))
}

/// `GetBucketPolicy`: the text as it was put.
pub(super) fn get_bucket_policy(call: &mut Call<'_>) -> Answer {
    let (input, name) = enter::enter(call)?;
    input.finish()?;
    let bucket = enter::find(call.world, &name)?;
    let text = bucket.policy.clone().ok_or_else(|| absent(&name))?;
    call.body = Bytes::from(text);
    Ok(json!({ HEADERS: { "content-type": "application/json" } }))
}

/// `GetBucketPolicyStatus`
pub(super) fn get_bucket_policy_status(call: &mut Call<'_>) -> Answer {
    let (input, name) = enter::enter(call)?;
    input.finish()?;
    let bucket = enter::find(call.world, &name)?;
    if bucket.policy.is_none() {
        return Err(absent(&name));
    }
    let public = statements(bucket).iter().any(resource_policy::is_public);
    Ok(json!({ ROOT: "PolicyStatus", "IsPublic": public }))
}

/// `DeleteBucketPolicy`
pub(super) fn delete_bucket_policy(call: &mut Call<'_>) -> Answer {
    let (input, name) = enter::enter(call)?;
    input.finish()?;
    enter::find_mut(call.world, &name)?.policy = None;
    Ok(json!({ STATUS: 204 }))
}

/// Whether the policy lets everybody read all objects, and nothing keeps them from it.
pub(super) fn is_readable_by_all(bucket: &Bucket) -> bool {
    let block = bucket.settings.get("publicAccessBlock");
    let restricted = block.is_some_and(|block| block["RestrictPublicBuckets"] == true);
    let objects = format!("arn:aws:s3:::{}/*", bucket.name);
    let names = |value: &Value, wanted: &[&str]| {
        let one = |it: &Value| it.as_str().is_some_and(|it| wanted.contains(&it));
        one(value) || value.as_array().is_some_and(|list| list.iter().any(one))
    };
    !restricted
        && statements(bucket).iter().any(|statement| {
            resource_policy::is_public(statement)
                && names(&statement["Action"], &["s3:GetObject", "s3:*", "*"])
                && names(&statement["Resource"], &[&objects])
        })
}

fn statements(bucket: &Bucket) -> Vec<Value> {
    let text = bucket.policy.as_deref().unwrap_or_default();
    let document: Value = serde_json::from_str(text).unwrap_or_default();
    match &document["Statement"] {
        Value::Array(items) => items.clone(),
        one => vec![one.clone()],
    }
}

fn malformed(message: &str) -> Refusal {
    Refusal::new("MalformedPolicy", message)
}

fn absent(name: &str) -> Refusal {
    Refusal::new("NoSuchBucketPolicy", "The bucket policy does not exist")
        .status(404)
        .because("BucketName", name)
}
