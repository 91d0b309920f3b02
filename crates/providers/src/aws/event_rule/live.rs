use std::collections::BTreeMap;

use ashore_engine::address::StackName;
use ashore_engine::failure::{Class, Failure};
use ashore_engine::kind::{Context, Found, Live, Observed};
use aws_sdk_eventbridge::operation::describe_rule::DescribeRuleOutput;
use aws_sdk_eventbridge::types::{RuleState, Tag, Target};
use serde_json::Value;

use super::{Change, EventRule, Outputs, TARGET};
use crate::aws::live::Aws;
use crate::aws::live::failure::{failure, known, not_visible_yet, required};
use crate::aws::live::foreign::ours_or_foreign;
use crate::aws::tags::{Tags, marked, of_stack};

const PUT: &str = "events:PutRule";
const TARGETS: &str = "events:PutTargets";
const CLEAR: &str = "events:RemoveTargets";
const DELETE: &str = "events:DeleteRule";
const DESCRIBE: &str = "events:DescribeRule";
const LIST: &str = "events:ListRules";
const LIST_TARGETS: &str = "events:ListTargetsByRule";

impl Live for EventRule {
    type Client = Aws;

    async fn find(&self, aws: &Aws, cx: &Context) -> Result<Found<Outputs>, Failure> {
        let Some(rule) = described(aws, &self.name).await? else {
            return Ok(Found::Absent);
        };
        let arn = required(DESCRIBE, rule.arn)?;
        let (tags, targets) = futures_util::join!(tags(aws, &arn), targets(aws, &self.name));
        let (Some(tags), Some(targets)) = (tags?, targets?) else {
            return Ok(Found::Absent);
        };
        let outputs = Outputs {
            name: self.name.clone(),
            arn,
            targets: targets.into_iter().map(|target| target.id).collect(),
        };
        Ok(ours_or_foreign(
            outputs,
            &tags,
            &cx.mark,
            &format!("the rule `{}`", self.name),
            "delete it if nobody needs it, or give the app another name",
        ))
    }

    async fn observe(aws: &Aws, known: &Outputs) -> Result<Option<Observed<Self>>, Failure> {
        let (rule, targets, tags) = futures_util::join!(
            described(aws, &known.name),
            targets(aws, &known.name),
            tags(aws, &known.arn)
        );
        let (Some(rule), Some(targets), Some(tags)) = (rule?, targets?, tags?) else {
            return Ok(None);
        };
        if !marked(&tags) {
            return Ok(None); // ours was deleted, and somebody made another
        }
        Ok(Some(Observed {
            spec: observed(rule, &targets, Tags::observed(tags)),
            outputs: Outputs {
                targets: targets.into_iter().map(|target| target.id).collect(),
                ..known.clone()
            },
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
            Change::Put => {
                let put = aws.events.put_rule().name(&self.name);
                // Tags count only when the rule is made [EventBridge API: PutRule].
                let tags = outputs.is_none().then(|| self.tags.marked(&cx.mark));
                let put = put
                    .description(&self.description)
                    .event_pattern(self.pattern.to_string())
                    .state(RuleState::Enabled)
                    .set_tags(tags.map(sdk_tags).transpose()?)
                    .send()
                    .await;
                let put = put.map_err(|e| failure(PUT, e))?;
                let targets = outputs.map(|outputs| outputs.targets.clone());
                return Ok(Outputs {
                    name: self.name.clone(),
                    arn: required(PUT, put.rule_arn)?,
                    targets: targets.unwrap_or_default(),
                });
            }
            Change::Target => {
                let outputs = required(TARGETS, outputs)?;
                let topic = required(TARGETS, self.topic.as_ref())?;
                let target = Target::builder().id(TARGET).arn(known(TARGETS, topic)?);
                let put = aws.events.put_targets().rule(&outputs.name);
                let put = put.targets(required(TARGETS, target.build().ok())?);
                let put = put.send().await;
                let put = put.map_err(|e| not_visible_yet(failure(TARGETS, e)))?;
                refused(
                    TARGETS,
                    put.failed_entries
                        .unwrap_or_default()
                        .into_iter()
                        .map(|entry| (entry.error_code, entry.error_message)),
                )?;
                let mut outputs = outputs.clone();
                if !outputs.targets.iter().any(|id| id == TARGET) {
                    outputs.targets.push(TARGET.to_string());
                }
                return Ok(outputs);
            }
            Change::Clear(ids) => {
                let mut outputs = required(CLEAR, outputs)?.clone();
                let remove = aws.events.remove_targets().rule(&outputs.name);
                let removed = remove.set_ids(Some(ids.clone())).send().await;
                let removed = removed.map_err(|e| failure(CLEAR, e))?;
                refused(
                    CLEAR,
                    removed
                        .failed_entries
                        .unwrap_or_default()
                        .into_iter()
                        .map(|entry| (entry.error_code, entry.error_message)),
                )?;
                outputs.targets.retain(|id| !ids.contains(id));
                return Ok(outputs);
            }
            Change::Tag => {
                let tag = aws.events.tag_resource();
                let sent = tag
                    .resource_arn(&required("events:TagResource", outputs)?.arn)
                    .set_tags(Some(sdk_tags(self.tags.marked(&cx.mark))?))
                    .send()
                    .await;
                sent.map_err(|e| not_visible_yet(failure("events:TagResource", e)))?;
            }
            Change::Untag(keys) => {
                let untag = aws.events.untag_resource();
                let sent = untag
                    .resource_arn(&required("events:UntagResource", outputs)?.arn)
                    .set_tag_keys(Some(keys.clone()))
                    .send()
                    .await;
                sent.map_err(|e| failure("events:UntagResource", e))?;
            }
            Change::Delete => {
                let name = &required(DELETE, outputs)?.name;
                let deleted = aws.events.delete_rule().name(name).send().await;
                deleted.map_err(|e| failure(DELETE, e))?;
            }
        }
        required("events:answer", outputs).cloned()
    }

    async fn list(aws: &Aws, stack: &StackName) -> Result<Vec<Outputs>, Failure> {
        let mut ours = Vec::new();
        let mut token = None;
        loop {
            let page = aws.events.list_rules().set_next_token(token).send().await;
            let page = page.map_err(|e| failure(LIST, e))?;
            for rule in page.rules.unwrap_or_default() {
                let (name, arn) = (required(LIST, rule.name)?, required(LIST, rule.arn)?);
                let tags = tags(aws, &arn).await?.unwrap_or_default();
                if of_stack(&tags, stack) {
                    let targets = targets(aws, &name).await?.unwrap_or_default();
                    let targets = targets.into_iter().map(|target| target.id).collect();
                    ours.push(Outputs { name, arn, targets });
                }
            }
            token = page.next_token;
            if token.is_none() {
                return Ok(ours);
            }
        }
    }
}

/// A request for several targets succeeds although some of them were refused [EventBridge API: PutTargets].
fn refused(
    operation: &'static str,
    entries: impl Iterator<Item = (Option<String>, Option<String>)>,
) -> Result<(), Failure> {
    let mut entries = entries;
    match entries.next() {
        None => Ok(()),
        Some((code, message)) => Err(Failure::new(
            match code.as_deref() {
                Some("ConcurrentModificationException") => Class::Throttled,
                _ => Class::Invalid,
            },
            operation,
            code.unwrap_or_default(),
            message.unwrap_or_default(),
        )),
    }
}

/// A rule that somebody has turned off, or whose target is given other words, has another pattern, or no topic: that
/// differs from every one of ours.
fn observed(rule: DescribeRuleOutput, targets: &[Target], tags: Tags) -> EventRule {
    let pattern = rule.event_pattern.as_deref().unwrap_or_default();
    let pattern: Value = serde_json::from_str(pattern).unwrap_or_default();
    let plain = |target: &Target| {
        target.input.is_none() && target.input_path.is_none() && target.input_transformer.is_none()
    };
    let topic = match targets {
        [target] if target.id == TARGET && plain(target) => Some(target.arn.clone().into()),
        _ => None,
    };
    EventRule {
        name: rule.name.unwrap_or_default(),
        description: rule.description.unwrap_or_default(),
        pattern: match rule.state {
            Some(RuleState::Disabled) => Value::Null,
            _ => pattern,
        },
        topic,
        tags,
    }
}

async fn described(aws: &Aws, name: &str) -> Result<Option<DescribeRuleOutput>, Failure> {
    let described = aws.events.describe_rule().name(name).send().await;
    match described.map_err(|e| failure(DESCRIBE, e)) {
        Ok(rule) => Ok(Some(rule)),
        Err(error) if error.class == Class::Gone => Ok(None),
        Err(error) => Err(error),
    }
}

/// None if there is no such rule. A rule has five targets at most, and a page a hundred [EventBridge quotas].
async fn targets(aws: &Aws, rule: &str) -> Result<Option<Vec<Target>>, Failure> {
    let listed = aws.events.list_targets_by_rule().rule(rule).send().await;
    match listed.map_err(|e| failure(LIST_TARGETS, e)) {
        Ok(listed) => Ok(Some(listed.targets.unwrap_or_default())),
        Err(error) if error.class == Class::Gone => Ok(None),
        Err(error) => Err(error),
    }
}

/// None if there is no such rule.
async fn tags(aws: &Aws, arn: &str) -> Result<Option<BTreeMap<String, String>>, Failure> {
    let listed = aws.events.list_tags_for_resource().resource_arn(arn);
    match listed
        .send()
        .await
        .map_err(|e| failure("events:ListTagsForResource", e))
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
    let tag = |(key, value)| required(PUT, Tag::builder().key(key).value(value).build().ok());
    tags.into_iter().map(tag).collect()
}
