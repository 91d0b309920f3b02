//! Somebody else's load balancer.

use ashore_engine::failure::{Class, Failure};
use aws_sdk_elasticloadbalancingv2::types::{IpAddressType, LoadBalancer as Described};

use super::Listener;
use super::listener::listener;
use crate::aws::live::Aws;
use crate::aws::live::failure::{failure, required};

const DESCRIBE: &str = "elasticloadbalancing:DescribeLoadBalancers";
const LISTENERS: &str = "elasticloadbalancing:DescribeListeners";

/// A load balancer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LoadBalancer {
    /// Its ARN.
    pub arn: String,
    /// Its name.
    pub name: String,
    /// `application`, if it is of use for HTTP.
    pub sort: String,
    /// `internet-facing` or `internal`.
    pub scheme: String,
    /// `active`, or what else it is.
    pub state: String,
    /// The name that AWS gave it.
    pub dns_name: String,
    /// The Route 53 zone of that name.
    pub zone_id: String,
    /// Whether it is reached over IPv6 too.
    pub ipv6: bool,
    /// The id of its VPC.
    pub vpc: String,
    /// The zones that it sends requests to.
    pub zones: Vec<String>,
    /// Ids of its security groups.
    pub security_groups: Vec<String>,
    /// Its listeners.
    pub listeners: Vec<Listener>,
}

pub(super) async fn read(aws: &Aws, which: &str) -> Result<Option<LoadBalancer>, Failure> {
    let describe = aws.elb.describe_load_balancers();
    let describe = match which.starts_with("arn:") {
        true => describe.load_balancer_arns(which),
        false => describe.names(which),
    };
    let described = match describe.send().await.map_err(|e| failure(DESCRIBE, e)) {
        Ok(described) => described.load_balancers.unwrap_or_default(),
        Err(error) if error.class == Class::Gone => return Ok(None),
        Err(error) => return Err(error),
    };
    match described.into_iter().next() {
        Some(balancer) => with_listeners(aws, balancer).await.map(Some),
        None => Ok(None),
    }
}

async fn with_listeners(aws: &Aws, balancer: Described) -> Result<LoadBalancer, Failure> {
    let arn = required(DESCRIBE, balancer.load_balancer_arn)?;
    let describe = aws.elb.describe_listeners().load_balancer_arn(&arn);
    let listeners: Result<Vec<_>, _> = describe.into_paginator().items().send().collect().await;
    let listeners = listeners.map_err(|e| failure(LISTENERS, e))?;
    let zones = balancer.availability_zones.unwrap_or_default().into_iter();
    let state = balancer.state.and_then(|state| state.code);
    Ok(LoadBalancer {
        name: required(DESCRIBE, balancer.load_balancer_name)?,
        sort: required(DESCRIBE, balancer.r#type)?.as_str().to_string(),
        scheme: balancer
            .scheme
            .map(|scheme| scheme.as_str().to_string())
            .unwrap_or_default(),
        state: state
            .map(|code| code.as_str().to_string())
            .unwrap_or_default(),
        dns_name: required(DESCRIBE, balancer.dns_name)?,
        zone_id: required(DESCRIBE, balancer.canonical_hosted_zone_id)?,
        ipv6: balancer.ip_address_type == Some(IpAddressType::Dualstack),
        vpc: required(DESCRIBE, balancer.vpc_id)?,
        zones: zones.filter_map(|zone| zone.zone_name).collect(),
        security_groups: balancer.security_groups.unwrap_or_default(),
        listeners: listeners
            .into_iter()
            .map(listener)
            .collect::<Result<_, _>>()?,
        arn,
    })
}
