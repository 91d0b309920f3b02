//! Amazon SNS, as far as alarms and events need it: standard topics, their policies, and subscriptions of queues and of
//! people. A notice reaches queues; people's subscriptions wait for a confirmation that nobody gives.

mod attributes;
mod publish;
mod subscription;
mod tagging;
mod topic;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::operation::{Operation, read, write};

pub(crate) use publish::{Notice, publish_as};
pub(crate) use tagging::tagged;

/// The topics and subscriptions of one region.
#[derive(Default, Serialize, Deserialize, Debug)]
#[serde(default)]
pub struct Sns {
    /// By ARN.
    topics: BTreeMap<String, topic::Topic>,
    /// By ARN.
    subscriptions: BTreeMap<String, subscription::Subscription>,
}

pub(crate) const OPERATIONS: &[Operation] = &[
    write("CreateTopic", topic::create),
    write("DeleteTopic", topic::delete),
    read("GetSubscriptionAttributes", subscription::get),
    read("GetTopicAttributes", topic::get),
    read("ListSubscriptions", subscription::list),
    read("ListSubscriptionsByTopic", subscription::list_of_topic),
    read("ListTagsForResource", tagging::list),
    read("ListTopics", topic::list),
    write("Publish", publish::publish),
    write("SetSubscriptionAttributes", subscription::set),
    write("SetTopicAttributes", topic::set),
    write("Subscribe", subscription::subscribe),
    write("TagResource", tagging::tag),
    write("Unsubscribe", subscription::unsubscribe),
    write("UntagResource", tagging::untag),
];
