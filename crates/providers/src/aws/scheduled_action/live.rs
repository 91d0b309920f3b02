use ashore_engine::address::StackName;
use ashore_engine::failure::Failure;
use ashore_engine::kind::{Context, Found, Live, Observed};
use aws_sdk_applicationautoscaling::types::{
    ScalableDimension, ScalableTargetAction, ScheduledAction as SdkAction, ServiceNamespace,
};

use super::{Change, Outputs, ScheduledAction};
use crate::aws::live::Aws;
use crate::aws::live::failure::{failure, known, not_visible_yet, required};
use crate::aws::scalable_target::ScalableTarget;

const PUT: &str = "application-autoscaling:PutScheduledAction";
const DELETE: &str = "application-autoscaling:DeleteScheduledAction";
const DESCRIBE: &str = "application-autoscaling:DescribeScheduledActions";

impl Live for ScheduledAction {
    type Client = Aws;

    async fn find(&self, aws: &Aws, _: &Context) -> Result<Found<Outputs>, Failure> {
        let Some(resource) = self.resource.known() else {
            return Ok(Found::Absent);
        };
        let there = described(aws, resource, &self.name).await?;
        // Whose the target is, so are its actions.
        Ok(there.map_or(Found::Absent, |action| Found::Ours(outputs(&action))))
    }

    async fn observe(aws: &Aws, known: &Outputs) -> Result<Option<Observed<Self>>, Failure> {
        let there = described(aws, &known.resource, &known.name).await?;
        Ok(there.map(|action| Observed {
            outputs: outputs(&action),
            spec: observed(action),
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
            Change::Put => {
                let resource = known(PUT, &self.resource)?;
                let bound = |bound: Option<u32>| bound.and_then(|it| i32::try_from(it).ok());
                let bounds = ScalableTargetAction::builder()
                    .set_min_capacity(bound(self.min))
                    .set_max_capacity(bound(self.max));
                let sent = aws
                    .scaling
                    .put_scheduled_action()
                    .scheduled_action_name(&self.name)
                    .service_namespace(ServiceNamespace::Ecs)
                    .scalable_dimension(ScalableDimension::EcsServiceDesiredCount)
                    .resource_id(resource)
                    .schedule(&self.expression)
                    .timezone(&self.timezone)
                    .scalable_target_action(bounds.build())
                    .send()
                    .await;
                sent.map_err(|e| not_visible_yet(failure(PUT, e)))?;
                Ok(Outputs {
                    name: self.name.clone(),
                    resource: resource.clone(),
                })
            }
            Change::Delete => {
                let outputs = required(DELETE, outputs)?;
                let sent = aws
                    .scaling
                    .delete_scheduled_action()
                    .scheduled_action_name(&outputs.name)
                    .service_namespace(ServiceNamespace::Ecs)
                    .scalable_dimension(ScalableDimension::EcsServiceDesiredCount)
                    .resource_id(&outputs.resource)
                    .send()
                    .await;
                sent.map_err(|e| failure(DELETE, e))?;
                Ok(outputs.clone())
            }
        }
    }

    async fn list(aws: &Aws, stack: &StackName) -> Result<Vec<Outputs>, Failure> {
        let mut ours = Vec::new();
        for target in ScalableTarget::list(aws, stack).await? {
            let describe = aws.scaling.describe_scheduled_actions();
            let mut actions = describe
                .service_namespace(ServiceNamespace::Ecs)
                .resource_id(target.resource)
                .into_paginator()
                .items()
                .send();
            while let Some(action) = actions.next().await {
                ours.push(outputs(&action.map_err(|e| failure(DESCRIBE, e))?));
            }
        }
        Ok(ours)
    }
}

fn outputs(action: &SdkAction) -> Outputs {
    Outputs {
        name: action.scheduled_action_name.clone(),
        resource: action.resource_id.clone(),
    }
}

fn observed(action: SdkAction) -> ScheduledAction {
    let bounds = action.scalable_target_action.as_ref();
    let bound = |bound: Option<i32>| bound.and_then(|it| u32::try_from(it).ok());
    ScheduledAction {
        name: action.scheduled_action_name,
        resource: action.resource_id.into(),
        expression: action.schedule,
        // [Application Auto Scaling API: ScheduledAction] UTC where none is told.
        timezone: action.timezone.unwrap_or_else(|| "UTC".to_string()),
        min: bound(bounds.and_then(ScalableTargetAction::min_capacity)),
        max: bound(bounds.and_then(ScalableTargetAction::max_capacity)),
    }
}

async fn described(aws: &Aws, resource: &str, name: &str) -> Result<Option<SdkAction>, Failure> {
    let describe = aws.scaling.describe_scheduled_actions();
    let described = describe
        .service_namespace(ServiceNamespace::Ecs)
        .scalable_dimension(ScalableDimension::EcsServiceDesiredCount)
        .resource_id(resource)
        .scheduled_action_names(name)
        .send()
        .await;
    let actions = described
        .map_err(|e| failure(DESCRIBE, e))?
        .scheduled_actions;
    Ok(actions.unwrap_or_default().into_iter().next())
}
