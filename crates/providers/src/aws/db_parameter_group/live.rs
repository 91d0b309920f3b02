use std::collections::BTreeMap;

use ashore_engine::address::StackName;
use ashore_engine::failure::{Class, Failure};
use ashore_engine::kind::{Context, Found, Live, Observed};
use aws_sdk_rds::types::{ApplyMethod, DbParameterGroup as SdkGroup, Parameter};

use super::{Change, DbParameterGroup, Outputs};
use crate::aws::live::Aws;
use crate::aws::live::failure::{failure, not_visible_yet, required};
use crate::aws::live::foreign::ours_or_foreign;
use crate::aws::live::rds;
use crate::aws::tags::{Tags, marked, of_stack};

const CREATE: &str = "rds:CreateDBParameterGroup";
const MODIFY: &str = "rds:ModifyDBParameterGroup";
const RESET: &str = "rds:ResetDBParameterGroup";
const DELETE: &str = "rds:DeleteDBParameterGroup";
const DESCRIBE: &str = "rds:DescribeDBParameterGroups";

impl Live for DbParameterGroup {
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
            &format!("the DB parameter group `{}`", self.name),
            "delete it if no database is in it, or give the app another name",
        ))
    }

    async fn observe(aws: &Aws, outputs: &Outputs) -> Result<Option<Observed<Self>>, Failure> {
        let (there, parameters, tags) = futures_util::join!(
            described(aws, &outputs.name),
            parameters(aws, &outputs.name),
            rds::tags(aws, &outputs.arn)
        );
        let (Some(there), Some(parameters), Some(tags)) = (there?, parameters?, tags?) else {
            return Ok(None);
        };
        if !marked(&tags) {
            return Ok(None); // ours was deleted, and somebody made another
        }
        Ok(Some(Observed {
            spec: DbParameterGroup {
                name: there.outputs.name.clone(),
                family: there.family,
                description: there.description,
                parameters,
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
                let create = aws.rds.create_db_parameter_group();
                let create = create.db_parameter_group_name(&self.name);
                let create = create.db_parameter_group_family(&self.family);
                let create = create.description(&self.description);
                let tags = rds::sdk_tags(self.tags.marked(&cx.mark));
                let sent = create.set_tags(Some(tags)).send().await;
                let sent = sent.map_err(|e| failure(CREATE, e))?;
                let group = required(CREATE, sent.db_parameter_group)?;
                return Ok(described_as(group)?.outputs);
            }
            Change::Set(names) => {
                let set = names.iter().map(|name| {
                    let value = self.parameters.get(name).cloned();
                    now(name).set_parameter_value(value).build()
                });
                let modify = aws.rds.modify_db_parameter_group();
                let modify = modify.db_parameter_group_name(&required(MODIFY, outputs)?.name);
                let sent = modify.set_parameters(Some(set.collect())).send().await;
                sent.map_err(|e| not_visible_yet(failure(MODIFY, e)))?;
            }
            Change::Reset(names) => {
                let names = names.iter();
                // What somebody else has set may need a restart to become what it was.
                let names = names.map(|name| later(name).build());
                let reset = aws.rds.reset_db_parameter_group();
                let reset = reset.db_parameter_group_name(&required(RESET, outputs)?.name);
                let reset = reset.reset_all_parameters(false);
                let sent = reset.set_parameters(Some(names.collect())).send().await;
                sent.map_err(|e| not_visible_yet(failure(RESET, e)))?;
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
                let delete = aws.rds.delete_db_parameter_group();
                let name = &required(DELETE, outputs)?.name;
                let sent = delete.db_parameter_group_name(name).send().await;
                sent.map_err(|e| failure(DELETE, e))?;
            }
        }
        required("rds:answer", outputs.cloned())
    }

    async fn list(aws: &Aws, stack: &StackName) -> Result<Vec<Outputs>, Failure> {
        let describe = aws.rds.describe_db_parameter_groups();
        let mut groups = describe.into_paginator().items().send();
        let mut ours = Vec::new();
        while let Some(group) = groups.next().await {
            let group = described_as(group.map_err(|e| failure(DESCRIBE, e))?)?;
            // RDS's own, which nobody can tag.
            if group.outputs.name.starts_with("default.") {
                continue;
            }
            let tags = rds::tags(aws, &group.outputs.arn).await?;
            if of_stack(&tags.unwrap_or_default(), stack) {
                ours.push(group.outputs);
            }
        }
        Ok(ours)
    }
}

fn now(name: &str) -> aws_sdk_rds::types::builders::ParameterBuilder {
    let parameter = Parameter::builder().parameter_name(name);
    parameter.apply_method(ApplyMethod::Immediate)
}

fn later(name: &str) -> aws_sdk_rds::types::builders::ParameterBuilder {
    let parameter = Parameter::builder().parameter_name(name);
    parameter.apply_method(ApplyMethod::PendingReboot)
}

struct Described {
    outputs: Outputs,
    family: String,
    description: String,
}

async fn described(aws: &Aws, name: &str) -> Result<Option<Described>, Failure> {
    let describe = aws.rds.describe_db_parameter_groups();
    let sent = describe.db_parameter_group_name(name).send().await;
    match sent.map_err(|e| failure(DESCRIBE, e)) {
        Ok(found) => {
            let groups = found.db_parameter_groups.unwrap_or_default();
            groups.into_iter().next().map(described_as).transpose()
        }
        Err(error) if error.class == Class::Gone => Ok(None),
        Err(error) => Err(error),
    }
}

fn described_as(group: SdkGroup) -> Result<Described, Failure> {
    Ok(Described {
        outputs: Outputs {
            name: required(DESCRIBE, group.db_parameter_group_name)?,
            arn: required(DESCRIBE, group.db_parameter_group_arn)?,
        },
        family: group.db_parameter_group_family.unwrap_or_default(),
        description: group.description.unwrap_or_default(),
    })
}

/// What somebody has set, by name.
async fn parameters(aws: &Aws, name: &str) -> Result<Option<BTreeMap<String, String>>, Failure> {
    const OPERATION: &str = "rds:DescribeDBParameters";
    let describe = aws.rds.describe_db_parameters();
    let describe = describe.db_parameter_group_name(name).source("user");
    let mut all = describe.into_paginator().items().send();
    let mut set = BTreeMap::new();
    while let Some(parameter) = all.next().await {
        match parameter.map_err(|e| failure(OPERATION, e)) {
            Ok(parameter) => {
                let value = parameter.parameter_value.unwrap_or_default();
                set.insert(required(OPERATION, parameter.parameter_name)?, value);
            }
            Err(error) if error.class == Class::Gone => return Ok(None),
            Err(error) => return Err(error),
        }
    }
    Ok(Some(set))
}
