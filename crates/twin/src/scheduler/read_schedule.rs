//! Reading what CreateSchedule and UpdateSchedule have in common.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::refuse::validation;
use crate::bounds;
use crate::clock::Millis;
use crate::ecs_target;
use crate::iam;
use crate::input::Input;
use crate::refusal::Refusal;
use crate::timetable;
use crate::world::World;

/// What a caller says of a schedule.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Plan {
    pub(super) expression: String,
    pub(super) zone: String,
    pub(super) start: Option<Millis>,
    pub(super) end: Option<Millis>,
    pub(super) description: Option<String>,
    pub(super) enabled: bool,
    /// Minutes, where the time is flexible.
    pub(super) window: Option<u32>,
    pub(super) delete_after: bool,
    pub(super) key: Option<String>,
    pub(super) target: Target,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Target {
    pub(super) arn: String,
    pub(super) role: String,
    pub(super) input: Option<String>,
    pub(super) ecs: Option<Value>,
    pub(super) dead_letter: Option<String>,
    pub(super) attempts: i64,
    pub(super) age: i64,
}

/// The principal that roles must trust.
pub(super) const PRINCIPAL: &str = "scheduler.amazonaws.com";
/// A schedule may begin so long ago at the most.
const PAST: Duration = Duration::from_secs(300);

pub(super) fn read(input: &mut Input, world: &World, region: &str) -> Result<Plan, Refusal> {
    let expression = bounds::required(input, "ScheduleExpression", 1, 256)?;
    let zone = bounds::sized(input, "ScheduleExpressionTimezone", 1, 50)?;
    let zone = zone.unwrap_or_else(|| "UTC".to_owned());
    let start = bounds::time(input, "StartDate")?;
    let end = bounds::time(input, "EndDate")?;
    let description = bounds::sized(input, "Description", 0, 512)?;
    let state = bounds::one_of(input, "State", &["ENABLED", "DISABLED"])?;
    let after = bounds::one_of(input, "ActionAfterCompletion", &["NONE", "DELETE"])?;
    let key = bounds::sized(input, "KmsKeyArn", 1, 2048)?;
    let window = input.object("FlexibleTimeWindow")?;
    let window = window.ok_or_else(|| input.missing("FlexibleTimeWindow"))?;
    let window = read_window(window)?;
    let target = input.object("Target")?;
    let target = target.ok_or_else(|| input.missing("Target"))?;
    let target = read_target(target)?;
    if timetable::parse(&expression).is_none() {
        return Err(validation(format!(
            "Invalid Schedule Expression {expression}."
        )));
    }
    if timetable::zone(&zone).is_none() {
        return Err(validation(format!(
            "Invalid Schedule Expression Timezone {zone}."
        )));
    }
    if start.is_some_and(|start| start + PAST < world.now) {
        return Err(validation(
            "The StartDate you specify cannot be earlier than 5 minutes ago.",
        ));
    }
    if let Some(end) = end
        && (end < world.now || start.is_some_and(|start| end <= start))
    {
        return Err(validation(
            "The EndDate you specify must be in the future and later than the StartDate.",
        ));
    }
    check_target(&target, world, region)?;
    Ok(Plan {
        expression,
        zone,
        start,
        end,
        description,
        enabled: state.as_deref() != Some("DISABLED"),
        window,
        delete_after: after.as_deref() == Some("DELETE"),
        key,
        target,
    })
}

fn read_window(mut input: Input) -> Result<Option<u32>, Refusal> {
    let mode = bounds::one_of(&mut input, "Mode", &["OFF", "FLEXIBLE"])?;
    let mode = mode.ok_or_else(|| input.missing("Mode"))?;
    let minutes = bounds::whole(&mut input, "MaximumWindowInMinutes", 1, 1440)?;
    input.finish()?;
    match (mode == "FLEXIBLE", minutes) {
        (true, Some(minutes)) => Ok(u32::try_from(minutes).ok()),
        (true, None) => Err(validation(
            "MaximumWindowInMinutes must be specified when FlexibleTimeWindow mode is FLEXIBLE.",
        )),
        (false, Some(_)) => Err(validation(
            "MaximumWindowInMinutes must not be specified when FlexibleTimeWindow mode is OFF.",
        )),
        (false, None) => Ok(None),
    }
}

fn read_target(mut input: Input) -> Result<Target, Refusal> {
    let arn = bounds::required(&mut input, "Arn", 1, 1600)?;
    let role = bounds::required(&mut input, "RoleArn", 1, 1600)?;
    let text = input.text("Input")?;
    let ecs = input.object("EcsParameters")?;
    let ecs = ecs.map(ecs_target::read).transpose()?;
    let dead_letter = match input.object("DeadLetterConfig")? {
        None => None,
        Some(mut config) => {
            let arn = bounds::sized(&mut config, "Arn", 1, 1600)?;
            config.finish()?;
            arn
        }
    };
    let (mut attempts, mut age) = (185, 86_400);
    if let Some(mut retry) = input.object("RetryPolicy")? {
        attempts = bounds::whole(&mut retry, "MaximumRetryAttempts", 0, 185)?.unwrap_or(attempts);
        age = bounds::whole(&mut retry, "MaximumEventAgeInSeconds", 60, 86_400)?.unwrap_or(age);
        retry.finish()?;
    }
    for unmodelled in [
        "EventBridgeParameters",
        "EventBridgePutEventsV2Parameters",
        "EventBridgePutRawEventsParameters",
        "KinesisParameters",
        "SageMakerPipelineParameters",
        "SqsParameters",
    ] {
        input.accept(unmodelled, &[])?;
    }
    input.finish()?;
    Ok(Target {
        arn,
        role,
        input: text,
        ecs,
        dead_letter,
        attempts,
        age,
    })
}

/// Clusters and queues of the schedule's region, and a role that the Scheduler may assume.
fn check_target(target: &Target, world: &World, region: &str) -> Result<(), Refusal> {
    let place = |service: &str| format!("arn:aws:{service}:{region}:{}:", world.account);
    let (ecs, sqs) = (place("ecs") + "cluster/", place("sqs"));
    let arn = &target.arn;
    match &target.ecs {
        _ if arn.split(':').count() < 6 || !arn.starts_with("arn:") => {
            return Err(validation(format!(
                "Provided Arn is not in correct format: {arn}."
            )));
        }
        Some(_) if arn.starts_with(&ecs) => {}
        None if arn.starts_with(&ecs) => {
            return Err(validation(
                "EcsParameters must be specified for an ECS target.",
            ));
        }
        None if arn.starts_with(&sqs) => {}
        Some(_) => {
            return Err(validation(
                "EcsParameters must only be specified for an ECS target.",
            ));
        }
        None if arn.starts_with("arn:aws:ecs:") || arn.starts_with("arn:aws:sqs:") => {
            return Err(validation(format!(
                "The target {arn} must be in the account and region of the schedule."
            )));
        }
        None => {
            return Err(Refusal::not_implemented(format_args!("the target {arn}")));
        }
    }
    if let Some(queue) = &target.dead_letter
        && !queue.starts_with(&sqs)
    {
        return Err(validation(format!(
            "The dead-letter queue {queue} must be in the account and region of the schedule."
        )));
    }
    if let Some(text) = &target.input
        && target.ecs.is_some()
        && !serde_json::from_str::<Value>(text).is_ok_and(|it| it.is_object())
    {
        return Err(validation(
            "Invalid RequestJson provided. Reason The Input must be a JSON object.",
        ));
    }
    if !target
        .role
        .starts_with(&format!("arn:aws:iam::{}:role/", world.account))
    {
        return Err(validation(format!(
            "1 validation error detected: Value '{}' at 'target.roleArn' failed to satisfy constraint: Member must satisfy regular expression pattern: ^arn:aws[a-z-]*:iam::\\d{{12}}:role\\/[\\w+=,.@\\/-]+$",
            target.role
        )));
    }
    if !iam::assumable_by(world, &target.role, PRINCIPAL) {
        // In these words to everybody whose role is a moment too young, too (terraform-provider-aws retries on it).
        return Err(validation(
            "The execution role you provide must allow AWS EventBridge Scheduler to assume the role.",
        ));
    }
    Ok(())
}

impl Plan {
    pub(super) fn view(&self) -> Value {
        let target = &self.target;
        let mut view = json!({
            "ScheduleExpression": self.expression,
            "ScheduleExpressionTimezone": self.zone,
            "StartDate": self.start.map(Millis::epoch_seconds),
            "EndDate": self.end.map(Millis::epoch_seconds),
            "Description": self.description,
            "State": if self.enabled { "ENABLED" } else { "DISABLED" },
            "KmsKeyArn": self.key,
            "ActionAfterCompletion": if self.delete_after { "DELETE" } else { "NONE" },
            "FlexibleTimeWindow": {
                "Mode": if self.window.is_some() { "FLEXIBLE" } else { "OFF" },
                "MaximumWindowInMinutes": self.window,
            },
            "Target": {
                "Arn": target.arn,
                "RoleArn": target.role,
                "Input": target.input,
                "EcsParameters": target.ecs,
                "RetryPolicy": {
                    "MaximumRetryAttempts": target.attempts,
                    "MaximumEventAgeInSeconds": target.age,
                },
            },
        });
        if let Some(arn) = &target.dead_letter {
            view["Target"]["DeadLetterConfig"] = json!({ "Arn": arn });
        }
        view
    }
}
