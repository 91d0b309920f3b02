//! Receiving messages, and what is done with what was received.

use std::time::Duration;

use serde_json::{Map, Value, json};

use super::message::{self, Message};
use super::queue;
use super::{md5, redrive, refuse};
use crate::operation::{Answer, Call};
use crate::refusal::Refusal;

/// Attributes that SQS itself gives a message [SQS API: ReceiveMessage MessageSystemAttributeNames].
const SYSTEM: [&str; 10] = [
    "All",
    "ApproximateFirstReceiveTimestamp",
    "ApproximateReceiveCount",
    "AWSTraceHeader",
    "DeadLetterQueueSourceArn",
    "MessageDeduplicationId",
    "MessageGroupId",
    "SenderId",
    "SentTimestamp",
    "SequenceNumber",
];

/// Answers at once, whatever `WaitTimeSeconds` says: a twin whose time stands still could not wait.
pub(super) fn receive(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let url = queue::read_url(&mut input)?;
    let most = ranged(
        input.number("MaxNumberOfMessages")?,
        "MaxNumberOfMessages",
        1,
        10,
    )?;
    let timeout = ranged(
        input.number("VisibilityTimeout")?,
        "VisibilityTimeout",
        0,
        43_200,
    )?;
    ranged(input.number("WaitTimeSeconds")?, "WaitTimeSeconds", 0, 20)?;
    let mut wanted = input.texts("MessageSystemAttributeNames")?;
    wanted.extend(input.texts("AttributeNames")?);
    input.texts("MessageAttributeNames")?;
    input.accept("ReceiveRequestAttemptId", &[])?;
    input.finish()?;
    if let Some(other) = wanted.iter().find(|it| !SYSTEM.contains(&it.as_str())) {
        return Err(refuse::attribute_name(other));
    }
    let (now, region) = (call.now(), call.region.clone());
    let queue = queue::named(call, &url)?;
    queue.expire(now);
    let timeout = timeout.unwrap_or_else(|| queue.number("VisibilityTimeout"));
    let redrive = redrive::of(queue);
    let (name, arn) = (queue.name.clone(), queue.arn.clone());
    // What was received as often as it may be goes to the dead-letter queue instead of being received once more.
    let mut dead: Vec<Message> = Vec::new();
    if let Some(redrive) = &redrive {
        let spent = |it: &Message| it.visible <= now && it.receives >= redrive.most;
        dead.extend(queue.messages.iter().filter(|it| spent(it)).cloned());
        queue.messages.retain(|it| !spent(it));
    }
    let ready: Vec<String> = queue
        .messages
        .iter()
        .filter(|it| it.visible <= now)
        .take(most.unwrap_or(1) as usize)
        .map(|it| it.id.clone())
        .collect();
    let mut received = Vec::new();
    for id in ready {
        let handle = format!("{}{}", call.world.ids.hex("AQEB", 48), id.replace('-', ""));
        let queue = queue::named(call, &url)?;
        let Some(message) = queue.messages.iter_mut().find(|it| it.id == id) else {
            continue;
        };
        message.receives += 1;
        message.first_received.get_or_insert(now);
        message.visible = now + Duration::from_secs(timeout);
        message.handle = Some(handle);
        received.push(message.view(&wanted));
    }
    bury(call, &region, redrive.map(|it| it.target), &arn, dead);
    message::changed(call.world, &region, &name);
    match received.is_empty() {
        true => Ok(json!({})),
        false => Ok(json!({ "Messages": received })),
    }
}

fn bury(
    call: &mut Call<'_>,
    region: &str,
    target: Option<String>,
    source: &str,
    dead: Vec<Message>,
) {
    let target = target.unwrap_or_default();
    let name = target.rsplit(':').next().unwrap_or_default();
    if dead.is_empty() {
        return;
    }
    if let Some(queue) = queue::find(call.world, region, name) {
        queue
            .messages
            .extend(dead.into_iter().map(|message| Message {
                source: Some(source.to_owned()),
                handle: None,
                ..message
            }));
    }
    message::changed(call.world, region, name);
}

/// A message that is gone already is deleted once more; a handle that never was is refused [SQS API: DeleteMessage].
pub(super) fn delete(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let url = queue::read_url(&mut input)?;
    let handle = input.text("ReceiptHandle")?;
    input.finish()?;
    let handle = read_handle(handle)?;
    let region = call.region.clone();
    let queue = queue::named(call, &url)?;
    let name = queue.name.clone();
    // Also an older handle deletes the message, most of the time.
    queue
        .messages
        .retain(|it| !handle.ends_with(&it.id.replace('-', "")));
    message::changed(call.world, &region, &name);
    Ok(Value::Null)
}

pub(super) fn change_visibility(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let url = queue::read_url(&mut input)?;
    let handle = input.text("ReceiptHandle")?;
    let timeout = ranged(
        input.number("VisibilityTimeout")?,
        "VisibilityTimeout",
        0,
        43_200,
    )?;
    input.finish()?;
    let handle = read_handle(handle)?;
    let timeout = timeout.ok_or_else(|| refuse::missing("VisibilityTimeout"))?;
    let (now, region) = (call.now(), call.region.clone());
    let queue = queue::named(call, &url)?;
    let name = queue.name.clone();
    let message = queue
        .messages
        .iter_mut()
        .find(|it| it.handle.as_ref() == Some(&handle) && it.visible > now);
    let message = message.ok_or_else(|| {
        Refusal::new(
            "AWS.SimpleQueueService.MessageNotInflight",
            "The specified message isn't in flight.",
        )
    })?;
    message.visible = now + Duration::from_secs(timeout);
    message::changed(call.world, &region, &name);
    Ok(Value::Null)
}

fn read_handle(handle: Option<String>) -> Result<String, Refusal> {
    let handle = handle.ok_or_else(|| refuse::missing("ReceiptHandle"))?;
    if handle.len() == 84 && handle.starts_with("AQEB") {
        return Ok(handle);
    }
    Err(Refusal::new(
        "ReceiptHandleIsInvalid",
        format!("The input receipt handle \"{handle}\" is not a valid receipt handle."),
    ))
}

fn ranged(given: Option<i64>, name: &str, least: u64, most: u64) -> Result<Option<u64>, Refusal> {
    let Some(given) = given else { return Ok(None) };
    match u64::try_from(given) {
        Ok(number) if (least..=most).contains(&number) => Ok(Some(number)),
        _ => Err(refuse::parameter(format!(
            "Value {given} for parameter {name} is invalid. Reason: Must be between {least} and {most}, if provided."
        ))),
    }
}

impl Message {
    fn view(&self, wanted: &[String]) -> Value {
        let mut attributes = Map::new();
        let mut tell = |name: &str, value: Option<String>| {
            let asked = wanted.iter().any(|it| it == name || it == "All");
            if let (true, Some(value)) = (asked, value) {
                attributes.insert(name.to_owned(), json!(value));
            }
        };
        tell("SenderId", Some(self.sender.clone()));
        tell("SentTimestamp", Some(self.sent.0.to_string()));
        tell("ApproximateReceiveCount", Some(self.receives.to_string()));
        tell(
            "ApproximateFirstReceiveTimestamp",
            self.first_received.map(|at| at.0.to_string()),
        );
        tell("DeadLetterQueueSourceArn", self.source.clone());
        let mut view = json!({
            "MessageId": self.id,
            "ReceiptHandle": self.handle,
            "MD5OfBody": md5::hex(self.body.as_bytes()),
            "Body": self.body,
        });
        if !attributes.is_empty() {
            view["Attributes"] = Value::Object(attributes);
        }
        view
    }
}
