//! Groups as the cloud has them.

use std::collections::BTreeMap;

use ashore_engine::failure::Failure;
use ashore_engine::kind::Observed;
use aws_sdk_ec2::types::{Filter, IpPermission};

use super::permission::rules;
use super::{Outputs, SecurityGroup};
use crate::aws::live::Aws;
use crate::aws::live::ec2::tag_map;
use crate::aws::live::failure::{failure, required};
use crate::aws::tags::Tags;

const GROUPS: &str = "ec2:DescribeSecurityGroups";

/// A group as the cloud has it.
#[derive(Clone)]
pub(super) struct Group {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) tags: BTreeMap<String, String>,
    description: String,
    account: String,
    vpc: String,
    ingress: Vec<IpPermission>,
    egress: Vec<IpPermission>,
}

impl Group {
    /// What it tells of itself.
    pub(super) fn outputs(&self) -> Outputs {
        Outputs {
            id: self.id.clone(),
        }
    }

    /// All of it, its rules read.
    pub(super) fn observed(self) -> Result<Observed<SecurityGroup>, Failure> {
        Ok(Observed {
            outputs: self.outputs(),
            spec: SecurityGroup {
                name: self.name,
                description: self.description,
                vpc: self.vpc.into(),
                ingress: rules(GROUPS, &self.account, self.ingress)?,
                egress: rules(GROUPS, &self.account, self.egress)?,
                tags: Tags::observed(self.tags),
            },
        })
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
            tags: tag_map(group.tags),
            description: group.description.unwrap_or_default(),
            account: required(GROUPS, group.owner_id)?,
            vpc: required(GROUPS, group.vpc_id)?,
            ingress: group.ip_permissions.unwrap_or_default(),
            egress: group.ip_permissions_egress.unwrap_or_default(),
        };
        Ok((id, group))
    };
    groups.into_iter().map(described).collect()
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
