//! What is set on a bucket, as S3 tells it: one read for each setting.

use std::collections::BTreeMap;
use std::error::Error;

use ashore_engine::failure::{Class, Failure};
use aws_sdk_s3::types::{
    BucketVersioningStatus, CorsRule as SdkCorsRule, LifecycleRule, ObjectOwnership,
};
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_runtime_api::http::Response;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use aws_types::request_id::RequestId;

use super::{Bucket, CorsRule, Lifecycle, Removal};
use crate::aws::live::Aws;
use crate::aws::live::failure::failure;
use crate::aws::tags::Tags;

/// The one rule of ours.
pub(super) const RULE: &str = "ashore";

/// All tags; none if there is no such bucket.
pub(crate) async fn tags(
    aws: &Aws,
    name: &str,
) -> Result<Option<BTreeMap<String, String>>, Failure> {
    const OPERATION: &str = "s3:GetBucketTagging";
    let got = aws.s3.get_bucket_tagging().bucket(name).send().await;
    match got.map_err(|e| failure(OPERATION, e)) {
        Ok(got) => {
            let pairs = got.tag_set.into_iter().map(|tag| (tag.key, tag.value));
            Ok(Some(pairs.collect()))
        }
        Err(error) if error.code == "NoSuchTagSet" => Ok(Some(BTreeMap::new())),
        Err(error) if error.class == Class::Gone => Ok(None),
        Err(error) => Err(error),
    }
}

/// Everything that is set on it.
pub(super) async fn observed(
    aws: &Aws,
    name: &str,
    tags: BTreeMap<String, String>,
) -> Result<Bucket, Failure> {
    let (versioning, cors, lifecycle, private, owner_enforced, encryption) = futures_util::try_join!(
        versioning(aws, name),
        cors(aws, name),
        lifecycle(aws, name),
        private(aws, name),
        owner_enforced(aws, name),
        encryption(aws, name),
    )?;
    Ok(Bucket {
        name: name.to_string(),
        versioning,
        cors,
        lifecycle,
        private,
        owner_enforced,
        encryption,
        removal: Removal::of(&tags),
        tags: Tags::observed(tags),
    })
}

/// None where nothing is set.
fn set<T, E>(
    operation: &'static str,
    got: Result<T, SdkError<E, Response>>,
) -> Result<Option<T>, Failure>
where
    E: Error + ProvideErrorMetadata + RequestId + 'static,
{
    match got.map_err(|e| failure(operation, e)) {
        Ok(got) => Ok(Some(got)),
        Err(error) if error.class == Class::Gone => Ok(None),
        Err(error) => Err(error),
    }
}

async fn versioning(aws: &Aws, name: &str) -> Result<bool, Failure> {
    let got = aws.s3.get_bucket_versioning().bucket(name).send().await;
    let got = set("s3:GetBucketVersioning", got)?;
    let status = got.and_then(|got| got.status);
    Ok(status == Some(BucketVersioningStatus::Enabled))
}

async fn cors(aws: &Aws, name: &str) -> Result<Vec<CorsRule>, Failure> {
    let got = aws.s3.get_bucket_cors().bucket(name).send().await;
    let rules = set("s3:GetBucketCORS", got)?.and_then(|got| got.cors_rules);
    let rule = |rule: SdkCorsRule| CorsRule {
        origins: rule.allowed_origins,
        methods: rule.allowed_methods,
        headers: rule.allowed_headers.unwrap_or_default(),
        max_age_seconds: rule.max_age_seconds.and_then(|it| u32::try_from(it).ok()),
    };
    Ok(rules.unwrap_or_default().into_iter().map(rule).collect())
}

/// A rule of somebody else's is as if there were none of ours: rules are put all at once.
async fn lifecycle(aws: &Aws, name: &str) -> Result<Lifecycle, Failure> {
    let get = aws.s3.get_bucket_lifecycle_configuration().bucket(name);
    let got = set("s3:GetLifecycleConfiguration", get.send().await)?;
    let rules = got.and_then(|got| got.rules).unwrap_or_default();
    let days = |days: Option<i32>| days.and_then(|days| u32::try_from(days).ok());
    let plain = |rule: &LifecycleRule| {
        let whole = rule.filter.as_ref().and_then(|it| it.prefix.as_deref()) == Some("");
        let others = rule.transitions.is_some() || rule.noncurrent_version_transitions.is_some();
        let enabled = rule.status == aws_sdk_s3::types::ExpirationStatus::Enabled;
        whole && !others && enabled && rule.id.as_deref() == Some(RULE)
    };
    Ok(match rules.as_slice() {
        [rule] if plain(rule) => Lifecycle {
            old_versions_days: days(
                rule.noncurrent_version_expiration()
                    .and_then(|it| it.noncurrent_days()),
            ),
            unfinished_uploads_days: days(
                rule.abort_incomplete_multipart_upload()
                    .and_then(|it| it.days_after_initiation()),
            ),
        },
        _ => Lifecycle::default(),
    })
}

async fn private(aws: &Aws, name: &str) -> Result<bool, Failure> {
    let got = aws.s3.get_public_access_block().bucket(name).send().await;
    let got = set("s3:GetBucketPublicAccessBlock", got)?;
    let block = got.and_then(|got| got.public_access_block_configuration);
    Ok(block.is_some_and(|block| {
        [
            block.block_public_acls,
            block.ignore_public_acls,
            block.block_public_policy,
            block.restrict_public_buckets,
        ]
        .iter()
        .all(|on| *on == Some(true))
    }))
}

async fn owner_enforced(aws: &Aws, name: &str) -> Result<bool, Failure> {
    let get = aws.s3.get_bucket_ownership_controls().bucket(name);
    let got = set("s3:GetBucketOwnershipControls", get.send().await)?;
    let rules = got.and_then(|got| got.ownership_controls);
    let rules = rules.map(|controls| controls.rules).unwrap_or_default();
    let enforced = ObjectOwnership::BucketOwnerEnforced;
    Ok(rules.iter().any(|rule| rule.object_ownership == enforced))
}

async fn encryption(aws: &Aws, name: &str) -> Result<String, Failure> {
    let got = aws.s3.get_bucket_encryption().bucket(name).send().await;
    let got = set("s3:GetEncryptionConfiguration", got)?;
    let rules = got.and_then(|got| got.server_side_encryption_configuration);
    let rules = rules.map(|all| all.rules).unwrap_or_default();
    let mut defaults = rules
        .iter()
        .filter_map(|rule| rule.apply_server_side_encryption_by_default.as_ref());
    let word = defaults.next().map(|it| it.sse_algorithm.as_str());
    Ok(word.unwrap_or("none").to_string())
}
