//! Amazon CloudFront: distributions with their origin access controls and invalidations, and the policies that AWS
//! keeps for everybody.
//!
//! A change takes its time to reach the edge; until then a distribution is `InProgress`. Nothing is delivered here.
//! Functions, key groups, policies of one's own, origin groups, access logs, WAF and what is for several tenants are not
//! modelled.

mod addresses;
mod check;
mod control;
mod defaults;
mod delete;
mod distribution;
mod invalidation;
mod list;
mod managed;
mod policies;
mod refuse;
mod shapes;
mod tag;
mod update;
mod viewer;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::operation::{Operation, read, write};
use crate::refusal::Refusal;
use crate::tags::Tags;
use crate::world::World;

pub(crate) use addresses::ADDRESSES;
use control::Control;
use distribution::Distribution;

/// The state of CloudFront.
#[derive(Default, Serialize, Deserialize, Debug)]
#[serde(default)]
pub struct CloudFront {
    /// By id.
    distributions: BTreeMap<String, Distribution>,
    /// By id.
    controls: BTreeMap<String, Control>,
}

/// What happens in CloudFront by itself.
#[derive(Serialize, Deserialize, Debug, Clone)]
#[allow(missing_docs)]
pub enum Happening {
    /// A distribution has reached the edge as it was under this ETag.
    Deployed {
        id: String,
        etag: String,
    },
    Invalidated {
        distribution: String,
        id: String,
    },
}

/// Where things without a region are listed and happen.
const HOME: &str = "us-east-1";

pub(crate) const OPERATIONS: &[Operation] = &[
    write("CreateDistribution", distribution::create),
    write("CreateDistributionWithTags", distribution::create_with_tags),
    write("CreateInvalidation", invalidation::create),
    write("CreateOriginAccessControl", control::create),
    write("DeleteDistribution", delete::delete),
    write("DeleteOriginAccessControl", control::delete),
    read("GetCachePolicy", policies::get_cache_policy),
    read("GetDistribution", distribution::get),
    read("GetDistributionConfig", distribution::get_config),
    read("GetInvalidation", invalidation::get),
    read("GetOriginAccessControl", control::get),
    read("GetOriginAccessControlConfig", control::get_config),
    read(
        "GetOriginRequestPolicy",
        policies::get_origin_request_policy,
    ),
    read(
        "GetResponseHeadersPolicy",
        policies::get_response_headers_policy,
    ),
    read("ListCachePolicies", policies::list_cache_policies),
    read("ListDistributions", list::list),
    read("ListInvalidations", invalidation::list),
    read("ListOriginAccessControls", control::list),
    read(
        "ListOriginRequestPolicies",
        policies::list_origin_request_policies,
    ),
    read(
        "ListResponseHeadersPolicies",
        policies::list_response_headers_policies,
    ),
    read("ListTagsForResource", tag::list_tags),
    write("TagResource", tag::tag),
    write("UntagResource", tag::untag),
    write("UpdateDistribution", update::update),
    write("UpdateOriginAccessControl", control::update),
];

pub(crate) fn happen(world: &mut World, what: Happening) {
    match what {
        Happening::Deployed { id, etag } => distribution::deployed(world, &id, &etag),
        Happening::Invalidated { distribution, id } => {
            invalidation::completed(world, &distribution, &id);
        }
    }
}

/// The distributions with their tags, for Resource Groups Tagging, which lists what has no region in us-east-1.
pub(crate) fn tagged<'a>(world: &'a World, region: &str) -> Vec<(String, &'a Tags)> {
    if region != HOME {
        return Vec::new();
    }
    let all = world.cloudfront.distributions.values();
    all.map(|it| (it.arn.clone(), &it.tags)).collect()
}

/// Changes a distribution's tags for Resource Groups Tagging.
pub(crate) fn retag(world: &mut World, change: &Value) -> Result<(), Refusal> {
    let mut all = world.cloudfront.distributions.values_mut();
    let found = all.find(|it| change["arn"] == it.arn.as_str());
    let found = found.ok_or_else(refuse::no_distribution)?;
    found.tags = found.tags.changed(change, "InvalidTagging")?;
    Ok(())
}

/// The distributions that a certificate is on, by ARN.
pub(crate) fn uses_certificate(world: &World, arn: &str) -> Vec<String> {
    let uses = |it: &&Distribution| it.config["ViewerCertificate"]["ACMCertificateArn"] == arn;
    let all = world.cloudfront.distributions.values();
    all.filter(uses).map(|it| it.arn.clone()).collect()
}

/// Whether there is a distribution of this domain name: `d111111abcdef8.cloudfront.net`.
pub(crate) fn has_domain(world: &World, name: &str) -> bool {
    let mut all = world.cloudfront.distributions.values();
    all.any(|it| it.domain.eq_ignore_ascii_case(name))
}
