use std::collections::BTreeMap;

use ashore_engine::address::StackName;
use ashore_engine::failure::{Class, Failure};
use ashore_engine::kind::{Context, Found, Live, Observed};

use super::{Change, LogGroup, Outputs};
use crate::aws::live::Aws;
use crate::aws::live::failure::{failure, not_visible_yet, required};
use crate::aws::live::foreign::ours_or_foreign;
use crate::aws::tags::{PREFIX, Tags, marked, of_stack};

/// The tag that says what becomes of the group in the end.
fn removal() -> String {
    format!("{PREFIX}removal")
}

const RETAIN: &str = "retain";
const DELETE: &str = "delete";

impl Live for LogGroup {
    type Client = Aws;

    async fn find(&self, aws: &Aws, cx: &Context) -> Result<Found<Outputs>, Failure> {
        let Some(group) = described(aws, &self.name).await? else {
            return Ok(Found::Absent);
        };
        let Some(tags) = tags(aws, &group.outputs.arn).await? else {
            return Ok(Found::Absent);
        };
        Ok(ours_or_foreign(
            group.outputs,
            &tags,
            &cx.mark,
            &format!("the log group `{}`", self.name),
            "delete it if nobody needs what it holds, or give the app another name",
        ))
    }

    async fn observe(aws: &Aws, outputs: &Outputs) -> Result<Option<Observed<Self>>, Failure> {
        let (group, tags) =
            futures_util::join!(described(aws, &outputs.name), tags(aws, &outputs.arn));
        let (Some(group), Some(tags)) = (group?, tags?) else {
            return Ok(None);
        };
        if !marked(&tags) {
            return Ok(None); // ours was deleted, and somebody made another
        }
        let spec = LogGroup {
            name: group.outputs.name.clone(),
            retention_days: group.retention_days,
            key: group.key,
            retain: tags.get(&removal()).map(String::as_str) == Some(RETAIN),
            tags: Tags::observed(tags),
        };
        Ok(Some(Observed {
            spec,
            outputs: group.outputs,
        }))
    }

    async fn send(
        &self,
        aws: &Aws,
        cx: &Context,
        change: &Change,
        outputs: Option<&Outputs>,
    ) -> Result<Outputs, Failure> {
        let there = |operation| required(operation, outputs);
        match change {
            Change::Create => {
                let create = aws.logs.create_log_group().log_group_name(&self.name);
                let create = create.set_kms_key_id(self.key.clone());
                let created = create
                    .set_tags(Some(self.all_tags(cx, true).into_iter().collect()))
                    .send()
                    .await;
                created.map_err(|e| failure("logs:CreateLogGroup", e))?;
                return Ok(Outputs {
                    name: self.name.clone(),
                    arn: aws.arn("logs", &format!("log-group:{}", self.name)),
                });
            }
            Change::Retention => {
                let name = &there("logs:PutRetentionPolicy")?.name;
                let days = i32::try_from(self.retention_days).unwrap_or(i32::MAX);
                let put = aws.logs.put_retention_policy().log_group_name(name);
                let put = put.retention_in_days(days).send().await;
                put.map_err(|e| not_visible_yet(failure("logs:PutRetentionPolicy", e)))?;
            }
            Change::KeepForEver => {
                let name = &there("logs:DeleteRetentionPolicy")?.name;
                let delete = aws.logs.delete_retention_policy().log_group_name(name);
                let deleted = delete.send().await;
                deleted.map_err(|e| not_visible_yet(failure("logs:DeleteRetentionPolicy", e)))?;
            }
            Change::Encrypt => {
                let name = &there("logs:AssociateKmsKey")?.name;
                let key = required("logs:AssociateKmsKey", self.key.as_ref())?;
                let associate = aws.logs.associate_kms_key().log_group_name(name);
                let sent = associate.kms_key_id(key).send().await;
                sent.map_err(|e| not_visible_yet(failure("logs:AssociateKmsKey", e)))?;
            }
            Change::ForgetKey => {
                let name = &there("logs:DisassociateKmsKey")?.name;
                let forget = aws.logs.disassociate_kms_key().log_group_name(name);
                let sent = forget.send().await;
                sent.map_err(|e| not_visible_yet(failure("logs:DisassociateKmsKey", e)))?;
            }
            Change::Tag => {
                let arn = &there("logs:TagResource")?.arn;
                let tag = aws.logs.tag_resource().resource_arn(arn);
                let tagged = tag
                    .set_tags(Some(self.all_tags(cx, false).into_iter().collect()))
                    .send()
                    .await;
                tagged.map_err(|e| not_visible_yet(failure("logs:TagResource", e)))?;
            }
            Change::Untag(keys) => {
                let arn = &there("logs:UntagResource")?.arn;
                let untag = aws.logs.untag_resource().resource_arn(arn);
                let untagged = untag.set_tag_keys(Some(keys.clone())).send().await;
                untagged.map_err(|e| not_visible_yet(failure("logs:UntagResource", e)))?;
            }
            Change::Delete => {
                let name = &there("logs:DeleteLogGroup")?.name;
                let deleted = aws.logs.delete_log_group().log_group_name(name);
                let deleted = deleted.send().await;
                deleted.map_err(|e| failure("logs:DeleteLogGroup", e))?;
            }
        }
        there("logs:answer").cloned()
    }

    async fn list(aws: &Aws, stack: &StackName) -> Result<Vec<Outputs>, Failure> {
        let mut groups = aws
            .logs
            .describe_log_groups()
            .into_paginator()
            .items()
            .send();
        let mut ours = Vec::new();
        while let Some(group) = groups.next().await {
            let group = described_as(group.map_err(|e| failure("logs:DescribeLogGroups", e))?)?;
            let tags = tags(aws, &group.outputs.arn).await?.unwrap_or_default();
            if of_stack(&tags, stack) {
                ours.push(group.outputs);
            }
        }
        Ok(ours)
    }
}

impl LogGroup {
    /// A new group that is to be deleted in the end need not say so.
    fn all_tags(&self, cx: &Context, new: bool) -> BTreeMap<String, String> {
        let mut tags = self.tags.marked(&cx.mark);
        if self.retain || !new {
            let removed = if self.retain { RETAIN } else { DELETE };
            tags.insert(removal(), removed.to_string());
        }
        tags
    }
}

struct Described {
    outputs: Outputs,
    retention_days: u32,
    key: Option<String>,
}

/// The group of exactly that name. There is no read by name, only by prefix; a group whose name
/// goes on after ours stands behind it [CloudWatch Logs API: DescribeLogGroups, ordered by name].
async fn described(aws: &Aws, name: &str) -> Result<Option<Described>, Failure> {
    let describe = aws.logs.describe_log_groups().log_group_name_prefix(name);
    let described = describe.limit(1).send().await;
    let groups = described.map_err(|e| failure("logs:DescribeLogGroups", e))?;
    let first = groups.log_groups.unwrap_or_default().into_iter().next();
    match first {
        Some(group) if group.log_group_name.as_deref() == Some(name) => {
            described_as(group).map(Some)
        }
        _ => Ok(None),
    }
}

fn described_as(group: aws_sdk_cloudwatchlogs::types::LogGroup) -> Result<Described, Failure> {
    let arn = required("logs:DescribeLogGroups", group.arn)?;
    Ok(Described {
        outputs: Outputs {
            name: required("logs:DescribeLogGroups", group.log_group_name)?,
            arn: arn.trim_end_matches(":*").to_string(),
        },
        key: group.kms_key_id,
        retention_days: group
            .retention_in_days
            .and_then(|days| u32::try_from(days).ok())
            .unwrap_or(0),
    })
}

/// None if there is no such group.
async fn tags(aws: &Aws, arn: &str) -> Result<Option<BTreeMap<String, String>>, Failure> {
    let listed = aws
        .logs
        .list_tags_for_resource()
        .resource_arn(arn)
        .send()
        .await;
    match listed.map_err(|e| failure("logs:ListTagsForResource", e)) {
        Ok(listed) => Ok(Some(listed.tags.unwrap_or_default().into_iter().collect())),
        Err(error) if error.class == Class::Gone => Ok(None),
        Err(error) => Err(error),
    }
}
