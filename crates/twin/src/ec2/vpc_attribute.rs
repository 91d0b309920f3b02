//! Attributes of a VPC: one a call.

use serde_json::json;

use super::request::finish;
use super::resource::view;
use super::vpc::Vpc;
use crate::input::Input;
use crate::operation::{Answer, Call};
use crate::refusal::Refusal;

/// `ModifyVpcAttribute`: has no dry run, and takes one attribute a call [EC2 API: ModifyVpcAttribute].
pub(super) fn modify_vpc_attribute(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let id = input.required("VpcId")?;
    let support = flag(&mut input, "EnableDnsSupport")?;
    let hostnames = flag(&mut input, "EnableDnsHostnames")?;
    let metrics = flag(&mut input, "EnableNetworkAddressUsageMetrics")?;
    input.finish()?;
    one_of(&[support.is_some(), hostnames.is_some(), metrics.is_some()])?;
    let vpc = view(call).find::<Vpc>(&id)?;
    // Public names are given out by the resolver that `enableDnsSupport` turns on [VPC guide: DNS attributes].
    if hostnames == Some(true) && !vpc.dns_support {
        let message = "DNS hostnames cannot be enabled while DNS support is disabled";
        return Err(Refusal::new("InvalidParameterValue", message));
    }
    if let Some(vpc) = call.here().ec2.vpcs.get_mut(&id) {
        vpc.dns_support = support.unwrap_or(vpc.dns_support);
        vpc.dns_hostnames = hostnames.unwrap_or(vpc.dns_hostnames);
        vpc.usage_metrics = metrics.unwrap_or(vpc.usage_metrics);
    }
    Ok(json!({ "return": true }))
}

/// `DescribeVpcAttribute`
pub(super) fn describe_vpc_attribute(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let id = input.required("VpcId")?;
    let attribute = input.required("Attribute")?;
    finish(input)?;
    let vpc = view(call).find::<Vpc>(&id)?;
    let value = match attribute.as_str() {
        "enableDnsSupport" => vpc.dns_support,
        "enableDnsHostnames" => vpc.dns_hostnames,
        "enableNetworkAddressUsageMetrics" => vpc.usage_metrics,
        _ => {
            return Err(Refusal::new(
                "InvalidParameterValue",
                format!(
                    "Value ({attribute}) for parameter attribute is invalid. Unknown attribute."
                ),
            ));
        }
    };
    Ok(json!({ "vpcId": id, attribute: { "value": value } }))
}

/// A boolean that the wire wraps in a structure.
pub(super) fn flag(input: &mut Input, name: &str) -> Result<Option<bool>, Refusal> {
    let Some(mut wrapped) = input.object(name)? else {
        return Ok(None);
    };
    let value = wrapped.boolean("Value")?;
    wrapped.finish()?;
    Ok(value)
}

/// Exactly one attribute must be given.
pub(super) fn one_of(given: &[bool]) -> Result<(), Refusal> {
    match given.iter().filter(|given| **given).count() {
        1 => Ok(()),
        0 => {
            let message = "The request must contain exactly one attribute to modify";
            Err(Refusal::new("MissingParameter", message))
        }
        _ => {
            let message = "Fields for multiple attribute types specified";
            Err(Refusal::new("InvalidParameterCombination", message))
        }
    }
}
