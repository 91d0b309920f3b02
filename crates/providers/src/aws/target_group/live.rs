use ashore_engine::address::StackName;
use ashore_engine::failure::{Class, Failure};
use ashore_engine::kind::{Context, Foreign, Found, Live, Observed};
use aws_sdk_elasticloadbalancingv2::types::{
    Matcher, ProtocolEnum, TargetGroup as Described, TargetGroupAttribute, TargetTypeEnum,
};

use super::{Change, HealthCheck, Outputs, TargetGroup};
use crate::aws::attributes::Attributes;
use crate::aws::live::Aws;
use crate::aws::live::ec2::not_visible_yet;
use crate::aws::live::elb;
use crate::aws::live::failure::{failure, required};
use crate::aws::tags::{Tags, bears};

const CREATE: &str = "elasticloadbalancing:CreateTargetGroup";
const DESCRIBE: &str = "elasticloadbalancing:DescribeTargetGroups";
const MODIFY: &str = "elasticloadbalancing:ModifyTargetGroup";
const ATTRIBUTES: &str = "elasticloadbalancing:ModifyTargetGroupAttributes";
const DELETE: &str = "elasticloadbalancing:DeleteTargetGroup";

impl Live for TargetGroup {
    type Client = Aws;

    async fn find(&self, aws: &Aws, cx: &Context) -> Result<Found<Outputs>, Failure> {
        let named = aws.elb.describe_target_groups().names(&self.name).send();
        let named = match named.await.map_err(|e| failure(DESCRIBE, e)) {
            Ok(answer) => answer.target_groups.unwrap_or_default(),
            Err(missing) if missing.class == Class::Gone => Vec::new(),
            Err(failure) => return Err(failure),
        };
        let Some(there) = named.into_iter().next() else {
            return Ok(Found::Absent);
        };
        let arn = required(DESCRIBE, there.target_group_arn)?;
        let tags = elb::tags(aws, &arn).await?.unwrap_or_default();
        if bears(&tags, &cx.mark) {
            return Ok(Found::Ours(Outputs { arn }));
        }
        let whose = elb::whose(&tags, &cx.mark);
        Ok(Found::Foreign(Foreign {
            who: format!("target group `{}` ({arn}), {whose}", self.name),
            advice: "delete that target group, or give this app or environment another name".into(),
        }))
    }

    async fn observe(aws: &Aws, outputs: &Outputs) -> Result<Option<Observed<Self>>, Failure> {
        let (there, tags, attributes) = futures_util::join!(
            described(aws, &outputs.arn),
            elb::tags(aws, &outputs.arn),
            attributes(aws, &outputs.arn)
        );
        let (Some(there), Some(tags), Some(attributes)) = (there?, tags?, attributes?) else {
            return Ok(None);
        };
        let seconds = |value: Option<i32>| value.and_then(|n| n.try_into().ok()).unwrap_or(0);
        let health = HealthCheck {
            path: there.health_check_path.unwrap_or_default(),
            port: there.health_check_port.unwrap_or_default(),
            protocol: there
                .health_check_protocol
                .map(|protocol| protocol.as_str().to_string())
                .unwrap_or_default(),
            matcher: there
                .matcher
                .and_then(|matcher| matcher.http_code.or(matcher.grpc_code))
                .unwrap_or_default(),
            interval_seconds: seconds(there.health_check_interval_seconds),
            timeout_seconds: seconds(there.health_check_timeout_seconds),
            healthy_threshold: seconds(there.healthy_threshold_count),
            unhealthy_threshold: seconds(there.unhealthy_threshold_count),
        };
        let port = there.port.and_then(|port| port.try_into().ok());
        let protocol = required(DESCRIBE, there.protocol)?;
        let spec = TargetGroup {
            name: required(DESCRIBE, there.target_group_name)?,
            vpc: required(DESCRIBE, there.vpc_id)?.into(),
            target_type: required(DESCRIBE, there.target_type)?.as_str().to_string(),
            port: required(DESCRIBE, port)?,
            protocol: protocol.as_str().to_string(),
            health,
            attributes,
            tags: Tags::observed(tags),
        };
        Ok(Some(Observed {
            spec,
            outputs: outputs.clone(),
        }))
    }

    async fn send(
        &self,
        aws: &Aws,
        cx: &Context,
        change: &Change,
        outputs: Option<&Outputs>,
    ) -> Result<Outputs, Failure> {
        match change {
            Change::Create => self.create(aws, cx).await,
            Change::Attributes(set) => {
                let outputs = required(ATTRIBUTES, outputs)?;
                let attribute = |(key, value): (&String, &String)| {
                    let attribute = TargetGroupAttribute::builder().key(key).value(value);
                    attribute.build()
                };
                let modify = aws.elb.modify_target_group_attributes();
                let modify = modify.target_group_arn(&outputs.arn);
                let sent = modify
                    .set_attributes(Some(set.iter().map(attribute).collect()))
                    .send()
                    .await;
                sent.map_err(|e| not_visible_yet(failure(ATTRIBUTES, e)))?;
                Ok(outputs.clone())
            }
            Change::Health => {
                let outputs = required(MODIFY, outputs)?;
                let modify = aws
                    .elb
                    .modify_target_group()
                    .target_group_arn(&outputs.arn)
                    .set_matcher(self.health.matcher())
                    .health_check_interval_seconds(count(self.health.interval_seconds))
                    .health_check_timeout_seconds(count(self.health.timeout_seconds))
                    .healthy_threshold_count(count(self.health.healthy_threshold))
                    .unhealthy_threshold_count(count(self.health.unhealthy_threshold));
                let sent = modify.send().await;
                sent.map_err(|e| not_visible_yet(failure(MODIFY, e)))?;
                Ok(outputs.clone())
            }
            Change::Tag => elb::tag(aws, self.tags.marked(&cx.mark), outputs, |o| &o.arn).await,
            Change::Untag(keys) => elb::untag(aws, keys, outputs, |o| &o.arn).await,
            Change::Delete => {
                let outputs = required(DELETE, outputs)?;
                let delete = aws.elb.delete_target_group();
                let sent = delete.target_group_arn(&outputs.arn).send().await;
                sent.map_err(|e| failure(DELETE, e))?;
                Ok(outputs.clone())
            }
        }
    }

    async fn list(aws: &Aws, stack: &StackName) -> Result<Vec<Outputs>, Failure> {
        let pages = aws.elb.describe_target_groups().into_paginator().items();
        let all: Vec<Described> = pages
            .send()
            .collect::<Result<_, _>>()
            .await
            .map_err(|e| failure(DESCRIBE, e))?;
        let arns = all.into_iter().filter_map(|group| group.target_group_arn);
        let ours = elb::of_stack(aws, arns.collect(), stack).await?;
        Ok(ours.into_iter().map(|arn| Outputs { arn }).collect())
    }
}

impl TargetGroup {
    async fn create(&self, aws: &Aws, cx: &Context) -> Result<Outputs, Failure> {
        let create = aws
            .elb
            .create_target_group()
            .name(&self.name)
            .target_type(TargetTypeEnum::from(self.target_type.as_str()))
            .protocol(ProtocolEnum::from(self.protocol.as_str()))
            .port(self.port.into())
            .vpc_id(elb::known(CREATE, &self.vpc)?)
            .set_health_check_path(given(&self.health.path))
            .health_check_port(&self.health.port)
            .health_check_protocol(ProtocolEnum::from(self.health.protocol.as_str()))
            .set_matcher(self.health.matcher())
            .health_check_interval_seconds(count(self.health.interval_seconds))
            .health_check_timeout_seconds(count(self.health.timeout_seconds))
            .healthy_threshold_count(count(self.health.healthy_threshold))
            .unhealthy_threshold_count(count(self.health.unhealthy_threshold))
            .set_tags(Some(elb::sdk_tags(self.tags.marked(&cx.mark))));
        let sent = create.send().await;
        let created = sent.map_err(|e| no_such_vpc_yet(failure(CREATE, e)))?;
        let group = created.target_groups.unwrap_or_default().into_iter().next();
        let arn = group.and_then(|group| group.target_group_arn);
        Ok(Outputs {
            arn: required(CREATE, arn)?,
        })
    }
}

impl HealthCheck {
    fn matcher(&self) -> Option<Matcher> {
        let codes = given(&self.matcher)?;
        Some(Matcher::builder().http_code(codes).build())
    }
}

/// What is empty is not said: it is refused of a check that only connects [ELBv2 API:
/// CreateTargetGroup].
fn given(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_string())
}

/// ELBv2 has no code of its own for a VPC that it does not see yet, only a validation error that
/// says so. Its wording is not documented: hence no more of it than this.
fn no_such_vpc_yet(mut failure: Failure) -> Failure {
    if failure.message.contains("VPC ID") && failure.message.contains("not found") {
        failure.class = Class::Eventual;
    }
    failure
}

fn count(number: u32) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

async fn described(aws: &Aws, arn: &str) -> Result<Option<Described>, Failure> {
    elb::one(aws, "target-group", arn, read, |group| {
        group.target_group_arn.as_deref()
    })
    .await
}

async fn read(aws: Aws, arns: Vec<String>) -> Result<Vec<Described>, Failure> {
    let describe = aws
        .elb
        .describe_target_groups()
        .set_target_group_arns(Some(arns));
    let answer = describe.send().await.map_err(|e| failure(DESCRIBE, e))?;
    Ok(answer.target_groups.unwrap_or_default())
}

/// All attributes; none if there is no such group.
async fn attributes(aws: &Aws, arn: &str) -> Result<Option<Attributes>, Failure> {
    let describe = aws.elb.describe_target_group_attributes();
    let answer = describe.target_group_arn(arn).send().await;
    let failed = |e| failure("elasticloadbalancing:DescribeTargetGroupAttributes", e);
    match answer.map_err(failed) {
        Ok(answer) => {
            let pairs = answer.attributes.unwrap_or_default().into_iter();
            let pair = |a: TargetGroupAttribute| Some((a.key?, a.value.unwrap_or_default()));
            Ok(Some(pairs.filter_map(pair).collect()))
        }
        Err(missing) if missing.class == Class::Gone => Ok(None),
        Err(failure) => Err(failure),
    }
}
