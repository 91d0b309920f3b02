//! Subscriptions.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::attributes::{self, invalid};
use super::topic::{not_found, read_arn};
use crate::input::Input;
use crate::operation::{Answer, Call};
use crate::page::page;
use crate::refusal::Refusal;

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Subscription {
    pub(super) arn: String,
    pub(super) topic: String,
    pub(super) protocol: String,
    pub(super) endpoint: String,
    pub(super) set: BTreeMap<String, String>,
    /// Nobody has confirmed it yet.
    pub(super) pending: bool,
    principal: String,
}

/// Whose endpoints the twin has, and whose it does not.
const PEOPLE: [&str; 4] = ["email", "email-json", "http", "https"];
const OTHERS: [&str; 4] = ["application", "firehose", "lambda", "sms"];
const PENDING: &str = "pending confirmation";

/// The same subscription again is answered with [SNS API: Subscribe].
pub(super) fn subscribe(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let topic = read_arn(&mut input, "TopicArn")?;
    let protocol = input.text("Protocol")?.ok_or_else(|| invalid("Protocol"))?;
    let endpoint = input.text("Endpoint")?;
    let set = attributes::read(&mut input)?;
    let with_arn = input.boolean("ReturnSubscriptionArn")?.unwrap_or(false);
    input.finish()?;
    let endpoint = endpoint.ok_or_else(|| invalid("Endpoint"))?;
    check_endpoint(&protocol, &endpoint)?;
    set.iter().try_for_each(|(key, value)| check(key, value))?;
    if !call.here().sns.topics.contains_key(&topic) {
        return Err(not_found());
    }
    let principal = call.principal.clone();
    let arn = format!("{topic}:{}", call.world.ids.uuid());
    let subscriptions = &mut call.here().sns.subscriptions;
    let same = subscriptions
        .values()
        .find(|it| it.topic == topic && it.protocol == protocol && it.endpoint == endpoint);
    let found = match same {
        Some(same) if same.set != set => {
            return Err(invalid(
                "Attributes Reason: Subscription already exists with different attributes",
            ));
        }
        Some(same) => same.clone(),
        None => {
            let made = Subscription {
                arn: arn.clone(),
                topic,
                pending: PEOPLE.contains(&protocol.as_str()),
                protocol,
                endpoint,
                set,
                principal,
            };
            subscriptions.insert(arn, made.clone());
            made
        }
    };
    let shown = match found.pending && !with_arn {
        true => PENDING.to_owned(),
        false => found.arn,
    };
    Ok(json!({ "SubscriptionArn": shown }))
}

/// One that is gone is ended once more.
pub(super) fn unsubscribe(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let arn = read_arn(&mut input, "SubscriptionArn")?;
    input.finish()?;
    let here = &mut call.here().sns;
    if here.subscriptions.get(&arn).is_some_and(|it| it.pending) {
        return Err(invalid(
            "SubscriptionArn Reason: This operation is not supported for pending subscriptions",
        ));
    }
    if let Some(gone) = here.subscriptions.remove(&arn)
        && let Some(topic) = here.topics.get_mut(&gone.topic)
    {
        topic.ended += 1;
    }
    Ok(Value::Null)
}

pub(super) fn get(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let arn = read_arn(&mut input, "SubscriptionArn")?;
    input.finish()?;
    let account = call.account();
    let found = call.here().sns.subscriptions.get(&arn);
    let found = found.ok_or_else(no_subscription)?;
    let mut shown: BTreeMap<&str, String> = found
        .set
        .iter()
        .map(|(key, value)| (key.as_str(), value.clone()))
        .collect();
    shown
        .entry("RawMessageDelivery")
        .or_insert_with(|| "false".to_owned());
    shown.insert("SubscriptionArn", found.arn.clone());
    shown.insert("TopicArn", found.topic.clone());
    shown.insert("Owner", account);
    shown.insert("Protocol", found.protocol.clone());
    shown.insert("Endpoint", found.endpoint.clone());
    shown.insert("PendingConfirmation", found.pending.to_string());
    shown.insert("ConfirmationWasAuthenticated", (!found.pending).to_string());
    shown.insert("SubscriptionPrincipal", found.principal.clone());
    Ok(attributes::answer(shown))
}

pub(super) fn set(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let arn = read_arn(&mut input, "SubscriptionArn")?;
    let name = input.text("AttributeName")?;
    let name = name.ok_or_else(|| invalid("AttributeName"))?;
    let value = input.text("AttributeValue")?.unwrap_or_default();
    input.finish()?;
    check(&name, &value)?;
    let found = call.here().sns.subscriptions.get_mut(&arn);
    let found = found.ok_or_else(no_subscription)?;
    match value.is_empty() {
        true => drop(found.set.remove(&name)),
        false => drop(found.set.insert(name, value)),
    }
    Ok(Value::Null)
}

pub(super) fn list(call: &mut Call<'_>) -> Answer {
    let input = std::mem::take(&mut call.input);
    listed(call, input, None)
}

pub(super) fn list_of_topic(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let topic = read_arn(&mut input, "TopicArn")?;
    if !call.here().sns.topics.contains_key(&topic) {
        return Err(not_found());
    }
    listed(call, input, Some(topic))
}

fn listed(call: &mut Call<'_>, mut input: Input, topic: Option<String>) -> Answer {
    let token = input.text("NextToken")?;
    input.finish()?;
    let account = call.account();
    let subscriptions = call.here().sns.subscriptions.values();
    let rows = subscriptions.filter(|it| topic.as_ref().is_none_or(|topic| it.topic == *topic));
    let rows = rows.map(|it| {
        let arn = if it.pending {
            "PendingConfirmation"
        } else {
            &it.arn
        };
        json!({
            "SubscriptionArn": arn,
            "Owner": account,
            "Protocol": it.protocol,
            "Endpoint": it.endpoint,
            "TopicArn": it.topic,
        })
    });
    let (rows, next) = page(rows.collect(), Some(100), token)?;
    Ok(json!({ "Subscriptions": rows, "NextToken": next }))
}

fn check_endpoint(protocol: &str, endpoint: &str) -> Result<(), Refusal> {
    let wrong = |why: &str| Err(invalid(&format!("Endpoint Reason: {why}")));
    match protocol {
        "sqs" if !endpoint.starts_with("arn:aws:sqs:") => wrong("SQS endpoint ARN"),
        "email" | "email-json" if !endpoint.contains('@') => {
            wrong("Please specify a valid email address")
        }
        "http" | "https" if !endpoint.starts_with(&format!("{protocol}://")) => {
            wrong("Endpoint must match the specified protocol")
        }
        "sqs" => Ok(()),
        protocol if PEOPLE.contains(&protocol) => Ok(()),
        protocol if OTHERS.contains(&protocol) => Err(Refusal::not_implemented(format_args!(
            "subscriptions of the protocol {protocol}"
        ))),
        _ => Err(invalid(&format!(
            "Amazon SNS does not support this protocol string: {protocol}"
        ))),
    }
}

fn check(name: &str, value: &str) -> Result<(), Refusal> {
    match name {
        "RawMessageDelivery" if matches!(value, "true" | "false") => Ok(()),
        "RawMessageDelivery" => Err(invalid(
            "Attributes Reason: RawMessageDelivery: Invalid value",
        )),
        "DeliveryPolicy"
        | "FilterPolicy"
        | "FilterPolicyScope"
        | "RedrivePolicy"
        | "ReplayPolicy"
        | "SubscriptionRoleArn" => match value {
            "" | "{}" => Ok(()),
            _ => Err(Refusal::not_implemented(format_args!(
                "the subscription attribute {name}"
            ))),
        },
        _ => Err(invalid("AttributeName")),
    }
}

fn no_subscription() -> Refusal {
    Refusal::new("NotFound", "Subscription does not exist").status(404)
}
