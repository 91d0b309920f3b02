//! What is looked at, as CloudWatch names it.

use std::collections::BTreeMap;

use ashore_engine::failure::{Class, Failure};
use ashore_engine::input::Input;
use aws_sdk_cloudwatch::types::Statistic;

use super::Watch;
use crate::aws::live::Aws;
use crate::aws::live::failure::known;

const PUT: &str = "cloudwatch:PutMetricAlarm";

/// A metric, and what is made of a minute of it.
#[derive(Clone, PartialEq, Debug)]
pub(in crate::aws) struct Metric {
    pub(in crate::aws) namespace: &'static str,
    pub(in crate::aws) name: &'static str,
    pub(in crate::aws) dimensions: BTreeMap<String, String>,
    pub(in crate::aws) statistic: Statistic,
}

/// [ECS developer guide: CloudWatch metrics], [ELB user guide: CloudWatch metrics].
const CPU: &str = "CPUUtilization";
const MEMORY: &str = "MemoryUtilization";
const REQUESTS: &str = "RequestCount";
const LATENCY: &str = "TargetResponseTime";
const ERRORS: &str = "HTTPCode_Target_5XX_Count";
const UNHEALTHY: &str = "UnHealthyHostCount";
const ECS: &str = "AWS/ECS";
const APPLICATION: &str = "AWS/ApplicationELB";
const NETWORK: &str = "AWS/NetworkELB";

impl Watch {
    pub(in crate::aws) fn metric(&self) -> Result<Metric, Failure> {
        let (name, statistic) = match self {
            Self::Cpu { .. } => (CPU, Statistic::Average),
            Self::Memory { .. } => (MEMORY, Statistic::Average),
            Self::Requests { .. } => (REQUESTS, Statistic::Sum),
            Self::Latency { .. } => (LATENCY, Statistic::Average),
            Self::Errors { .. } => (ERRORS, Statistic::Sum),
            Self::Unhealthy { .. } => (UNHEALTHY, Statistic::Maximum),
        };
        let (namespace, dimensions) = match self {
            Self::Cpu { service } | Self::Memory { service } => (ECS, of_service(service)?),
            Self::Requests {
                load_balancer,
                target_group,
            }
            | Self::Latency {
                load_balancer,
                target_group,
            }
            | Self::Errors {
                load_balancer,
                target_group,
            }
            | Self::Unhealthy {
                load_balancer,
                target_group,
            } => of_targets(load_balancer, target_group)?,
        };
        Ok(Metric {
            namespace,
            name,
            dimensions,
            statistic,
        })
    }

    /// The reverse: what is looked at where CloudWatch names it so.
    pub(in crate::aws) fn observed(
        aws: &Aws,
        name: &str,
        dimensions: &BTreeMap<String, String>,
    ) -> Option<Self> {
        let arn = |service: &str, resource: String| Input::Known(aws.arn(service, &resource));
        let of = |key: &str| dimensions.get(key);
        match name {
            CPU | MEMORY => {
                let (cluster, service) = (of("ClusterName")?, of("ServiceName")?);
                let service = arn("ecs", format!("service/{cluster}/{service}"));
                Some(match name {
                    CPU => Self::Cpu { service },
                    _ => Self::Memory { service },
                })
            }
            REQUESTS | LATENCY | ERRORS | UNHEALTHY => {
                let balancer = format!("loadbalancer/{}", of("LoadBalancer")?);
                let load_balancer = arn("elasticloadbalancing", balancer);
                let target_group = arn("elasticloadbalancing", of("TargetGroup")?.clone());
                Some(match name {
                    REQUESTS => Self::Requests {
                        load_balancer,
                        target_group,
                    },
                    LATENCY => Self::Latency {
                        load_balancer,
                        target_group,
                    },
                    ERRORS => Self::Errors {
                        load_balancer,
                        target_group,
                    },
                    _ => Self::Unhealthy {
                        load_balancer,
                        target_group,
                    },
                })
            }
            _ => None,
        }
    }
}

fn of_service(service: &Input<String>) -> Result<BTreeMap<String, String>, Failure> {
    let resource = end(service, ":service/")?;
    let (cluster, service) = resource.split_once('/').ok_or_else(|| strange(&resource))?;
    Ok(dimensions(&[
        ("ClusterName", cluster),
        ("ServiceName", service),
    ]))
}

fn of_targets(
    load_balancer: &Input<String>,
    target_group: &Input<String>,
) -> Result<(&'static str, BTreeMap<String, String>), Failure> {
    let balancer = end(load_balancer, ":loadbalancer/")?;
    let group = end(target_group, ":targetgroup/")?;
    let namespace = match balancer.starts_with("net/") {
        true => NETWORK,
        false => APPLICATION,
    };
    let dimensions = dimensions(&[
        ("LoadBalancer", &balancer),
        ("TargetGroup", &format!("targetgroup/{group}")),
    ]);
    Ok((namespace, dimensions))
}

fn dimensions(all: &[(&str, &str)]) -> BTreeMap<String, String> {
    let all = all.iter();
    all.map(|(name, value)| ((*name).to_string(), (*value).to_string()))
        .collect()
}

/// What stands behind that in an ARN.
fn end(arn: &Input<String>, start: &str) -> Result<String, Failure> {
    let arn = known(PUT, arn)?;
    let end = arn.split_once(start).map(|(_, end)| end.to_string());
    end.ok_or_else(|| strange(arn))
}

fn strange(arn: &str) -> Failure {
    let message = format!("{arn} is no ARN of a service, a balancer or a target group");
    Failure::new(Class::Invalid, PUT, "NoSuchMetric", message)
}
