//! Buckets: made, found, listed, deleted.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::multipart::Upload;
use super::object::Version;
use super::{document, enter, name, refuse, settings};
use crate::clock::Millis;
use crate::operation::{Answer, Call};
use crate::page;
use crate::refusal::Refusal;
use crate::tags::Tags;
use crate::wire::{HEADERS, ROOT, STATUS, TEXT};

/// Buckets of an account [S3 guide: bucket quotas].
const QUOTA: usize = 10_000;

#[derive(Serialize, Deserialize, Debug)]
pub(super) struct Bucket {
    pub(super) name: String,
    pub(super) region: String,
    pub(super) created: Millis,
    pub(super) versioning: Versioning,
    /// Documents as they were put, by the word that names them in a query.
    pub(super) settings: BTreeMap<String, Value>,
    pub(super) policy: Option<String>,
    pub(super) tags: Tags,
    /// The versions of every key, the current one last.
    pub(super) objects: BTreeMap<String, Vec<Version>>,
    /// By id.
    pub(super) uploads: BTreeMap<String, Upload>,
}

#[derive(Serialize, Deserialize, Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Versioning {
    Never,
    Enabled,
    Suspended,
}

/// `CreateBucket`
pub(super) fn create_bucket(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let name = input.required("Bucket")?;
    let ownership = input.text("x-amz-object-ownership")?;
    input.accept("x-amz-acl", &[json!("private")])?;
    input.accept("x-amz-bucket-object-lock-enabled", &[json!(false)])?;
    input.accept("x-amz-bucket-namespace", &[json!("global")])?;
    input.raw("content-type");
    input.finish()?;
    let body = std::mem::take(&mut call.body);
    if call.principal == "anonymous" {
        return Err(refuse::denied());
    }
    let (location, tags) = configuration(&body)?;
    name::check(&name)?;
    let region = place(&call.region, location.as_deref())?;
    let ownership = ownership.unwrap_or_else(|| "BucketOwnerEnforced".to_owned());
    if !document::OWNERSHIPS.contains(&ownership.as_str()) {
        let message = "Invalid x-amz-object-ownership header";
        return Err(refuse::argument(
            "x-amz-object-ownership",
            &ownership,
            message,
        ));
    }
    let answer = json!({ HEADERS: { "location": format!("/{name}") } });
    if let Some(refusal) = taken(call, &name)? {
        // In us-east-1 it is no error, as it was in the beginning [S3 API: CreateBucket].
        return if region == "us-east-1" {
            Ok(answer)
        } else {
            Err(refusal)
        };
    }
    let mut settings = settings::initial();
    settings.insert(
        "ownershipControls".to_owned(),
        json!({ "Rule": [{ "ObjectOwnership": ownership }] }),
    );
    let bucket = Bucket {
        name: name.clone(),
        region,
        created: call.now(),
        versioning: Versioning::Never,
        settings,
        policy: None,
        tags,
        objects: BTreeMap::new(),
        uploads: BTreeMap::new(),
    };
    call.world.s3.buckets.insert(name, bucket);
    Ok(answer)
}

/// Why the name cannot be had; with `Some` it is this account's own bucket.
fn taken(call: &Call<'_>, name: &str) -> Result<Option<Refusal>, Refusal> {
    let s3 = &call.world.s3;
    if name::is_foreign(name) {
        let message = "The requested bucket name is not available. The bucket namespace is shared by all users of the system. Please select a different name and try again.";
        return Err(Refusal::new("BucketAlreadyExists", message)
            .status(409)
            .because("BucketName", name));
    }
    if s3.buckets.contains_key(name) {
        let message =
            "Your previous request to create the named bucket succeeded and you already own it.";
        let refusal = Refusal::new("BucketAlreadyOwnedByYou", message).status(409);
        return Ok(Some(refusal.because("BucketName", name)));
    }
    if s3
        .released
        .get(name)
        .is_some_and(|until| call.now() < *until)
    {
        let message = "A conflicting conditional operation is currently in progress against this resource. Please try again.";
        return Err(Refusal::new("OperationAborted", message).status(409));
    }
    if s3.buckets.len() >= QUOTA {
        let message = "You have attempted to create more buckets than allowed";
        return Err(Refusal::new("TooManyBuckets", message));
    }
    Ok(None)
}

/// `HeadBucket`
pub(super) fn head_bucket(call: &mut Call<'_>) -> Answer {
    let (input, name) = enter::enter(call)?;
    input.finish()?;
    let region = &enter::find(call.world, &name)?.region;
    Ok(json!({ HEADERS: {
        "x-amz-bucket-region": region,
        "x-amz-bucket-arn": format!("arn:aws:s3:::{name}"),
        "x-amz-access-point-alias": "false",
        "content-type": "application/xml",
    } }))
}

/// `GetBucketLocation`
pub(super) fn get_bucket_location(call: &mut Call<'_>) -> Answer {
    let (input, name) = enter::enter(call)?;
    input.finish()?;
    let region = enter::find(call.world, &name)?.region.as_str();
    // us-east-1 has no word for itself [S3 API: GetBucketLocation].
    let location = if region == "us-east-1" { "" } else { region };
    Ok(json!({ ROOT: "LocationConstraint", TEXT: location }))
}

/// `DeleteBucket`
pub(super) fn delete_bucket(call: &mut Call<'_>) -> Answer {
    let (input, name) = enter::enter(call)?;
    input.finish()?;
    let bucket = enter::find(call.world, &name)?;
    if !bucket.objects.is_empty() {
        let message = match bucket.versioning {
            Versioning::Never => "The bucket you tried to delete is not empty",
            _ => {
                "The bucket you tried to delete is not empty. You must delete all versions in the bucket."
            }
        };
        return Err(Refusal::new("BucketNotEmpty", message)
            .status(409)
            .because("BucketName", &name));
    }
    if let Some(gone) = call.world.s3.buckets.remove(&name) {
        for upload in gone.uploads.values() {
            upload.release(&mut call.world.blobs);
        }
    }
    let until = call.now() + Duration::from_millis(call.world.timing.bucket_release);
    call.world.s3.released.insert(name, until);
    Ok(json!({ STATUS: 204 }))
}

/// `ListBuckets`: of all regions.
pub(super) fn list_buckets(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let limit = input.number("max-buckets")?;
    let token = input.text("continuation-token")?;
    let prefix = input.text("prefix")?;
    let region = input.text("bucket-region")?;
    input.finish()?;
    if limit.is_some_and(|limit| !(1..=10_000).contains(&limit)) {
        let message = "Argument max-buckets must be an integer between 1 and 10000";
        return Err(refuse::argument("max-buckets", "", message));
    }
    let wanted = |bucket: &&Bucket| {
        prefix.as_ref().is_none_or(|it| bucket.name.starts_with(it))
            && region.as_ref().is_none_or(|it| bucket.region == *it)
    };
    // Only those who page are told the regions [S3 API: ListBuckets].
    let paged = limit.is_some() || region.is_some() || token.is_some() || prefix.is_some();
    let rows = call.world.s3.buckets.values().filter(wanted).map(|bucket| {
        json!({
            "Name": bucket.name,
            "CreationDate": bucket.created.iso8601(),
            "BucketRegion": paged.then_some(&bucket.region),
        })
    });
    let (rows, next) = page::page(rows.collect(), limit, token)?;
    Ok(json!({
        ROOT: "ListAllMyBucketsResult",
        "Buckets": { "Bucket": rows },
        "Owner": { "ID": owner(&call.account()) },
        "ContinuationToken": next,
        "Prefix": prefix,
    }))
}

/// The account's canonical user id, which is not its number.
pub(super) fn owner(account: &str) -> String {
    crate::blobs::sha256(account.as_bytes())
}

fn configuration(body: &[u8]) -> Result<(Option<String>, Tags), Refusal> {
    if body.is_empty() {
        return Ok((None, Tags::default()));
    }
    let root = "CreateBucketConfiguration";
    let found = document::read(body, root, &document::CREATE_BUCKET)?;
    let tags = super::tagging::tags(&found["Tags"])?;
    let location = found["LocationConstraint"].as_str();
    Ok((location.map(str::to_owned), tags))
}

/// The region that a bucket is made in [S3 API: CreateBucketConfiguration].
fn place(endpoint: &str, location: Option<&str>) -> Result<String, Refusal> {
    let location = location.map(|it| if it == "EU" { "eu-west-1" } else { it });
    let illegal = |what: &str| {
        Refusal::new(
            "IllegalLocationConstraintException",
            format!(
                "The {what} location constraint is incompatible for the region specific endpoint this request was sent to."
            ),
        )
    };
    match (endpoint, location) {
        ("us-east-1", None) => Ok(endpoint.to_owned()),
        (_, None) => Err(illegal("unspecified")),
        (_, Some("us-east-1" | "")) => Err(Refusal::new(
            "InvalidLocationConstraint",
            "The specified location-constraint is not valid",
        )),
        // The global endpoint makes buckets everywhere.
        ("us-east-1", Some(location)) if name::is_region(location) => Ok(location.to_owned()),
        (endpoint, Some(location)) if endpoint == location => Ok(location.to_owned()),
        ("us-east-1", Some(location)) => Err(Refusal::new(
            "InvalidLocationConstraint",
            "The specified location-constraint is not valid",
        )
        .because("LocationConstraint", location)),
        (_, Some(location)) => Err(illegal(location)),
    }
}
