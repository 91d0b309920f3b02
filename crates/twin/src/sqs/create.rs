//! CreateQueue.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::json;

use super::queue::{self, Queue};
use super::{attributes, message, redrive, refuse};
use crate::operation::{Answer, Call};
use crate::refusal::Refusal;
use crate::tags::Tags;

/// How long the name of a deleted queue cannot be used [SQS API: CreateQueue].
const REST: Duration = Duration::from_secs(60);

pub(super) fn create(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let name = input.text("QueueName")?;
    let name = name.ok_or_else(|| refuse::missing("QueueName"))?;
    let given = input.text_map("Attributes")?;
    let tags = input.text_map("tags")?;
    input.finish()?;
    if name.ends_with(".fifo") && given.get("FifoQueue").is_some_and(|it| it == "true") {
        return Err(Refusal::not_implemented("FIFO queues"));
    }
    let allowed = |it: char| it.is_ascii_alphanumeric() || matches!(it, '-' | '_');
    if name.is_empty() || name.len() > 80 || !name.chars().all(allowed) {
        return Err(refuse::parameter(
            "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length",
        ));
    }
    let tags = Tags::from_map(tags, "InvalidParameterValue", "InvalidParameterValue")?;
    let given = attributes::check(given)?;
    let now = call.now();
    let region = call.region.clone();
    if let Some(before) = queue::find(call.world, &region, &name)
        && before.deleted.is_none()
    {
        return same(before, &given);
    }
    let deleted = &mut call.here().sqs.deleted;
    deleted.retain(|_, at| *at + REST > now);
    if deleted.contains_key(&name) {
        return Err(Refusal::new(
            "AWS.SimpleQueueService.QueueDeletedRecently",
            "You must wait 60 seconds after deleting a queue before you can create another with the same name.",
        ));
    }
    let arn = call.arn("sqs", &name);
    redrive::check(call.world, &region, &arn, &given)?;
    let url = format!(
        "https://sqs.{region}.amazonaws.com/{}/{name}",
        call.world.account
    );
    let made = Queue {
        name: name.clone(),
        arn,
        url: url.clone(),
        created: now,
        modified: now,
        set: BTreeMap::new(),
        tags,
        messages: Vec::new(),
        purged: None,
        deleted: None,
        planned: None,
    };
    call.here().sqs.queues.insert(name.clone(), made);
    if let Some(made) = queue::find(call.world, &region, &name) {
        attributes::apply(made, given);
    }
    message::changed(call.world, &region, &name);
    Ok(json!({ "QueueUrl": url }))
}

/// An attribute that is not named may have any value [SQS API: CreateQueue].
fn same(before: &Queue, given: &BTreeMap<String, String>) -> Answer {
    let different = given
        .iter()
        .find(|(name, value)| attributes::value(before, name).as_ref() != Some(value));
    match different {
        None => Ok(json!({ "QueueUrl": before.url })),
        Some((name, _)) => Err(Refusal::new(
            "QueueAlreadyExists",
            format!(
                "A queue already exists with the same name and a different value for attribute {name}"
            ),
        )),
    }
}
