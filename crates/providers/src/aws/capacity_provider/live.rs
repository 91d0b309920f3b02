use std::collections::BTreeMap;
use std::time::Duration;

use ashore_engine::address::StackName;
use ashore_engine::failure::{Class, Failure};
use ashore_engine::kind::{Context, Found, Gone, Live, Observed, Readiness};
use aws_sdk_ecs::types::{
    CapacityProvider as Described, CapacityProviderField, CapacityProviderStatus,
    CapacityProviderUpdateStatus,
};

use super::shape::{self, CREATE, UPDATE};
use super::{CapacityProvider, Change, Outputs, Over};
use crate::aws::live::Aws;
use crate::aws::live::ecs::{sdk_tags, tag, tag_map, untag};
use crate::aws::live::failure::{failure, known, not_visible_yet, required};
use crate::aws::live::foreign::ours_or_foreign;
use crate::aws::tags::{Tags, marked, of_stack};

const DESCRIBE: &str = "ecs:DescribeCapacityProviders";
const DELETE: &str = "ecs:DeleteCapacityProvider";
/// Providers in one request [ECS API: DescribeCapacityProviders].
const NAMES_MAX: usize = 100;
const INTERVAL: Duration = Duration::from_secs(2);
/// ECS ends its instances first, which takes minutes.
const ENDING: Duration = Duration::from_secs(5);

impl Live for CapacityProvider {
    type Client = Aws;

    async fn find(&self, aws: &Aws, cx: &Context) -> Result<Found<Outputs>, Failure> {
        let Some(provider) = active(aws, &self.name).await? else {
            return Ok(Found::Absent);
        };
        Ok(ours_or_foreign(
            outputs_of(&provider)?,
            &tag_map(provider.tags),
            &cx.mark,
            &format!("the capacity provider `{}`", self.name),
            "delete it if nobody needs it, or give the app another name",
        ))
    }

    async fn observe(aws: &Aws, outputs: &Outputs) -> Result<Option<Observed<Self>>, Failure> {
        let provider = active(aws, &outputs.name).await?;
        let ours = |it: &Described| marked(&tag_map(it.tags.clone()));
        let Some(provider) = provider.filter(ours) else {
            return Ok(None);
        };
        Ok(Some(Observed {
            outputs: outputs_of(&provider)?,
            spec: CapacityProvider {
                name: outputs.name.clone(),
                over: required(DESCRIBE, shape::read(&provider))?,
                tags: Tags::observed(tag_map(provider.tags)),
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
        if *change == Change::Create {
            return self.create(aws, cx).await;
        }
        let outputs = required("ecs:CapacityProvider", outputs)?;
        match change {
            Change::Create => {}
            Change::Update => {
                let update = aws.ecs.update_capacity_provider().name(&outputs.name);
                let update = match &self.over {
                    Over::Group(group) => update.auto_scaling_group_provider(group.to_update()),
                    Over::Managed(managed) => update
                        .cluster(known(UPDATE, &managed.cluster)?)
                        .managed_instances_provider(managed.to_update()?),
                };
                let sent = update.send().await;
                sent.map_err(|e| not_visible_yet(failure(UPDATE, e)))?;
            }
            Change::Tag => tag(aws, &outputs.arn, self.tags.marked(&cx.mark)).await?,
            Change::Untag(keys) => untag(aws, &outputs.arn, keys).await?,
            Change::Delete => {
                let delete = aws.ecs.delete_capacity_provider();
                let delete = delete.capacity_provider(&outputs.name);
                let delete = delete.set_cluster(outputs.cluster.clone());
                delete.send().await.map_err(|e| failure(DELETE, e))?;
            }
        }
        Ok(outputs.clone())
    }

    async fn ready(
        &self,
        aws: &Aws,
        _: &Context,
        outputs: &Outputs,
    ) -> Result<Readiness<Outputs>, Failure> {
        let Some(provider) = active(aws, &outputs.name).await? else {
            return Err(Failure::new(
                Class::Eventual,
                DESCRIBE,
                "NotVisible",
                "the capacity provider was accepted and cannot be read yet",
            ));
        };
        let reason = provider.update_status_reason.unwrap_or_default();
        Ok(match provider.update_status {
            Some(
                status @ (CapacityProviderUpdateStatus::CreateInProgress
                | CapacityProviderUpdateStatus::UpdateInProgress),
            ) => Readiness::Pending {
                outputs: outputs.clone(),
                why: format!("the capacity provider is {status}"),
                look_after: INTERVAL,
            },
            Some(
                status @ (CapacityProviderUpdateStatus::CreateFailed
                | CapacityProviderUpdateStatus::UpdateFailed),
            ) => Readiness::Failed(Failure::new(
                Class::Invalid,
                format!("wait for the capacity provider `{}`", outputs.name),
                status.as_str(),
                reason,
            )),
            _ => Readiness::Ready(outputs.clone()),
        })
    }

    async fn gone(aws: &Aws, outputs: &Outputs) -> Result<Gone, Failure> {
        let Some(provider) = active(aws, &outputs.name).await? else {
            return Ok(Gone::Gone);
        };
        let reason = provider.update_status_reason.unwrap_or_default();
        match provider.update_status {
            // It says so long after the request was accepted (terraform-provider-aws #25176).
            Some(CapacityProviderUpdateStatus::DeleteFailed) => {
                Err(
                    Failure::new(Class::Dependency, DELETE, "DELETE_FAILED", reason).with_advice(
                        "run the same command again: it deletes the capacity provider once more",
                    ),
                )
            }
            _ => Ok(Gone::Held {
                by: "ECS, which deletes the capacity provider".to_string(),
                look_after: ENDING,
            }),
        }
    }

    async fn list(aws: &Aws, stack: &StackName) -> Result<Vec<Outputs>, Failure> {
        let mut ours = Vec::new();
        let mut token = None;
        loop {
            let describe = aws.ecs.describe_capacity_providers();
            let describe = describe.include(CapacityProviderField::Tags);
            let answer = describe.set_next_token(token).send().await;
            let answer = answer.map_err(|e| failure(DESCRIBE, e))?;
            for provider in answer.capacity_providers.unwrap_or_default() {
                let active = provider.status == Some(CapacityProviderStatus::Active);
                if active && of_stack(&tag_map(provider.tags.clone()), stack) {
                    ours.push(outputs_of(&provider)?);
                }
            }
            token = answer.next_token;
            if token.is_none() {
                return Ok(ours);
            }
        }
    }
}

impl CapacityProvider {
    async fn create(&self, aws: &Aws, cx: &Context) -> Result<Outputs, Failure> {
        let create = aws.ecs.create_capacity_provider().name(&self.name);
        let create = match &self.over {
            Over::Group(group) => create.auto_scaling_group_provider(group.to_create()?),
            Over::Managed(managed) => create
                .cluster(known(CREATE, &managed.cluster)?)
                .managed_instances_provider(managed.to_create()?),
        };
        let tags = sdk_tags(self.tags.marked(&cx.mark));
        let sent = create.set_tags(Some(tags)).send().await;
        let made = sent.map_err(|e| not_visible_yet(failure(CREATE, e)))?;
        outputs_of(&required(CREATE, made.capacity_provider)?)
    }
}

fn outputs_of(provider: &Described) -> Result<Outputs, Failure> {
    Ok(Outputs {
        name: required(DESCRIBE, provider.name.clone())?,
        arn: required(DESCRIBE, provider.capacity_provider_arn.clone())?,
        cluster: provider.cluster.clone(),
    })
}

/// One that was deleted can be seen as INACTIVE; its name is free [ECS API: CapacityProvider].
async fn active(aws: &Aws, name: &str) -> Result<Option<Described>, Failure> {
    let batch = aws.batch("capacity-provider", NAMES_MAX, |aws, names| async move {
        described(&aws, names).await
    });
    let found: Option<Described> = batch.get(name).await?;
    Ok(found.filter(|it| it.status == Some(CapacityProviderStatus::Active)))
}

async fn described(aws: &Aws, names: Vec<String>) -> Result<BTreeMap<String, Described>, Failure> {
    let describe = aws.ecs.describe_capacity_providers();
    let describe = describe.set_capacity_providers(Some(names));
    let describe = describe.include(CapacityProviderField::Tags);
    let answer = describe.send().await.map_err(|e| failure(DESCRIBE, e))?;
    let found = answer.capacity_providers.unwrap_or_default().into_iter();
    let named = found.map(|it| Ok((required(DESCRIBE, it.name.clone())?, it)));
    named.collect()
}
