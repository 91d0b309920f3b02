//! Classic load balancers as ELB describes them.

use std::collections::BTreeMap;

use ashore_engine::failure::{Class, Failure};
use aws_sdk_elasticloadbalancing::types::{
    ListenerDescription, LoadBalancerAttributes, LoadBalancerDescription, Tag,
};

use super::requests::REFERENCE;
use super::{AccessLogs, ClassicBalancer, Draining, HealthCheck, Listener, Outputs};
use crate::aws::live::Aws;
use crate::aws::live::failure::{failure, required};
use crate::aws::tags::Tags;

pub(super) const DESCRIBE: &str = "elasticloadbalancing:DescribeLoadBalancers";

/// Names in one `DescribeTags` [ELB API: DescribeTags].
const NAMES_MAX: usize = 20;

/// The balancer of that name; none if there is none.
pub(super) async fn described(
    aws: &Aws,
    name: &str,
) -> Result<Option<LoadBalancerDescription>, Failure> {
    let describe = aws.classic.describe_load_balancers();
    let answer = describe.load_balancer_names(name).send().await;
    match answer.map_err(|e| failure(DESCRIBE, e)) {
        Ok(answer) => {
            let all = answer.load_balancer_descriptions.unwrap_or_default();
            Ok(all.into_iter().next())
        }
        Err(missing) if missing.class == Class::Gone => Ok(None),
        Err(failure) => Err(failure),
    }
}

/// Every balancer of the region, by name.
pub(in crate::aws) async fn all(aws: &Aws) -> Result<Vec<LoadBalancerDescription>, Failure> {
    let pages = aws.classic.describe_load_balancers();
    let pages = pages.into_paginator().items().send();
    pages
        .collect::<Result<_, _>>()
        .await
        .map_err(|e| failure(DESCRIBE, e))
}

/// The attributes; none if there is no such balancer.
pub(super) async fn attributes(
    aws: &Aws,
    name: &str,
) -> Result<Option<LoadBalancerAttributes>, Failure> {
    let describe = aws.classic.describe_load_balancer_attributes();
    let answer = describe.load_balancer_name(name).send().await;
    let failed = |e| failure("elasticloadbalancing:DescribeLoadBalancerAttributes", e);
    match answer.map_err(failed) {
        Ok(answer) => Ok(answer.load_balancer_attributes),
        Err(missing) if missing.class == Class::Gone => Ok(None),
        Err(failure) => Err(failure),
    }
}

/// What the policies of a balancer refer to, by their names; asked for only if it speaks TLS.
pub(super) async fn policies(
    aws: &Aws,
    there: &LoadBalancerDescription,
) -> Result<BTreeMap<String, String>, Failure> {
    let mut listeners = there.listener_descriptions().iter();
    let secure = listeners.any(|it| {
        let listener = it.listener.as_ref();
        listener.is_some_and(|it| it.ssl_certificate_id.is_some())
    });
    if !secure {
        return Ok(BTreeMap::new());
    }
    let describe = aws.classic.describe_load_balancer_policies();
    let describe = describe.set_load_balancer_name(there.load_balancer_name.clone());
    let failed = |e| failure("elasticloadbalancing:DescribeLoadBalancerPolicies", e);
    let answer = match describe.send().await.map_err(failed) {
        Err(missing) if missing.class == Class::Gone => return Ok(BTreeMap::new()),
        answer => answer?,
    };
    let policies = answer.policy_descriptions.unwrap_or_default().into_iter();
    let refers = policies.filter_map(|policy| {
        let mut attributes = policy.policy_attribute_descriptions?.into_iter();
        let refers = attributes.find(|it| it.attribute_name.as_deref() == Some(REFERENCE));
        Some((policy.policy_name?, refers?.attribute_value?))
    });
    Ok(refers.collect())
}

/// The tags of balancers, by name. One that is missing fails them all, and is left out by asking
/// for each by itself.
pub(super) async fn tags(
    aws: &Aws,
    names: Vec<String>,
) -> Result<BTreeMap<String, BTreeMap<String, String>>, Failure> {
    let mut found = BTreeMap::new();
    let mut open: Vec<Vec<String>> = names.chunks(NAMES_MAX).map(<[String]>::to_vec).collect();
    while let Some(names) = open.pop() {
        let request = aws.classic.describe_tags();
        let request = request.set_load_balancer_names(Some(names.clone()));
        let answer = request.send().await;
        let answer = answer.map_err(|e| failure("elasticloadbalancing:DescribeTags", e));
        match answer {
            Ok(answer) => {
                for described in answer.tag_descriptions.unwrap_or_default() {
                    let pairs = described.tags.unwrap_or_default().into_iter();
                    let pair = |tag: Tag| (tag.key, tag.value.unwrap_or_default());
                    if let Some(name) = described.load_balancer_name {
                        found.insert(name, pairs.map(pair).collect());
                    }
                }
            }
            Err(missing) if missing.class == Class::Gone => {
                if names.len() > 1 {
                    open.extend(names.into_iter().map(|name| vec![name]));
                }
            }
            Err(failure) => return Err(failure),
        }
    }
    Ok(found)
}

pub(super) fn outputs(there: &LoadBalancerDescription) -> Result<Outputs, Failure> {
    Ok(Outputs {
        name: required(DESCRIBE, there.load_balancer_name.clone())?,
        dns_name: required(DESCRIBE, there.dns_name.clone())?,
        zone_id: there.canonical_hosted_zone_name_id.clone(),
    })
}

/// Every managed field.
pub(super) fn spec(
    there: LoadBalancerDescription,
    attributes: &LoadBalancerAttributes,
    policies: &BTreeMap<String, String>,
    tags: BTreeMap<String, String>,
) -> Result<ClassicBalancer, Failure> {
    let number = |value: Option<i32>| value.and_then(|n| n.try_into().ok()).unwrap_or(0);
    let inputs = |ids: Option<Vec<String>>| ids.unwrap_or_default().into_iter().map(Into::into);
    let listeners = there.listener_descriptions.unwrap_or_default().into_iter();
    let listeners = listeners.filter_map(|described| listener(described, policies));
    let health = required(DESCRIBE, there.health_check)?;
    let draining = attributes.connection_draining.as_ref();
    let draining = draining.filter(|draining| draining.enabled);
    let logs = attributes.access_log.as_ref();
    let logs = logs.filter(|logs| logs.enabled);
    let settings = attributes.connection_settings.as_ref();
    let cross = attributes.cross_zone_load_balancing.as_ref();
    Ok(ClassicBalancer {
        name: required(DESCRIBE, there.load_balancer_name)?,
        scheme: required(DESCRIBE, there.scheme)?,
        subnets: inputs(there.subnets).collect(),
        security_groups: inputs(there.security_groups).collect(),
        listeners: listeners.collect(),
        health: HealthCheck {
            target: health.target,
            interval_seconds: number(Some(health.interval)),
            timeout_seconds: number(Some(health.timeout)),
            healthy_threshold: number(Some(health.healthy_threshold)),
            unhealthy_threshold: number(Some(health.unhealthy_threshold)),
        },
        cross_zone: cross.is_some_and(|cross| cross.enabled),
        idle_timeout_seconds: number(settings.map(|settings| settings.idle_timeout)),
        draining: draining.map(|draining| Draining {
            seconds: number(draining.timeout),
        }),
        access_logs: logs.map(|logs| AccessLogs {
            bucket: logs.s3_bucket_name.clone().unwrap_or_default(),
            prefix: logs.s3_bucket_prefix.clone().unwrap_or_default(),
        }),
        tags: Tags::observed(tags),
    })
}

/// The one of its policies that says what TLS it takes; by its own name, where that refers to none of AWS's.
fn listener(
    described: ListenerDescription,
    policies: &BTreeMap<String, String>,
) -> Option<Listener> {
    let there = described.listener?;
    let names = described.policy_names.unwrap_or_default();
    let refers = names.iter().find_map(|name| policies.get(name).cloned());
    let secure = there.ssl_certificate_id.is_some();
    let port = |port: i32| u16::try_from(port).ok();
    Some(Listener {
        port: port(there.load_balancer_port)?,
        instance_port: port(there.instance_port)?,
        // Left out, it is what clients speak [ELB API: Listener].
        instance_protocol: there
            .instance_protocol
            .unwrap_or_else(|| there.protocol.clone()),
        protocol: there.protocol,
        certificate: there.ssl_certificate_id.map(Into::into),
        tls_policy: refers
            .or_else(|| names.into_iter().next())
            .filter(|_| secure),
    })
}
