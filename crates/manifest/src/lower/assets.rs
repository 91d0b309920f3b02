//! `[assets.*]`: a folder's files in a private bucket, and the distribution that alone may read them there.

use std::collections::BTreeMap;

use ashore_engine::graph::Handle;
use ashore_engine::input::{Input, When};
use ashore_providers::aws::bucket::Bucket;
use ashore_providers::aws::certificate::Certificate;
use ashore_providers::aws::distribution::{
    CACHING_OPTIMIZED, Caching, Certified, Distribution, Origin, ZONE_ID,
};
use ashore_providers::aws::files::{File, Files};
use ashore_providers::aws::origin_access_control::{self, OriginAccessControl};
use serde_json::json;

use super::buckets::{self, address};
use super::record::{PointsTo, Record};
use super::uses::Grants;
use super::{LowerError, Lowering};
use crate::model::{Assets, AssetsHostname, variable};

/// Where CloudFront looks for certificates, whatever the region of everything else [CloudFront guide: requirements for
/// certificates].
const CERTIFICATE_REGION: &str = "us-east-1";
/// The newest policy that every browser of the last years can keep to (`ux.md` 4.1).
const TLS: &str = "TLSv1.2_2021";
/// A distribution's comment [CloudFront API: DistributionConfig].
const COMMENT_MAX: usize = 128;
/// What an answer to pages of other sites depends on [CloudFront guide: configuring CORS], in order.
const CORS_HEADERS: [&str; 3] = [
    "Access-Control-Request-Headers",
    "Access-Control-Request-Method",
    "Origin",
];

impl Lowering<'_> {
    pub(super) fn assets(&mut self) -> Result<(), LowerError> {
        let manifest = self.manifest;
        for assets in manifest.assets.values() {
            self.one(assets)?;
        }
        Ok(())
    }

    fn one(&mut self, assets: &Assets) -> Result<(), LowerError> {
        let name = assets.name.get();
        let object = format!("assets.{name}");
        let bucket = self.bucket(&object, name, &assets.bucket);
        let distribution = self.distribution(&object, assets, &bucket)?;
        let reader = json!({
            "Sid": "CloudFront",
            "Effect": "Allow",
            "Principal": { "Service": "cloudfront.amazonaws.com" },
            "Action": "s3:GetObject",
            "Resource": bucket.get(Bucket::OBJECTS),
            // Not every distribution of whoever has one [CloudFront guide: origin access control].
            "Condition": { "StringEquals": { "AWS:SourceArn": distribution.get(Distribution::ARN) } },
        });
        self.bucket_policy(&object, &bucket, vec![reader]);
        let files = Files {
            bucket: bucket.get(Bucket::NAME_),
            prefix: assets.prefix.clone(),
            files: self.files(assets)?,
            distribution: Some(distribution.get(Distribution::ID)),
            prune: assets.prune,
            removal: assets.bucket.removal,
        };
        self.graph.add(address(&object, "files"), &files);
        if let Some(hostname) = &assets.hostname {
            self.assets_record(&object, hostname, &distribution)?;
        }
        Ok(())
    }

    fn distribution(
        &mut self,
        object: &str,
        assets: &Assets,
        bucket: &Handle<Bucket>,
    ) -> Result<Handle<Distribution>, LowerError> {
        let names = &self.surroundings.names;
        let control = OriginAccessControl {
            name: names.global(assets.name.as_str(), origin_access_control::NAME_MAX),
            signing: "always".to_string(),
        };
        let control = self
            .graph
            .add(address(object, "origin_access_control"), &control);
        let certificate = match &assets.hostname {
            Some(hostname) => Some(Certified {
                arn: self.assets_certificate(object, hostname)?,
                tls: TLS.to_string(),
            }),
            None => None,
        };
        let hostname = assets.hostname.as_ref();
        let distribution = Distribution {
            comment: self
                .surroundings
                .names
                .global(assets.name.as_str(), COMMENT_MAX),
            origin: Origin {
                domain_name: bucket.get(Bucket::DOMAIN_NAME),
                access_control: control.get(OriginAccessControl::ID),
            },
            aliases: hostname.iter().map(|it| it.name.to_string()).collect(),
            certificate,
            root: assets.root.clone(),
            caching: caching(assets),
            viewers: "redirect-to-https".to_string(),
            compress: true,
            http_version: "http2and3".to_string(),
            ipv6: true,
            price_class: "PriceClass_All".to_string(),
            enabled: true,
            tags: self.tags(),
        };
        Ok(self
            .graph
            .add(address(object, "distribution"), &distribution))
    }

    /// ARN of the certificate, once it is issued.
    fn assets_certificate(
        &mut self,
        object: &str,
        hostname: &AssetsHostname,
    ) -> Result<Input<String>, LowerError> {
        let name = &hostname.name;
        let here = &self.surroundings.names.region;
        let certificate = Certificate {
            domain: name.to_string(),
            names: Vec::new(),
            region: (here != CERTIFICATE_REGION).then(|| CERTIFICATE_REGION.to_string()),
            tags: self.tags(),
        };
        let certificate = self.graph.add(address(object, "certificate"), &certificate);
        let record = Record {
            of: name,
            name: certificate.get(Certificate::validation_name(name.as_str())),
            points_to: PointsTo::Name(
                certificate.get(Certificate::validation_value(name.as_str())),
            ),
            proxied: false,
            take_over: false,
        };
        self.record(address(object, "validation_record"), record, None)?;
        Ok(certificate.ready().get(Certificate::ARN))
    }

    /// The name leads there once the edge knows it.
    fn assets_record(
        &mut self,
        object: &str,
        hostname: &AssetsHostname,
        distribution: &Handle<Distribution>,
    ) -> Result<(), LowerError> {
        let record = Record {
            of: &hostname.name,
            name: Input::Known(hostname.name.to_string()),
            points_to: PointsTo::Balancer {
                dns_name: distribution.ready().get(Distribution::DOMAIN_NAME),
                zone_id: Input::Known(ZONE_ID.to_string()),
                ipv6: true,
            },
            proxied: false,
            take_over: hostname.take_over,
        };
        self.record(address(object, "record"), record, None)
    }

    fn files(&self, assets: &Assets) -> Result<BTreeMap<String, File>, LowerError> {
        let there = self.surroundings.assets.get(assets.name.as_str());
        let there = there.ok_or(LowerError::Unread("assets"))?;
        let files = there.iter().map(|(path, local)| {
            let file = File {
                md5: local.md5.clone(),
                size: local.size,
                content_type: local.content_type.clone(),
                cache_control: assets.cache_control.clone(),
            };
            (format!("{}{path}", assets.prefix), file)
        });
        Ok(files.collect())
    }
}

/// AWS's own policy for files; where the query counts, or who asks, no policy of AWS's own says so for a bucket.
fn caching(assets: &Assets) -> Caching {
    let cors = !assets.bucket.cors.is_empty();
    if !cors && !assets.query_strings {
        return Caching::Policy(CACHING_OPTIMIZED.to_string());
    }
    let headers = CORS_HEADERS.iter().filter(|_| cors);
    Caching::Forwarded {
        query_strings: assets.query_strings,
        headers: headers.map(ToString::to_string).collect(),
    }
}

/// What a service gets that uses files: the bucket, and the name that they are reached by (S3-23).
pub(super) fn grant(grants: &mut Grants, assets: &Assets) {
    let name = assets.name.get();
    let object = format!("assets.{name}");
    buckets::grant(grants, &object, name);
    let domain = match &assets.hostname {
        Some(hostname) => Input::Known(hostname.name.to_string()),
        None => {
            let distribution = address(&object, "distribution");
            Distribution::DOMAIN_NAME.of(&distribution, When::Named)
        }
    };
    let variable = variable(name, "DOMAIN");
    grants.environment.insert(variable, domain);
}
