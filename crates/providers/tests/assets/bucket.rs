//! A bucket: made, changed in every member, emptied, deleted; and its policy.

use ashore_engine::failure::Class;
use ashore_engine::kind::{Found, Kind, Live, Observed, Parting};
use ashore_providers::aws::bucket::{Bucket, Change, CorsRule, Lifecycle, Removal};
use ashore_providers::aws::bucket_policy::BucketPolicy;
use ashore_providers::aws::tags::Tags;
use aws_sdk_s3::primitives::ByteStream;
use serde_json::json;

use crate::stage::Stage;
use crate::{NAME, bucket};

const ADDRESS: &str = "assets.static/bucket";

impl Stage {
    pub(crate) fn s3(&self) -> aws_sdk_s3::Client {
        aws_sdk_s3::Client::new(&self.config)
    }

    /// Somebody else's hand.
    pub(crate) async fn write(&self, key: &str, text: &str) {
        let put = self.s3().put_object().bucket(NAME).key(key);
        let body = ByteStream::from(text.as_bytes().to_vec());
        put.body(body).send().await.expect("anybody may");
    }
}

#[tokio::test]
async fn a_bucket_lives() {
    let stage = Stage::new().await;
    let plain = Bucket {
        versioning: false,
        cors: Vec::new(),
        lifecycle: Lifecycle::default(),
        tags: Tags::default(),
        ..bucket()
    };
    let other = Bucket {
        cors: vec![CorsRule {
            origins: vec!["*".into()],
            methods: vec!["GET".into()],
            headers: Vec::new(),
            max_age_seconds: None,
        }],
        ..bucket()
    };
    stage.life(ADDRESS, &bucket(), &[plain, other]).await;
}

#[tokio::test]
async fn whatever_somebody_else_sets_is_seen() {
    let stage = Stage::new().await;
    let outputs = stage.create(ADDRESS, &bucket()).await;
    let s3 = stage.s3();
    let unblocked = s3.delete_public_access_block().bucket(NAME).send().await;
    unblocked.expect("anybody may");
    let controls = s3.delete_bucket_ownership_controls().bucket(NAME).send();
    controls.await.expect("anybody may");
    let there: Observed<Bucket> = stage.observed(&outputs).await.expect("there");
    assert!(!there.spec.private && !there.spec.owner_enforced);
    stage
        .change(ADDRESS, &there.spec, &bucket(), &outputs)
        .await;
}

/// Seed: S3-11.
#[tokio::test]
async fn one_that_is_to_stay_stays_with_what_is_in_it_and_is_found_again() {
    let stage = Stage::new().await;
    let retained = Bucket {
        removal: Removal::Retain,
        ..bucket()
    };
    let outputs = stage.create(ADDRESS, &retained).await;
    stage.write("a", "one").await;
    let there: Observed<Bucket> = stage.observed(&outputs).await.expect("there");
    assert_eq!(there.spec.removal, Removal::Retain);
    assert!(matches!(Bucket::parting(&there), Parting::Stays(_)));
    let found = stage.found(ADDRESS, &retained).await;
    assert_eq!(found, Found::Ours(outputs));
}

#[tokio::test]
async fn one_that_may_go_goes_with_every_version_in_it() {
    let stage = Stage::new().await;
    let outputs = stage.create(ADDRESS, &bucket()).await;
    for text in ["one", "two"] {
        stage.write("a", text).await;
    }
    let marker = stage.s3().delete_object().bucket(NAME).key("a").send();
    marker.await.expect("anybody may");
    let upload = stage.s3().create_multipart_upload().bucket(NAME).key("b");
    upload.send().await.expect("anybody may");
    stage.remove(ADDRESS, &bucket(), &outputs).await;
}

#[tokio::test]
async fn a_name_that_is_taken_is_looked_at() {
    let stage = Stage::new().await;
    let outputs = stage.create(ADDRESS, &bucket()).await;
    let cx = stage.cx(ADDRESS);
    let again = bucket().send(&stage.aws, &cx, &Change::Create, None).await;
    assert_eq!(again.expect_err("it is taken").class, Class::Exists);
    assert_eq!(stage.found(ADDRESS, &bucket()).await, Found::Ours(outputs));
}

#[tokio::test]
async fn a_policy_lives() {
    let stage = Stage::new().await;
    stage.create(ADDRESS, &bucket()).await;
    let policy = |sid: &str| BucketPolicy {
        bucket: NAME.to_string().into(),
        policy: json!({
            "Version": "2012-10-17",
            "Statement": [{
                "Sid": sid,
                "Effect": "Deny",
                "Principal": "*",
                "Action": "s3:*",
                "Resource": [format!("arn:aws:s3:::{NAME}"), format!("arn:aws:s3:::{NAME}/*")],
                "Condition": { "Bool": { "aws:SecureTransport": "false" } },
            }],
        }),
    };
    let address = "assets.static/bucket_policy";
    stage.life(address, &policy("One"), &[policy("Two")]).await;
}
