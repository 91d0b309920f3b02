//! Groups and rules as the cloud has them.

use std::collections::BTreeMap;

use ashore_engine::failure::Failure;
use aws_sdk_ec2::types::{Filter, SecurityGroupRule};

use super::{Direction, Outputs, Rule, Source, rule_key};
use crate::aws::live::Aws;
use crate::aws::live::ec2::{filter, tag_map};
use crate::aws::live::failure::{failure, required};

const GROUPS: &str = "ec2:DescribeSecurityGroups";
const RULES: &str = "ec2:DescribeSecurityGroupRules";

/// A group as the cloud has it, without its rules.
#[derive(Clone)]
pub(super) struct Group {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) description: String,
    pub(super) vpc: String,
    pub(super) tags: BTreeMap<String, String>,
}

impl Group {
    /// What it tells of itself; its rules are not known yet.
    pub(super) fn outputs(&self) -> Outputs {
        Outputs {
            id: self.id.clone(),
            rules: BTreeMap::new(),
        }
    }
}

/// The groups that fit all filters, by id.
pub(super) async fn groups(
    aws: &Aws,
    filters: Vec<Filter>,
) -> Result<BTreeMap<String, Group>, Failure> {
    let request = aws.ec2.describe_security_groups();
    let pages = request.set_filters(Some(filters)).into_paginator().items();
    let groups: Vec<aws_sdk_ec2::types::SecurityGroup> = pages
        .send()
        .collect::<Result<_, _>>()
        .await
        .map_err(|e| failure(GROUPS, e))?;
    let described = |group: aws_sdk_ec2::types::SecurityGroup| {
        let id = required(GROUPS, group.group_id)?;
        let group = Group {
            id: id.clone(),
            name: required(GROUPS, group.group_name)?,
            description: group.description.unwrap_or_default(),
            vpc: required(GROUPS, group.vpc_id)?,
            tags: tag_map(group.tags),
        };
        Ok((id, group))
    };
    groups.into_iter().map(described).collect()
}

/// The rules of groups, by the id of the group.
pub(super) async fn rules(
    aws: &Aws,
    groups: Vec<String>,
) -> Result<BTreeMap<String, Vec<Described>>, Failure> {
    let request = aws.ec2.describe_security_group_rules();
    let pages = request.filters(filter("group-id", groups)).into_paginator();
    let all: Vec<SecurityGroupRule> = pages
        .items()
        .send()
        .collect::<Result<_, _>>()
        .await
        .map_err(|e| failure(RULES, e))?;
    let mut by_group = BTreeMap::<String, Vec<Described>>::new();
    for rule in all {
        let rule = Described::of(RULES, rule)?;
        by_group.entry(rule.group.clone()).or_default().push(rule);
    }
    Ok(by_group)
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

/// A filter value that means just itself: `*` and `?` are wildcards in filters, and group names
/// may contain them [EC2 user guide: filtering].
pub(super) fn literally(name: &str) -> String {
    let mut value = String::new();
    for c in name.chars() {
        if matches!(c, '*' | '?' | '\\') {
            value.push('\\');
        }
        value.push(c);
    }
    value
}
