//! `[buckets.*]`: a private bucket, and the policy that keeps it closed to whoever comes without TLS.

use ashore_engine::address::Address;
use ashore_engine::graph::Handle;
use ashore_engine::input::{Input, When};
use ashore_providers::aws::bucket::{self, Bucket, Lifecycle};
use ashore_providers::aws::bucket_policy::BucketPolicy;
use serde_json::{Value, json};

use super::Lowering;
use super::policy::policy;
use super::uses::Grants;
use crate::model::{BucketSettings, Name, variable};

/// After so many days the parts of an upload go that nobody has finished: nobody sees them, and they cost.
const UNFINISHED_DAYS: u32 = 7;

impl Lowering<'_> {
    pub(super) fn buckets(&mut self) {
        let manifest = self.manifest;
        for (name, wanted) in &manifest.buckets {
            let object = format!("buckets.{name}");
            let bucket = self.bucket(&object, name, &wanted.settings);
            self.bucket_policy(&object, &bucket, Vec::new());
        }
    }

    /// The bucket of a section.
    pub(super) fn bucket(
        &mut self,
        object: &str,
        name: &Name,
        settings: &BucketSettings,
    ) -> Handle<Bucket> {
        let spec = Bucket {
            name: self
                .surroundings
                .names
                .global(name.as_str(), bucket::NAME_MAX),
            versioning: settings.versioning,
            cors: settings.cors.clone(),
            lifecycle: Lifecycle {
                old_versions_days: settings.old_versions_days,
                unfinished_uploads_days: Some(UNFINISHED_DAYS),
            },
            private: true,
            owner_enforced: true,
            encryption: "AES256".to_string(),
            removal: settings.removal,
            tags: self.tags(),
        };
        self.graph.add(address(object, "bucket"), &spec)
    }

    /// Its policy: nobody without TLS, and who else is let in.
    pub(super) fn bucket_policy(
        &mut self,
        object: &str,
        bucket: &Handle<Bucket>,
        more: Vec<Value>,
    ) -> Handle<BucketPolicy> {
        let tls = json!({
            "Sid": "TlsOnly",
            "Effect": "Deny",
            "Principal": "*",
            "Action": "s3:*",
            "Resource": [bucket.get(Bucket::ARN), bucket.get(Bucket::OBJECTS)],
            "Condition": { "Bool": { "aws:SecureTransport": "false" } },
        });
        let spec = BucketPolicy {
            bucket: bucket.get(Bucket::NAME_),
            policy: policy([vec![tls], more].concat()),
        };
        self.graph.add(address(object, "bucket_policy"), &spec)
    }
}

/// What a service gets that uses a bucket: its name, and what there is to do with what is in it (S3-20).
pub(super) fn grant(grants: &mut Grants, object: &str, name: &Name) {
    let bucket = address(object, "bucket");
    let of = |output: ashore_engine::input::Output<Bucket, String>| -> Input<String> {
        output.of(&bucket, When::Named)
    };
    grants
        .environment
        .insert(variable(name, "BUCKET"), of(Bucket::NAME_));
    grants.statements.push(json!({
        "Effect": "Allow",
        "Action": ["s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads"],
        "Resource": of(Bucket::ARN),
    }));
    grants.statements.push(json!({
        "Effect": "Allow",
        "Action": [
            "s3:AbortMultipartUpload",
            "s3:DeleteObject",
            "s3:GetObject",
            "s3:ListMultipartUploadParts",
            "s3:PutObject",
        ],
        "Resource": of(Bucket::OBJECTS),
    }));
}

/// The address of a part of a section's object.
pub(super) fn address(object: &str, part: &str) -> Address {
    Address::new(format!("{object}/{part}"))
}
