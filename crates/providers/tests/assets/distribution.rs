//! A distribution with its origin access control: made, changed, disabled, deleted.

use std::time::Duration;

use ashore_engine::kind::Wait;
use ashore_providers::aws::bucket::{self, Bucket};
use ashore_providers::aws::distribution::{CACHING_OPTIMIZED, Caching, Distribution, Origin};
use ashore_providers::aws::origin_access_control::OriginAccessControl;
use ashore_providers::aws::tags::Tags;

use crate::bucket as spec_of_bucket;
use crate::stage::Stage;

const ADDRESS: &str = "assets.static/distribution";
const CONTROL: &str = "assets.static/origin_access_control";

fn control() -> OriginAccessControl {
    OriginAccessControl {
        name: "hello-default-static-a1b2c3".into(),
        signing: "always".into(),
    }
}

fn distribution(bucket: &bucket::Outputs, control: &str) -> Distribution {
    Distribution {
        comment: "hello-default-static-a1b2c3".into(),
        origin: Origin {
            domain_name: bucket.domain_name.clone().into(),
            access_control: control.to_string().into(),
        },
        aliases: Vec::new(),
        certificate: None,
        root: None,
        caching: Caching::Policy(CACHING_OPTIMIZED.into()),
        viewers: "redirect-to-https".into(),
        compress: true,
        http_version: "http2and3".into(),
        ipv6: true,
        price_class: "PriceClass_All".into(),
        enabled: true,
        tags: Tags([("team".to_string(), "a".to_string())].into()),
    }
}

#[tokio::test]
async fn a_control_lives() {
    let stage = Stage::new().await;
    let never = OriginAccessControl {
        signing: "never".into(),
        ..control()
    };
    stage.life(CONTROL, &control(), &[never]).await;
}

#[tokio::test]
async fn a_distribution_lives_and_every_change_takes_its_time() {
    let stage = Stage::new().await;
    let bucket = stage
        .create::<Bucket>("assets.static/bucket", &spec_of_bucket())
        .await;
    let made = stage.create(CONTROL, &control()).await;
    let first = distribution(&bucket, &made.id);
    let with_query = Distribution {
        caching: Caching::Forwarded {
            query_strings: true,
            headers: vec!["Origin".into()],
        },
        root: Some("index.html".into()),
        http_version: "http2".into(),
        price_class: "PriceClass_100".into(),
        compress: false,
        ipv6: false,
        viewers: "https-only".into(),
        tags: Tags::default(),
        ..first.clone()
    };
    stage
        .life(ADDRESS, &first, &[with_query, first.clone()])
        .await;
    let outputs = stage.create(ADDRESS, &first).await;
    let ready = stage.wait(ADDRESS, &first, &outputs, Wait::Healthy).await;
    assert!(ready.answer.is_ok() && ready.time > Duration::from_secs(60));
    assert!(ready.whys.iter().any(|why| why.contains("InProgress")));
}
