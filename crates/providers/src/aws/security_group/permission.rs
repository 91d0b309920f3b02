//! Rules as EC2 writes them, and reads them back.

use ashore_engine::failure::Failure;
use aws_sdk_ec2::types::{
    IpPermission, IpRange, Ipv6Range, PrefixListId, SecurityGroupRule, UserIdGroupPair,
};

use super::{Direction, Rule, Source, rule_key};
use crate::aws::live::failure::{known, required};

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

/// A rule as the cloud has it.
#[derive(Clone)]
pub(super) struct Described {
    pub(super) id: String,
    pub(super) group: String,
    pub(super) direction: Direction,
    pub(super) rule: Rule,
}

impl Described {
    /// Reads one.
    pub(super) fn of(operation: &'static str, rule: SecurityGroupRule) -> Result<Self, Failure> {
        let group = rule.referenced_group_info.and_then(|info| info.group_id);
        let source = rule
            .cidr_ipv4
            .map(Source::Cidr4)
            .or(rule.cidr_ipv6.map(Source::Cidr6))
            .or(group.map(|group| Source::Group(group.into())))
            .or(rule.prefix_list_id.map(Source::PrefixList));
        Ok(Self {
            id: required(operation, rule.security_group_rule_id)?,
            group: required(operation, rule.group_id)?,
            direction: match required(operation, rule.is_egress)? {
                true => Direction::Egress,
                false => Direction::Ingress,
            },
            rule: Rule {
                protocol: required(operation, rule.ip_protocol)?,
                from_port: rule.from_port.unwrap_or(-1),
                to_port: rule.to_port.unwrap_or(-1),
                source: required(operation, source)?,
                description: rule.description.unwrap_or_default(),
            },
        })
    }

    /// Its place among the outputs, and its id.
    pub(super) fn key_and_id(&self) -> Option<(String, String)> {
        Some((
            rule_key(self.direction, &self.rule.flow()?),
            self.id.clone(),
        ))
    }
}
