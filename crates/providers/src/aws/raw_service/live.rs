use std::collections::BTreeMap;

use ashore_engine::address::StackName;
use ashore_engine::failure::{Class, Failure};
use ashore_engine::input::Input;
use ashore_engine::kind::{Context, Found, Gone, Live, Observed, Readiness};
use aws_sdk_ecs::types::ServiceField;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::{Change, Outputs, RawService};
use crate::aws::live::Aws;
use crate::aws::live::ecs::{json_tags, tag, tags_json, untag};
use crate::aws::live::failure::{failure, known, not_visible_yet, required};
use crate::aws::live::foreign::ours_or_foreign;
use crate::aws::live::raw::{Answer, body};
use crate::aws::service::{self, Attachment, Capacity, ClassicAttachment, Service, Share};
use crate::aws::tags::{Tags, marked, of_stack};

const CREATE: &str = "ecs:CreateService";
const UPDATE: &str = "ecs:UpdateService";
const DESCRIBE: &str = "ecs:DescribeServices";

/// Services in one request [ECS API: DescribeServices].
const NAMES_MAX: usize = 10;

/// Between cluster and service in the key of a shared read. Neither name nor ARN has it.
const SEPARATOR: char = '|';

impl Live for RawService {
    type Client = Aws;

    /// One that drains is on its way out, and its name is free when it is.
    async fn find(&self, aws: &Aws, cx: &Context) -> Result<Found<Outputs>, Failure> {
        let Some(cluster) = self.cluster.known() else {
            return Ok(Found::Absent); // where there is no cluster yet, there is no service
        };
        let service = described(aws, cluster, &self.name).await?;
        let Some(service) = service.filter(is_active) else {
            return Ok(Found::Absent);
        };
        Ok(ours_or_foreign(
            outputs_of(DESCRIBE, &service)?,
            &json_tags(&service["tags"]),
            &cx.mark,
            &format!("the service `{}`", self.name),
            "delete it if nobody needs it, or give the service another name",
        ))
    }

    async fn observe(aws: &Aws, outputs: &Outputs) -> Result<Option<Observed<Self>>, Failure> {
        let service = described(aws, &outputs.cluster, &outputs.name).await?;
        // One without marks somebody made after ours was deleted.
        let service = service.filter(|it| is_active(it) && marked(&json_tags(&it["tags"])));
        service.map(observed).transpose()
    }

    async fn send(
        &self,
        aws: &Aws,
        cx: &Context,
        change: &Change,
        outputs: Option<&Outputs>,
    ) -> Result<Outputs, Failure> {
        if *change == Change::Create {
            return create(self, aws, cx).await;
        }
        let outputs = required("ecs:Service", outputs)?;
        match change {
            Change::Create => {}
            Change::Update { members, .. } => return update(self, aws, members, outputs).await,
            Change::Tag => tag(aws, &outputs.arn, self.tags.marked(&cx.mark)).await?,
            Change::Untag(keys) => untag(aws, &outputs.arn, keys).await?,
            Change::Delete => service::delete(aws, outputs).await?,
        }
        Ok(outputs.clone())
    }

    async fn ready(
        &self,
        aws: &Aws,
        cx: &Context,
        outputs: &Outputs,
    ) -> Result<Readiness<Outputs>, Failure> {
        service::ready(&self.watched(outputs)?, aws, cx, outputs).await
    }

    async fn gone(aws: &Aws, outputs: &Outputs) -> Result<Gone, Failure> {
        Service::gone(aws, outputs).await
    }

    async fn list(aws: &Aws, stack: &StackName) -> Result<Vec<Outputs>, Failure> {
        let services = stack_services(aws, stack).await?;
        let ours = services.iter().map(|it| outputs_of(DESCRIBE, it));
        ours.collect()
    }
}

impl RawService {
    /// As the judge of rollouts wants it.
    fn watched(&self, outputs: &Outputs) -> Result<Service, Failure> {
        let at = |pointer: &str| self.definition.pointer(pointer).cloned();
        let vpc = |member: &str| {
            at(&format!(
                "/networkConfiguration/awsvpcConfiguration/{member}"
            ))
        };
        let list = |value: Option<Value>| value.unwrap_or_else(|| json!([]));
        let deployment = |member: &str| at(&format!("/deploymentConfiguration/{member}"));
        let balancers = list(at("/loadBalancers"));
        let balancers = balancers.as_array().into_iter().flatten();
        let (groups, classic): (Vec<_>, Vec<_>) =
            balancers.partition(|it| it.get("targetGroupArn").is_some());
        let classic = classic.into_iter().map(|it| {
            Ok(ClassicAttachment {
                balancer: typed(it["loadBalancerName"].clone())?,
                container: typed(it["containerName"].clone())?,
                port: typed(it["containerPort"].clone())?,
            })
        });
        let classic = classic.collect::<Result<Vec<_>, Failure>>()?;
        let attachments = groups.into_iter().map(|it| {
            Ok(Attachment {
                target_group: typed(it["targetGroupArn"].clone())?,
                container: typed(it["containerName"].clone())?,
                port: typed(it["containerPort"].clone())?,
            })
        });
        let mut attachments = attachments
            .collect::<Result<Vec<_>, Failure>>()?
            .into_iter();
        let count = at("/desiredCount");
        Ok(Service {
            name: outputs.name.clone(),
            cluster: Input::Known(outputs.cluster.clone()),
            task_definition: typed(at("/taskDefinition").unwrap_or_default())?,
            capacity: self.capacity()?,
            // Who does not say how many leaves it to somebody else.
            scaled: count.is_none(),
            desired_count: typed(count.unwrap_or_else(|| json!(1)))?,
            subnets: typed(list(vpc("subnets")))?,
            security_groups: typed(list(vpc("securityGroups")))?,
            assign_public_ip: vpc("assignPublicIp") == Some(json!("ENABLED")),
            load_balancer: attachments.next(),
            more_load_balancers: attachments.collect(),
            // Of these no rollout is judged.
            registry: None,
            connect: None,
            classic_balancer: classic.into_iter().next(),
            grace_period_seconds: typed(at("/healthCheckGracePeriodSeconds").unwrap_or_default())?,
            minimum_healthy_percent: typed(json!(self.least()))?,
            maximum_percent: typed(deployment("maximumPercent").unwrap_or_else(|| json!(200)))?,
            circuit_breaker: deployment("deploymentCircuitBreaker/enable") == Some(json!(true)),
            rollback: deployment("deploymentCircuitBreaker/rollback") == Some(json!(true)),
            execute_command: at("/enableExecuteCommand") == Some(json!(true)),
            tags: Tags::default(),
        })
    }
}

/// What `capacityProviderStrategy` says of one provider.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Strategy {
    capacity_provider: String,
    #[serde(default)]
    base: u32,
    #[serde(default)]
    weight: u32,
}

impl RawService {
    /// What its tasks run on, as far as it is said. A launch type is Fargate's here: nothing is asked of instances that
    /// are somebody else's.
    fn capacity(&self) -> Result<Capacity, Failure> {
        if self.member("schedulingStrategy") == Some(&json!("DAEMON")) {
            return Ok(Capacity::Daemon);
        }
        let Some(strategy) = self.member("capacityProviderStrategy") else {
            return Ok(Capacity::Fargate);
        };
        let shares: Vec<Strategy> = typed(strategy.clone())?;
        let share = |it: Strategy| Share {
            provider: Input::Known(it.capacity_provider),
            base: it.base,
            weight: it.weight,
        };
        Ok(match shares.is_empty() {
            true => Capacity::Fargate,
            false => Capacity::Providers(shares.into_iter().map(share).collect()),
        })
    }
}

/// A member of a definition as what it stands for. Built member by member, so that none of the spec's is forgotten.
fn typed<T: DeserializeOwned>(value: Value) -> Result<T, Failure> {
    serde_json::from_value(value).map_err(|error| Failure::internal(DESCRIBE, &error))
}

/// `CreateService`. The token makes a repetition within the run answer like the first one.
async fn create(spec: &RawService, aws: &Aws, cx: &Context) -> Result<Outputs, Failure> {
    let mut document = spec.definition.clone();
    document["cluster"] = json!(known(CREATE, &spec.cluster)?);
    document["serviceName"] = json!(spec.name);
    document["clientToken"] = json!(cx.mark.token("create"));
    document["tags"] = tags_json(spec.tags.marked(&cx.mark));
    // It must be said, unless there is one on each instance [ECS API: CreateService.desiredCount].
    if spec.member("desiredCount").is_none()
        && spec.member("schedulingStrategy") != Some(&json!("DAEMON"))
    {
        document["desiredCount"] = json!(1);
    }
    let answer = Answer::default();
    let create = aws.ecs.create_service().service_name(&spec.name);
    let create = create.customize().interceptor(answer.clone());
    let created = create.mutate_request(body(CREATE, &document)?).send().await;
    // What it uses was made a moment ago: its absence means that ECS does not see it yet.
    created.map_err(|e| not_visible_yet(failure(CREATE, e)))?;
    outputs_of(CREATE, &answer.told(CREATE)?["service"])
}

/// `UpdateService`, with these members and no others: what is not said stays as it is.
async fn update(
    spec: &RawService,
    aws: &Aws,
    members: &[String],
    outputs: &Outputs,
) -> Result<Outputs, Failure> {
    let mut document = json!({ "cluster": outputs.cluster, "service": outputs.name });
    for member in members {
        if let Some(said) = spec.said(member) {
            document[member] = said;
        }
    }
    // By itself it changes no task that runs already.
    if members.is_empty() || members.iter().any(|it| it == "enableExecuteCommand") {
        document["forceNewDeployment"] = json!(true);
    }
    let answer = Answer::default();
    let update = aws.ecs.update_service().service(&outputs.name);
    let update = update.customize().interceptor(answer.clone());
    let updated = update.mutate_request(body(UPDATE, &document)?).send().await;
    updated.map_err(|e| not_visible_yet(failure(UPDATE, e)))?;
    outputs_of(UPDATE, &answer.told(UPDATE)?["service"])
}

async fn described(aws: &Aws, cluster: &str, name: &str) -> Result<Option<Value>, Failure> {
    let services = aws.batch("raw-service", NAMES_MAX, fetch);
    services.get(&format!("{cluster}{SEPARATOR}{name}")).await
}

async fn fetch(aws: Aws, keys: Vec<String>) -> Result<BTreeMap<String, Value>, Failure> {
    let mut clusters: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for key in &keys {
        if let Some((cluster, name)) = key.split_once(SEPARATOR) {
            clusters.entry(cluster).or_default().push(name.to_string());
        }
    }
    let mut found = BTreeMap::new();
    for (cluster, names) in clusters {
        for service in describe(&aws, cluster, names).await? {
            let name = service["serviceName"].as_str().unwrap_or_default();
            found.insert(format!("{cluster}{SEPARATOR}{name}"), service);
        }
    }
    Ok(found)
}

/// Those of a cluster, by name or ARN; what is not there is left out.
async fn describe(aws: &Aws, cluster: &str, services: Vec<String>) -> Result<Vec<Value>, Failure> {
    let answer = Answer::default();
    let describe = aws.ecs.describe_services().cluster(cluster);
    let describe = describe.set_services(Some(services));
    let describe = describe.include(ServiceField::Tags).customize();
    let described = describe.interceptor(answer.clone()).send().await;
    match described.map_err(|e| failure(DESCRIBE, e)) {
        Ok(_) => {}
        Err(error) if error.class == Class::Gone => return Ok(Vec::new()), // no such cluster
        Err(error) => return Err(error),
    }
    let mut told = answer.told(DESCRIBE)?;
    let failures = told["failures"].as_array().into_iter().flatten();
    let refused = failures.clone().find(|it| it["reason"] != "MISSING");
    if let Some(refused) = refused {
        let text = |name: &str| refused[name].as_str().unwrap_or_default().to_string();
        let (reason, detail) = (text("reason"), text("detail"));
        return Err(Failure::new(Class::Denied, DESCRIBE, reason, detail));
    }
    Ok(match told["services"].take() {
        Value::Array(services) => services,
        _ => Vec::new(),
    })
}

/// Every service of the stack that was written in JSON.
pub(in crate::aws) async fn stack_services(
    aws: &Aws,
    stack: &StackName,
) -> Result<Vec<Value>, Failure> {
    let mut clusters = aws.ecs.list_clusters().into_paginator().items().send();
    let mut ours = Vec::new();
    while let Some(cluster) = clusters.next().await {
        let cluster = cluster.map_err(|e| failure("ecs:ListClusters", e))?;
        for arns in service::listed(aws, &cluster).await?.chunks(NAMES_MAX) {
            for service in describe(aws, &cluster, arns.to_vec()).await? {
                let tags = json_tags(&service["tags"]);
                let raw = service::is_raw(&tags) && of_stack(&tags, stack);
                ours.extend(raw.then_some(service));
            }
        }
    }
    Ok(ours)
}

fn outputs_of(operation: &'static str, service: &Value) -> Result<Outputs, Failure> {
    let text = |name: &str| required(operation, service[name].as_str().map(str::to_string));
    let deployments = service["deployments"].as_array().into_iter().flatten();
    let given_up = deployments
        .clone()
        .any(|it| it["status"] == "PRIMARY" && it["rolloutState"] == "FAILED");
    Ok(Outputs {
        arn: text("serviceArn")?,
        name: text("serviceName")?,
        cluster: text("clusterArn")?,
        given_up,
    })
}

/// Every member that can be given.
fn observed(mut service: Value) -> Result<Observed<RawService>, Failure> {
    let outputs = outputs_of(DESCRIBE, &service)?;
    // What ECS tells of a deployment and not of its service.
    let deployments = service["deployments"].as_array().into_iter().flatten();
    let primary = deployments.clone().find(|it| it["status"] == "PRIMARY");
    let primary = primary.cloned().unwrap_or_default();
    for member in [
        "serviceConnectConfiguration",
        "volumeConfigurations",
        "vpcLatticeConfigurations",
    ] {
        if let Some(told) = primary.get(member) {
            service[member] = told.clone();
        }
    }
    let tags = Tags::observed(json_tags(&service["tags"]));
    Ok(Observed {
        spec: RawService {
            name: outputs.name.clone(),
            cluster: Input::Known(outputs.cluster.clone()),
            definition: service,
            tags,
        },
        outputs,
    })
}

fn is_active(service: &Value) -> bool {
    service["status"] == "ACTIVE"
}
