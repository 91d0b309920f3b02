//! Somebody else's subnets.

use ashore_engine::failure::Failure;

use super::in_order;
use crate::aws::live::Aws;
use crate::aws::live::ec2::filter;
use crate::aws::live::failure::{failure, required};

const DESCRIBE: &str = "ec2:DescribeSubnets";

/// A subnet.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Subnet {
    /// Its id.
    pub id: String,
    /// The id of its VPC.
    pub vpc: String,
    /// Its zone.
    pub zone: String,
    /// How many of its addresses are free. Every task takes one, a load balancer eight.
    pub free: u32,
    /// Whether its route table leads to an internet gateway.
    pub public: bool,
}

pub(super) async fn read(aws: &Aws, ids: &[String]) -> Result<Vec<Subnet>, Failure> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let describe = aws.ec2.describe_subnets();
    let describe = describe.filters(filter("subnet-id", ids.to_vec()));
    let all: Result<Vec<_>, _> = describe.into_paginator().items().send().collect().await;
    let all = all.map_err(|e| failure(DESCRIBE, e))?.into_iter();
    let subnets = all.map(|subnet| {
        let free = subnet.available_ip_address_count;
        Ok(Subnet {
            id: required(DESCRIBE, subnet.subnet_id)?,
            vpc: required(DESCRIBE, subnet.vpc_id)?,
            zone: required(DESCRIBE, subnet.availability_zone)?,
            free: free.and_then(|free| u32::try_from(free).ok()).unwrap_or(0),
            public: false, // the routes tell
        })
    });
    let subnets = subnets.collect::<Result<Vec<_>, Failure>>()?;
    Ok(in_order(ids, subnets, |subnet| &subnet.id))
}
