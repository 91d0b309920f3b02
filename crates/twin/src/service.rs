//! The services that the twin speaks for, one line each: how they are addressed, and the codes of the refusals that
//! they have in common.

use crate::operation::Operation;
use crate::wire::Route;
use crate::{
    acm, cloudflare, cloudmap, ec2, ecs, efs, elbv2, iam, logs, rds, route53, secretsmanager, ssm,
    sts, tagging,
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
    /// Cloudflare v4: REST with a JSON envelope.
    Rest,
}

/// Every service, in order of name.
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
];
