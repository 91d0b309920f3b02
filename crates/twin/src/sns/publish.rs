//! Publishing: what a topic's subscribers get.

use serde_json::json;

use super::attributes::invalid;
use super::topic::{default_policy, not_found, read_arn};
use crate::iam;
use crate::operation::{Answer, Call};
use crate::resource_policy;
use crate::sqs;
use crate::world::World;

/// What is published.
#[derive(Debug)]
pub(crate) struct Notice {
    pub(crate) subject: Option<String>,
    pub(crate) message: String,
}

/// The principal that queues' policies speak of.
const PRINCIPAL: &str = "sns.amazonaws.com";
/// [SNS API: Publish Message]
const LARGEST: usize = 262_144;

pub(super) fn publish(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let arn = read_arn(&mut input, "TopicArn")?;
    let message = input.text("Message")?.ok_or_else(|| invalid("Message"))?;
    let subject = input.text("Subject")?;
    for unmodelled in [
        "TargetArn",
        "PhoneNumber",
        "MessageStructure",
        "MessageAttributes",
        "MessageDeduplicationId",
        "MessageGroupId",
    ] {
        input.accept(unmodelled, &[])?;
    }
    input.finish()?;
    if message.is_empty() {
        return Err(invalid("Empty message"));
    }
    if message.len() > LARGEST {
        return Err(invalid("Message too long"));
    }
    if subject
        .as_ref()
        .is_some_and(|it| it.is_empty() || it.chars().count() > 100)
    {
        return Err(invalid("Subject"));
    }
    if !call.here().sns.topics.contains_key(&arn) {
        return Err(not_found());
    }
    let region = call.region.clone();
    let notice = Notice { subject, message };
    let id = spread(call.world, &region, &arn, &notice);
    Ok(json!({ "MessageId": id }))
}

/// Publishes for a service, if the topic is there and its policy lets it. False: it did not.
pub(crate) fn publish_as(
    world: &mut World,
    region: &str,
    arn: &str,
    principal: &str,
    source: &str,
    notice: Notice,
) -> bool {
    let Some(topic) = world.region(region).sns.topics.get(arn) else {
        return false;
    };
    let policy = topic.set.get("Policy").cloned();
    let policy = policy.unwrap_or_else(|| default_policy(arn, &world.account));
    // CloudWatch says for whom it asks, so that the default policy lets it; EventBridge does not
    // [EventBridge User Guide: resource-based policies].
    let owner = principal == "cloudwatch.amazonaws.com";
    let request = iam::Request {
        action: "sns:Publish",
        resource: arn,
        context: resource_policy::source_context(&world.account, source, owner),
    };
    if !resource_policy::service_may(&policy, principal, &request) {
        return false;
    }
    spread(world, region, arn, &notice);
    true
}

/// Every confirmed queue gets it, if its policy lets SNS.
fn spread(world: &mut World, region: &str, arn: &str, notice: &Notice) -> String {
    let id = world.ids.uuid();
    let now = world.now.iso8601();
    let subscriptions = world.region(region).sns.subscriptions.values();
    let queues: Vec<(String, bool, String)> = subscriptions
        .filter(|it| it.topic == arn && it.protocol == "sqs" && !it.pending)
        .map(|it| {
            let raw = it
                .set
                .get("RawMessageDelivery")
                .is_some_and(|it| it == "true");
            (it.endpoint.clone(), raw, it.arn.clone())
        })
        .collect();
    for (queue, raw, subscription) in queues {
        let body = if raw {
            notice.message.clone()
        } else {
            let mut envelope = json!({
                "Type": "Notification",
                "MessageId": id,
                "TopicArn": arn,
                "Message": notice.message,
                "Timestamp": now,
                "SignatureVersion": "1",
                "Signature": "dHdpbg==",
                "SigningCertURL": format!("https://sns.{region}.amazonaws.com/SimpleNotificationService.pem"),
                "UnsubscribeURL": format!(
                    "https://sns.{region}.amazonaws.com/?Action=Unsubscribe&SubscriptionArn={subscription}"
                ),
            });
            if let Some(subject) = &notice.subject {
                envelope["Subject"] = json!(subject);
            }
            envelope.to_string()
        };
        let place = queue.split(':').nth(3).unwrap_or(region).to_owned();
        sqs::deliver(world, &place, &queue, PRINCIPAL, arn, body);
    }
    id
}
