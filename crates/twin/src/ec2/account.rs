//! What the account may do in a region, as far as EC2 itself tells.

use serde_json::{Value, json};

use super::request::finish;
use super::resource::view;
use crate::operation::{Answer, Call};
use crate::refusal::Refusal;

/// `DescribeAccountAttributes`
pub(super) fn describe_account_attributes(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let names = input.texts("AttributeName")?;
    finish(input)?;
    let view = view(call);
    let none = || "none".to_owned();
    let attributes = [
        ("supported-platforms", "VPC".to_owned()),
        (
            "default-vpc",
            view.ec2.default_vpc().cloned().unwrap_or_else(none),
        ),
        ("max-instances", "20".to_owned()),
        ("max-elastic-ips", view.ec2.quotas.addresses.to_string()),
        ("vpc-max-elastic-ips", view.ec2.quotas.addresses.to_string()),
        (
            "vpc-max-security-groups-per-interface",
            view.ec2.quotas.groups_per_interface.to_string(),
        ),
    ];
    if let Some(unknown) = names
        .iter()
        .find(|name| !attributes.iter().any(|(known, _)| known == name))
    {
        let message =
            format!("Value ({unknown}) for parameter attributeName is invalid. Unknown attribute.");
        return Err(Refusal::new("InvalidParameterValue", message));
    }
    let shown: Vec<Value> = attributes
        .iter()
        .filter(|(name, _)| names.is_empty() || names.iter().any(|asked| asked == name))
        .map(|(name, value)| json!({ "attributeName": name, "attributeValueSet": [{ "attributeValue": value }] }))
        .collect();
    Ok(json!({ "accountAttributeSet": shown }))
}
