//! Amazon SQS: standard queues with their messages, dead-letter queues, what they tell CloudWatch.

mod attributes;
mod create;
mod delete;
mod deliver;
mod md5;
mod message;
mod queue;
mod receive;
mod redrive;
mod refuse;
mod send;
mod tagging;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::clock::Millis;
use crate::operation::{Operation, read, write};
use crate::wire::Shapes;
use crate::world::World;

pub(crate) use deliver::{deliver, deliver_as_own};
pub(crate) use tagging::tagged;

/// The queues of one region.
#[derive(Default, Serialize, Deserialize, Debug)]
#[serde(default)]
pub struct Sqs {
    /// By name.
    queues: BTreeMap<String, queue::Queue>,
    /// When queues were deleted whose names cannot be used again yet.
    deleted: BTreeMap<String, Millis>,
}

/// What happens in SQS by itself.
#[derive(Serialize, Deserialize, Debug, Clone)]
#[allow(missing_docs)]
pub enum Happening {
    /// Some message becomes visible.
    Visible { queue: String },
}

pub(crate) const OPERATIONS: &[Operation] = &[
    write("ChangeMessageVisibility", receive::change_visibility),
    write("CreateQueue", create::create),
    write("DeleteMessage", receive::delete),
    write("DeleteQueue", delete::delete),
    read("GetQueueAttributes", attributes::get),
    read("GetQueueUrl", queue::url_of),
    read("ListDeadLetterSourceQueues", redrive::sources),
    read("ListQueueTags", tagging::list),
    read("ListQueues", queue::list),
    write("PurgeQueue", delete::purge),
    write("ReceiveMessage", receive::receive),
    write("SendMessage", send::send),
    write("SetQueueAttributes", attributes::set),
    write("TagQueue", tagging::tag),
    write("UntagQueue", tagging::untag),
];

/// What the model calls the codes of the query protocol [SQS API: common errors; the services' own awsQueryError].
pub(crate) const SHAPES: Shapes = &[
    (
        "AWS.SimpleQueueService.MessageNotInflight",
        "com.amazonaws.sqs#MessageNotInflight",
    ),
    (
        "AWS.SimpleQueueService.NonExistentQueue",
        "com.amazonaws.sqs#QueueDoesNotExist",
    ),
    (
        "AWS.SimpleQueueService.PurgeQueueInProgress",
        "com.amazonaws.sqs#PurgeQueueInProgress",
    ),
    (
        "AWS.SimpleQueueService.QueueDeletedRecently",
        "com.amazonaws.sqs#QueueDeletedRecently",
    ),
    (
        "AWS.SimpleQueueService.UnsupportedOperation",
        "com.amazonaws.sqs#UnsupportedOperation",
    ),
    ("QueueAlreadyExists", "com.amazonaws.sqs#QueueNameExists"),
];

pub(crate) fn happen(world: &mut World, region: &str, what: Happening) {
    match what {
        Happening::Visible { queue } => message::changed(world, region, &queue),
    }
}
