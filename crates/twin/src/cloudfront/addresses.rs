//! How CloudFront's operations are addressed [service model: `http`].

use crate::wire::Address;

const fn at(method: &'static str, path: &'static str, operation: &'static str) -> Address {
    Address {
        operation,
        method,
        path,
        query: None,
    }
}

const fn with(
    method: &'static str,
    path: &'static str,
    query: (&'static str, &'static str),
    operation: &'static str,
) -> Address {
    Address {
        query: Some(query),
        ..at(method, path, operation)
    }
}

const DISTRIBUTIONS: &str = "/2020-05-31/distribution";
const DISTRIBUTION: &str = "/2020-05-31/distribution/{Id}";
const CONFIG: &str = "/2020-05-31/distribution/{Id}/config";
const INVALIDATIONS: &str = "/2020-05-31/distribution/{DistributionId}/invalidation";
const INVALIDATION: &str = "/2020-05-31/distribution/{DistributionId}/invalidation/{Id}";
const CONTROLS: &str = "/2020-05-31/origin-access-control";
const CONTROL: &str = "/2020-05-31/origin-access-control/{Id}";
const CONTROL_CONFIG: &str = "/2020-05-31/origin-access-control/{Id}/config";
const TAGGING: &str = "/2020-05-31/tagging";

/// Every operation's address; those that a word in the query tells apart come first.
pub(crate) const ADDRESSES: &[Address] = &[
    with(
        "POST",
        DISTRIBUTIONS,
        ("WithTags", ""),
        "CreateDistributionWithTags",
    ),
    at("POST", DISTRIBUTIONS, "CreateDistribution"),
    at("GET", DISTRIBUTIONS, "ListDistributions"),
    at("GET", DISTRIBUTION, "GetDistribution"),
    at("DELETE", DISTRIBUTION, "DeleteDistribution"),
    at("GET", CONFIG, "GetDistributionConfig"),
    at("PUT", CONFIG, "UpdateDistribution"),
    at("POST", INVALIDATIONS, "CreateInvalidation"),
    at("GET", INVALIDATIONS, "ListInvalidations"),
    at("GET", INVALIDATION, "GetInvalidation"),
    at("POST", CONTROLS, "CreateOriginAccessControl"),
    at("GET", CONTROLS, "ListOriginAccessControls"),
    at("GET", CONTROL, "GetOriginAccessControl"),
    at("DELETE", CONTROL, "DeleteOriginAccessControl"),
    at("GET", CONTROL_CONFIG, "GetOriginAccessControlConfig"),
    at("PUT", CONTROL_CONFIG, "UpdateOriginAccessControl"),
    with("POST", TAGGING, ("Operation", "Tag"), "TagResource"),
    with("POST", TAGGING, ("Operation", "Untag"), "UntagResource"),
    at("GET", TAGGING, "ListTagsForResource"),
    at("GET", "/2020-05-31/cache-policy", "ListCachePolicies"),
    at("GET", "/2020-05-31/cache-policy/{Id}", "GetCachePolicy"),
    at(
        "GET",
        "/2020-05-31/origin-request-policy",
        "ListOriginRequestPolicies",
    ),
    at(
        "GET",
        "/2020-05-31/origin-request-policy/{Id}",
        "GetOriginRequestPolicy",
    ),
    at(
        "GET",
        "/2020-05-31/response-headers-policy",
        "ListResponseHeadersPolicies",
    ),
    at(
        "GET",
        "/2020-05-31/response-headers-policy/{Id}",
        "GetResponseHeadersPolicy",
    ),
];
