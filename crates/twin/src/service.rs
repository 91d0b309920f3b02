//! The services that the twin speaks for, one line each: how they are addressed, and the codes of the refusals that
//! they have in common.

use crate::operation::Operation;
use crate::wire::{Address, Route, Shapes};
use crate::{
    acm, appautoscaling, autoscaling, cloudflare, cloudfront, cloudmap, cloudwatch, ec2, ecr, ecs,
    efs, elb, elbv2, events, iam, kms, logs, rds, route53, s3, scheduler, secretsmanager,
    servicequotas, sns, sqs, ssm, sts, tagging, wafv2,
};

/// A service: how it is addressed, and what it can do.
#[derive(Debug)]
pub struct Service {
    /// The service's name in ARNs and in the credential scope of a signature.
    pub name: &'static str,
    /// The protocol and what that needs to know.
    pub protocol: Protocol,
    /// What it can do.
    pub operations: &'static [Operation],
    /// The code for a parameter that is missing.
    pub(crate) missing: &'static str,
    /// The code for a parameter with an impossible value.
    pub(crate) invalid: &'static str,
    /// The code for more than fifty tags.
    pub(crate) many_tags: &'static str,
    /// The code for a tag that cannot be.
    pub(crate) bad_tag: &'static str,
    /// The code for a page token that it never gave.
    pub(crate) bad_token: &'static str,
}

/// The wire protocols, each with what tells the service's requests and answers apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protocol {
    /// Form-encoded request, XML answer without a result element, lists as `<item>`.
    Ec2 {
        /// API version.
        version: &'static str,
    },
    /// Form-encoded request, XML answer with a result element, lists as `<member>`.
    Query {
        /// API version.
        version: &'static str,
        /// XML namespace of the answers.
        namespace: &'static str,
    },
    /// JSON 1.1 both ways, the operation in `X-Amz-Target`.
    Json {
        /// What stands before the dot in `X-Amz-Target`.
        target: &'static str,
    },
    /// JSON 1.0 both ways, of a service that came from the query protocol: its codes of then come in a header.
    Json10 {
        /// What stands before the dot in `X-Amz-Target`.
        target: &'static str,
        /// What the model calls those codes.
        shapes: Shapes,
    },
    /// Smithy RPC v2: CBOR both ways, the operation in the path.
    Cbor {
        /// The service's name in the path.
        target: &'static str,
        /// What the model calls the query protocol's codes.
        shapes: Shapes,
    },
    /// Method and path name the operation, JSON both ways.
    RestJson {
        /// How the operations are addressed.
        routes: &'static [Route],
    },
    /// Method and path name the operation, XML both ways.
    RestXml {
        /// XML namespace of the answers.
        namespace: &'static str,
        /// How the operations are addressed.
        routes: &'static [Route],
    },
    /// Method, path and query name the operation, bodies are documents of many shapes.
    Documents {
        /// XML namespace of the answers.
        namespace: &'static str,
        /// How the operations are addressed.
        addresses: &'static [Address],
    },
    /// S3: REST with parameters in headers, bodies that are XML or objects.
    S3,
    /// The HTTP API of a container registry.
    Registry,
    /// Cloudflare v4: REST with a JSON envelope.
    Rest,
}

impl Protocol {
    /// Whether a number is a number, and never a text that looks like one.
    pub(crate) fn is_typed(self) -> bool {
        matches!(
            self,
            Protocol::Cbor { .. } | Protocol::Json { .. } | Protocol::Json10 { .. }
        )
    }
}

/// Every service, in order of name. One that speaks several protocols stands here once for each.
pub fn services() -> &'static [Service] {
    SERVICES
}

const SERVICES: &[Service] = &[
    Service {
        name: "acm",
        protocol: Protocol::Json {
            target: "CertificateManager",
        },
        operations: acm::OPERATIONS,
        missing: "ValidationException",
        invalid: "ValidationException",
        many_tags: "TooManyTagsException",
        bad_tag: "InvalidTagException",
        bad_token: "ValidationException",
    },
    Service {
        name: "application-autoscaling",
        protocol: Protocol::Json {
            target: "AnyScaleFrontendService",
        },
        operations: appautoscaling::OPERATIONS,
        missing: "ValidationException",
        invalid: "ValidationException",
        many_tags: "TooManyTagsException",
        bad_tag: "ValidationException",
        bad_token: "InvalidNextTokenException",
    },
    Service {
        name: "autoscaling",
        protocol: Protocol::Query {
            version: "2011-01-01",
            namespace: "http://autoscaling.amazonaws.com/doc/2011-01-01/",
        },
        operations: autoscaling::OPERATIONS,
        missing: "ValidationError",
        invalid: "ValidationError",
        many_tags: "LimitExceeded",
        bad_tag: "ValidationError",
        bad_token: "InvalidNextToken",
    },
    Service {
        name: "cloudflare",
        protocol: Protocol::Rest,
        operations: cloudflare::OPERATIONS,
        missing: "1004",
        invalid: "1004",
        many_tags: "1004",
        bad_tag: "1004",
        bad_token: "1004",
    },
    Service {
        name: "cloudfront",
        protocol: Protocol::Documents {
            namespace: "http://cloudfront.amazonaws.com/doc/2020-05-31/",
            addresses: cloudfront::ADDRESSES,
        },
        operations: cloudfront::OPERATIONS,
        missing: "InvalidArgument",
        invalid: "InvalidArgument",
        many_tags: "InvalidTagging",
        bad_tag: "InvalidTagging",
        bad_token: "InvalidArgument",
    },
    Service {
        name: "ec2",
        protocol: Protocol::Ec2 {
            version: "2016-11-15",
        },
        operations: ec2::OPERATIONS,
        missing: "MissingParameter",
        invalid: "InvalidParameterValue",
        many_tags: "TagLimitExceeded",
        bad_tag: "InvalidParameterValue",
        bad_token: "InvalidNextToken",
    },
    Service {
        name: "ecr",
        protocol: Protocol::Json {
            target: "AmazonEC2ContainerRegistry_V20150921",
        },
        operations: ecr::OPERATIONS,
        missing: "InvalidParameterException",
        invalid: "InvalidParameterException",
        many_tags: "TooManyTagsException",
        bad_tag: "InvalidTagParameterException",
        bad_token: "InvalidParameterException",
    },
    Service {
        name: "ecr.dkr",
        protocol: Protocol::Registry,
        operations: ecr::REGISTRY,
        missing: "UNSUPPORTED",
        invalid: "UNSUPPORTED",
        many_tags: "UNSUPPORTED",
        bad_tag: "UNSUPPORTED",
        bad_token: "UNSUPPORTED",
    },
    Service {
        name: "ecs",
        protocol: Protocol::Json {
            target: "AmazonEC2ContainerServiceV20141113",
        },
        operations: ecs::OPERATIONS,
        missing: "InvalidParameterException",
        invalid: "InvalidParameterException",
        many_tags: "InvalidParameterException",
        bad_tag: "InvalidParameterException",
        bad_token: "InvalidParameterException",
    },
    Service {
        name: "elasticfilesystem",
        protocol: Protocol::RestJson {
            routes: efs::ROUTES,
        },
        operations: efs::OPERATIONS,
        missing: "BadRequest",
        invalid: "BadRequest",
        many_tags: "BadRequest",
        bad_tag: "BadRequest",
        bad_token: "BadRequest",
    },
    Service {
        name: "elasticloadbalancing",
        protocol: Protocol::Query {
            version: "2015-12-01",
            namespace: "http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/",
        },
        operations: elbv2::OPERATIONS,
        missing: "ValidationError",
        invalid: "ValidationError",
        many_tags: "TooManyTags",
        bad_tag: "ValidationError",
        bad_token: "ValidationError",
    },
    // Signed for as the one before it: the version in the request tells them apart.
    Service {
        name: "elb",
        protocol: Protocol::Query {
            version: elb::VERSION,
            namespace: "http://elasticloadbalancing.amazonaws.com/doc/2012-06-01/",
        },
        operations: elb::OPERATIONS,
        missing: "ValidationError",
        invalid: "ValidationError",
        many_tags: "TooManyTags",
        bad_tag: "ValidationError",
        bad_token: "ValidationError",
    },
    Service {
        name: "events",
        protocol: Protocol::Json {
            target: "AWSEvents",
        },
        operations: events::OPERATIONS,
        missing: "ValidationException",
        invalid: "ValidationException",
        many_tags: "ValidationException",
        bad_tag: "ValidationException",
        bad_token: "ValidationException",
    },
    Service {
        name: "iam",
        protocol: Protocol::Query {
            version: "2010-05-08",
            namespace: "https://iam.amazonaws.com/doc/2010-05-08/",
        },
        operations: iam::OPERATIONS,
        missing: "ValidationError",
        invalid: "ValidationError",
        many_tags: "LimitExceeded",
        bad_tag: "InvalidInput",
        bad_token: "ValidationError",
    },
    Service {
        name: "kms",
        protocol: Protocol::Json {
            target: "TrentService",
        },
        operations: kms::OPERATIONS,
        missing: "ValidationException",
        invalid: "ValidationException",
        many_tags: "LimitExceededException",
        bad_tag: "TagException",
        bad_token: "InvalidMarkerException",
    },
    Service {
        name: "logs",
        protocol: Protocol::Json {
            target: "Logs_20140328",
        },
        operations: logs::OPERATIONS,
        missing: "InvalidParameterException",
        invalid: "InvalidParameterException",
        many_tags: "TooManyTagsException",
        bad_tag: "InvalidParameterException",
        bad_token: "InvalidParameterException",
    },
    Service {
        name: "s3",
        protocol: Protocol::S3,
        operations: s3::OPERATIONS,
        missing: "InvalidArgument",
        invalid: "InvalidArgument",
        many_tags: "InvalidTag",
        bad_tag: "InvalidTag",
        bad_token: "InvalidArgument",
    },
    Service {
        name: "monitoring",
        protocol: Protocol::Json10 {
            target: "GraniteServiceVersion20100801",
            shapes: cloudwatch::SHAPES,
        },
        operations: cloudwatch::OPERATIONS,
        missing: "ValidationError",
        invalid: "ValidationError",
        many_tags: "InvalidParameterValue",
        bad_tag: "InvalidParameterValue",
        bad_token: "InvalidNextToken",
    },
    Service {
        name: "monitoring",
        protocol: Protocol::Cbor {
            target: "GraniteServiceVersion20100801",
            shapes: cloudwatch::SHAPES,
        },
        operations: cloudwatch::OPERATIONS,
        missing: "ValidationError",
        invalid: "ValidationError",
        many_tags: "InvalidParameterValue",
        bad_tag: "InvalidParameterValue",
        bad_token: "InvalidNextToken",
    },
    Service {
        name: "monitoring",
        protocol: Protocol::Query {
            version: "2010-08-01",
            namespace: "http://monitoring.amazonaws.com/doc/2010-08-01/",
        },
        operations: cloudwatch::OPERATIONS,
        missing: "ValidationError",
        invalid: "ValidationError",
        many_tags: "InvalidParameterValue",
        bad_tag: "InvalidParameterValue",
        bad_token: "InvalidNextToken",
    },
    Service {
        name: "scheduler",
        protocol: Protocol::RestJson {
            routes: scheduler::ROUTES,
        },
        operations: scheduler::OPERATIONS,
        missing: "ValidationException",
        invalid: "ValidationException",
        many_tags: "ValidationException",
        bad_tag: "ValidationException",
        bad_token: "ValidationException",
    },
    Service {
        name: "rds",
        protocol: Protocol::Query {
            version: "2014-10-31",
            namespace: "http://rds.amazonaws.com/doc/2014-10-31/",
        },
        operations: rds::OPERATIONS,
        missing: "MissingParameter",
        invalid: "InvalidParameterValue",
        many_tags: "InvalidParameterValue",
        bad_tag: "InvalidParameterValue",
        bad_token: "InvalidParameterValue",
    },
    Service {
        name: "secretsmanager",
        protocol: Protocol::Json {
            target: "secretsmanager",
        },
        operations: secretsmanager::OPERATIONS,
        missing: "ValidationException",
        invalid: "ValidationException",
        many_tags: "InvalidParameterException",
        bad_tag: "InvalidParameterException",
        bad_token: "InvalidNextTokenException",
    },
    Service {
        name: "servicequotas",
        protocol: Protocol::Json {
            target: "ServiceQuotasV20190624",
        },
        operations: servicequotas::OPERATIONS,
        missing: "ValidationException",
        invalid: "IllegalArgumentException",
        many_tags: "TooManyTagsException",
        bad_tag: "IllegalArgumentException",
        bad_token: "InvalidPaginationTokenException",
    },
    Service {
        name: "sns",
        protocol: Protocol::Query {
            version: "2010-03-31",
            namespace: "http://sns.amazonaws.com/doc/2010-03-31/",
        },
        operations: sns::OPERATIONS,
        missing: "InvalidParameter",
        invalid: "InvalidParameter",
        many_tags: "TagLimitExceeded",
        bad_tag: "InvalidParameter",
        bad_token: "InvalidParameter",
    },
    Service {
        name: "sqs",
        protocol: Protocol::Json10 {
            target: "AmazonSQS",
            shapes: sqs::SHAPES,
        },
        operations: sqs::OPERATIONS,
        missing: "MissingParameter",
        invalid: "InvalidParameterValue",
        many_tags: "InvalidParameterValue",
        bad_tag: "InvalidParameterValue",
        bad_token: "InvalidParameterValue",
    },
    Service {
        name: "servicediscovery",
        protocol: Protocol::Json {
            target: "Route53AutoNaming_v20170314",
        },
        operations: cloudmap::OPERATIONS,
        missing: "InvalidInput",
        invalid: "InvalidInput",
        many_tags: "TooManyTagsException",
        bad_tag: "InvalidInput",
        bad_token: "InvalidInput",
    },
    Service {
        name: "ssm",
        protocol: Protocol::Json {
            target: "AmazonSSM",
        },
        operations: ssm::OPERATIONS,
        missing: "ValidationException",
        invalid: "ValidationException",
        many_tags: "TooManyTagsError",
        bad_tag: "ValidationException",
        bad_token: "InvalidNextToken",
    },
    Service {
        name: "route53",
        protocol: Protocol::RestXml {
            namespace: "https://route53.amazonaws.com/doc/2013-04-01/",
            routes: route53::ROUTES,
        },
        operations: route53::OPERATIONS,
        missing: "InvalidInput",
        invalid: "InvalidInput",
        many_tags: "InvalidInput",
        bad_tag: "InvalidInput",
        bad_token: "InvalidInput",
    },
    Service {
        name: "sts",
        protocol: Protocol::Query {
            version: "2011-06-15",
            namespace: "https://sts.amazonaws.com/doc/2011-06-15/",
        },
        operations: sts::OPERATIONS,
        missing: "ValidationError",
        invalid: "ValidationError",
        many_tags: "ValidationError",
        bad_tag: "ValidationError",
        bad_token: "ValidationError",
    },
    Service {
        name: "tagging",
        protocol: Protocol::Json {
            target: "ResourceGroupsTaggingAPI_20170126",
        },
        operations: tagging::OPERATIONS,
        missing: "InvalidParameterException",
        invalid: "InvalidParameterException",
        many_tags: "InvalidParameterException",
        bad_tag: "InvalidParameterException",
        bad_token: "PaginationTokenExpiredException",
    },
    Service {
        name: "wafv2",
        protocol: Protocol::Json {
            target: "AWSWAF_20190729",
        },
        operations: wafv2::OPERATIONS,
        missing: "WAFInvalidParameterException",
        invalid: "WAFInvalidParameterException",
        many_tags: "WAFLimitsExceededException",
        bad_tag: "WAFInvalidParameterException",
        bad_token: "WAFInvalidParameterException",
    },
];
