//! Somebody else's listener.

use ashore_engine::failure::{Class, Failure};

use crate::aws::live::Aws;
use crate::aws::live::failure::{failure, required};

const DESCRIBE: &str = "elasticloadbalancing:DescribeListeners";

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
