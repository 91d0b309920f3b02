use ashore_engine::address::StackName;
use ashore_engine::failure::{Class, Failure};
use ashore_engine::input::Input;
use ashore_engine::kind::{Context, Found, Live, Observed};
use aws_sdk_rds::types::DbSubnetGroup as SdkGroup;

use super::{Change, DbSubnetGroup, Outputs};
use crate::aws::live::Aws;
use crate::aws::live::failure::{failure, known, not_visible_yet, required};
use crate::aws::live::foreign::ours_or_foreign;
use crate::aws::live::rds;
use crate::aws::tags::{Tags, marked, of_stack};

const CREATE: &str = "rds:CreateDBSubnetGroup";
const MODIFY: &str = "rds:ModifyDBSubnetGroup";
const DELETE: &str = "rds:DeleteDBSubnetGroup";
const DESCRIBE: &str = "rds:DescribeDBSubnetGroups";

impl Live for DbSubnetGroup {
    type Client = Aws;

    async fn find(&self, aws: &Aws, cx: &Context) -> Result<Found<Outputs>, Failure> {
        let Some(there) = described(aws, &self.name).await? else {
            return Ok(Found::Absent);
        };
        let Some(tags) = rds::tags(aws, &there.outputs.arn).await? else {
            return Ok(Found::Absent);
        };
        Ok(ours_or_foreign(
            there.outputs,
            &tags,
            &cx.mark,
            &format!("the DB subnet group `{}`", self.name),
            "delete it if no database is in it, or give the app another name",
        ))
    }

    async fn observe(aws: &Aws, outputs: &Outputs) -> Result<Option<Observed<Self>>, Failure> {
        let (there, tags) =
            futures_util::join!(described(aws, &outputs.name), rds::tags(aws, &outputs.arn));
        let (Some(there), Some(tags)) = (there?, tags?) else {
            return Ok(None);
        };
        if !marked(&tags) {
            return Ok(None); // ours was deleted, and somebody made another
        }
        Ok(Some(Observed {
            spec: DbSubnetGroup {
                name: there.outputs.name.clone(),
                description: there.description,
                subnets: there.subnets.into_iter().map(Input::Known).collect(),
                tags: Tags::observed(tags),
            },
            outputs: there.outputs,
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
                let create = aws.rds.create_db_subnet_group();
                let create = create.db_subnet_group_name(&self.name);
                let create = create.db_subnet_group_description(&self.description);
                let create = create.set_subnet_ids(Some(self.ids(CREATE)?));
                let create = create.set_tags(Some(rds::sdk_tags(self.tags.marked(&cx.mark))));
                let sent = create.send().await;
                let sent = sent.map_err(|e| not_visible_yet(failure(CREATE, e)))?;
                let group = required(CREATE, sent.db_subnet_group)?;
                return Ok(described_as(group)?.outputs);
            }
            Change::Modify => {
                let modify = aws.rds.modify_db_subnet_group();
                let modify = modify.db_subnet_group_name(&required(MODIFY, outputs)?.name);
                let modify = modify.db_subnet_group_description(&self.description);
                let sent = modify.set_subnet_ids(Some(self.ids(MODIFY)?)).send().await;
                sent.map_err(|e| not_visible_yet(failure(MODIFY, e)))?;
            }
            Change::Tag => {
                let arn = &required("rds:AddTagsToResource", outputs)?.arn;
                rds::tag(aws, arn, self.tags.marked(&cx.mark)).await?;
            }
            Change::Untag(keys) => {
                let arn = &required("rds:RemoveTagsFromResource", outputs)?.arn;
                rds::untag(aws, arn, keys).await?;
            }
            Change::Delete => {
                let delete = aws.rds.delete_db_subnet_group();
                let name = &required(DELETE, outputs)?.name;
                let sent = delete.db_subnet_group_name(name).send().await;
                sent.map_err(|e| failure(DELETE, e))?;
            }
        }
        required("rds:answer", outputs.cloned())
    }

    async fn list(aws: &Aws, stack: &StackName) -> Result<Vec<Outputs>, Failure> {
        let describe = aws.rds.describe_db_subnet_groups().into_paginator().items();
        let mut groups = describe.send();
        let mut ours = Vec::new();
        while let Some(group) = groups.next().await {
            let group = described_as(group.map_err(|e| failure(DESCRIBE, e))?)?;
            let tags = rds::tags(aws, &group.outputs.arn)
                .await?
                .unwrap_or_default();
            if of_stack(&tags, stack) {
                ours.push(group.outputs);
            }
        }
        Ok(ours)
    }
}

impl DbSubnetGroup {
    fn ids(&self, operation: &'static str) -> Result<Vec<String>, Failure> {
        let ids = self.subnets.iter();
        ids.map(|id| known(operation, id).cloned()).collect()
    }
}

struct Described {
    outputs: Outputs,
    description: String,
    subnets: Vec<String>,
}

async fn described(aws: &Aws, name: &str) -> Result<Option<Described>, Failure> {
    let describe = aws.rds.describe_db_subnet_groups();
    let sent = describe.db_subnet_group_name(name).send().await;
    match sent.map_err(|e| failure(DESCRIBE, e)) {
        Ok(found) => {
            let first = found
                .db_subnet_groups
                .unwrap_or_default()
                .into_iter()
                .next();
            first.map(described_as).transpose()
        }
        Err(error) if error.class == Class::Gone => Ok(None),
        Err(error) => Err(error),
    }
}

fn described_as(group: SdkGroup) -> Result<Described, Failure> {
    let subnets = group.subnets.unwrap_or_default().into_iter();
    Ok(Described {
        outputs: Outputs {
            name: required(DESCRIBE, group.db_subnet_group_name)?,
            arn: required(DESCRIBE, group.db_subnet_group_arn)?,
        },
        description: group.db_subnet_group_description.unwrap_or_default(),
        subnets: subnets.filter_map(|it| it.subnet_identifier).collect(),
    })
}
