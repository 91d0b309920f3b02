//! Examples of the kinds that hold files and messages.

use std::collections::{BTreeMap, BTreeSet};

use ashore_providers::aws::bucket::{self, Bucket, CorsRule, Lifecycle, Removal};
use ashore_providers::aws::bucket_policy::{self, BucketPolicy};
use ashore_providers::aws::distribution::{
    self, CACHING_OPTIMIZED, Caching, Certified, Distribution, Origin,
};
use ashore_providers::aws::files::{self, File, Files};
use ashore_providers::aws::origin_access_control::{self, OriginAccessControl};
use ashore_providers::aws::queue::{self, DeadLetter, Queue};
use ashore_providers::aws::tags::Tags;
use serde_json::json;

use crate::example::Example;

const BUCKET: &str = "hello-default-static-a1b2c3";

pub(crate) fn examples() -> Vec<Example> {
    vec![
        bucket(),
        bucket_policy(),
        control(),
        distribution(),
        files(),
        queue(),
    ]
}

fn bucket() -> Example {
    let spec = Bucket {
        name: BUCKET.into(),
        versioning: true,
        cors: Vec::new(),
        lifecycle: Lifecycle::default(),
        private: true,
        owner_enforced: true,
        encryption: "AES256".into(),
        removal: Removal::Delete,
        tags: Tags::default().named("hello"),
    };
    let outputs = bucket::Outputs {
        name: BUCKET.into(),
        arn: format!("arn:aws:s3:::{BUCKET}"),
        objects: format!("arn:aws:s3:::{BUCKET}/*"),
        domain_name: format!("{BUCKET}.s3.eu-central-1.amazonaws.com"),
    };
    Example::of(&spec, &outputs)
        .altered("name", |it: &mut Bucket| it.name.push('x'))
        .altered("versioning", |it: &mut Bucket| it.versioning = false)
        .altered("cors", |it: &mut Bucket| {
            it.cors.push(CorsRule {
                origins: vec!["https://*.example.com".into()],
                methods: vec!["GET".into()],
                headers: Vec::new(),
                max_age_seconds: None,
            });
        })
        .altered("lifecycle", |it: &mut Bucket| {
            it.lifecycle.old_versions_days = Some(30);
        })
        .altered("private", |it: &mut Bucket| it.private = false)
        .altered("owner_enforced", |it: &mut Bucket| {
            it.owner_enforced = false
        })
        .altered("encryption", |it: &mut Bucket| {
            it.encryption = "aws:kms".into()
        })
        .altered("removal", |it: &mut Bucket| it.removal = Removal::Retain)
        .altered("tags", |it: &mut Bucket| it.tags = Tags::default())
}

fn bucket_policy() -> Example {
    let spec = BucketPolicy {
        bucket: BUCKET.to_string().into(),
        policy: json!({ "Version": "2012-10-17", "Statement": [{ "Sid": "TlsOnly" }] }),
    };
    let outputs = bucket_policy::Outputs {
        bucket: BUCKET.into(),
        id: "ashore-1".into(),
    };
    Example::of(&spec, &outputs)
        .altered("bucket", |it: &mut BucketPolicy| {
            it.bucket = "another".to_string().into();
        })
        .altered("policy", |it: &mut BucketPolicy| {
            it.policy["Statement"] = json!([]);
        })
}

fn control() -> Example {
    let spec = OriginAccessControl {
        name: "hello-default-static".into(),
        signing: "always".into(),
    };
    let outputs = origin_access_control::Outputs { id: "E1".into() };
    Example::of(&spec, &outputs)
        .altered("name", |it: &mut OriginAccessControl| it.name.push('x'))
        .altered("signing", |it: &mut OriginAccessControl| {
            it.signing = "never".into();
        })
}

fn distribution() -> Example {
    let spec = Distribution {
        comment: "hello-default-static".into(),
        origin: Origin {
            domain_name: format!("{BUCKET}.s3.eu-central-1.amazonaws.com").into(),
            access_control: "E1".to_string().into(),
        },
        aliases: vec!["cdn.example.com".into()],
        certificate: None,
        root: None,
        caching: Caching::Policy(CACHING_OPTIMIZED.into()),
        viewers: "redirect-to-https".into(),
        compress: true,
        http_version: "http2and3".into(),
        ipv6: true,
        price_class: "PriceClass_All".into(),
        enabled: true,
        tags: Tags::default().named("hello"),
    };
    let outputs = distribution::Outputs {
        id: "E2".into(),
        arn: "arn:aws:cloudfront::1:distribution/E2".into(),
        domain_name: "d1.cloudfront.net".into(),
    };
    Example::of(&spec, &outputs)
        .altered("comment", |it: &mut Distribution| it.comment.push('x'))
        .altered("origin", |it: &mut Distribution| {
            it.origin.access_control = "E9".to_string().into();
        })
        .altered("aliases", |it: &mut Distribution| it.aliases.clear())
        .altered("certificate", |it: &mut Distribution| {
            it.certificate = Some(Certified {
                arn: "arn:aws:acm:us-east-1:1:certificate/1".to_string().into(),
                tls: "TLSv1.2_2021".into(),
            });
        })
        .altered("root", |it: &mut Distribution| {
            it.root = Some("index.html".into());
        })
        .altered("caching", |it: &mut Distribution| {
            it.caching = Caching::Forwarded {
                query_strings: true,
                headers: Vec::new(),
            };
        })
        .altered("viewers", |it: &mut Distribution| {
            it.viewers = "allow-all".into();
        })
        .altered("compress", |it: &mut Distribution| it.compress = false)
        .altered("http_version", |it: &mut Distribution| {
            it.http_version = "http2".into();
        })
        .altered("ipv6", |it: &mut Distribution| it.ipv6 = false)
        .altered("price_class", |it: &mut Distribution| {
            it.price_class = "PriceClass_100".into();
        })
        .altered("enabled", |it: &mut Distribution| it.enabled = false)
        .altered("tags", |it: &mut Distribution| it.tags = Tags::default())
}

fn files() -> Example {
    let file = File {
        md5: "0cc175b9c0f1b6a831c399e269772661".into(),
        size: 1,
        content_type: "text/css".into(),
        cache_control: "public, max-age=3600".into(),
    };
    let spec = Files {
        bucket: BUCKET.to_string().into(),
        prefix: "static/".into(),
        files: BTreeMap::from([("static/site.css".to_string(), file)]),
        distribution: Some("E2".to_string().into()),
        prune: true,
        removal: Removal::Delete,
    };
    let outputs = files::Outputs {
        bucket: BUCKET.into(),
        prefix: "static/".into(),
        stale: BTreeSet::new(),
    };
    Example::of(&spec, &outputs)
        .altered("bucket", |it: &mut Files| {
            it.bucket = "another".to_string().into();
        })
        .altered("prefix", |it: &mut Files| it.prefix = "assets/".into())
        .altered("files", |it: &mut Files| {
            for file in it.files.values_mut() {
                file.cache_control = "no-cache".into();
            }
        })
        .unmanaged("distribution", "it only says who is told of changes")
        .unmanaged(
            "prune",
            "it only says what becomes of files that have vanished",
        )
        .unmanaged("removal", "it is the bucket's, which has it in its tags")
}

fn queue() -> Example {
    let spec = Queue {
        name: "hello-default-orders".into(),
        visibility_timeout_seconds: 300,
        retention_seconds: 345_600,
        dead_letter: None,
        encrypted: true,
        tls_only: true,
        tags: Tags::default().named("hello"),
    };
    let outputs = queue::Outputs {
        url: "https://sqs.eu-central-1.amazonaws.com/1/hello-default-orders".into(),
        arn: "arn:aws:sqs:eu-central-1:1:hello-default-orders".into(),
    };
    Example::of(&spec, &outputs)
        .altered("name", |it: &mut Queue| it.name.push('x'))
        .altered("visibility_timeout_seconds", |it: &mut Queue| {
            it.visibility_timeout_seconds = 30;
        })
        .altered("retention_seconds", |it: &mut Queue| {
            it.retention_seconds = 60;
        })
        .altered("dead_letter", |it: &mut Queue| {
            it.dead_letter = Some(DeadLetter {
                queue: "arn:aws:sqs:eu-central-1:1:dead".to_string().into(),
                after: 5,
            });
        })
        .altered("encrypted", |it: &mut Queue| it.encrypted = false)
        .altered("tls_only", |it: &mut Queue| it.tls_only = false)
        .altered("tags", |it: &mut Queue| it.tags = Tags::default())
}
