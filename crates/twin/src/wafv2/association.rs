//! Which web ACL protects which load balancer.

use std::time::Duration;

use serde_json::json;

use super::{invalid, missing, unavailable};
use crate::elbv2;
use crate::operation::{Answer, Call};
use crate::refusal::Refusal;
use crate::world::World;

/// A resource has one web ACL: another one takes the place of the first [WAF API: AssociateWebACL].
pub(super) fn associate_web_acl(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let web_acl = input.required("WebACLArn")?;
    let resource = input.required("ResourceArn")?;
    input.finish()?;
    let active = balancer(call, &resource)?;
    let propagates = Duration::from_millis(call.world.timing.web_acl);
    let now = call.now();
    let acls = &call.here().wafv2.web_acls;
    let found = acls.get(&web_acl).ok_or_else(missing)?;
    if found.scope != "REGIONAL" {
        return Err(invalid(
            "The ARN isn't valid. A web ACL for CloudFront cannot be associated with this resource",
            "RESOURCE_ARN",
            &web_acl,
        ));
    }
    if !active || now < found.created + propagates {
        return Err(unavailable());
    }
    call.here().wafv2.associations.insert(resource, web_acl);
    Ok(json!({}))
}

/// A resource that has no web ACL is a success.
pub(super) fn disassociate_web_acl(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let resource = input.required("ResourceArn")?;
    input.finish()?;
    balancer(call, &resource)?;
    call.here().wafv2.associations.remove(&resource);
    Ok(json!({}))
}

/// Without one the answer is empty.
pub(super) fn get_web_acl_for_resource(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let resource = input.required("ResourceArn")?;
    input.finish()?;
    balancer(call, &resource)?;
    let account = call.account();
    let here = &call.here().wafv2;
    let found = here.associations.get(&resource);
    let found = found.and_then(|arn| here.web_acls.get(arn));
    Ok(json!({ "WebACL": found.map(|found| found.value(&account)) }))
}

const TYPES: [&str; 8] = [
    "APPLICATION_LOAD_BALANCER",
    "API_GATEWAY",
    "APPSYNC",
    "COGNITO_USER_POOL",
    "APP_RUNNER_SERVICE",
    "VERIFIED_ACCESS_INSTANCE",
    "AMPLIFY",
    "AGENTCORE_GATEWAY",
];

/// Load balancers unless the call says otherwise; the twin has nothing else that could be protected.
pub(super) fn list_resources_for_web_acl(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let web_acl = input.required("WebACLArn")?;
    let kind = input.text("ResourceType")?;
    input.finish()?;
    let kind = kind.unwrap_or_else(|| TYPES[0].to_owned());
    if !TYPES.contains(&kind.as_str()) {
        return Err(invalid(
            "The resource type is not valid",
            "RESOURCE_TYPE",
            &kind,
        ));
    }
    let here = &call.here().wafv2;
    if !here.web_acls.contains_key(&web_acl) {
        return Err(missing());
    }
    let own = here.associations.iter().filter(|(_, arn)| **arn == web_acl);
    let arns: Vec<&String> = own.map(|(resource, _)| resource).collect();
    Ok(json!({ "ResourceArns": if kind == TYPES[0] { arns } else { Vec::new() } }))
}

/// A balancer is gone, and with it that it was protected.
pub(crate) fn forget(world: &mut World, region: &str, resource: &str) {
    world.region(region).wafv2.associations.remove(resource);
}

/// Whether the application balancer with this ARN is active.
fn balancer(call: &Call<'_>, arn: &str) -> Result<bool, Refusal> {
    if !arn.contains(":loadbalancer/app/") {
        return Err(invalid(
            "The ARN isn't valid. A valid ARN begins with arn: and includes other information separated by colons or slashes.",
            "RESOURCE_ARN",
            arn,
        ));
    }
    elbv2::is_active(call.world, &call.region, arn).ok_or_else(missing)
}
