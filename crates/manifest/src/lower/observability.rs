//! `[observability]`: alarms and whom they tell, events of ECS, and what a collector of traces may do.

use ashore_engine::graph::Handle;
use ashore_engine::input::{Input, When};
use ashore_providers::aws::alarm::{Alarm, Watch};
use ashore_providers::aws::event_rule::EventRule;
use ashore_providers::aws::subscription::Subscription;
use ashore_providers::aws::target_group::TargetGroup;
use ashore_providers::aws::topic::Topic;
use serde_json::{Value, json};

use super::service::Behind;
use super::targets::is_usual;
use super::{Lowering, of_service};
use crate::model::{Alarms, Ingress, Insights, Notify, Section, Service};

/// The longest names [CloudWatch API: PutMetricAlarm; SNS API: CreateTopic; EventBridge API: PutRule].
const ALARM_NAME_MAX: usize = 255;
const TOPIC_NAME_MAX: usize = 256;
const RULE_NAME_MAX: usize = 64;

/// One bad minute is no reason to wake somebody.
const MINUTES: u32 = 5;

/// What tells the service's own container where the collector is [OpenTelemetry specification: OTLP exporter].
pub(super) const TRACES_ENDPOINT: (&str, &str) =
    ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:4317");

impl Lowering<'_> {
    /// As ECS has it.
    pub(super) fn insights(&self) -> &'static str {
        match self.manifest.observability.insights {
            Insights::Off => "disabled",
            Insights::Enabled => "enabled",
            Insights::Enhanced => "enhanced",
        }
    }

    /// Does a collector stand beside it? A job is gone before anybody asks what it was doing.
    pub(super) fn is_traced(&self, service: &Service) -> bool {
        self.manifest.observability.xray && service.section != Section::Jobs
    }

    /// The alarms of a service, by its ARN and the balancers that it is behind.
    pub(super) fn alarms(
        &mut self,
        service: &Service,
        alarms: &Alarms,
        running: &Input<String>,
        behind: &[Behind],
    ) {
        let path = service.path();
        let service_arn = || running.clone();
        let mut all = vec![
            (
                "cpu".to_string(),
                alarms.cpu,
                format!("{path} uses more than {} % of its cpu", alarms.cpu),
                Watch::Cpu {
                    service: service_arn(),
                },
            ),
            (
                "memory".to_string(),
                alarms.memory,
                format!("{path} uses more than {} % of its memory", alarms.memory),
                Watch::Memory {
                    service: service_arn(),
                },
            ),
        ];
        for behind in behind {
            let key = |key: &str| match is_usual(&behind.name) {
                true => key.to_string(),
                false => format!("{key}-{}", behind.name),
            };
            let load_balancer = || behind.balancer.clone();
            let target_group = || behind.group.get(TargetGroup::ARN);
            // A network load balancer reads no answers.
            if !matches!(service.ingress, Ingress::Stream(..)) {
                all.push((
                    key("errors"),
                    alarms.errors,
                    format!(
                        "{path} answers with more than {} errors a minute",
                        alarms.errors
                    ),
                    Watch::Errors {
                        load_balancer: load_balancer(),
                        target_group: target_group(),
                    },
                ));
            }
            all.push((
                key("unhealthy"),
                alarms.unhealthy,
                format!(
                    "more than {} tasks of {path} are not well",
                    alarms.unhealthy
                ),
                Watch::Unhealthy {
                    load_balancer: load_balancer(),
                    target_group: target_group(),
                },
            ));
        }
        let topic = self.topic(alarms);
        for (key, threshold, description, watch) in all {
            let name = format!("{}-{key}", service.name.get());
            let alarm = Alarm {
                name: self.name(&name, ALARM_NAME_MAX),
                description,
                watch,
                threshold,
                minutes: MINUTES,
                topic: topic.get(Topic::ARN),
                tags: self.tags(),
            };
            let part = format!("alarm[{key}]");
            self.graph.add(of_service(service, &part), &alarm);
        }
    }

    /// Tells of tasks that ended badly and of rollouts that failed, in our cluster.
    pub(super) fn events(&mut self, cluster: &Input<String>) {
        let Some(alarms) = &self.manifest.observability.alarms else {
            return;
        };
        let topic = self.topic(alarms);
        // [ECS developer guide: task state change events, service deployment state change events]
        let stack = self.surroundings.names.stack.to_string();
        let (region, account) = (
            &self.surroundings.names.region,
            &self.surroundings.names.account,
        );
        let prefix =
            |name: &str| json!([{ "prefix": format!("arn:aws:ecs:{region}:{account}:{name}") }]);
        let rules = [
            (
                "tasks",
                format!("tasks of {stack} that end with an error, or do not start"),
                json!({
                    "source": ["aws.ecs"],
                    "detail-type": ["ECS Task State Change"],
                    "detail": {
                        "clusterArn": [cluster],
                        "taskDefinitionArn": prefix(&format!("task-definition/{stack}-")),
                        "lastStatus": ["STOPPED"],
                        // A job that ends well ends so too.
                        "$or": [
                            { "stopCode": ["TaskFailedToStart"] },
                            {
                                "stopCode": ["EssentialContainerExited"],
                                "containers": { "exitCode": [{ "anything-but": [0] }] },
                            },
                        ],
                    },
                }),
            ),
            (
                "deployments",
                format!("rollouts of {stack} that fail"),
                json!({
                    "source": ["aws.ecs"],
                    "detail-type": ["ECS Deployment State Change"],
                    "resources": prefix(&format!("service/{}", self.services_of(&stack))),
                    "detail": { "eventName": ["SERVICE_DEPLOYMENT_FAILED"] },
                }),
            ),
        ];
        for (key, description, pattern) in rules {
            let rule = EventRule {
                name: self.name(&format!("ecs-{key}"), RULE_NAME_MAX),
                description,
                pattern,
                topic: Some(topic.get(Topic::ARN)),
                tags: self.tags(),
            };
            let address = format!("observability/event_rule[{key}]");
            let rule = self.graph.add(address.as_str(), &rule);
            self.graph.after(
                &rule,
                &topic,
                When::Ready,
                "the topic lets EventBridge publish",
            );
        }
    }

    /// How the names of our services start, behind `service/`.
    fn services_of(&self, stack: &str) -> String {
        let ours = format!("{}/{stack}-", self.name("cluster", ALARM_NAME_MAX));
        let existing = self.surroundings.existing.cluster.as_deref();
        let existing = existing.filter(|_| self.manifest.existing.cluster.is_some());
        match existing {
            Some(arn) => format!("{}/{stack}-", arn.rsplit('/').next().unwrap_or_default()),
            None => ours,
        }
    }

    /// Whom every alarm tells. There is one for all.
    fn topic(&mut self, alarms: &Alarms) -> Handle<Topic> {
        if let Some(topic) = &self.topic {
            return topic.clone();
        }
        let topic = self.graph.add(
            "observability/topic",
            &Topic {
                name: self.name("alarms", TOPIC_NAME_MAX),
                publishers: ["cloudwatch.amazonaws.com", "events.amazonaws.com"]
                    .map(str::to_string)
                    .into(),
                tags: self.tags(),
            },
        );
        for notify in &alarms.notify {
            let (protocol, endpoint) = match notify {
                Notify::Email(address) => ("email", address),
                Notify::Https(url) => ("https", url),
            };
            let address = format!("observability/subscription[{endpoint}]");
            self.graph.add(
                address.as_str(),
                &Subscription {
                    topic: topic.get(Topic::ARN),
                    protocol: protocol.to_string(),
                    endpoint: endpoint.clone(),
                },
            );
        }
        self.topic = Some(topic.clone());
        topic
    }
}

/// What a collector does in X-Ray, which knows no resources for it [service authorization reference: X-Ray].
pub(super) fn traces() -> Value {
    json!({
        "Effect": "Allow",
        "Action": [
            "xray:GetSamplingRules",
            "xray:GetSamplingStatisticSummaries",
            "xray:GetSamplingTargets",
            "xray:PutTelemetryRecords",
            "xray:PutTraceSegments",
        ],
        "Resource": "*",
    })
}
