use std::collections::BTreeMap;

use ashore_engine::address::StackName;
use ashore_engine::failure::{Class, Failure};
use ashore_engine::kind::{Context, Found, Live, Observed};
use aws_sdk_ecs::types::{TaskDefinitionFamilyStatus, TaskDefinitionField, TaskDefinitionStatus};

use super::shape::{DESCRIBE, REGISTER, from_aws, register};
use super::{Change, Outputs, TaskDefinition};
use crate::aws::live::Aws;
use crate::aws::live::ecs::{sdk_tags, tag, tag_map, untag};
use crate::aws::live::failure::{failure, required};
use crate::aws::tags::{bears, is_part, of_stack};

// Gone at once: it vanishes when the last task that runs by it has stopped, and nobody waits for
// that.
impl Live for TaskDefinition {
    type Client = Aws;

    /// The newest revision, if it bears the mark and says what we want: revisions share a
    /// family's name, so that nobody's is ever in the way.
    async fn find(&self, aws: &Aws, cx: &Context) -> Result<Found<Outputs>, Failure> {
        Ok(match described(aws, &self.family).await? {
            Some((observed, tags)) if bears(&tags, &cx.mark) && self.fits(&observed) => {
                Found::Ours(observed.outputs)
            }
            _ => Found::Absent,
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
            let tags = sdk_tags(self.tags.marked(&cx.mark));
            let registered = register(self, aws)?.set_tags(Some(tags)).send().await;
            let registered = registered.map_err(|e| failure(REGISTER, e))?;
            return outputs_of(REGISTER, &required(REGISTER, registered.task_definition)?);
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

    /// Families whose name begins with the stack's: names are made so (`names.rs`), and a look at
    /// every revision in the account would take an hour.
    async fn list(aws: &Aws, stack: &StackName) -> Result<Vec<Outputs>, Failure> {
        let families: Vec<String> = aws
            .ecs
            .list_task_definition_families()
            .family_prefix(stack.to_string())
            .status(TaskDefinitionFamilyStatus::Active)
            .into_paginator()
            .items()
            .send()
            .collect::<Result<_, _>>()
            .await
            .map_err(|e| failure("ecs:ListTaskDefinitionFamilies", e))?;
        let mut ours = Vec::new();
        for family in families {
            let mut revisions = aws
                .ecs
                .list_task_definitions()
                .family_prefix(family)
                .status(TaskDefinitionStatus::Active)
                .into_paginator()
                .items()
                .send();
            while let Some(arn) = revisions.next().await {
                let arn = arn.map_err(|e| failure("ecs:ListTaskDefinitions", e))?;
                if let Some((observed, tags)) = described(aws, &arn).await? {
                    // One that a user wrote in JSON is of another kind.
                    let ours_is = of_stack(&tags, stack) && !is_part(&tags, "raw_task_definition");
                    ours.extend(ours_is.then_some(observed.outputs));
                }
            }
        }
        Ok(ours)
    }
}

/// A revision by its ARN, or a family's newest ACTIVE one by its name. One that is being deleted
/// counts as gone.
async fn described(
    aws: &Aws,
    which: &str,
) -> Result<Option<(Observed<TaskDefinition>, BTreeMap<String, String>)>, Failure> {
    let describe = aws.ecs.describe_task_definition().task_definition(which);
    let described = describe.include(TaskDefinitionField::Tags).send().await;
    let described = match described.map_err(|e| failure(DESCRIBE, e)) {
        Ok(described) => described,
        Err(error) if error.class == Class::Gone => return Ok(None),
        Err(error) => return Err(error),
    };
    let definition = required(DESCRIBE, described.task_definition)?;
    if definition.status == Some(TaskDefinitionStatus::DeleteInProgress) {
        return Ok(None);
    }
    let outputs = outputs_of(DESCRIBE, &definition)?;
    let tags = tag_map(described.tags);
    let spec = from_aws(definition, tags.clone())?;
    Ok(Some((Observed { spec, outputs }, tags)))
}

fn outputs_of(
    operation: &'static str,
    definition: &aws_sdk_ecs::types::TaskDefinition,
) -> Result<Outputs, Failure> {
    Ok(Outputs {
        arn: required(operation, definition.task_definition_arn.clone())?,
        family: required(operation, definition.family.clone())?,
        revision: required(operation, u32::try_from(definition.revision).ok())?,
        active: definition.status != Some(TaskDefinitionStatus::Inactive),
    })
}

/// It answers 200 also for what it did not delete, and says so per revision.
pub(in crate::aws) async fn delete(aws: &Aws, arn: &str) -> Result<(), Failure> {
    const OPERATION: &str = "ecs:DeleteTaskDefinitions";
    let deleted = aws.ecs.delete_task_definitions().task_definitions(arn);
    let deleted = deleted.send().await.map_err(|e| failure(OPERATION, e))?;
    let Some(refused) = deleted.failures.unwrap_or_default().into_iter().next() else {
        return Ok(());
    };
    let reason = refused.reason.unwrap_or_default();
    let class = match reason.as_str() {
        "MISSING" => Class::Gone,
        // Deregistering has not spread yet [ECS API: DeleteTaskDefinitions].
        reason if reason.contains("ACTIVE status") => Class::Eventual,
        _ => Class::Invalid,
    };
    let detail = refused.detail.unwrap_or_default();
    let message = format!("{arn} was not deleted: {reason} {detail}");
    Err(Failure::new(class, OPERATION, "NotDeleted", message.trim()))
}
