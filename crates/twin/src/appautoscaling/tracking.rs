//! Target tracking: the two alarms of a policy, and how many tasks its metric asks for.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::policy::{Kind, Policy};
use super::resource::{self, validation};
use crate::cloudwatch::{self, Alarm, Metric, Query, Source, Watch};
use crate::refusal::Refusal;
use crate::world::World;
use crate::{ecs, elbv2};

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Tracking {
    pub(super) target: f64,
    pub(super) followed: Followed,
    pub(super) out_cooldown: Option<u32>,
    pub(super) in_cooldown: Option<u32>,
    /// It never scales in.
    pub(super) only_out: bool,
}

/// What is held at the target.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) enum Followed {
    Cpu,
    Memory,
    /// `app/{balancer}/{id}/targetgroup/{group}/{id}`
    Requests {
        label: String,
    },
    Custom {
        metric: Metric,
        statistic: String,
        unit: Option<String>,
    },
    Math(Vec<Query>),
}

/// Minutes of too much before it scales out, of too little before it scales in, and what is too little: observed of
/// AWS's alarms; "target tracking scales in more conservatively" [Application Auto Scaling User Guide].
const HIGH_PERIODS: u32 = 3;
const LOW_PERIODS: u32 = 15;
const LOW: f64 = 0.9;

/// Whether the policy can be: the label of a request count must be of a group that the service is behind.
pub(super) fn check(
    world: &World,
    region: &str,
    resource: &str,
    tracking: &Tracking,
) -> Result<(), Refusal> {
    let Followed::Requests { label } = &tracking.followed else {
        return Ok(());
    };
    let parts: Vec<&str> = label.split('/').collect();
    let ["app", _, _, "targetgroup", _, _] = parts[..] else {
        return Err(validation(format!(
            "The resource label {label} is not valid. It must have the format app/<load-balancer-name>/<load-balancer-id>/targetgroup/<target-group-name>/<target-group-id>"
        )));
    };
    let arn = |what: &str| {
        format!(
            "arn:aws:elasticloadbalancing:{region}:{}:{what}",
            world.account
        )
    };
    let balancer = arn(&format!("loadbalancer/{}", parts[..3].join("/")));
    let group = arn(&parts[3..].join("/"));
    let Some(found) = elbv2::target_group(world, region, &group) else {
        return Err(validation(format!(
            "The target group does not exist: {label}"
        )));
    };
    if !found.load_balancers.contains(&balancer) {
        return Err(validation(
            "The load balancer does not route traffic to the target group.",
        ));
    }
    let key = resource::key(resource).unwrap_or_default();
    if !ecs::scaling::uses_target_group(world, region, key, &group) {
        return Err(validation(format!(
            "The target group {group} is not attached to the ECS service {resource}."
        )));
    }
    Ok(())
}

/// Makes a policy's alarms, and gives their names: the high one, and the low one where it scales in (assumed).
pub(super) fn keep_alarms(
    world: &mut World,
    region: &str,
    resource: &str,
    policy: &Policy,
) -> Vec<String> {
    let Kind::Tracking(tracking) = &policy.kind else {
        return Vec::new();
    };
    let mut names = Vec::new();
    for high in [true, false] {
        if !high && tracking.only_out {
            continue;
        }
        let (side, periods, comparison, threshold) = if high {
            (
                "High",
                HIGH_PERIODS,
                "GreaterThanThreshold",
                tracking.target,
            )
        } else {
            (
                "Low",
                LOW_PERIODS,
                "LessThanThreshold",
                tracking.target * LOW,
            )
        };
        let name = format!("TargetTracking-{resource}-Alarm{side}-{}", world.ids.uuid());
        let arn = format!("arn:aws:cloudwatch:{region}:{}:alarm:{name}", world.account);
        let watch = tracking.watch(resource);
        let alarm = Alarm {
            description: Some(format!(
                "DO NOT EDIT OR DELETE. For TargetTrackingScaling policy {}.",
                policy.arn
            )),
            alarm_actions: vec![policy.arn.clone()],
            evaluation_periods: periods,
            threshold,
            comparison: comparison.to_owned(),
            ..Alarm::new(name.clone(), arn, watch, world.now)
        };
        cloudwatch::keep_alarm(world, region, alarm);
        names.push(name);
    }
    names
}

impl Tracking {
    /// Seconds; ECS services have 300 where nothing is said
    /// [Application Auto Scaling User Guide: define cooldown periods].
    pub(super) fn cooldown(&self, out: bool) -> u64 {
        let given = if out {
            self.out_cooldown
        } else {
            self.in_cooldown
        };
        u64::from(given.unwrap_or(300))
    }

    /// How many tasks would bring the metric to its target.
    pub(super) fn wanted(&self, current: u32, value: f64) -> i64 {
        if self.target <= 0.0 {
            return i64::from(current);
        }
        (f64::from(current) * value / self.target).ceil() as i64
    }

    fn watch(&self, resource: &str) -> Watch {
        let of_service = |name: &str| {
            let (cluster, service) = resource::key(resource)
                .and_then(|key| key.split_once('/'))
                .unwrap_or_default();
            Metric {
                namespace: "AWS/ECS".to_owned(),
                name: name.to_owned(),
                dimensions: BTreeMap::from([
                    ("ClusterName".to_owned(), cluster.to_owned()),
                    ("ServiceName".to_owned(), service.to_owned()),
                ]),
            }
        };
        let plain = |metric: Metric, stat: &str, unit: &Option<String>| Watch::Plain {
            metric,
            stat: stat.to_owned(),
            period: 60,
            unit: unit.clone(),
        };
        match &self.followed {
            Followed::Cpu => plain(of_service("CPUUtilization"), "Average", &None),
            Followed::Memory => plain(of_service("MemoryUtilization"), "Average", &None),
            Followed::Requests { label } => {
                let parts: Vec<&str> = label.splitn(4, '/').collect();
                let balancer = parts[..parts.len().min(3)].join("/");
                let group = parts.get(3).copied().unwrap_or_default();
                let metric = Metric {
                    namespace: "AWS/ApplicationELB".to_owned(),
                    name: "RequestCountPerTarget".to_owned(),
                    dimensions: BTreeMap::from([
                        ("LoadBalancer".to_owned(), balancer),
                        ("TargetGroup".to_owned(), group.to_owned()),
                    ]),
                };
                plain(metric, "Sum", &None)
            }
            Followed::Custom {
                metric,
                statistic,
                unit,
            } => plain(metric.clone(), statistic, unit),
            Followed::Math(queries) => Watch::Math(queries.clone()),
        }
    }

    pub(super) fn view(&self) -> Value {
        let mut view = json!({
            "TargetValue": self.target,
            "ScaleOutCooldown": self.out_cooldown,
            "ScaleInCooldown": self.in_cooldown,
            "DisableScaleIn": self.only_out,
        });
        let predefined = |kind: &str, label: Option<&String>| json!({ "PredefinedMetricType": kind, "ResourceLabel": label });
        let pairs = |metric: &Metric| {
            let pairs = metric.dimensions.iter();
            let pairs = pairs.map(|(name, value)| json!({ "Name": name, "Value": value }));
            pairs.collect::<Vec<_>>()
        };
        let (member, what) = match &self.followed {
            Followed::Cpu => (false, predefined("ECSServiceAverageCPUUtilization", None)),
            Followed::Memory => (
                false,
                predefined("ECSServiceAverageMemoryUtilization", None),
            ),
            Followed::Requests { label } => {
                (false, predefined("ALBRequestCountPerTarget", Some(label)))
            }
            Followed::Custom {
                metric,
                statistic,
                unit,
            } => (
                true,
                json!({
                    "Namespace": metric.namespace,
                    "MetricName": metric.name,
                    "Dimensions": pairs(metric),
                    "Statistic": statistic,
                    "Unit": unit,
                }),
            ),
            Followed::Math(queries) => {
                let queries = queries.iter().map(|query| {
                    let mut view = json!({
                        "Id": query.id, "Label": query.label, "ReturnData": query.returned,
                    });
                    match &query.source {
                        Source::Expression(text) => view["Expression"] = json!(text),
                        Source::Stat {
                            metric, stat, unit, ..
                        } => {
                            view["MetricStat"] = json!({
                                "Metric": {
                                    "Namespace": metric.namespace,
                                    "MetricName": metric.name,
                                    "Dimensions": pairs(metric),
                                },
                                "Stat": stat,
                                "Unit": unit,
                            });
                        }
                    }
                    view
                });
                (true, json!({ "Metrics": queries.collect::<Vec<_>>() }))
            }
        };
        let member = if member {
            "CustomizedMetricSpecification"
        } else {
            "PredefinedMetricSpecification"
        };
        view[member] = what;
        view
    }
}
