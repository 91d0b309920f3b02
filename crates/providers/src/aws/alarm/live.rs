use std::collections::BTreeMap;

use ashore_engine::address::StackName;
use ashore_engine::failure::{Class, Failure};
use ashore_engine::kind::{Context, Found, Live, Observed};
use aws_sdk_cloudwatch::types::{ComparisonOperator, Dimension, MetricAlarm, Tag};

use super::metric::Metric;
use super::{Alarm, Change, Outputs, Watch};
use crate::aws::live::Aws;
use crate::aws::live::failure::{failure, known, not_visible_yet, required};
use crate::aws::live::foreign::ours_or_foreign;
use crate::aws::tags::{Tags, marked, of_stack};

const PUT: &str = "cloudwatch:PutMetricAlarm";
const DELETE: &str = "cloudwatch:DeleteAlarms";
const DESCRIBE: &str = "cloudwatch:DescribeAlarms";
/// Names in one request [CloudWatch API: DescribeAlarms].
const NAMES_MAX: usize = 100;
const PERIOD_SECONDS: i32 = 60;
/// A service without tasks, or a balancer without requests, has no metrics: that is not what is looked for.
const MISSING: &str = "notBreaching";

impl Live for Alarm {
    type Client = Aws;

    async fn find(&self, aws: &Aws, cx: &Context) -> Result<Found<Outputs>, Failure> {
        let Some(alarm) = by_name(aws, &self.name).await? else {
            return Ok(Found::Absent);
        };
        let outputs = outputs(&alarm)?;
        let Some(tags) = tags(aws, &outputs.arn).await? else {
            return Ok(Found::Absent);
        };
        Ok(ours_or_foreign(
            outputs,
            &tags,
            &cx.mark,
            &format!("the alarm `{}`", self.name),
            "delete it if nobody needs it, or give the app another name",
        ))
    }

    async fn observe(aws: &Aws, known: &Outputs) -> Result<Option<Observed<Self>>, Failure> {
        let (alarm, tags) = futures_util::join!(by_name(aws, &known.name), tags(aws, &known.arn));
        let (Some(alarm), Some(tags)) = (alarm?, tags?) else {
            return Ok(None);
        };
        if !marked(&tags) {
            return Ok(None); // ours was deleted, and somebody made another
        }
        let outputs = outputs(&alarm)?;
        Ok(Some(Observed {
            spec: observed(aws, alarm, Tags::observed(tags)),
            outputs,
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
            Change::Put => return self.put(aws, cx, outputs.is_none()).await,
            Change::Tag => {
                let tag = aws.cloudwatch.tag_resource();
                let sent = tag
                    .resource_arn(&required("cloudwatch:TagResource", outputs)?.arn)
                    .set_tags(Some(sdk_tags(self.tags.marked(&cx.mark))))
                    .send()
                    .await;
                sent.map_err(|e| not_visible_yet(failure("cloudwatch:TagResource", e)))?;
            }
            Change::Untag(keys) => {
                let untag = aws.cloudwatch.untag_resource();
                let sent = untag
                    .resource_arn(&required("cloudwatch:UntagResource", outputs)?.arn)
                    .set_tag_keys(Some(keys.clone()))
                    .send()
                    .await;
                sent.map_err(|e| failure("cloudwatch:UntagResource", e))?;
            }
            Change::Delete => {
                let name = &required(DELETE, outputs)?.name;
                let deleted = aws
                    .cloudwatch
                    .delete_alarms()
                    .alarm_names(name)
                    .send()
                    .await;
                deleted.map_err(|e| failure(DELETE, e))?;
            }
        }
        required("cloudwatch:answer", outputs).cloned()
    }

    async fn list(aws: &Aws, stack: &StackName) -> Result<Vec<Outputs>, Failure> {
        let mut pages = aws.cloudwatch.describe_alarms().into_paginator().send();
        let mut ours = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|e| failure(DESCRIBE, e))?;
            for alarm in page.metric_alarms.unwrap_or_default() {
                let outputs = outputs(&alarm)?;
                let tags = tags(aws, &outputs.arn).await?.unwrap_or_default();
                if of_stack(&tags, stack) {
                    ours.push(outputs);
                }
            }
        }
        Ok(ours)
    }
}

impl Alarm {
    /// Tags count only when the alarm is made [CloudWatch API: PutMetricAlarm].
    async fn put(&self, aws: &Aws, cx: &Context, new: bool) -> Result<Outputs, Failure> {
        let metric = self.watch.metric()?;
        let topic = known(PUT, &self.topic)?;
        let put = aws
            .cloudwatch
            .put_metric_alarm()
            .alarm_name(&self.name)
            .alarm_description(&self.description)
            .actions_enabled(true)
            .alarm_actions(topic)
            .ok_actions(topic)
            .namespace(metric.namespace)
            .metric_name(metric.name)
            .set_dimensions(Some(sdk_dimensions(&metric)))
            .statistic(metric.statistic)
            .period(PERIOD_SECONDS)
            .evaluation_periods(i32::try_from(self.minutes).unwrap_or(i32::MAX))
            .threshold(f64::from(self.threshold))
            .comparison_operator(ComparisonOperator::GreaterThanThreshold)
            .treat_missing_data(MISSING)
            .set_tags(new.then(|| sdk_tags(self.tags.marked(&cx.mark))));
        put.send().await.map_err(|e| failure(PUT, e))?;
        Ok(Outputs {
            name: self.name.clone(),
            arn: aws.arn("cloudwatch", &format!("alarm:{}", self.name)),
        })
    }
}

fn sdk_dimensions(metric: &Metric) -> Vec<Dimension> {
    let dimensions = metric.dimensions.iter();
    dimensions
        .map(|(name, value)| Dimension::builder().name(name).value(value).build())
        .collect()
}

fn outputs(alarm: &MetricAlarm) -> Result<Outputs, Failure> {
    Ok(Outputs {
        name: required(DESCRIBE, alarm.alarm_name.clone())?,
        arn: required(DESCRIBE, alarm.alarm_arn.clone())?,
    })
}

/// An alarm that somebody has made another of is shown as one that goes off after no time at all, which differs from
/// every one of ours.
fn observed(aws: &Aws, alarm: MetricAlarm, tags: Tags) -> Alarm {
    let number = |number: Option<i32>| number.and_then(|it| u32::try_from(it).ok()).unwrap_or(0);
    let dimensions = alarm.dimensions.iter().flatten();
    let dimensions: BTreeMap<String, String> = dimensions
        .filter_map(|it| Some((it.name.clone()?, it.value.clone()?)))
        .collect();
    let name = alarm.metric_name.as_deref().unwrap_or_default();
    let watch = Watch::observed(aws, name, &dimensions);
    let actions = |list: &Option<Vec<String>>| list.clone().unwrap_or_default();
    let told = actions(&alarm.alarm_actions);
    let metric = watch.as_ref().and_then(|watch| watch.metric().ok());
    let ours = metric.is_some_and(|metric| {
        alarm.namespace.as_deref() == Some(metric.namespace)
            && dimensions == metric.dimensions
            && alarm.statistic == Some(metric.statistic)
    }) && alarm.period == Some(PERIOD_SECONDS)
        && alarm.comparison_operator == Some(ComparisonOperator::GreaterThanThreshold)
        && alarm.treat_missing_data.as_deref() == Some(MISSING)
        && alarm.actions_enabled != Some(false)
        && alarm
            .datapoints_to_alarm
            .is_none_or(|it| Some(it) == alarm.evaluation_periods)
        && told.len() == 1
        && actions(&alarm.ok_actions) == told
        && actions(&alarm.insufficient_data_actions).is_empty();
    let threshold = alarm.threshold.unwrap_or_default();
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "whole and in range, or it is not ours"
    )]
    let whole = (threshold.fract() == 0.0 && (0.0..f64::from(u32::MAX)).contains(&threshold))
        .then_some(threshold as u32);
    Alarm {
        name: alarm.alarm_name.unwrap_or_default(),
        description: alarm.alarm_description.unwrap_or_default(),
        watch: watch.unwrap_or(Watch::Cpu {
            service: String::new().into(),
        }),
        threshold: whole.unwrap_or(0),
        minutes: match whole {
            Some(_) if ours => number(alarm.evaluation_periods),
            _ => 0,
        },
        topic: told.into_iter().next().unwrap_or_default().into(),
        tags,
    }
}

async fn by_name(aws: &Aws, name: &str) -> Result<Option<MetricAlarm>, Failure> {
    let batch = aws.batch("cloudwatch-alarm", NAMES_MAX, |aws, names| async move {
        let describe = aws.cloudwatch.describe_alarms();
        let described = describe.set_alarm_names(Some(names)).send().await;
        let described = described.map_err(|e| failure(DESCRIBE, e))?;
        let alarms = described.metric_alarms.unwrap_or_default().into_iter();
        Ok(alarms
            .filter_map(|alarm| Some((alarm.alarm_name.clone()?, alarm)))
            .collect())
    });
    batch.get(name).await
}

/// None if there is no such alarm.
pub(in crate::aws) async fn tags(
    aws: &Aws,
    arn: &str,
) -> Result<Option<BTreeMap<String, String>>, Failure> {
    let list = aws.cloudwatch.list_tags_for_resource().resource_arn(arn);
    match list
        .send()
        .await
        .map_err(|e| failure("cloudwatch:ListTagsForResource", e))
    {
        Ok(listed) => {
            let tags = listed.tags.unwrap_or_default().into_iter();
            let pair = |tag: Tag| Some((tag.key?, tag.value?));
            Ok(Some(tags.filter_map(pair).collect()))
        }
        Err(error) if error.class == Class::Gone => Ok(None),
        Err(error) => Err(error),
    }
}

pub(in crate::aws) fn sdk_tags(tags: BTreeMap<String, String>) -> Vec<Tag> {
    let tags = tags.into_iter();
    tags.map(|(key, value)| Tag::builder().key(key).value(value).build())
        .collect()
}
