use std::collections::{BTreeMap, BTreeSet};

use ashore_engine::address::StackName;
use ashore_engine::failure::{Class, Failure};
use ashore_engine::kind::{Context, Found, Live, Observed};
use aws_sdk_sns::types::Tag;
use serde_json::{Value, json};

use super::{Change, Outputs, Topic};
use crate::aws::live::Aws;
use crate::aws::live::failure::{failure, not_visible_yet, required};
use crate::aws::live::foreign::ours_or_foreign;
use crate::aws::tags::{Tags, marked, of_stack};

const CREATE: &str = "sns:CreateTopic";
const GET: &str = "sns:GetTopicAttributes";
const SET: &str = "sns:SetTopicAttributes";
const DELETE: &str = "sns:DeleteTopic";
const POLICY: &str = "Policy";

impl Live for Topic {
    type Client = Aws;

    async fn find(&self, aws: &Aws, cx: &Context) -> Result<Found<Outputs>, Failure> {
        let arn = aws.arn("sns", &self.name);
        let Some(tags) = tags(aws, &arn).await? else {
            return Ok(Found::Absent);
        };
        Ok(ours_or_foreign(
            Outputs { arn },
            &tags,
            &cx.mark,
            &format!("the topic `{}`", self.name),
            "delete it if nobody needs it, or give the app another name",
        ))
    }

    async fn observe(aws: &Aws, outputs: &Outputs) -> Result<Option<Observed<Self>>, Failure> {
        let (attributes, tags) =
            futures_util::join!(attributes(aws, &outputs.arn), tags(aws, &outputs.arn));
        let (Some(attributes), Some(tags)) = (attributes?, tags?) else {
            return Ok(None);
        };
        if !marked(&tags) {
            return Ok(None); // ours was deleted, and somebody made another
        }
        let policy = attributes.get(POLICY).map(String::as_str);
        let name = outputs.arn.rsplit(':').next().unwrap_or_default();
        Ok(Some(Observed {
            spec: Topic {
                name: name.to_string(),
                publishers: publishers(aws, &outputs.arn, policy.unwrap_or_default()),
                tags: Tags::observed(tags),
            },
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
            Change::Create => {
                let arn = aws.arn("sns", &self.name);
                let create = aws.sns.create_topic().name(&self.name);
                let created = create
                    .attributes(POLICY, policy(aws, &arn, &self.publishers).to_string())
                    .set_tags(Some(sdk_tags(self.tags.marked(&cx.mark))?))
                    .send()
                    .await;
                let created = created.map_err(|e| failure(CREATE, e))?;
                return Ok(Outputs {
                    arn: required(CREATE, created.topic_arn)?,
                });
            }
            Change::Policy => {
                let arn = &required(SET, outputs)?.arn;
                let set = aws.sns.set_topic_attributes().topic_arn(arn);
                let policy = policy(aws, arn, &self.publishers).to_string();
                let set = set.attribute_name(POLICY).attribute_value(policy);
                set.send()
                    .await
                    .map_err(|e| not_visible_yet(failure(SET, e)))?;
            }
            Change::Tag => {
                let tag = aws.sns.tag_resource();
                let sent = tag
                    .resource_arn(&required("sns:TagResource", outputs)?.arn)
                    .set_tags(Some(sdk_tags(self.tags.marked(&cx.mark))?))
                    .send()
                    .await;
                sent.map_err(|e| not_visible_yet(failure("sns:TagResource", e)))?;
            }
            Change::Untag(keys) => {
                let untag = aws.sns.untag_resource();
                let sent = untag
                    .resource_arn(&required("sns:UntagResource", outputs)?.arn)
                    .set_tag_keys(Some(keys.clone()))
                    .send()
                    .await;
                sent.map_err(|e| failure("sns:UntagResource", e))?;
            }
            Change::Delete => {
                let arn = &required(DELETE, outputs)?.arn;
                let deleted = aws.sns.delete_topic().topic_arn(arn).send().await;
                deleted.map_err(|e| failure(DELETE, e))?;
            }
        }
        required("sns:answer", outputs).cloned()
    }

    async fn list(aws: &Aws, stack: &StackName) -> Result<Vec<Outputs>, Failure> {
        let mut topics = aws.sns.list_topics().into_paginator().items().send();
        let mut ours = Vec::new();
        while let Some(topic) = topics.next().await {
            let topic = topic.map_err(|e| failure("sns:ListTopics", e))?;
            let arn = required("sns:ListTopics", topic.topic_arn)?;
            let tags = tags(aws, &arn).await?.unwrap_or_default();
            if of_stack(&tags, stack) {
                ours.push(Outputs { arn });
            }
        }
        Ok(ours)
    }
}

/// Of these it cannot be told for whom they publish: a topic's policy with a condition lets them do nothing [EventBridge
/// user guide: resource-based policies, "Amazon SNS permissions"].
const WITHOUT_SOURCE: &str = "events.amazonaws.com";

/// Each service in a statement of its own, and only for what this account does with it where that can be said [SNS
/// developer guide: example cases, "aws:SourceAccount"].
fn policy(aws: &Aws, arn: &str, publishers: &BTreeSet<String>) -> Value {
    let statement = |publisher: &String| {
        let mut statement = json!({
            "Effect": "Allow",
            "Principal": { "Service": publisher },
            "Action": "sns:Publish",
            "Resource": arn,
        });
        if publisher != WITHOUT_SOURCE {
            let account = json!({ "StringEquals": { "aws:SourceAccount": aws.account } });
            statement["Condition"] = account;
        }
        statement
    };
    let statements: Vec<Value> = publishers.iter().map(statement).collect();
    json!({ "Version": "2012-10-17", "Statement": statements })
}

/// Who may publish by that policy, if it is one of ours; nobody otherwise, which differs from every one of ours.
fn publishers(aws: &Aws, arn: &str, text: &str) -> BTreeSet<String> {
    let there: Value = serde_json::from_str(text).unwrap_or_default();
    let statements = there["Statement"].as_array().into_iter().flatten();
    let services = statements.filter_map(|it| it["Principal"]["Service"].as_str());
    let services: BTreeSet<String> = services.map(str::to_string).collect();
    match there == policy(aws, arn, &services) {
        true => services,
        false => BTreeSet::new(),
    }
}

async fn attributes(aws: &Aws, arn: &str) -> Result<Option<BTreeMap<String, String>>, Failure> {
    let got = aws.sns.get_topic_attributes().topic_arn(arn).send().await;
    match got.map_err(|e| failure(GET, e)) {
        Ok(got) => Ok(Some(got.attributes.into_iter().flatten().collect())),
        Err(error) if error.class == Class::Gone => Ok(None),
        Err(error) => Err(error),
    }
}

/// None if there is no such topic.
pub(super) async fn tags(
    aws: &Aws,
    arn: &str,
) -> Result<Option<BTreeMap<String, String>>, Failure> {
    let list = aws.sns.list_tags_for_resource().resource_arn(arn);
    match list
        .send()
        .await
        .map_err(|e| failure("sns:ListTagsForResource", e))
    {
        Ok(listed) => {
            let tags = listed.tags.unwrap_or_default().into_iter();
            Ok(Some(tags.map(|tag| (tag.key, tag.value)).collect()))
        }
        Err(error) if error.class == Class::Gone => Ok(None),
        Err(error) => Err(error),
    }
}

fn sdk_tags(tags: BTreeMap<String, String>) -> Result<Vec<Tag>, Failure> {
    let tag = |(key, value)| required(CREATE, Tag::builder().key(key).value(value).build().ok());
    tags.into_iter().map(tag).collect()
}
