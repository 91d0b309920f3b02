//! Attributes of queues: what each may be, and what it is where nothing was said [SQS API: CreateQueue Attributes].

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::queue::{self, Queue};
use super::{message, redrive, refuse};
use crate::operation::{Answer, Call};
use crate::refusal::Refusal;

/// Numbers: name, least, most, default.
const NUMBERS: [(&str, u64, u64, u64); 6] = [
    ("DelaySeconds", 0, 900, 0),
    ("KmsDataKeyReusePeriodSeconds", 60, 86_400, 300),
    ("MaximumMessageSize", 1024, 1_048_576, 1_048_576),
    ("MessageRetentionPeriod", 60, 1_209_600, 345_600),
    ("ReceiveMessageWaitTimeSeconds", 0, 20, 0),
    ("VisibilityTimeout", 0, 43_200, 30),
];
/// What only SQS says.
const COUNTED: [&str; 6] = [
    "ApproximateNumberOfMessages",
    "ApproximateNumberOfMessagesDelayed",
    "ApproximateNumberOfMessagesNotVisible",
    "CreatedTimestamp",
    "LastModifiedTimestamp",
    "QueueArn",
];
/// Those of FIFO queues.
const FIFO: [&str; 4] = [
    "ContentBasedDeduplication",
    "DeduplicationScope",
    "FifoQueue",
    "FifoThroughputLimit",
];
const TEXTS: [&str; 5] = [
    "KmsMasterKeyId",
    "Policy",
    "RedriveAllowPolicy",
    "RedrivePolicy",
    "SqsManagedSseEnabled",
];

pub(super) fn get(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let url = queue::read_url(&mut input)?;
    let names = input.texts("AttributeNames")?;
    input.finish()?;
    let all = NUMBERS.iter().map(|it| it.0).chain(COUNTED).chain(TEXTS);
    let known: Vec<&str> = all.collect();
    let mut unknown = names.iter().filter(|name| {
        let name = name.as_str();
        name != "All" && !known.contains(&name) && !FIFO.contains(&name)
    });
    if let Some(name) = unknown.next() {
        return Err(refuse::attribute_name(name));
    }
    let now = call.now();
    let queue = queue::named(call, &url)?;
    queue.expire(now);
    let wanted = known
        .into_iter()
        .filter(|name| names.iter().any(|it| it == name || it == "All"));
    let counts = queue.counts(now);
    let found: Map<String, Value> = wanted
        .filter_map(|name| {
            let value = match name {
                "ApproximateNumberOfMessages" => Some(counts.visible.to_string()),
                "ApproximateNumberOfMessagesDelayed" => Some(counts.delayed.to_string()),
                "ApproximateNumberOfMessagesNotVisible" => Some(counts.in_flight.to_string()),
                "CreatedTimestamp" => Some((queue.created.0 / 1000).to_string()),
                "LastModifiedTimestamp" => Some((queue.modified.0 / 1000).to_string()),
                "QueueArn" => Some(queue.arn.clone()),
                name => value(queue, name),
            };
            Some((name.to_owned(), json!(value?)))
        })
        .collect();
    match found.is_empty() {
        true => Ok(json!({})),
        false => Ok(json!({ "Attributes": found })),
    }
}

pub(super) fn set(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let url = queue::read_url(&mut input)?;
    if !input.has("Attributes") {
        return Err(refuse::missing("Attributes"));
    }
    let given = input.text_map("Attributes")?;
    input.finish()?;
    let given = check(given)?;
    let (now, region) = (call.now(), call.region.clone());
    let queue = queue::named(call, &url)?;
    let (name, arn) = (queue.name.clone(), queue.arn.clone());
    redrive::check(call.world, &region, &arn, &given)?;
    let queue = queue::named(call, &url)?;
    queue.modified = now;
    apply(queue, given);
    message::changed(call.world, &region, &name);
    Ok(Value::Null)
}

/// What an attribute is.
pub(super) fn value(queue: &Queue, name: &str) -> Option<String> {
    let set = queue.set.get(name).cloned();
    let keyed = queue.set.contains_key("KmsMasterKeyId");
    match name {
        "KmsDataKeyReusePeriodSeconds" if !keyed && set.is_none() => None,
        "SqsManagedSseEnabled" => Some(set.unwrap_or_else(|| (!keyed).to_string())),
        name => set.or_else(|| {
            let default = NUMBERS.iter().find(|it| it.0 == name);
            default.map(|it| it.3.to_string())
        }),
    }
}

/// Sets attributes that were checked. An empty text takes one away; each kind of encryption ends the other.
pub(super) fn apply(queue: &mut Queue, given: BTreeMap<String, String>) {
    for (name, value) in given {
        if value.is_empty() {
            queue.set.remove(&name);
            continue;
        }
        match name.as_str() {
            "KmsMasterKeyId" => drop(queue.set.remove("SqsManagedSseEnabled")),
            "SqsManagedSseEnabled" if value == "true" => {
                queue.set.remove("KmsMasterKeyId");
            }
            _ => {}
        }
        queue.set.insert(name, value);
    }
}

/// Checks each by itself, and the two kinds of encryption together.
pub(super) fn check(given: BTreeMap<String, String>) -> Result<BTreeMap<String, String>, Refusal> {
    for (name, value) in &given {
        check_one(name, value)?;
    }
    let managed = given
        .get("SqsManagedSseEnabled")
        .is_some_and(|it| it == "true");
    let keyed = given.get("KmsMasterKeyId").is_some_and(|it| !it.is_empty());
    if managed && keyed {
        return Err(Refusal::new(
            "InvalidAttributeValue",
            "You can use one type of server-side encryption (SSE) at one time. You can either enable KMS SSE or SQS SSE.",
        ));
    }
    Ok(given)
}

fn check_one(name: &str, value: &str) -> Result<(), Refusal> {
    let wrong = || Err(refuse::attribute_value(name));
    if let Some((_, least, most, _)) = NUMBERS.iter().find(|it| it.0 == name) {
        let number = value.parse::<u64>().ok();
        return match number.filter(|it| (least..=most).contains(&it)) {
            Some(_) => Ok(()),
            None => wrong(),
        };
    }
    match name {
        name if COUNTED.contains(&name) || FIFO.contains(&name) => {
            Err(refuse::attribute_name(name))
        }
        "SqsManagedSseEnabled" if !matches!(value, "true" | "false") => wrong(),
        "Policy" if !value.is_empty() => match serde_json::from_str::<Value>(value) {
            Ok(policy) if policy["Statement"].is_array() || policy["Statement"].is_object() => {
                Ok(())
            }
            _ => wrong(),
        },
        name if TEXTS.contains(&name) => Ok(()),
        _ => Err(refuse::attribute_name(name)),
    }
}
