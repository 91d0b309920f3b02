use std::collections::{BTreeMap, BTreeSet};

use ashore_engine::address::StackName;
use ashore_engine::failure::{Class, Failure};
use ashore_engine::kind::{Context, Found, Kind, Live, Observed};
use aws_sdk_ecs::types::{TaskDefinitionField, TaskDefinitionStatus};
use serde_json::Value;

use super::{Change, Outputs, RawTaskDefinition};
use crate::aws::live::Aws;
use crate::aws::live::ecs::{json_tags, tag, tags_json, untag};
use crate::aws::live::failure::{failure, required};
use crate::aws::live::raw::{Answer, body};
use crate::aws::raw_service::stack_services;
use crate::aws::tags::{Tags, bears, of_stack};
use crate::aws::task_definition::delete;

const REGISTER: &str = "ecs:RegisterTaskDefinition";
const DESCRIBE: &str = "ecs:DescribeTaskDefinition";

// Gone at once: it vanishes when the last task that runs by it has stopped, and nobody waits for
// that.
impl Live for RawTaskDefinition {
    type Client = Aws;

    /// The newest revision, if it bears the mark and says what we want: revisions share a
    /// family's name, so that nobody's is ever in the way.
    async fn find(&self, aws: &Aws, cx: &Context) -> Result<Found<Outputs>, Failure> {
        let Some((observed, tags)) = described(aws, &self.family).await? else {
            return Ok(Found::Absent);
        };
        let observed = Observed {
            spec: observed.spec.owned(&[self]),
            outputs: observed.outputs,
        };
        let ours = bears(&tags, &cx.mark) && self.replaced_by(&observed).is_none();
        Ok(match ours {
            true => Found::Ours(observed.outputs),
            false => Found::Absent,
        })
    }

    async fn observe(aws: &Aws, outputs: &Outputs) -> Result<Option<Observed<Self>>, Failure> {
        Ok(described(aws, &outputs.arn).await?.map(|(seen, _)| seen))
    }

    async fn send(
        &self,
        aws: &Aws,
        cx: &Context,
        change: &Change,
        outputs: Option<&Outputs>,
    ) -> Result<Outputs, Failure> {
        if *change == Change::Register {
            let mut document = self.definition.clone();
            document["family"] = Value::from(self.family.clone());
            document["tags"] = tags_json(self.tags.marked(&cx.mark));
            let answer = Answer::default();
            let register = aws.ecs.register_task_definition().family(&self.family);
            let register = register.customize().interceptor(answer.clone());
            let registered = register.mutate_request(body(REGISTER, &document)?).send();
            registered.await.map_err(|e| failure(REGISTER, e))?;
            return outputs_of(REGISTER, &answer.told(REGISTER)?["taskDefinition"]);
        }
        let outputs = required("ecs:TaskDefinition", outputs)?;
        let arn = &outputs.arn;
        match change {
            Change::Register => {}
            Change::Tag => tag(aws, arn, self.tags.marked(&cx.mark)).await?,
            Change::Untag(keys) => untag(aws, arn, keys).await?,
            Change::Deregister => {
                let deregister = aws.ecs.deregister_task_definition().task_definition(arn);
                let deregistered = deregister.send().await;
                deregistered.map_err(|e| failure("ecs:DeregisterTaskDefinition", e))?;
                return Ok(Outputs {
                    active: false,
                    ..outputs.clone()
                });
            }
            Change::Delete => delete(aws, arn).await?,
        }
        Ok(outputs.clone())
    }

    /// Families are called as the user likes: those that services of the stack run by.
    async fn list(aws: &Aws, stack: &StackName) -> Result<Vec<Outputs>, Failure> {
        let services = stack_services(aws, stack).await?;
        let definitions = services
            .iter()
            .filter_map(|it| it["taskDefinition"].as_str());
        let families: BTreeSet<&str> = definitions.filter_map(family).collect();
        let mut ours = Vec::new();
        for family in families {
            let list = aws.ecs.list_task_definitions().family_prefix(family);
            let list = list.status(TaskDefinitionStatus::Active);
            let mut revisions = list.into_paginator().items().send();
            while let Some(arn) = revisions.next().await {
                let arn = arn.map_err(|e| failure("ecs:ListTaskDefinitions", e))?;
                if let Some((observed, tags)) = described(aws, &arn).await? {
                    ours.extend(of_stack(&tags, stack).then_some(observed.outputs));
                }
            }
        }
        Ok(ours)
    }
}

/// Of `arn:…:task-definition/family:revision`.
fn family(arn: &str) -> Option<&str> {
    let (_, name) = arn.rsplit_once('/')?;
    name.split(':').next()
}

/// A revision by its ARN, or a family's newest ACTIVE one by its name. One that is being deleted
/// counts as gone.
async fn described(
    aws: &Aws,
    which: &str,
) -> Result<Option<(Observed<RawTaskDefinition>, BTreeMap<String, String>)>, Failure> {
    let answer = Answer::default();
    let describe = aws.ecs.describe_task_definition().task_definition(which);
    let describe = describe.include(TaskDefinitionField::Tags).customize();
    let described = describe.interceptor(answer.clone()).send().await;
    match described.map_err(|e| failure(DESCRIBE, e)) {
        Ok(_) => {}
        Err(error) if error.class == Class::Gone => return Ok(None),
        Err(error) => return Err(error),
    }
    let mut told = answer.told(DESCRIBE)?;
    if told["taskDefinition"]["status"] == "DELETE_IN_PROGRESS" {
        return Ok(None);
    }
    let tags = json_tags(&told["tags"]);
    let definition = told["taskDefinition"].take();
    let outputs = outputs_of(DESCRIBE, &definition)?;
    let spec = RawTaskDefinition {
        family: outputs.family.clone(),
        definition,
        tags: Tags::observed(tags.clone()),
    };
    Ok(Some((Observed { spec, outputs }, tags)))
}

fn outputs_of(operation: &'static str, definition: &Value) -> Result<Outputs, Failure> {
    let text = |name: &str| definition[name].as_str().map(str::to_string);
    let revision = definition["revision"].as_u64();
    let revision = revision.and_then(|it| u32::try_from(it).ok());
    Ok(Outputs {
        arn: required(operation, text("taskDefinitionArn"))?,
        family: required(operation, text("family"))?,
        revision: required(operation, revision)?,
        active: definition["status"] != "INACTIVE",
    })
}
