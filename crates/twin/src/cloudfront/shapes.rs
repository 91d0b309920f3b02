//! The documents that CloudFront takes [service model].

use crate::wire::shape::Shape::{self, Flag, Record, Text, Whole, Words};
use crate::wire::shape::{many, may, must};

const METHODS: Shape = Words(&["GET", "HEAD", "POST", "PUT", "PATCH", "OPTIONS", "DELETE"]);
const TEXTS_OF_NAME: Shape = Record(&[many("Name", &Text)]);

/// A list of plain texts under this name.
const NAMES: Shape = Record(&[must("Quantity", &Whole), may("Items", &TEXTS_OF_NAME)]);
const ALIASES: Shape = Record(&[
    must("Quantity", &Whole),
    may("Items", &Record(&[many("CNAME", &Text)])),
]);

const CUSTOM_HEADERS: Shape = Record(&[
    must("Quantity", &Whole),
    may(
        "Items",
        &Record(&[many(
            "OriginCustomHeader",
            &Record(&[must("HeaderName", &Text), must("HeaderValue", &Text)]),
        )]),
    ),
]);

const PROTOCOLS: Shape = Record(&[
    must("Quantity", &Whole),
    must(
        "Items",
        &Record(&[many(
            "SslProtocol",
            &Words(&["SSLv3", "TLSv1", "TLSv1.1", "TLSv1.2"]),
        )]),
    ),
]);

const ORIGIN: Shape = Record(&[
    must("Id", &Text),
    must("DomainName", &Text),
    may("OriginPath", &Text),
    may("CustomHeaders", &CUSTOM_HEADERS),
    may(
        "S3OriginConfig",
        &Record(&[
            must("OriginAccessIdentity", &Text),
            may("OriginReadTimeout", &Whole),
        ]),
    ),
    may(
        "CustomOriginConfig",
        &Record(&[
            must("HTTPPort", &Whole),
            must("HTTPSPort", &Whole),
            must(
                "OriginProtocolPolicy",
                &Words(&["http-only", "match-viewer", "https-only"]),
            ),
            may("OriginSslProtocols", &PROTOCOLS),
            may("OriginReadTimeout", &Whole),
            may("OriginKeepaliveTimeout", &Whole),
            may("IpAddressType", &Words(&["ipv4", "ipv6", "dualstack"])),
        ]),
    ),
    may("ConnectionAttempts", &Whole),
    may("ConnectionTimeout", &Whole),
    may("ResponseCompletionTimeout", &Whole),
    may(
        "OriginShield",
        &Record(&[must("Enabled", &Flag), may("OriginShieldRegion", &Text)]),
    ),
    may("OriginAccessControlId", &Text),
]);

const ORIGINS: Shape = Record(&[
    must("Quantity", &Whole),
    must("Items", &Record(&[many("Origin", &ORIGIN)])),
]);

/// Origin groups and associations are known by their number only: none.
const NONE: Shape = Record(&[must("Quantity", &Whole)]);
const TRUSTED: Shape = Record(&[must("Enabled", &Flag), must("Quantity", &Whole)]);

const ALLOWED_METHODS: Shape = Record(&[
    must("Quantity", &Whole),
    must("Items", &Record(&[many("Method", &METHODS)])),
    may(
        "CachedMethods",
        &Record(&[
            must("Quantity", &Whole),
            must("Items", &Record(&[many("Method", &METHODS)])),
        ]),
    ),
]);

const FORWARDED: Shape = Record(&[
    must("QueryString", &Flag),
    must(
        "Cookies",
        &Record(&[
            must("Forward", &Words(&["none", "whitelist", "all"])),
            may("WhitelistedNames", &NAMES),
        ]),
    ),
    may("Headers", &NAMES),
    may("QueryStringCacheKeys", &NAMES),
]);

/// The members that the default behaviour and those of a path share stand in both.
macro_rules! behaviour {
    ($($more:expr),*) => {
        Record(&[
            $($more,)*
            must("TargetOriginId", &Text),
            may("TrustedSigners", &TRUSTED),
            may("TrustedKeyGroups", &TRUSTED),
            must(
                "ViewerProtocolPolicy",
                &Words(&["allow-all", "https-only", "redirect-to-https"]),
            ),
            may("AllowedMethods", &ALLOWED_METHODS),
            may("SmoothStreaming", &Flag),
            may("Compress", &Flag),
            may("LambdaFunctionAssociations", &NONE),
            may("FunctionAssociations", &NONE),
            may("FieldLevelEncryptionId", &Text),
            may("RealtimeLogConfigArn", &Text),
            may("CachePolicyId", &Text),
            may("OriginRequestPolicyId", &Text),
            may("ResponseHeadersPolicyId", &Text),
            may("GrpcConfig", &Record(&[must("Enabled", &Flag)])),
            may("ForwardedValues", &FORWARDED),
            may("MinTTL", &Whole),
            may("DefaultTTL", &Whole),
            may("MaxTTL", &Whole),
        ])
    };
}

const DEFAULT_BEHAVIOUR: Shape = behaviour!();
const BEHAVIOUR: Shape = behaviour!(must("PathPattern", &Text));

const ERRORS: Shape = Record(&[
    must("Quantity", &Whole),
    may(
        "Items",
        &Record(&[many(
            "CustomErrorResponse",
            &Record(&[
                must("ErrorCode", &Whole),
                may("ResponsePagePath", &Text),
                may("ResponseCode", &Text),
                may("ErrorCachingMinTTL", &Whole),
            ]),
        )]),
    ),
]);

const CERTIFICATE: Shape = Record(&[
    may("CloudFrontDefaultCertificate", &Flag),
    may("IAMCertificateId", &Text),
    may("ACMCertificateArn", &Text),
    may(
        "SSLSupportMethod",
        &Words(&["sni-only", "vip", "static-ip"]),
    ),
    may(
        "MinimumProtocolVersion",
        &Words(&[
            "SSLv3",
            "TLSv1",
            "TLSv1_2016",
            "TLSv1.1_2016",
            "TLSv1.2_2018",
            "TLSv1.2_2019",
            "TLSv1.2_2021",
            "TLSv1.2_2025",
            "TLSv1.3_2025",
        ]),
    ),
    may("Certificate", &Text),
    may("CertificateSource", &Words(&["cloudfront", "iam", "acm"])),
]);

const RESTRICTIONS: Shape = Record(&[must(
    "GeoRestriction",
    &Record(&[
        must(
            "RestrictionType",
            &Words(&["blacklist", "whitelist", "none"]),
        ),
        must("Quantity", &Whole),
        may("Items", &Record(&[many("Location", &Text)])),
    ]),
)]);

pub(super) const DISTRIBUTION: Shape = Record(&[
    must("CallerReference", &Text),
    may("Aliases", &ALIASES),
    may("DefaultRootObject", &Text),
    must("Origins", &ORIGINS),
    may("OriginGroups", &NONE),
    must("DefaultCacheBehavior", &DEFAULT_BEHAVIOUR),
    may(
        "CacheBehaviors",
        &Record(&[
            must("Quantity", &Whole),
            may("Items", &Record(&[many("CacheBehavior", &BEHAVIOUR)])),
        ]),
    ),
    may("CustomErrorResponses", &ERRORS),
    must("Comment", &Text),
    may(
        "Logging",
        &Record(&[
            may("Enabled", &Flag),
            may("IncludeCookies", &Flag),
            may("Bucket", &Text),
            may("Prefix", &Text),
        ]),
    ),
    may(
        "PriceClass",
        &Words(&["PriceClass_100", "PriceClass_200", "PriceClass_All"]),
    ),
    must("Enabled", &Flag),
    may("ViewerCertificate", &CERTIFICATE),
    may("Restrictions", &RESTRICTIONS),
    may("WebACLId", &Text),
    may(
        "HttpVersion",
        &Words(&["http1.1", "http2", "http3", "http2and3"]),
    ),
    may("IsIPV6Enabled", &Flag),
    may("ContinuousDeploymentPolicyId", &Text),
    may("Staging", &Flag),
]);

const TAG: Shape = Record(&[must("Key", &Text), may("Value", &Text)]);
pub(super) const TAGS: Shape = Record(&[may("Items", &Record(&[many("Tag", &TAG)]))]);
pub(super) const TAG_KEYS: Shape = Record(&[may("Items", &Record(&[many("Key", &Text)]))]);

pub(super) const DISTRIBUTION_WITH_TAGS: Shape = Record(&[
    must("DistributionConfig", &DISTRIBUTION),
    must("Tags", &TAGS),
]);

pub(super) const CONTROL: Shape = Record(&[
    must("Name", &Text),
    may("Description", &Text),
    must("SigningProtocol", &Words(&["sigv4"])),
    must(
        "SigningBehavior",
        &Words(&["never", "always", "no-override"]),
    ),
    must(
        "OriginAccessControlOriginType",
        &Words(&["s3", "mediastore", "mediapackagev2", "lambda"]),
    ),
]);

pub(super) const INVALIDATION: Shape = Record(&[
    must(
        "Paths",
        &Record(&[
            must("Quantity", &Whole),
            may("Items", &Record(&[many("Path", &Text)])),
        ]),
    ),
    must("CallerReference", &Text),
]);
