use ashore_engine::address::StackName;
use ashore_engine::failure::{Class, Failure};
use ashore_engine::kind::{Context, Foreign, Found, Live, Observed};
use aws_sdk_s3::types::{
    AbortIncompleteMultipartUpload, BucketLifecycleConfiguration, BucketLocationConstraint,
    BucketVersioningStatus, CorsConfiguration, CorsRule as SdkCorsRule, CreateBucketConfiguration,
    ExpirationStatus, LifecycleRule, LifecycleRuleFilter, NoncurrentVersionExpiration,
    ObjectOwnership, OwnershipControls, OwnershipControlsRule, PublicAccessBlockConfiguration,
    ServerSideEncryption, ServerSideEncryptionByDefault, ServerSideEncryptionConfiguration,
    ServerSideEncryptionRule, Tag, Tagging, VersioningConfiguration,
};
use aws_smithy_types::error::operation::BuildError;

use super::empty::empty;
use super::settings::{RULE, observed, tags};
use super::{Bucket, Change, CorsRule, Outputs};
use crate::aws::live::failure::{failure, not_visible_yet, required};
use crate::aws::live::foreign::ours_or_foreign;
use crate::aws::live::{Aws, FIRST_REGION};
use crate::aws::tags::{marked, of_stack};

const CREATE: &str = "s3:CreateBucket";
const PUT: &str = "s3:PutBucket";
const TAG: &str = "s3:PutBucketTagging";
const LIST: &str = "s3:ListAllMyBuckets";

impl Live for Bucket {
    type Client = Aws;

    async fn find(&self, aws: &Aws, cx: &Context) -> Result<Found<Outputs>, Failure> {
        let what = format!("the bucket `{}`", self.name);
        match tags(aws, &self.name).await {
            Ok(None) => Ok(Found::Absent),
            Ok(Some(tags)) => Ok(ours_or_foreign(
                outputs(aws, &self.name),
                &tags,
                &cx.mark,
                &what,
                "delete it if nobody needs what it holds, or give the app another name",
            )),
            // Names are the whole world's: it may be another account's.
            Err(denied) if denied.class == Class::Denied => {
                let mine = names(aws, &self.name).await.map_err(|_| denied.clone())?;
                if mine.contains(&self.name) {
                    return Err(denied);
                }
                Ok(Found::Foreign(Foreign {
                    who: format!("{what} of another account"),
                    advice: "give the app another name".to_string(),
                }))
            }
            Err(error) => Err(error),
        }
    }

    async fn observe(aws: &Aws, known: &Outputs) -> Result<Option<Observed<Self>>, Failure> {
        match tags(aws, &known.name).await? {
            Some(tags) if marked(&tags) => Ok(Some(Observed {
                spec: observed(aws, &known.name, tags).await?,
                outputs: known.clone(),
            })),
            _ => Ok(None), // not there, or somebody made another
        }
    }

    async fn send(
        &self,
        aws: &Aws,
        cx: &Context,
        change: &Change,
        known: Option<&Outputs>,
    ) -> Result<Outputs, Failure> {
        if *change == Change::Create {
            return self.create(aws, cx).await;
        }
        let known = required(PUT, known)?;
        match change {
            Change::Create => {}
            Change::Tag(unset) => self.tag(aws, cx, &known.name, unset).await?,
            Change::Empty => empty(aws, &known.name).await?,
            Change::Delete => {
                let delete = aws.s3.delete_bucket().bucket(&known.name);
                let deleted = delete.send().await;
                deleted.map_err(|e| failure("s3:DeleteBucket", e))?;
            }
            change => {
                let set = self.set(aws, &known.name, change).await;
                set.map_err(not_visible_yet)?;
            }
        }
        Ok(known.clone())
    }

    async fn list(aws: &Aws, stack: &StackName) -> Result<Vec<Outputs>, Failure> {
        let mut ours = Vec::new();
        for name in names(aws, "").await? {
            // Those of other regions are not looked at: a stack has one.
            let tags = tags(aws, &name).await?.unwrap_or_default();
            if of_stack(&tags, stack) {
                ours.push(outputs(aws, &name));
            }
        }
        Ok(ours)
    }
}

impl Bucket {
    async fn create(&self, aws: &Aws, cx: &Context) -> Result<Outputs, Failure> {
        let tags = sdk_tags(self.removal.tag(self.tags.marked(&cx.mark)))?;
        // In the first region a bucket names no place [S3 API: CreateBucketConfiguration].
        let place = (aws.region != FIRST_REGION)
            .then(|| BucketLocationConstraint::from(aws.region.as_str()));
        let configuration = CreateBucketConfiguration::builder()
            .set_location_constraint(place)
            .set_tags(Some(tags))
            .build();
        let create = aws.s3.create_bucket().bucket(&self.name);
        let sent = create.create_bucket_configuration(configuration);
        sent.send().await.map_err(|e| failure(CREATE, e))?;
        Ok(outputs(aws, &self.name))
    }

    /// All tags are put at once: those of others stay by being put again.
    async fn tag(
        &self,
        aws: &Aws,
        cx: &Context,
        name: &str,
        unset: &[String],
    ) -> Result<(), Failure> {
        let mut all = tags(aws, name).await?.unwrap_or_default();
        all.retain(|key, _| !unset.contains(key) && !key.starts_with("aws:"));
        all.extend(self.removal.tag(self.tags.marked(&cx.mark)));
        let tagging = Tagging::builder().set_tag_set(Some(sdk_tags(all)?)).build();
        let put = aws.s3.put_bucket_tagging().bucket(name);
        let sent = put.tagging(built(tagging)?).send().await;
        sent.map_err(|e| not_visible_yet(failure(TAG, e)))?;
        Ok(())
    }

    /// Puts one setting as it is wanted.
    async fn set(&self, aws: &Aws, name: &str, change: &Change) -> Result<(), Failure> {
        let s3 = &aws.s3;
        match change {
            Change::Versioning => {
                let status = match self.versioning {
                    true => BucketVersioningStatus::Enabled,
                    false => BucketVersioningStatus::Suspended,
                };
                let wanted = VersioningConfiguration::builder().status(status).build();
                let put = s3.put_bucket_versioning().bucket(name);
                let sent = put.versioning_configuration(wanted).send().await;
                sent.map_err(|e| failure("s3:PutBucketVersioning", e))?;
            }
            Change::Cors => {
                let rules = self.cors.iter().map(cors_rule);
                let rules = rules.collect::<Result<Vec<_>, _>>();
                let wanted = CorsConfiguration::builder().set_cors_rules(Some(built(rules)?));
                let put = s3.put_bucket_cors().bucket(name);
                let sent = put.cors_configuration(built(wanted.build())?).send().await;
                sent.map_err(|e| failure("s3:PutBucketCORS", e))?;
            }
            Change::NoCors => {
                let sent = s3.delete_bucket_cors().bucket(name).send().await;
                sent.map_err(|e| failure("s3:PutBucketCORS", e))?;
            }
            Change::Lifecycle => {
                let rules = BucketLifecycleConfiguration::builder().rules(self.rule()?);
                let put = s3.put_bucket_lifecycle_configuration().bucket(name);
                let sent = put.lifecycle_configuration(built(rules.build())?).send();
                sent.await
                    .map_err(|e| failure("s3:PutLifecycleConfiguration", e))?;
            }
            Change::NoLifecycle => {
                let sent = s3.delete_bucket_lifecycle().bucket(name).send().await;
                sent.map_err(|e| failure("s3:PutLifecycleConfiguration", e))?;
            }
            Change::Block => {
                let all = PublicAccessBlockConfiguration::builder()
                    .block_public_acls(true)
                    .ignore_public_acls(true)
                    .block_public_policy(true)
                    .restrict_public_buckets(true)
                    .build();
                let put = s3.put_public_access_block().bucket(name);
                let sent = put.public_access_block_configuration(all).send().await;
                sent.map_err(|e| failure("s3:PutBucketPublicAccessBlock", e))?;
            }
            Change::Unblock => {
                let sent = s3.delete_public_access_block().bucket(name).send().await;
                sent.map_err(|e| failure("s3:PutBucketPublicAccessBlock", e))?;
            }
            Change::Ownership => {
                let word = match self.owner_enforced {
                    true => ObjectOwnership::BucketOwnerEnforced,
                    false => ObjectOwnership::BucketOwnerPreferred,
                };
                let rule = OwnershipControlsRule::builder().object_ownership(word);
                let wanted = OwnershipControls::builder().rules(built(rule.build())?);
                let put = s3.put_bucket_ownership_controls().bucket(name);
                let sent = put.ownership_controls(built(wanted.build())?).send().await;
                sent.map_err(|e| failure("s3:PutBucketOwnershipControls", e))?;
            }
            Change::Encryption => {
                let algorithm = ServerSideEncryption::from(self.encryption.as_str());
                let by_default = ServerSideEncryptionByDefault::builder().sse_algorithm(algorithm);
                let rule = ServerSideEncryptionRule::builder()
                    .apply_server_side_encryption_by_default(built(by_default.build())?);
                let wanted = ServerSideEncryptionConfiguration::builder().rules(rule.build());
                let put = s3.put_bucket_encryption().bucket(name);
                let put = put.server_side_encryption_configuration(built(wanted.build())?);
                let sent = put.send().await;
                sent.map_err(|e| failure("s3:PutEncryptionConfiguration", e))?;
            }
            Change::Create | Change::Tag(_) | Change::Empty | Change::Delete => {}
        }
        Ok(())
    }

    fn rule(&self) -> Result<LifecycleRule, Failure> {
        let days = |days: u32| i32::try_from(days).unwrap_or(i32::MAX);
        let old = self.lifecycle.old_versions_days.map(|it| {
            let expiration = NoncurrentVersionExpiration::builder();
            expiration.noncurrent_days(days(it)).build()
        });
        let unfinished = self.lifecycle.unfinished_uploads_days.map(|it| {
            let abort = AbortIncompleteMultipartUpload::builder();
            abort.days_after_initiation(days(it)).build()
        });
        let rule = LifecycleRule::builder()
            .id(RULE)
            .status(ExpirationStatus::Enabled)
            .filter(LifecycleRuleFilter::builder().prefix("").build())
            .set_noncurrent_version_expiration(old)
            .set_abort_incomplete_multipart_upload(unfinished);
        built(rule.build())
    }
}

fn cors_rule(rule: &CorsRule) -> Result<SdkCorsRule, BuildError> {
    let headers = (!rule.headers.is_empty()).then(|| rule.headers.clone());
    SdkCorsRule::builder()
        .set_allowed_origins(Some(rule.origins.clone()))
        .set_allowed_methods(Some(rule.methods.clone()))
        .set_allowed_headers(headers)
        .set_max_age_seconds(rule.max_age_seconds.and_then(|it| i32::try_from(it).ok()))
        .build()
}

fn outputs(aws: &Aws, name: &str) -> Outputs {
    let partition = aws.caller.split(':').nth(1).unwrap_or("aws");
    let suffix = match partition {
        "aws-cn" => "amazonaws.com.cn",
        _ => "amazonaws.com",
    };
    Outputs {
        name: name.to_string(),
        arn: format!("arn:{partition}:s3:::{name}"),
        objects: format!("arn:{partition}:s3:::{name}/*"),
        domain_name: format!("{name}.s3.{}.{suffix}", aws.region),
    }
}

/// The names of the account's buckets in the region that start so.
async fn names(aws: &Aws, prefix: &str) -> Result<Vec<String>, Failure> {
    let list = aws.s3.list_buckets().bucket_region(&aws.region);
    let list = match prefix.is_empty() {
        true => list,
        false => list.prefix(prefix),
    };
    let pages = list.into_paginator().send().collect::<Result<Vec<_>, _>>();
    let pages = pages.await.map_err(|e| failure(LIST, e))?;
    let buckets = pages.into_iter().flat_map(|page| page.buckets);
    Ok(buckets.flatten().filter_map(|bucket| bucket.name).collect())
}

fn sdk_tags(tags: impl IntoIterator<Item = (String, String)>) -> Result<Vec<Tag>, Failure> {
    let tag = |(key, value)| Tag::builder().key(key).value(value).build();
    built(tags.into_iter().map(tag).collect())
}

fn built<T>(what: Result<T, BuildError>) -> Result<T, Failure> {
    what.map_err(|error| Failure::internal(PUT, &error))
}
