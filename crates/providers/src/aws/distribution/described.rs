//! A distribution's configuration: from ours to CloudFront's, and back.

use std::collections::BTreeMap;

use ashore_engine::failure::Failure;
use aws_sdk_cloudfront::types::{
    Aliases, CookiePreference, DefaultCacheBehavior, DistributionConfig, ForwardedValues, Headers,
    HttpVersion, ItemSelection, MinimumProtocolVersion, Origin as SdkOrigin, Origins, PriceClass,
    S3OriginConfig, SslSupportMethod, ViewerCertificate, ViewerProtocolPolicy,
};
use aws_smithy_types::error::operation::BuildError;

use super::{Caching, Certified, Distribution, Origin};
use crate::aws::live::failure::{known, required};
use crate::aws::tags::Tags;

/// What the one origin is called in its distribution.
const ORIGIN: &str = "bucket";
/// The times of what is forwarded, as AWS has them where nothing is said: a file that says how
/// long it lasts is believed.
const DEFAULT_TTL: i64 = 86_400;
const MAX_TTL: i64 = 31_536_000;

impl Distribution {
    /// All of it, on top of what is there: what is not ours to say stays.
    pub(super) fn over(
        &self,
        operation: &'static str,
        there: DistributionConfig,
    ) -> Result<DistributionConfig, Failure> {
        let built = |what| built(operation, what);
        let mut config = there;
        config.comment.clone_from(&self.comment);
        config.enabled = self.enabled;
        config.aliases = Some(built(aliases(&self.aliases))?);
        config.default_root_object = Some(self.root.clone().unwrap_or_default());
        config.origins = Some(self.origins(operation)?);
        config.price_class = Some(PriceClass::from(self.price_class.as_str()));
        config.http_version = Some(HttpVersion::from(self.http_version.as_str()));
        config.is_ipv6_enabled = Some(self.ipv6);
        config.viewer_certificate = Some(self.viewer_certificate(operation)?);
        let behaviour = match config.default_cache_behavior.take() {
            Some(behaviour) => behaviour,
            None => built_new(operation, &self.viewers)?,
        };
        config.default_cache_behavior = Some(self.behaviour(operation, behaviour)?);
        Ok(config)
    }

    /// One that is not there yet.
    pub(super) fn fresh(
        &self,
        operation: &'static str,
        reference: String,
    ) -> Result<DistributionConfig, Failure> {
        let bare = DistributionConfig::builder()
            .caller_reference(reference)
            .comment(&self.comment)
            .enabled(self.enabled)
            .origins(self.origins(operation)?)
            .default_cache_behavior(built_new(operation, &self.viewers)?)
            .build();
        self.over(operation, built(operation, bare)?)
    }

    fn origins(&self, operation: &'static str) -> Result<Origins, Failure> {
        // An origin that has a control still says that it is a bucket, with no identity
        // [CloudFront API: Origin].
        let identity = S3OriginConfig::builder().origin_access_identity("").build();
        let origin = SdkOrigin::builder()
            .id(ORIGIN)
            .domain_name(known(operation, &self.origin.domain_name)?)
            .origin_access_control_id(known(operation, &self.origin.access_control)?)
            .s3_origin_config(identity)
            .build();
        let origins = Origins::builder()
            .quantity(1)
            .items(built(operation, origin)?);
        built(operation, origins.build())
    }

    fn viewer_certificate(&self, operation: &'static str) -> Result<ViewerCertificate, Failure> {
        let builder = ViewerCertificate::builder();
        let Some(certificate) = &self.certificate else {
            return Ok(builder.cloud_front_default_certificate(true).build());
        };
        let tls = MinimumProtocolVersion::from(certificate.tls.as_str());
        Ok(builder
            .acm_certificate_arn(known(operation, &certificate.arn)?)
            .ssl_support_method(SslSupportMethod::SniOnly)
            .minimum_protocol_version(tls)
            .build())
    }

    #[expect(
        deprecated,
        reason = "no policy of AWS's own passes a query on to a bucket"
    )]
    fn behaviour(
        &self,
        operation: &'static str,
        there: DefaultCacheBehavior,
    ) -> Result<DefaultCacheBehavior, Failure> {
        let mut behaviour = there;
        behaviour.target_origin_id = ORIGIN.to_string();
        behaviour.viewer_protocol_policy = ViewerProtocolPolicy::from(self.viewers.as_str());
        behaviour.compress = Some(self.compress);
        behaviour.origin_request_policy_id = None;
        match &self.caching {
            Caching::Policy(id) => {
                behaviour.cache_policy_id = Some(id.clone());
                behaviour.forwarded_values = None;
                behaviour.min_ttl = None;
                behaviour.default_ttl = None;
                behaviour.max_ttl = None;
            }
            Caching::Forwarded {
                query_strings,
                headers,
            } => {
                let forwarded = forwarded(*query_strings, headers);
                behaviour.cache_policy_id = None;
                behaviour.forwarded_values = Some(built(operation, forwarded)?);
                behaviour.min_ttl = Some(0);
                behaviour.default_ttl = Some(DEFAULT_TTL);
                behaviour.max_ttl = Some(MAX_TTL);
            }
        }
        Ok(behaviour)
    }
}

/// What is there, as we say it. Where somebody has added origins, it is the one of ours, if any.
pub(super) fn spec(
    operation: &'static str,
    config: DistributionConfig,
    tags: BTreeMap<String, String>,
) -> Result<Distribution, Failure> {
    let origins = config.origins.map(|it| it.items).unwrap_or_default();
    let origin = origins.iter().find(|it| it.id == ORIGIN);
    let text = |text: Option<&str>| text.unwrap_or_default().to_string();
    let behaviour = required(operation, config.default_cache_behavior)?;
    let certificate = config.viewer_certificate.and_then(|viewer| {
        Some(Certified {
            arn: viewer.acm_certificate_arn?.into(),
            tls: viewer.minimum_protocol_version?.as_str().to_string(),
        })
    });
    Ok(Distribution {
        comment: config.comment,
        origin: Origin {
            domain_name: text(origin.map(|it| it.domain_name())).into(),
            access_control: text(origin.and_then(|it| it.origin_access_control_id())).into(),
        },
        aliases: sorted(config.aliases.and_then(|it| it.items)),
        certificate,
        root: config.default_root_object.filter(|it| !it.is_empty()),
        viewers: behaviour.viewer_protocol_policy.as_str().to_string(),
        compress: behaviour.compress == Some(true),
        caching: caching(behaviour),
        http_version: text(config.http_version.as_ref().map(HttpVersion::as_str)),
        ipv6: config.is_ipv6_enabled == Some(true),
        price_class: text(config.price_class.as_ref().map(PriceClass::as_str)),
        enabled: config.enabled,
        tags: Tags::observed(tags),
    })
}

#[expect(deprecated, reason = "it is where what we have put there stands")]
fn caching(behaviour: DefaultCacheBehavior) -> Caching {
    if let Some(forwarded) = behaviour.forwarded_values {
        return Caching::Forwarded {
            query_strings: forwarded.query_string,
            headers: sorted(forwarded.headers.and_then(|it| it.items)),
        };
    }
    Caching::Policy(behaviour.cache_policy_id.unwrap_or_default())
}

/// CloudFront keeps no order.
fn sorted(items: Option<Vec<String>>) -> Vec<String> {
    let mut items = items.unwrap_or_default();
    items.sort();
    items
}

fn aliases(names: &[String]) -> Result<Aliases, BuildError> {
    let items = (!names.is_empty()).then(|| names.to_vec());
    let aliases = Aliases::builder().set_items(items);
    aliases.quantity(quantity(names)).build()
}

fn forwarded(query_strings: bool, headers: &[String]) -> Result<ForwardedValues, BuildError> {
    let items = (!headers.is_empty()).then(|| headers.to_vec());
    let headers = Headers::builder()
        .quantity(quantity(headers))
        .set_items(items)
        .build()?;
    let cookies = CookiePreference::builder()
        .forward(ItemSelection::None)
        .build()?;
    ForwardedValues::builder()
        .query_string(query_strings)
        .cookies(cookies)
        .headers(headers)
        .build()
}

fn built_new(operation: &'static str, viewers: &str) -> Result<DefaultCacheBehavior, Failure> {
    let behaviour = DefaultCacheBehavior::builder()
        .target_origin_id(ORIGIN)
        .viewer_protocol_policy(ViewerProtocolPolicy::from(viewers));
    built(operation, behaviour.build())
}

fn quantity(items: &[String]) -> i32 {
    i32::try_from(items.len()).unwrap_or(i32::MAX)
}

fn built<T>(operation: &'static str, what: Result<T, BuildError>) -> Result<T, Failure> {
    what.map_err(|error| Failure::internal(operation, &error))
}
