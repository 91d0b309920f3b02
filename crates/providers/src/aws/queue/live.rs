use std::collections::BTreeMap;
use std::time::Duration;

use ashore_engine::address::StackName;
use ashore_engine::failure::{Class, Failure};
use ashore_engine::kind::{Context, Found, Gone, Live, Observed};
use aws_sdk_sqs::types::QueueAttributeName as Attribute;
use serde_json::{Value, json};

use super::{Change, DeadLetter, Outputs, Queue};
use crate::aws::live::Aws;
use crate::aws::live::failure::{failure, known, not_visible_yet, required};
use crate::aws::live::foreign::ours_or_foreign;
use crate::aws::tags::{Tags, marked, of_stack};

const CREATE: &str = "sqs:CreateQueue";
const CONFIGURE: &str = "sqs:SetQueueAttributes";
const TAG: &str = "sqs:TagQueue";
const UNTAG: &str = "sqs:UntagQueue";
const DELETE: &str = "sqs:DeleteQueue";
const GET: &str = "sqs:GetQueueAttributes";
const GET_URL: &str = "sqs:GetQueueUrl";
const LIST: &str = "sqs:ListQueues";
const LIST_TAGS: &str = "sqs:ListQueueTags";

impl Live for Queue {
    type Client = Aws;

    async fn find(&self, aws: &Aws, cx: &Context) -> Result<Found<Outputs>, Failure> {
        let asked = aws.sqs.get_queue_url().queue_name(&self.name).send().await;
        let url = match asked.map_err(|e| failure(GET_URL, e)) {
            Ok(found) => required(GET_URL, found.queue_url)?,
            Err(missing) if missing.class == Class::Gone => return Ok(Found::Absent),
            Err(error) => return Err(error),
        };
        let Some(tags) = tags(aws, &url).await? else {
            return Ok(Found::Absent);
        };
        let arn = aws.arn("sqs", &self.name);
        Ok(ours_or_foreign(
            Outputs { url, arn },
            &tags,
            &cx.mark,
            &format!("the queue `{}`", self.name),
            "delete it if nobody needs it, or give the app another name",
        ))
    }

    async fn observe(aws: &Aws, outputs: &Outputs) -> Result<Option<Observed<Self>>, Failure> {
        let (attributes, tags) =
            futures_util::join!(attributes(aws, &outputs.url), tags(aws, &outputs.url));
        let (Some(attributes), Some(tags)) = (attributes?, tags?) else {
            return Ok(None);
        };
        if !marked(&tags) {
            return Ok(None); // ours was deleted, and somebody made another
        }
        Ok(Some(Observed {
            spec: described(&attributes, tags)?,
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
                let arn = aws.arn("sqs", &self.name);
                let tags = self.tags.marked(&cx.mark).into_iter().collect();
                // What is as in a new queue need not be said.
                let all = self.attributes(CREATE, &arn)?.into_iter();
                let all = all.filter(|(_, value)| !value.is_empty()).collect();
                let create = aws.sqs.create_queue().queue_name(&self.name);
                let create = create.set_attributes(Some(all)).set_tags(Some(tags));
                let created = create.send().await.map_err(|e| failure(CREATE, e))?;
                let url = required(CREATE, created.queue_url)?;
                Ok(Outputs { url, arn })
            }
            Change::Configure => {
                let outputs = required(CONFIGURE, outputs)?;
                let all = self.attributes(CONFIGURE, &outputs.arn)?;
                let set = aws.sqs.set_queue_attributes().queue_url(&outputs.url);
                let all = all.into_iter().collect();
                let sent = set.set_attributes(Some(all)).send().await;
                sent.map_err(|e| not_visible_yet(failure(CONFIGURE, e)))?;
                Ok(outputs.clone())
            }
            Change::Tag => {
                let outputs = required(TAG, outputs)?;
                let tags = self.tags.marked(&cx.mark).into_iter().collect();
                let tag = aws.sqs.tag_queue().queue_url(&outputs.url);
                let sent = tag.set_tags(Some(tags)).send().await;
                sent.map_err(|e| not_visible_yet(failure(TAG, e)))?;
                Ok(outputs.clone())
            }
            Change::Untag(keys) => {
                let outputs = required(UNTAG, outputs)?;
                let untag = aws.sqs.untag_queue().queue_url(&outputs.url);
                let sent = untag.set_tag_keys(Some(keys.clone())).send().await;
                sent.map_err(|e| not_visible_yet(failure(UNTAG, e)))?;
                Ok(outputs.clone())
            }
            Change::Delete => {
                let outputs = required(DELETE, outputs)?;
                let delete = aws.sqs.delete_queue().queue_url(&outputs.url);
                delete.send().await.map_err(|e| failure(DELETE, e))?;
                Ok(outputs.clone())
            }
        }
    }

    /// It goes on answering for up to a minute [SQS API: DeleteQueue]: whoever looked in that time
    /// would take it for one that lives.
    async fn gone(aws: &Aws, outputs: &Outputs) -> Result<Gone, Failure> {
        Ok(match attributes(aws, &outputs.url).await? {
            None => Gone::Gone,
            Some(_) => Gone::Held {
                by: "SQS, which takes up to a minute to delete a queue".into(),
                look_after: Duration::from_secs(5),
            },
        })
    }

    async fn list(aws: &Aws, stack: &StackName) -> Result<Vec<Outputs>, Failure> {
        let all = aws.sqs.list_queues().into_paginator().items().send();
        let all: Result<Vec<String>, _> = all.collect().await;
        let mut ours = Vec::new();
        for url in all.map_err(|e| failure(LIST, e))? {
            let tags = tags(aws, &url).await?.unwrap_or_default();
            if of_stack(&tags, stack) {
                let name = url.rsplit('/').next().unwrap_or_default();
                let arn = aws.arn("sqs", name);
                ours.push(Outputs { url, arn });
            }
        }
        Ok(ours)
    }
}

impl Queue {
    /// All that it is, as the API has it; an empty text takes an attribute away [SQS API:
    /// SetQueueAttributes].
    fn attributes(
        &self,
        operation: &'static str,
        arn: &str,
    ) -> Result<BTreeMap<Attribute, String>, Failure> {
        let redrive = match &self.dead_letter {
            None => String::new(),
            Some(DeadLetter { queue, after }) => json!({
                "deadLetterTargetArn": known(operation, queue)?,
                "maxReceiveCount": after,
            })
            .to_string(),
        };
        let policy = match self.tls_only {
            true => tls_only(arn).to_string(),
            false => String::new(),
        };
        Ok(BTreeMap::from([
            (
                Attribute::VisibilityTimeout,
                self.visibility_timeout_seconds.to_string(),
            ),
            (
                Attribute::MessageRetentionPeriod,
                self.retention_seconds.to_string(),
            ),
            (Attribute::RedrivePolicy, redrive),
            (Attribute::SqsManagedSseEnabled, self.encrypted.to_string()),
            (Attribute::Policy, policy),
        ]))
    }
}

/// A policy that allows nobody anything and refuses whoever comes without TLS [SQS developer
/// guide: security best practices].
fn tls_only(arn: &str) -> Value {
    json!({
        "Version": "2012-10-17",
        "Statement": [{
            "Sid": "TlsOnly",
            "Effect": "Deny",
            "Principal": "*",
            "Action": "sqs:*",
            "Resource": arn,
            "Condition": { "Bool": { "aws:SecureTransport": "false" } },
        }],
    })
}

fn described(
    attributes: &BTreeMap<Attribute, String>,
    tags: BTreeMap<String, String>,
) -> Result<Queue, Failure> {
    let text = |name: &Attribute| attributes.get(name).map_or("", String::as_str);
    let number = |name: &Attribute| required(GET, text(name).parse::<u32>().ok());
    let document = |name: &Attribute| serde_json::from_str::<Value>(text(name)).ok();
    let arn = text(&Attribute::QueueArn);
    let dead_letter = document(&Attribute::RedrivePolicy).and_then(|redrive| {
        // Some clients write the number as a text, and SQS gives it back as it was written.
        let after = match &redrive["maxReceiveCount"] {
            Value::String(text) => text.parse().ok(),
            number => number.as_u64().and_then(|it| u32::try_from(it).ok()),
        };
        Some(DeadLetter {
            queue: redrive["deadLetterTargetArn"].as_str()?.to_string().into(),
            after: after?,
        })
    });
    Ok(Queue {
        name: required(GET, arn.rsplit(':').next())?.to_string(),
        visibility_timeout_seconds: number(&Attribute::VisibilityTimeout)?,
        retention_seconds: number(&Attribute::MessageRetentionPeriod)?,
        dead_letter,
        encrypted: text(&Attribute::SqsManagedSseEnabled) == "true",
        tls_only: document(&Attribute::Policy) == Some(tls_only(arn)),
        tags: Tags::observed(tags),
    })
}

/// None if there is no such queue.
async fn attributes(aws: &Aws, url: &str) -> Result<Option<BTreeMap<Attribute, String>>, Failure> {
    let get = aws.sqs.get_queue_attributes().queue_url(url);
    let got = get.attribute_names(Attribute::All).send().await;
    match got.map_err(|e| failure(GET, e)) {
        Ok(got) => {
            let all = got.attributes.unwrap_or_default();
            Ok(Some(all.into_iter().collect()))
        }
        Err(missing) if missing.class == Class::Gone => Ok(None),
        Err(error) => Err(error),
    }
}

/// None if there is no such queue.
async fn tags(aws: &Aws, url: &str) -> Result<Option<BTreeMap<String, String>>, Failure> {
    let listed = aws.sqs.list_queue_tags().queue_url(url).send().await;
    match listed.map_err(|e| failure(LIST_TAGS, e)) {
        Ok(listed) => Ok(Some(listed.tags.unwrap_or_default().into_iter().collect())),
        Err(missing) if missing.class == Class::Gone => Ok(None),
        Err(error) => Err(error),
    }
}
