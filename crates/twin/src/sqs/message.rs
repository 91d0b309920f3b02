//! Messages, and what a queue's messages mean for CloudWatch.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::Happening;
use super::queue::{self, Queue};
use crate::agenda;
use crate::clock::Millis;
use crate::cloudwatch::{self, Metric};
use crate::world::World;

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Message {
    pub(super) id: String,
    pub(super) body: String,
    pub(super) sender: String,
    pub(super) sent: Millis,
    /// From when on it can be received.
    pub(super) visible: Millis,
    pub(super) receives: u64,
    pub(super) first_received: Option<Millis>,
    /// The handle of its last receive.
    pub(super) handle: Option<String>,
    /// The dead-letter queue's source, if it was moved.
    pub(super) source: Option<String>,
}

/// How many messages are how.
pub(super) struct Counts {
    pub(super) visible: usize,
    pub(super) in_flight: usize,
    pub(super) delayed: usize,
}

impl Queue {
    pub(super) fn counts(&self, now: Millis) -> Counts {
        let hidden = || self.messages.iter().filter(|it| it.visible > now);
        let delayed = hidden().filter(|it| it.receives == 0).count();
        Counts {
            visible: self.messages.len() - hidden().count(),
            in_flight: hidden().count() - delayed,
            delayed,
        }
    }

    /// Drops what is older than the queue keeps.
    pub(super) fn expire(&mut self, now: Millis) {
        let kept = Duration::from_secs(self.number("MessageRetentionPeriod"));
        self.messages.retain(|message| message.sent + kept > now);
    }
}

/// Something about a queue's messages changed: CloudWatch is told, and the next change by itself is planned.
pub(super) fn changed(world: &mut World, region: &str, name: &str) {
    let now = world.now;
    let Some(queue) = queue::find(world, region, name) else {
        return;
    };
    if queue.deleted.is_some() {
        return;
    }
    queue.expire(now);
    if queue.planned.is_some_and(|at| at <= now) {
        queue.planned = None;
    }
    let next = queue.messages.iter().map(|it| it.visible);
    let next = next.filter(|at| *at > now).min();
    let planned = queue.planned;
    let counts = queue.counts(now);
    if let Some(at) = next
        && planned.is_none_or(|planned| planned > at)
    {
        queue.planned = Some(at);
        let what = Happening::Visible {
            queue: name.to_owned(),
        };
        world.agenda.add(at, region, agenda::Happening::Sqs(what));
    }
    let levels = [counts.visible, counts.in_flight, counts.delayed];
    tell(world, region, name, levels.map(|it| Some(it as f64)));
}

/// A queue that is gone publishes nothing.
pub(super) fn silence(world: &mut World, region: &str, name: &str) {
    tell(world, region, name, [None; 3]);
}

/// [SQS developer guide: available CloudWatch metrics]
fn tell(world: &mut World, region: &str, queue: &str, levels: [Option<f64>; 3]) {
    let names = [
        "ApproximateNumberOfMessagesVisible",
        "ApproximateNumberOfMessagesNotVisible",
        "ApproximateNumberOfMessagesDelayed",
    ];
    for (name, level) in names.into_iter().zip(levels) {
        let metric = Metric {
            namespace: "AWS/SQS".to_owned(),
            name: name.to_owned(),
            dimensions: BTreeMap::from([("QueueName".to_owned(), queue.to_owned())]),
        };
        cloudwatch::level(world, region, &metric, level);
    }
}
