use ashore_engine::address::StackName;
use ashore_engine::failure::{Class, Failure};
use ashore_engine::kind::{Context, Found, Live, Observed};

use super::{Change, Outputs, Subscription};
use crate::aws::live::Aws;
use crate::aws::live::failure::{failure, known, not_visible_yet, required};
use crate::aws::topic::Topic;

const SUBSCRIBE: &str = "sns:Subscribe";
const UNSUBSCRIBE: &str = "sns:Unsubscribe";
const LIST: &str = "sns:ListSubscriptionsByTopic";

impl Live for Subscription {
    type Client = Aws;

    async fn find(&self, aws: &Aws, _: &Context) -> Result<Found<Outputs>, Failure> {
        let Some(topic) = self.topic.known() else {
            return Ok(Found::Absent);
        };
        let there = of_topic(aws, topic).await?.into_iter();
        let mut same =
            there.filter(|it| it.protocol == self.protocol && it.endpoint == self.endpoint);
        // Whose the topic is, so are its subscriptions.
        Ok(same.next().map_or(Found::Absent, Found::Ours))
    }

    async fn observe(aws: &Aws, known: &Outputs) -> Result<Option<Observed<Self>>, Failure> {
        let there = of_topic(aws, &known.topic).await?.into_iter();
        let mut same =
            there.filter(|it| it.protocol == known.protocol && it.endpoint == known.endpoint);
        Ok(same.next().map(|outputs| Observed {
            spec: Subscription {
                topic: outputs.topic.clone().into(),
                protocol: outputs.protocol.clone(),
                endpoint: outputs.endpoint.clone(),
            },
            outputs,
        }))
    }

    async fn send(
        &self,
        aws: &Aws,
        _: &Context,
        change: &Change,
        outputs: Option<&Outputs>,
    ) -> Result<Outputs, Failure> {
        match change {
            Change::Subscribe => {
                let topic = known(SUBSCRIBE, &self.topic)?;
                let subscribe = aws.sns.subscribe().topic_arn(topic);
                let subscribed = subscribe.protocol(&self.protocol).endpoint(&self.endpoint);
                let subscribed = subscribed.send().await;
                let subscribed = subscribed.map_err(|e| not_visible_yet(failure(SUBSCRIBE, e)))?;
                Ok(Outputs {
                    topic: topic.clone(),
                    protocol: self.protocol.clone(),
                    endpoint: self.endpoint.clone(),
                    arn: subscribed.subscription_arn.filter(|arn| is_arn(arn)),
                })
            }
            Change::Unsubscribe => {
                let outputs = required(UNSUBSCRIBE, outputs)?;
                let arn = required(UNSUBSCRIBE, outputs.arn.as_ref())?;
                let sent = aws.sns.unsubscribe().subscription_arn(arn).send().await;
                sent.map_err(|e| failure(UNSUBSCRIBE, e))?;
                Ok(outputs.clone())
            }
        }
    }

    async fn list(aws: &Aws, stack: &StackName) -> Result<Vec<Outputs>, Failure> {
        let mut ours = Vec::new();
        for topic in Topic::list(aws, stack).await? {
            ours.extend(of_topic(aws, &topic.arn).await?);
        }
        Ok(ours)
    }
}

/// In the place of the ARN of one that is not confirmed stand words.
fn is_arn(text: &str) -> bool {
    text.starts_with("arn:")
}

/// None where there is no topic.
async fn of_topic(aws: &Aws, topic: &str) -> Result<Vec<Outputs>, Failure> {
    let list = aws.sns.list_subscriptions_by_topic().topic_arn(topic);
    let mut pages = list.into_paginator().send();
    let mut all = Vec::new();
    while let Some(page) = pages.next().await {
        let page = match page.map_err(|e| failure(LIST, e)) {
            Ok(page) => page,
            Err(error) if error.class == Class::Gone => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        for it in page.subscriptions.unwrap_or_default() {
            all.push(Outputs {
                topic: topic.to_string(),
                protocol: it.protocol.unwrap_or_default(),
                endpoint: it.endpoint.unwrap_or_default(),
                arn: it.subscription_arn.filter(|arn| is_arn(arn)),
            });
        }
    }
    Ok(all)
}
