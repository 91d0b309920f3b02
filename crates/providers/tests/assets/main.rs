//! Buckets, files, distributions and queues against the twin, through the real SDK, in virtual
//! time.

mod bucket;
mod distribution;
mod files;
mod queue;
#[path = "../tasks/stage.rs"]
#[allow(dead_code, reason = "not every stage crashes")]
mod stage;

use ashore_providers::aws::bucket::{Bucket, CorsRule, Lifecycle, Removal};
use ashore_providers::aws::tags::Tags;

const NAME: &str = "hello-default-static-a1b2c3";

fn bucket() -> Bucket {
    Bucket {
        name: NAME.into(),
        versioning: true,
        cors: vec![CorsRule {
            origins: vec!["https://*.example.com".into()],
            methods: ["GET", "HEAD", "PUT", "POST"].map(String::from).into(),
            headers: vec!["*".into()],
            max_age_seconds: Some(3600),
        }],
        lifecycle: Lifecycle {
            old_versions_days: Some(30),
            unfinished_uploads_days: Some(7),
        },
        private: true,
        owner_enforced: true,
        encryption: "AES256".into(),
        removal: Removal::Delete,
        tags: Tags([("team".to_string(), "a".to_string())].into()),
    }
}
