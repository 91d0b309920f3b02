//! Amazon S3: buckets with their settings, objects with their versions, uploads in parts.
//!
//! Names are the whole world's, a bucket has one region. Lifecycle rules are kept and delete nothing; replication,
//! logging, notifications, object lock, websites, access points and grants by ACL are not modelled and answered as for a
//! bucket that has none. A conflict of two requests at the same moment (409) cannot arise here, where they come one by
//! one; a fault can play it.

mod bucket;
mod checksum;
mod complete;
mod condition;
mod copy;
mod delete;
mod document;
mod enter;
mod get;
mod listing;
mod multipart;
mod name;
mod object;
mod object_tags;
mod policy;
mod put;
mod refuse;
mod settings;
mod tagging;
mod versioning;
mod versions;
mod without;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::operation::{Operation, read, write};
use crate::refusal::Refusal;
use crate::tags::Tags;
use crate::world::World;

use bucket::Bucket;
pub(crate) use checksum::Algorithm;

/// All buckets of the account, and the names that it gave up a moment ago.
#[derive(Default, Serialize, Deserialize, Debug)]
#[serde(default)]
pub struct S3 {
    /// By name.
    buckets: BTreeMap<String, Bucket>,
    /// Until when the name of a deleted bucket cannot be used again.
    released: BTreeMap<String, crate::clock::Millis>,
}

pub(crate) const OPERATIONS: &[Operation] = &[
    write("AbortMultipartUpload", multipart::abort),
    write("CompleteMultipartUpload", complete::complete),
    write("CopyObject", copy::copy_object),
    write("CreateBucket", bucket::create_bucket),
    write("CreateMultipartUpload", multipart::create),
    write("DeleteBucket", bucket::delete_bucket),
    write("DeleteBucketCors", settings::delete),
    write("DeleteBucketEncryption", settings::delete),
    write("DeleteBucketLifecycle", settings::delete),
    write("DeleteBucketOwnershipControls", settings::delete),
    write("DeleteBucketPolicy", policy::delete_bucket_policy),
    write("DeleteBucketTagging", tagging::delete_bucket_tagging),
    write("DeleteObject", delete::delete_object),
    write("DeleteObjectTagging", object_tags::delete),
    write("DeleteObjects", delete::delete_objects),
    write("DeletePublicAccessBlock", settings::delete),
    read("GetBucketAccelerateConfiguration", without::accelerate),
    read("GetBucketAcl", without::acl),
    read("GetBucketCors", settings::get),
    read("GetBucketEncryption", settings::get),
    read("GetBucketLifecycleConfiguration", settings::get),
    read("GetBucketLocation", bucket::get_bucket_location),
    read("GetBucketLogging", without::logging),
    read("GetBucketNotificationConfiguration", without::notification),
    read("GetBucketOwnershipControls", settings::get),
    read("GetBucketPolicy", policy::get_bucket_policy),
    read("GetBucketPolicyStatus", policy::get_bucket_policy_status),
    read("GetBucketReplication", without::replication),
    read("GetBucketRequestPayment", without::request_payment),
    read("GetBucketTagging", tagging::get_bucket_tagging),
    read("GetBucketVersioning", versioning::get_bucket_versioning),
    read("GetBucketWebsite", without::website),
    read("GetObject", get::get_object),
    read("GetObjectAcl", without::object_acl),
    read("GetObjectLockConfiguration", without::object_lock),
    read("GetObjectTagging", object_tags::get),
    read("GetPublicAccessBlock", settings::get),
    read("HeadBucket", bucket::head_bucket),
    read("HeadObject", get::get_object),
    read("ListBuckets", bucket::list_buckets),
    read("ListMultipartUploads", multipart::list_uploads),
    read("ListObjectVersions", versions::list_object_versions),
    read("ListObjects", listing::list_objects),
    read("ListObjectsV2", listing::list_objects_v2),
    read("ListParts", multipart::list_parts),
    write("PutBucketCors", settings::put),
    write("PutBucketEncryption", settings::put),
    write("PutBucketLifecycleConfiguration", settings::put),
    write("PutBucketOwnershipControls", settings::put),
    write("PutBucketPolicy", policy::put_bucket_policy),
    write("PutBucketTagging", tagging::put_bucket_tagging),
    write("PutBucketVersioning", versioning::put_bucket_versioning),
    write("PutObject", put::put_object),
    write("PutObjectTagging", object_tags::put),
    write("PutPublicAccessBlock", settings::put),
    write("UploadPart", multipart::upload_part),
];

/// The region and the policy of a bucket.
pub(crate) fn bucket<'a>(world: &'a World, name: &str) -> Option<(&'a str, Option<&'a str>)> {
    let found = world.s3.buckets.get(name)?;
    Some((&found.region, found.policy.as_deref()))
}

/// The buckets of a region with their tags, for Resource Groups Tagging.
pub(crate) fn tagged<'a>(world: &'a World, region: &str) -> Vec<(String, &'a Tags)> {
    let buckets = world.s3.buckets.values();
    buckets
        .filter(|bucket| bucket.region == region)
        .map(|bucket| (format!("arn:aws:s3:::{}", bucket.name), &bucket.tags))
        .collect()
}

/// Changes a bucket's tags for Resource Groups Tagging.
pub(crate) fn retag(world: &mut World, region: &str, change: &Value) -> Result<(), Refusal> {
    let arn = change["arn"].as_str().unwrap_or_default();
    let name = arn.strip_prefix("arn:aws:s3:::").unwrap_or_default();
    let bucket = world
        .s3
        .buckets
        .get_mut(name)
        .filter(|it| it.region == region);
    let bucket = bucket.ok_or_else(|| refuse::no_bucket(name))?;
    bucket.tags = bucket.tags.changed(change, "InvalidTag")?;
    Ok(())
}
