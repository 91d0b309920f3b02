//! Queues, and how callers name them.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::message::Message;
use super::{Sqs, refuse};
use crate::bounds;
use crate::clock::Millis;
use crate::input::Input;
use crate::operation::{Answer, Call};
use crate::page::page;
use crate::refusal::Refusal;
use crate::tags::Tags;
use crate::world::World;

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Queue {
    pub(super) name: String,
    pub(super) arn: String,
    pub(super) url: String,
    pub(super) created: Millis,
    pub(super) modified: Millis,
    /// What was set; the rest has its default.
    pub(super) set: BTreeMap<String, String>,
    pub(super) tags: Tags,
    /// In the order of their coming.
    pub(super) messages: Vec<Message>,
    pub(super) purged: Option<Millis>,
    /// When it was deleted: it goes on answering for a while.
    pub(super) deleted: Option<Millis>,
    /// When some message becomes visible next.
    pub(super) planned: Option<Millis>,
}

impl Queue {
    /// An attribute that is a number.
    pub(super) fn number(&self, name: &str) -> u64 {
        super::attributes::value(self, name)
            .and_then(|text| text.parse().ok())
            .unwrap_or_default()
    }
}

impl Sqs {
    /// The queue of that name, until its deletion has taken effect.
    pub(super) fn live(&mut self, name: &str, now: Millis, lingers: u64) -> Option<&mut Queue> {
        let gone = self.queues.get(name)?.deleted;
        if gone.is_some_and(|at| at + Duration::from_millis(lingers) <= now) {
            self.queues.remove(name);
            return None;
        }
        self.queues.get_mut(name)
    }
}

/// The queue that `QueueUrl` names: its last two parts are the account and the name.
pub(super) fn named<'a>(call: &'a mut Call<'_>, url: &str) -> Result<&'a mut Queue, Refusal> {
    let mut parts = url.rsplit('/');
    let (name, account) = (parts.next(), parts.next());
    let (Some(name), Some(account)) = (name, account) else {
        return Err(Refusal::new(
            "InvalidAddress",
            format!("The address {url} is not valid for this endpoint."),
        ));
    };
    if account != call.world.account {
        return Err(refuse::no_queue());
    }
    let region = call.region.clone();
    find(call.world, &region, name).ok_or_else(refuse::no_queue)
}

/// The queue of that name.
pub(super) fn find<'a>(world: &'a mut World, region: &str, name: &str) -> Option<&'a mut Queue> {
    let (now, lingers) = (world.now, world.timing.queue_delete);
    world.region(region).sqs.live(name, now, lingers)
}

/// Reads `QueueUrl`.
pub(super) fn read_url(input: &mut Input) -> Result<String, Refusal> {
    let url = input.text("QueueUrl")?.filter(|url| !url.is_empty());
    url.ok_or_else(|| refuse::missing("QueueUrl"))
}

pub(super) fn url_of(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let name = input.text("QueueName")?;
    let name = name.ok_or_else(|| refuse::missing("QueueName"))?;
    let owner = input.text("QueueOwnerAWSAccountId")?;
    input.finish()?;
    let region = call.region.clone();
    if owner.is_some_and(|owner| owner != call.world.account) {
        return Err(refuse::no_queue());
    }
    let queue = find(call.world, &region, &name).filter(|queue| queue.deleted.is_none());
    Ok(json!({ "QueueUrl": queue.ok_or_else(refuse::no_queue)?.url }))
}

pub(super) fn list(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let prefix = input.text("QueueNamePrefix")?.unwrap_or_default();
    let limit = bounds::whole(&mut input, "MaxResults", 1, 1000)?;
    let token = input.text("NextToken")?;
    input.finish()?;
    let queues = call.here().sqs.queues.values();
    let queues = queues.filter(|it| it.deleted.is_none() && it.name.starts_with(&prefix));
    let urls: Vec<_> = queues.map(|queue| json!(queue.url)).collect();
    if urls.is_empty() {
        return Ok(json!({}));
    }
    // Without MaxResults there is one page of a thousand, and no token [SQS API: ListQueues].
    let (urls, next) = page(urls, Some(limit.unwrap_or(1000)), token)?;
    let next = next.filter(|_| limit.is_some());
    Ok(json!({ "QueueUrls": urls, "NextToken": next }))
}
