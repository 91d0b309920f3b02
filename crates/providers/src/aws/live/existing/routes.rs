//! Which subnets are public: those whose routes lead to an internet gateway.

use std::collections::BTreeSet;

use ashore_engine::failure::Failure;
use aws_sdk_ec2::types::RouteTable;

use super::Subnet;
use crate::aws::live::Aws;
use crate::aws::live::ec2::filter;
use crate::aws::live::failure::failure;

const DESCRIBE: &str = "ec2:DescribeRouteTables";

pub(super) async fn learn(aws: &Aws, subnets: &mut [Subnet]) -> Result<(), Failure> {
    let vpcs: BTreeSet<String> = subnets.iter().map(|subnet| subnet.vpc.clone()).collect();
    if vpcs.is_empty() {
        return Ok(());
    }
    let describe = aws.ec2.describe_route_tables();
    let describe = describe.filters(filter("vpc-id", vpcs.into_iter().collect()));
    let tables: Result<Vec<_>, _> = describe.into_paginator().items().send().collect().await;
    let tables = tables.map_err(|e| failure(DESCRIBE, e))?;
    for subnet in subnets {
        subnet.public = table_of(&tables, subnet).is_some_and(is_public);
    }
    Ok(())
}

/// Its own, or else the main one of its VPC [VPC user guide: subnet route tables].
fn table_of<'a>(tables: &'a [RouteTable], subnet: &Subnet) -> Option<&'a RouteTable> {
    let own = |table: &&RouteTable| {
        let mut all = table.associations().iter();
        all.any(|association| association.subnet_id() == Some(&subnet.id))
    };
    let main = |table: &&RouteTable| {
        let mut all = table.associations().iter();
        table.vpc_id() == Some(&subnet.vpc) && all.any(|it| it.main() == Some(true))
    };
    let mut all = tables.iter();
    all.find(own).or_else(|| tables.iter().find(main))
}

fn is_public(table: &RouteTable) -> bool {
    table.routes().iter().any(|route| {
        route.destination_cidr_block() == Some("0.0.0.0/0")
            && route.gateway_id().is_some_and(|id| id.starts_with("igw-"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_sdk_ec2::types::{Route, RouteTableAssociation};

    fn table(subnet: Option<&str>, gateway: &str) -> RouteTable {
        let association = RouteTableAssociation::builder().main(subnet.is_none());
        let association = association.set_subnet_id(subnet.map(str::to_string));
        let route = Route::builder().destination_cidr_block("0.0.0.0/0");
        RouteTable::builder()
            .vpc_id("vpc-1")
            .associations(association.build())
            .routes(route.gateway_id(gateway).build())
            .build()
    }

    #[test]
    fn a_subnet_without_a_table_of_its_own_has_the_main_one() {
        let tables = [table(None, "igw-1"), table(Some("subnet-a"), "nat-1")];
        for (id, public) in [("subnet-a", false), ("subnet-b", true)] {
            let subnet = Subnet {
                id: id.into(),
                vpc: "vpc-1".into(),
                zone: "eu-central-1a".into(),
                free: 250,
                public: false,
            };
            let table = table_of(&tables, &subnet).expect("there is one");
            assert_eq!(is_public(table), public, "{id}");
        }
    }
}
