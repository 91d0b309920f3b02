//! Calling a schedule's target as its role. What fails is not tried again here: it goes to the dead-letter queue at
//! once, if there is one and the role may write to it. CloudWatch counts both.

use std::collections::BTreeMap;

use serde_json::json;

use super::read_schedule::{PRINCIPAL, Target};
use crate::cloudwatch::{self, Metric};
use crate::ecs_target::{self, Errand};
use crate::iam::{self, Request, Verdict};
use crate::sqs;
use crate::world::World;

pub(super) fn invoke(world: &mut World, region: &str, group: &str, name: &str, target: &Target) {
    count(world, region, group, "InvocationAttemptCount");
    let Err(why) = call(world, region, name, target) else {
        return;
    };
    count(world, region, group, "TargetErrorCount");
    let Some(queue) = &target.dead_letter else {
        return count(world, region, group, "InvocationDroppedCount");
    };
    let body = target
        .input
        .clone()
        .unwrap_or_else(|| json!({ "error": why }).to_string());
    let written = may(world, &target.role, "sqs:SendMessage", queue)
        && sqs::deliver_as_own(world, region, queue, body);
    let metric = match written {
        true => "InvocationsSentToDeadLetterCount",
        false => "InvocationsFailedToBeSentToDeadLetterCount",
    };
    count(world, region, group, metric);
}

fn call(world: &mut World, region: &str, name: &str, target: &Target) -> Result<(), String> {
    if !iam::assumable_by(world, &target.role, PRINCIPAL) {
        return Err(format!("The role {} cannot be assumed.", target.role));
    }
    if let Some(parameters) = &target.ecs {
        let errand = Errand {
            role: &target.role,
            cluster: &target.arn,
            parameters,
            overrides: target.input.as_deref(),
            started_by: format!("chronos-schedule/{name}"),
        };
        return ecs_target::run(world, region, &errand);
    }
    if !may(world, &target.role, "sqs:SendMessage", &target.arn) {
        return Err("The role may not send messages to the queue.".to_owned());
    }
    let body = target.input.clone().unwrap_or_else(|| "{}".to_owned());
    match sqs::deliver_as_own(world, region, &target.arn, body) {
        true => Ok(()),
        false => Err("The specified queue does not exist.".to_owned()),
    }
}

fn may(world: &World, role: &str, action: &str, resource: &str) -> bool {
    let request = Request {
        action,
        resource,
        context: BTreeMap::from([("aws:principalaccount".to_owned(), world.account.clone())]),
    };
    let role = iam::role(world, role);
    role.is_some_and(|role| iam::evaluate(world, role, &request) == Verdict::Allowed)
}

/// [EventBridge Scheduler User Guide: monitoring with CloudWatch metrics]
fn count(world: &mut World, region: &str, group: &str, what: &str) {
    let metric = Metric {
        namespace: "AWS/Scheduler".to_owned(),
        name: what.to_owned(),
        dimensions: BTreeMap::from([("ScheduleGroup".to_owned(), group.to_owned())]),
    };
    cloudwatch::count(world, region, &metric);
}
