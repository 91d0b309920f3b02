use ashore_engine::address::StackName;
use ashore_engine::failure::{Class, Failure};
use ashore_engine::input::Input;
use ashore_engine::kind::{Context, Found, Live, Observed};
use aws_sdk_scheduler::operation::get_schedule::GetScheduleOutput;
use aws_sdk_scheduler::types::{
    AssignPublicIp, AwsVpcConfiguration, DeadLetterConfig, EcsParameters, FlexibleTimeWindow,
    FlexibleTimeWindowMode, LaunchType, NetworkConfiguration, RetryPolicy, ScheduleState, Target,
};

use super::{Change, Outputs, Schedule};
use crate::aws::live::Aws;
use crate::aws::live::failure::{failure, known, not_visible_yet, required};
use crate::aws::schedule_group::ScheduleGroup;

const CREATE: &str = "scheduler:CreateSchedule";
const UPDATE: &str = "scheduler:UpdateSchedule";
const DELETE: &str = "scheduler:DeleteSchedule";
const GET: &str = "scheduler:GetSchedule";
const LIST: &str = "scheduler:ListSchedules";

impl Live for Schedule {
    type Client = Aws;

    async fn find(&self, aws: &Aws, _: &Context) -> Result<Found<Outputs>, Failure> {
        let Some(group) = self.group.known() else {
            return Ok(Found::Absent);
        };
        let there = got(aws, group, &self.name).await?;
        // Whose the group is, so are its schedules.
        Ok(match there {
            Some(schedule) => Found::Ours(outputs(&schedule)?),
            None => Found::Absent,
        })
    }

    async fn observe(aws: &Aws, known: &Outputs) -> Result<Option<Observed<Self>>, Failure> {
        let Some(schedule) = got(aws, &known.group, &known.name).await? else {
            return Ok(None);
        };
        let outputs = outputs(&schedule)?;
        if outputs.arn != known.arn {
            return Ok(None);
        }
        Ok(Some(Observed {
            spec: observed(&outputs, schedule),
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
                let group = known(CREATE, &self.group)?;
                let create = aws.scheduler.create_schedule();
                let created = create
                    .name(&self.name)
                    .group_name(group)
                    .schedule_expression(&self.expression)
                    .schedule_expression_timezone(&self.timezone)
                    .flexible_time_window(on_time(CREATE)?)
                    .state(self.state())
                    .target(self.target(CREATE)?)
                    .client_token(cx.mark.token("create"))
                    .send()
                    .await;
                let created = created.map_err(|e| not_visible_yet(failure(CREATE, e)))?;
                Ok(Outputs {
                    name: self.name.clone(),
                    group: group.clone(),
                    arn: created.schedule_arn,
                })
            }
            Change::Update => {
                let outputs = required(UPDATE, outputs)?;
                let update = aws.scheduler.update_schedule();
                let updated = update
                    .name(&outputs.name)
                    .group_name(&outputs.group)
                    .schedule_expression(&self.expression)
                    .schedule_expression_timezone(&self.timezone)
                    .flexible_time_window(on_time(UPDATE)?)
                    .state(self.state())
                    .target(self.target(UPDATE)?)
                    .send()
                    .await;
                updated.map_err(|e| not_visible_yet(failure(UPDATE, e)))?;
                Ok(outputs.clone())
            }
            Change::Delete => {
                let outputs = required(DELETE, outputs)?;
                let delete = aws.scheduler.delete_schedule();
                let deleted = delete.name(&outputs.name).group_name(&outputs.group);
                deleted.send().await.map_err(|e| failure(DELETE, e))?;
                Ok(outputs.clone())
            }
        }
    }

    async fn list(aws: &Aws, stack: &StackName) -> Result<Vec<Outputs>, Failure> {
        let mut ours = Vec::new();
        for group in ScheduleGroup::list(aws, stack).await? {
            let schedules = aws.scheduler.list_schedules().group_name(&group.name);
            let mut schedules = schedules.into_paginator().items().send();
            while let Some(schedule) = schedules.next().await {
                let schedule = schedule.map_err(|e| failure(LIST, e))?;
                ours.push(Outputs {
                    name: required(LIST, schedule.name)?,
                    group: group.name.clone(),
                    arn: required(LIST, schedule.arn)?,
                });
            }
        }
        Ok(ours)
    }
}

impl Schedule {
    fn state(&self) -> ScheduleState {
        match self.enabled {
            true => ScheduleState::Enabled,
            false => ScheduleState::Disabled,
        }
    }

    fn target(&self, operation: &'static str) -> Result<Target, Failure> {
        let all = |inputs: &[Input<String>]| -> Result<Vec<String>, Failure> {
            let known = inputs.iter().map(|input| known(operation, input).cloned());
            known.collect()
        };
        let groups = all(&self.security_groups)?;
        let network = AwsVpcConfiguration::builder()
            .set_subnets(Some(all(&self.subnets)?))
            .set_security_groups((!groups.is_empty()).then_some(groups))
            .assign_public_ip(match self.assign_public_ip {
                true => AssignPublicIp::Enabled,
                false => AssignPublicIp::Disabled,
            });
        let network = required(operation, network.build().ok())?;
        let network = NetworkConfiguration::builder().awsvpc_configuration(network);
        let task = EcsParameters::builder()
            .task_definition_arn(known(operation, &self.task_definition)?)
            .task_count(1)
            .launch_type(LaunchType::Fargate)
            .network_configuration(network.build());
        let number = |number: u32| i32::try_from(number).unwrap_or(i32::MAX);
        let retry = RetryPolicy::builder()
            .maximum_retry_attempts(number(self.retries))
            .maximum_event_age_in_seconds(number(self.retry_seconds));
        let dead_letter = match &self.dead_letter {
            Some(queue) => {
                let queue = known(operation, queue)?;
                Some(DeadLetterConfig::builder().arn(queue).build())
            }
            None => None,
        };
        let target = Target::builder()
            .arn(known(operation, &self.cluster)?)
            .role_arn(known(operation, &self.role)?)
            .ecs_parameters(required(operation, task.build().ok())?)
            .retry_policy(retry.build())
            .set_dead_letter_config(dead_letter);
        required(operation, target.build().ok())
    }
}

/// At its time, and not some time around it.
fn on_time(operation: &'static str) -> Result<FlexibleTimeWindow, Failure> {
    let window = FlexibleTimeWindow::builder().mode(FlexibleTimeWindowMode::Off);
    required(operation, window.build().ok())
}

async fn got(aws: &Aws, group: &str, name: &str) -> Result<Option<GetScheduleOutput>, Failure> {
    let get = aws.scheduler.get_schedule().group_name(group).name(name);
    match get.send().await.map_err(|e| failure(GET, e)) {
        Ok(schedule) => Ok(Some(schedule)),
        Err(error) if error.class == Class::Gone => Ok(None),
        Err(error) => Err(error),
    }
}

fn outputs(schedule: &GetScheduleOutput) -> Result<Outputs, Failure> {
    Ok(Outputs {
        name: required(GET, schedule.name.clone())?,
        group: required(GET, schedule.group_name.clone())?,
        arn: required(GET, schedule.arn.clone())?,
    })
}

/// What is lacking, because somebody has given it a target of another sort, is shown as nothing: that differs from
/// every one of ours.
fn observed(outputs: &Outputs, schedule: GetScheduleOutput) -> Schedule {
    let target = schedule.target.as_ref();
    let task = target.and_then(|target| target.ecs_parameters());
    let network = task.and_then(|task| task.network_configuration());
    let network = network.and_then(|network| network.awsvpc_configuration());
    let retry = target.and_then(|target| target.retry_policy());
    let known = |list: &[String]| list.iter().cloned().map(Input::Known).collect();
    let number = |number: Option<i32>| number.and_then(|it| u32::try_from(it).ok()).unwrap_or(0);
    let text = |text: Option<&str>| Input::Known(text.unwrap_or_default().to_string());
    let dead_letter = target.and_then(|target| target.dead_letter_config());
    let dead_letter = dead_letter.and_then(|queue| queue.arn());
    // Somebody who starts several at once, or gives them a word of their own, has changed what ours does.
    let ours = task.is_some_and(|task| task.task_count().unwrap_or(1) == 1)
        && target.is_some_and(|target| target.input().is_none());
    let window = schedule.flexible_time_window.as_ref();
    let flexible = window.is_some_and(|window| *window.mode() != FlexibleTimeWindowMode::Off);
    let expression = schedule.schedule_expression.unwrap_or_default();
    Schedule {
        name: outputs.name.clone(),
        group: outputs.group.clone().into(),
        expression: match flexible {
            true => format!("{expression}, or some time after it"),
            false => expression,
        },
        timezone: schedule
            .schedule_expression_timezone
            .unwrap_or_else(|| "UTC".to_string()),
        enabled: schedule.state != Some(ScheduleState::Disabled),
        cluster: text(target.map(Target::arn)),
        task_definition: text(
            task.filter(|_| ours)
                .map(EcsParameters::task_definition_arn),
        ),
        subnets: known(
            network
                .map(AwsVpcConfiguration::subnets)
                .unwrap_or_default(),
        ),
        security_groups: known(
            network
                .map(AwsVpcConfiguration::security_groups)
                .unwrap_or_default(),
        ),
        assign_public_ip: network
            .is_some_and(|it| it.assign_public_ip() == Some(&AssignPublicIp::Enabled)),
        role: text(target.map(Target::role_arn)),
        retries: number(retry.and_then(RetryPolicy::maximum_retry_attempts)),
        retry_seconds: number(retry.and_then(RetryPolicy::maximum_event_age_in_seconds)),
        dead_letter: dead_letter.map(|arn| arn.to_string().into()),
    }
}
