//! WAF: web ACLs in their smallest form, and the load balancers that they protect.
//!
//! A web ACL of the twin has a default action and no rules: what it would let through is nobody's question here. It is
//! there to be associated, and to refuse to go while it is.

mod association;
mod tagging;
mod web_acl;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::operation::{Operation, read, write};
use crate::refusal::Refusal;

pub(crate) use association::forget;
pub(crate) use tagging::tagged;
use web_acl::WebAcl;

/// The state of WAF in one region. Web ACLs for CloudFront lie in us-east-1.
#[derive(Default, Serialize, Deserialize, Debug)]
#[serde(default)]
pub struct Waf {
    /// Web ACLs by their ARNs.
    pub web_acls: BTreeMap<String, WebAcl>,
    /// The web ACL's ARN by that of the resource it protects.
    pub associations: BTreeMap<String, String>,
}

pub(crate) const OPERATIONS: &[Operation] = &[
    write("AssociateWebACL", association::associate_web_acl),
    write("CreateWebACL", web_acl::create_web_acl),
    write("DeleteWebACL", web_acl::delete_web_acl),
    write("DisassociateWebACL", association::disassociate_web_acl),
    read("GetWebACL", web_acl::get_web_acl),
    read(
        "GetWebACLForResource",
        association::get_web_acl_for_resource,
    ),
    read(
        "ListResourcesForWebACL",
        association::list_resources_for_web_acl,
    ),
    read("ListTagsForResource", tagging::list_tags_for_resource),
    read("ListWebACLs", web_acl::list_web_acls),
    write("TagResource", tagging::tag_resource),
    write("UntagResource", tagging::untag_resource),
    write("UpdateWebACL", web_acl::update_web_acl),
];

/// The sentences are AWS's, as users report them [aws-load-balancer-controller #1089, #2022;
/// terraform-provider-aws #17527].
fn missing() -> Refusal {
    Refusal::new(
        "WAFNonexistentItemException",
        "AWS WAF couldn’t perform the operation because your resource doesn’t exist.",
    )
}

fn unavailable() -> Refusal {
    Refusal::new(
        "WAFUnavailableEntityException",
        "AWS WAF couldn’t retrieve the resource that you requested. Retry your request.",
    )
}

fn invalid(reason: &str, field: &str, parameter: &str) -> Refusal {
    Refusal::new(
        "WAFInvalidParameterException",
        format!("Error reason: {reason}, field: {field}, parameter: {parameter}"),
    )
}
