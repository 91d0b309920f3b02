//! Dead-letter queues: where messages go that were received too often.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::attributes::value;
use super::queue::{self, Queue};
use super::refuse;
use crate::bounds;
use crate::operation::{Answer, Call};
use crate::page::page;
use crate::refusal::Refusal;
use crate::world::World;

/// Where a queue's messages go, and after how many receives.
#[derive(Debug, PartialEq)]
pub(super) struct Redrive {
    pub(super) target: String,
    pub(super) most: u64,
}

/// Checks the two redrive attributes of a queue against the queues that there are.
pub(super) fn check(
    world: &mut World,
    region: &str,
    arn: &str,
    given: &BTreeMap<String, String>,
) -> Result<(), Refusal> {
    let text = |name: &str| given.get(name).filter(|text| !text.is_empty());
    if let Some(text) = text("RedrivePolicy") {
        check_policy(world, region, arn, text)?;
    }
    if let Some(text) = text("RedriveAllowPolicy") {
        check_allowance(text)?;
    }
    Ok(())
}

fn check_policy(world: &mut World, region: &str, arn: &str, text: &str) -> Result<(), Refusal> {
    let wrong = |why: &str| {
        refuse::parameter(format!(
            "Value {text} for parameter RedrivePolicy is invalid. Reason: {why}."
        ))
    };
    let policy: Value =
        serde_json::from_str(text).map_err(|_| wrong("Redrive policy is not a valid JSON map"))?;
    let members = policy
        .as_object()
        .ok_or_else(|| wrong("Redrive policy is not a valid JSON map"))?;
    if let Some(other) = members
        .keys()
        .find(|name| !["deadLetterTargetArn", "maxReceiveCount"].contains(&name.as_str()))
    {
        return Err(wrong(&format!(
            "Only following attributes are supported: [deadLetterTargetArn, maxReceiveCount], got {other}"
        )));
    }
    let Some(redrive) = parse(text) else {
        return Err(match members.get("deadLetterTargetArn") {
            None => {
                wrong("Redrive policy does not contain mandatory attribute: deadLetterTargetArn")
            }
            Some(_) if !members.contains_key("maxReceiveCount") => {
                wrong("Redrive policy does not contain mandatory attribute: maxReceiveCount")
            }
            Some(_) => wrong("Invalid value for maxReceiveCount"),
        });
    };
    if !(1..=1000).contains(&redrive.most) {
        return Err(wrong(
            "Invalid value for maxReceiveCount: must be between 1 and 1000",
        ));
    }
    let place = format!("arn:aws:sqs:{region}:{}:", world.account);
    let Some(name) = redrive.target.strip_prefix(&place).map(str::to_owned) else {
        return Err(wrong(
            "Dead-letter target owner should be same as the source",
        ));
    };
    if redrive.target == arn {
        return Err(wrong("Dead letter target cannot be the queue itself"));
    }
    let target = queue::find(world, region, &name).filter(|it| it.deleted.is_none());
    let target = target.ok_or_else(|| wrong("Dead letter target does not exist"))?;
    match allows(target, arn) {
        true => Ok(()),
        false => Err(wrong(
            "The dead-letter queue's redrive allow policy does not permit this source queue",
        )),
    }
}

fn check_allowance(text: &str) -> Result<(), Refusal> {
    let wrong = || {
        refuse::parameter(format!(
            "Value {text} for parameter RedriveAllowPolicy is invalid. Reason: Amazon SQS can't create the redrive allow policy, as it's in an unsupported format."
        ))
    };
    let policy: Value = serde_json::from_str(text).map_err(|_| wrong())?;
    let sources = policy["sourceQueueArns"].as_array();
    match (policy["redrivePermission"].as_str(), sources) {
        (Some("allowAll" | "denyAll"), None) => Ok(()),
        (Some("byQueue"), Some(sources)) if (1..=10).contains(&sources.len()) => Ok(()),
        _ => Err(wrong()),
    }
}

fn allows(target: &Queue, source: &str) -> bool {
    let policy = target.set.get("RedriveAllowPolicy");
    let Some(policy) = policy.and_then(|text| serde_json::from_str::<Value>(text).ok()) else {
        return true;
    };
    match policy["redrivePermission"].as_str() {
        Some("denyAll") => false,
        Some("byQueue") => {
            let sources = policy["sourceQueueArns"].as_array();
            sources.is_some_and(|sources| sources.iter().any(|it| it == source))
        }
        _ => true,
    }
}

/// A queue's policy, understood. The count may be a number or a text.
pub(super) fn of(queue: &Queue) -> Option<Redrive> {
    parse(&value(queue, "RedrivePolicy")?)
}

fn parse(text: &str) -> Option<Redrive> {
    let policy: Value = serde_json::from_str(text).ok()?;
    let most = &policy["maxReceiveCount"];
    let most = most.as_u64().or_else(|| most.as_str()?.parse().ok())?;
    let target = policy["deadLetterTargetArn"].as_str()?.to_owned();
    Some(Redrive { target, most })
}

pub(super) fn sources(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let url = queue::read_url(&mut input)?;
    let limit = bounds::whole(&mut input, "MaxResults", 1, 1000)?;
    let token = input.text("NextToken")?;
    input.finish()?;
    let arn = queue::named(call, &url)?.arn.clone();
    let queues = call.here().sqs.queues.values();
    let sources = queues.filter(|it| of(it).is_some_and(|redrive| redrive.target == arn));
    let urls = sources.map(|it| json!(it.url)).collect();
    let (urls, next) = page(urls, Some(limit.unwrap_or(1000)), token)?;
    Ok(json!({ "queueUrls": urls, "NextToken": next }))
}
