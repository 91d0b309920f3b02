//! Somebody else's VPC.

use ashore_engine::failure::Failure;

use crate::aws::live::Aws;
use crate::aws::live::ec2::filter;
use crate::aws::live::failure::{failure, required};

const DESCRIBE: &str = "ec2:DescribeVpcs";

/// A VPC.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Vpc {
    /// Its id.
    pub id: String,
    /// Its first range of addresses.
    pub cidr: String,
}

pub(super) async fn read(aws: &Aws, id: &str) -> Result<Option<Vpc>, Failure> {
    let describe = aws.ec2.describe_vpcs();
    let describe = describe.filters(filter("vpc-id", vec![id.to_string()]));
    let described = describe.send().await.map_err(|e| failure(DESCRIBE, e))?;
    let first = described.vpcs.unwrap_or_default().into_iter().next();
    let vpc = first.map(|vpc| {
        Ok(Vpc {
            id: required(DESCRIBE, vpc.vpc_id)?,
            cidr: required(DESCRIBE, vpc.cidr_block)?,
        })
    });
    vpc.transpose()
}
