use std::collections::BTreeMap;
use std::time::Duration;

use ashore_engine::address::StackName;
use ashore_engine::failure::{Class, Failure};
use ashore_engine::kind::{Context, Found, Gone, Live, Observed};
use aws_sdk_scheduler::types::{ScheduleGroupState, Tag};

use super::{Change, Outputs, ScheduleGroup};
use crate::aws::live::Aws;
use crate::aws::live::failure::{failure, not_visible_yet, required};
use crate::aws::live::foreign::ours_or_foreign;
use crate::aws::tags::{Tags, marked, of_stack};

const CREATE: &str = "scheduler:CreateScheduleGroup";
const GET: &str = "scheduler:GetScheduleGroup";
const DELETE: &str = "scheduler:DeleteScheduleGroup";

impl Live for ScheduleGroup {
    type Client = Aws;

    async fn find(&self, aws: &Aws, cx: &Context) -> Result<Found<Outputs>, Failure> {
        let Some(outputs) = there(aws, &self.name).await?.and_then(Present::stays) else {
            return Ok(Found::Absent);
        };
        let Some(tags) = tags(aws, &outputs.arn).await? else {
            return Ok(Found::Absent);
        };
        Ok(ours_or_foreign(
            outputs,
            &tags,
            &cx.mark,
            &format!("the schedule group `{}`", self.name),
            "delete it if nobody needs its schedules, or give the app another name",
        ))
    }

    async fn observe(aws: &Aws, outputs: &Outputs) -> Result<Option<Observed<Self>>, Failure> {
        let (group, tags) = futures_util::join!(there(aws, &outputs.name), tags(aws, &outputs.arn));
        let (Some(outputs), Some(tags)) = (group?.and_then(Present::stays), tags?) else {
            return Ok(None);
        };
        if !marked(&tags) {
            return Ok(None); // ours was deleted, and somebody made another
        }
        Ok(Some(Observed {
            spec: ScheduleGroup {
                name: outputs.name.clone(),
                tags: Tags::observed(tags),
            },
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
            Change::Create => {
                let create = aws.scheduler.create_schedule_group().name(&self.name);
                let created = create
                    .set_tags(Some(sdk_tags(self.tags.marked(&cx.mark))?))
                    .client_token(cx.mark.token("create"))
                    .send()
                    .await;
                let created = created.map_err(|e| failure(CREATE, e))?;
                return Ok(Outputs {
                    name: self.name.clone(),
                    arn: created.schedule_group_arn,
                });
            }
            Change::Tag => {
                let tag = aws.scheduler.tag_resource();
                let sent = tag
                    .resource_arn(&required("scheduler:TagResource", outputs)?.arn)
                    .set_tags(Some(sdk_tags(self.tags.marked(&cx.mark))?))
                    .send()
                    .await;
                sent.map_err(|e| not_visible_yet(failure("scheduler:TagResource", e)))?;
            }
            Change::Untag(keys) => {
                let untag = aws.scheduler.untag_resource();
                let sent = untag
                    .resource_arn(&required("scheduler:UntagResource", outputs)?.arn)
                    .set_tag_keys(Some(keys.clone()))
                    .send()
                    .await;
                sent.map_err(|e| failure("scheduler:UntagResource", e))?;
            }
            Change::Delete => {
                let delete = aws.scheduler.delete_schedule_group();
                let sent = delete.name(&required(DELETE, outputs)?.name).send().await;
                sent.map_err(|e| failure(DELETE, e))?;
            }
        }
        required("scheduler:answer", outputs).cloned()
    }

    /// It takes its time, and its name is free only then.
    async fn gone(aws: &Aws, outputs: &Outputs) -> Result<Gone, Failure> {
        Ok(match there(aws, &outputs.name).await? {
            None => Gone::Gone,
            Some(_) => Gone::Held {
                by: "its schedules, which are being deleted".to_string(),
                look_after: Duration::from_secs(2),
            },
        })
    }

    async fn list(aws: &Aws, stack: &StackName) -> Result<Vec<Outputs>, Failure> {
        let groups = aws.scheduler.list_schedule_groups();
        let mut groups = groups.into_paginator().items().send();
        let mut ours = Vec::new();
        while let Some(group) = groups.next().await {
            let group = group.map_err(|e| failure("scheduler:ListScheduleGroups", e))?;
            if group.state == Some(ScheduleGroupState::Deleting) {
                continue;
            }
            let outputs = Outputs {
                name: required("scheduler:ListScheduleGroups", group.name)?,
                arn: required("scheduler:ListScheduleGroups", group.arn)?,
            };
            let tags = tags(aws, &outputs.arn).await?.unwrap_or_default();
            if of_stack(&tags, stack) {
                ours.push(outputs);
            }
        }
        Ok(ours)
    }
}

struct Present {
    outputs: Outputs,
    deleting: bool,
}

impl Present {
    fn stays(self) -> Option<Outputs> {
        (!self.deleting).then_some(self.outputs)
    }
}

async fn there(aws: &Aws, name: &str) -> Result<Option<Present>, Failure> {
    let got = aws.scheduler.get_schedule_group().name(name).send().await;
    match got.map_err(|e| failure(GET, e)) {
        Ok(group) => Ok(Some(Present {
            deleting: group.state == Some(ScheduleGroupState::Deleting),
            outputs: Outputs {
                name: required(GET, group.name)?,
                arn: required(GET, group.arn)?,
            },
        })),
        Err(error) if error.class == Class::Gone => Ok(None),
        Err(error) => Err(error),
    }
}

/// None if there is no such group.
async fn tags(aws: &Aws, arn: &str) -> Result<Option<BTreeMap<String, String>>, Failure> {
    let listed = aws.scheduler.list_tags_for_resource().resource_arn(arn);
    match listed
        .send()
        .await
        .map_err(|e| failure("scheduler:ListTagsForResource", e))
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
