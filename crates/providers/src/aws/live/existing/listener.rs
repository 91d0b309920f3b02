//! Somebody else's listener.

use std::collections::BTreeSet;

use ashore_engine::failure::{Class, Failure};

use super::certificate::{self, Certificate};
use crate::aws::live::Aws;
use crate::aws::live::failure::{failure, required};

const DESCRIBE: &str = "elasticloadbalancing:DescribeListeners";
const CERTIFICATES: &str = "elasticloadbalancing:DescribeListenerCertificates";

/// A listener.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Listener {
    /// Its ARN.
    pub arn: String,
    /// The ARN of its load balancer.
    pub load_balancer: String,
    /// Its port.
    pub port: u16,
    /// `HTTP`, `HTTPS` or what else a balancer speaks.
    pub protocol: String,
}

pub(super) async fn read(aws: &Aws, arn: &str) -> Result<Option<Listener>, Failure> {
    let described = aws.elb.describe_listeners().listener_arns(arn).send().await;
    let described = match described.map_err(|e| failure(DESCRIBE, e)) {
        Ok(described) => described.listeners.unwrap_or_default(),
        Err(error) if error.class == Class::Gone => return Ok(None),
        Err(error) => return Err(error),
    };
    described.into_iter().next().map(listener).transpose()
}

/// Its certificates: the default one and those that it chooses by the name that is asked for.
/// What IAM keeps for it nobody can tell the names of: then there is no answer.
pub(super) async fn certificates(
    aws: &Aws,
    listener: &Listener,
) -> Result<Option<Vec<Certificate>>, Failure> {
    if listener.protocol != "HTTPS" {
        return Ok(None);
    }
    let describe = aws.elb.describe_listener_certificates();
    let mut pages = describe.listener_arn(&listener.arn).into_paginator().send();
    let mut arns = BTreeSet::new();
    while let Some(page) = pages.next().await {
        let page = page.map_err(|e| failure(CERTIFICATES, e))?;
        let all = page.certificates.unwrap_or_default().into_iter();
        arns.extend(all.filter_map(|certificate| certificate.certificate_arn));
    }
    if arns.iter().any(|arn| !arn.contains(":acm:")) {
        return Ok(None);
    }
    let read = arns.iter().map(|arn| certificate::read(aws, arn));
    let read = futures_util::future::try_join_all(read).await?;
    Ok(Some(read.into_iter().flatten().collect()))
}

pub(super) fn listener(
    described: aws_sdk_elasticloadbalancingv2::types::Listener,
) -> Result<Listener, Failure> {
    let port = described.port.and_then(|port| u16::try_from(port).ok());
    Ok(Listener {
        arn: required(DESCRIBE, described.listener_arn)?,
        load_balancer: required(DESCRIBE, described.load_balancer_arn)?,
        port: required(DESCRIBE, port)?,
        protocol: described
            .protocol
            .map(|protocol| protocol.as_str().to_string())
            .unwrap_or_default(),
    })
}
