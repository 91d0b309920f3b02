//! Rules as requests have them.

use ashore_engine::failure::Failure;
use aws_sdk_ec2::types::{IpPermission, IpRange, Ipv6Range, PrefixListId, UserIdGroupPair};

use super::{Rule, Source};
use crate::aws::live::failure::known;

/// A rule as a request has it. An empty description is left out: that takes it away
/// [EC2 API: UpdateSecurityGroupRuleDescriptionsIngress].
pub(super) fn permission(operation: &'static str, rule: &Rule) -> Result<IpPermission, Failure> {
    let description = (!rule.description.is_empty()).then(|| rule.description.clone());
    let ports = rule.has_ports();
    let permission = IpPermission::builder()
        .ip_protocol(rule.protocol())
        .set_from_port(ports.then_some(rule.from_port))
        .set_to_port(ports.then_some(rule.to_port));
    let permission = match &rule.source {
        Source::Cidr4(range) => {
            let range = IpRange::builder().cidr_ip(range);
            permission.ip_ranges(range.set_description(description).build())
        }
        Source::Cidr6(range) => {
            let range = Ipv6Range::builder().cidr_ipv6(range);
            permission.ipv6_ranges(range.set_description(description).build())
        }
        Source::Group(group) => {
            let pair = UserIdGroupPair::builder().group_id(known(operation, group)?);
            permission.user_id_group_pairs(pair.set_description(description).build())
        }
        Source::PrefixList(id) => {
            let list = PrefixListId::builder().prefix_list_id(id);
            permission.prefix_list_ids(list.set_description(description).build())
        }
    };
    Ok(permission.build())
}
