//! What is asked of a bucket and answered as for one that has none of it: Terraform reads it all.

use serde_json::{Value, json};

use super::{bucket, enter, refuse};
use crate::operation::{Answer, Call};
use crate::refusal::Refusal;
use crate::wire::ROOT;

pub(super) fn accelerate(call: &mut Call<'_>) -> Answer {
    empty(call, "AccelerateConfiguration")
}

pub(super) fn logging(call: &mut Call<'_>) -> Answer {
    empty(call, "BucketLoggingStatus")
}

pub(super) fn notification(call: &mut Call<'_>) -> Answer {
    empty(call, "NotificationConfiguration")
}

pub(super) fn request_payment(call: &mut Call<'_>) -> Answer {
    enter(call)?;
    Ok(json!({ ROOT: "RequestPaymentConfiguration", "Payer": "BucketOwner" }))
}

pub(super) fn replication(call: &mut Call<'_>) -> Answer {
    let bucket = enter(call)?;
    Err(absent(
        "ReplicationConfigurationNotFoundError",
        "The replication configuration was not found",
        &bucket,
    ))
}

pub(super) fn object_lock(call: &mut Call<'_>) -> Answer {
    let bucket = enter(call)?;
    Err(absent(
        "ObjectLockConfigurationNotFoundError",
        "Object Lock configuration does not exist for this bucket",
        &bucket,
    ))
}

pub(super) fn website(call: &mut Call<'_>) -> Answer {
    let bucket = enter(call)?;
    Err(absent(
        "NoSuchWebsiteConfiguration",
        "The specified bucket does not have a website configuration",
        &bucket,
    ))
}

/// The owner may do everything, and nobody else anything.
pub(super) fn acl(call: &mut Call<'_>) -> Answer {
    enter(call)?;
    Ok(owners(&call.account()))
}

pub(super) fn object_acl(call: &mut Call<'_>) -> Answer {
    let (mut input, name) = enter::enter(call)?;
    let key = input.required("Key")?;
    input.accept("versionId", &[])?;
    input.finish()?;
    let current = enter::find(call.world, &name)?.current(&key);
    current.ok_or_else(|| refuse::no_key(&key))?;
    Ok(owners(&call.account()))
}

fn owners(account: &str) -> Value {
    let owner = bucket::owner(account);
    let grantee = "Grantee xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:type=\"CanonicalUser\"";
    json!({
        ROOT: "AccessControlPolicy",
        "Owner": { "ID": owner },
        "AccessControlList": { "Grant": [{ grantee: { "ID": owner }, "Permission": "FULL_CONTROL" }] },
    })
}

fn empty(call: &mut Call<'_>, root: &str) -> Answer {
    enter(call)?;
    Ok(json!({ ROOT: root }))
}

fn enter(call: &mut Call<'_>) -> Result<String, Refusal> {
    let (input, bucket) = enter::enter(call)?;
    input.finish()?;
    Ok(bucket)
}

fn absent(code: &str, message: &str, bucket: &str) -> Refusal {
    let refusal = Refusal::new(code, message).status(404);
    refusal.because("BucketName", bucket)
}
