//! SendMessage.

use std::time::Duration;

use serde_json::json;

use super::message::{self, Message};
use super::queue;
use super::{md5, refuse};
use crate::operation::{Answer, Call};
use crate::refusal::Refusal;
use crate::world::World;

pub(super) fn send(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let url = queue::read_url(&mut input)?;
    let body = input.text("MessageBody")?;
    let delay = input.number("DelaySeconds")?;
    for unmodelled in [
        "MessageAttributes",
        "MessageSystemAttributes",
        "MessageDeduplicationId",
        "MessageGroupId",
    ] {
        input.accept(unmodelled, &[json!({})])?;
    }
    input.finish()?;
    let body = body.ok_or_else(|| refuse::missing("MessageBody"))?;
    if body.is_empty() {
        return Err(refuse::missing("MessageBody"));
    }
    if delay.is_some_and(|delay| !(0..=900).contains(&delay)) {
        return Err(refuse::parameter(format!(
            "Value {} for parameter DelaySeconds is invalid. Reason: DelaySeconds must be >= 0 and <= 900.",
            delay.unwrap_or_default()
        )));
    }
    // [SQS API: SendMessage MessageBody, allowed characters]
    let allowed = |it: char| matches!(it, '\u{9}' | '\u{a}' | '\u{d}' | '\u{20}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..);
    if !body.chars().all(allowed) {
        return Err(Refusal::new(
            "InvalidMessageContents",
            "Invalid characters were found in the message body.",
        ));
    }
    let region = call.region.clone();
    let queue = queue::named(call, &url)?;
    let most = queue.number("MaximumMessageSize");
    if body.len() as u64 > most {
        return Err(refuse::parameter(format!(
            "One or more parameters are invalid. Reason: Message must be shorter than {most} bytes."
        )));
    }
    let name = queue.name.clone();
    let sender = call.principal.clone();
    let digest = md5::hex(body.as_bytes());
    let delay = delay.map(|delay| delay.unsigned_abs());
    let id = put(call.world, &region, &name, body, &sender, delay);
    Ok(json!({ "MD5OfMessageBody": digest, "MessageId": id }))
}

/// Puts a message into a queue that is there.
pub(super) fn put(
    world: &mut World,
    region: &str,
    name: &str,
    body: String,
    sender: &str,
    delay: Option<u64>,
) -> String {
    let now = world.now;
    let id = world.ids.uuid();
    if let Some(queue) = queue::find(world, region, name) {
        let delay = delay.unwrap_or_else(|| queue.number("DelaySeconds"));
        queue.messages.push(Message {
            id: id.clone(),
            body,
            sender: sender.to_owned(),
            sent: now,
            visible: now + Duration::from_secs(delay),
            receives: 0,
            first_received: None,
            handle: None,
            source: None,
        });
    }
    message::changed(world, region, name);
    id
}
