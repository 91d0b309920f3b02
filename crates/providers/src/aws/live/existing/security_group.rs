//! Somebody else's security groups.

use ashore_engine::failure::Failure;

use super::in_order;
use crate::aws::live::Aws;
use crate::aws::live::ec2::filter;
use crate::aws::live::failure::{failure, required};

const DESCRIBE: &str = "ec2:DescribeSecurityGroups";

/// A security group.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SecurityGroup {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The id of its VPC.
    pub vpc: String,
}

pub(super) async fn read(aws: &Aws, ids: &[String]) -> Result<Vec<SecurityGroup>, Failure> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let describe = aws.ec2.describe_security_groups();
    let describe = describe.filters(filter("group-id", ids.to_vec()));
    let all: Result<Vec<_>, _> = describe.into_paginator().items().send().collect().await;
    let all = all.map_err(|e| failure(DESCRIBE, e))?.into_iter();
    let groups = all.map(|group| {
        Ok(SecurityGroup {
            id: required(DESCRIBE, group.group_id)?,
            name: required(DESCRIBE, group.group_name)?,
            vpc: required(DESCRIBE, group.vpc_id)?,
        })
    });
    let groups = groups.collect::<Result<Vec<_>, Failure>>()?;
    Ok(in_order(ids, groups, |group| &group.id))
}
