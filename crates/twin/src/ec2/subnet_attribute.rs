//! Attributes of a subnet: one a call.

use serde_json::json;

use super::resource::view;
use super::subnet::Subnet;
use super::vpc_attribute::{flag, one_of};
use crate::operation::{Answer, Call};
use crate::refusal::Refusal;

/// `ModifySubnetAttribute`: "You can only modify one attribute at a time"; it has no dry run
/// [EC2 API: ModifySubnetAttribute].
pub(super) fn modify_subnet_attribute(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let id = input.required("SubnetId")?;
    let public = flag(&mut input, "MapPublicIpOnLaunch")?;
    let assign_v6 = flag(&mut input, "AssignIpv6AddressOnCreation")?;
    let dns64 = flag(&mut input, "EnableDns64")?;
    let a_record = flag(&mut input, "EnableResourceNameDnsARecordOnLaunch")?;
    let aaaa_record = flag(&mut input, "EnableResourceNameDnsAAAARecordOnLaunch")?;
    let hostname_type = input.text("PrivateDnsHostnameTypeOnLaunch")?;
    input.finish()?;
    one_of(&[
        public.is_some(),
        assign_v6.is_some(),
        dns64.is_some(),
        a_record.is_some(),
        aaaa_record.is_some(),
        hostname_type.is_some(),
    ])?;
    if let Some(other) = &hostname_type
        && !["ip-name", "resource-name"].contains(&other.as_str())
    {
        return Err(Refusal::new(
            "InvalidParameterValue",
            format!("Value ({other}) for parameter privateDnsHostnameTypeOnLaunch is invalid."),
        ));
    }
    let subnet = view(call).find::<Subnet>(&id)?;
    if assign_v6 == Some(true) && subnet.cidr_v6.is_none() {
        return Err(Refusal::new(
            "InvalidParameterValue",
            format!(
                "Invalid value 'true' for assignIpv6AddressOnCreation. The subnet '{id}' has no IPv6 CIDR block."
            ),
        ));
    }
    if let Some(subnet) = call.here().ec2.subnets.get_mut(&id) {
        subnet.map_public_ip = public.unwrap_or(subnet.map_public_ip);
        subnet.assign_v6 = assign_v6.unwrap_or(subnet.assign_v6);
        subnet.dns64 = dns64.unwrap_or(subnet.dns64);
        subnet.name_a_record = a_record.unwrap_or(subnet.name_a_record);
        subnet.name_aaaa_record = aaaa_record.unwrap_or(subnet.name_aaaa_record);
        if let Some(hostname_type) = hostname_type {
            subnet.hostname_type = hostname_type;
        }
    }
    Ok(json!({ "return": true }))
}
