//! Topics.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::attributes::{self, invalid};
use crate::input::Input;
use crate::operation::{Answer, Call};
use crate::page::page;
use crate::refusal::Refusal;
use crate::tags::Tags;

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Topic {
    pub(super) arn: String,
    /// What was set; the rest has its default.
    pub(super) set: BTreeMap<String, String>,
    pub(super) tags: Tags,
    /// Subscriptions that were ended.
    pub(super) ended: u64,
}

/// What can be set here. Delivery status logging and FIFO topics are not modelled.
const SETTABLE: [&str; 6] = [
    "DeliveryPolicy",
    "DisplayName",
    "KmsMasterKeyId",
    "Policy",
    "SignatureVersion",
    "TracingConfig",
];
const LOGGING: [&str; 5] = ["Application", "Firehose", "HTTP", "Lambda", "SQS"];

/// A topic of that name with the same attributes and tags is answered with [SNS API: CreateTopic].
pub(super) fn create(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let name = input.text("Name")?.ok_or_else(|| invalid("Topic Name"))?;
    let given = attributes::read(&mut input)?;
    let tags = Tags::from_list(input.objects("Tags")?, "Key", "Value")?;
    input.accept("DataProtectionPolicy", &[])?;
    input.finish()?;
    let allowed = |it: char| it.is_ascii_alphanumeric() || matches!(it, '-' | '_');
    let plain = name.strip_suffix(".fifo").unwrap_or(&name);
    if plain.is_empty() || name.len() > 256 || !plain.chars().all(allowed) {
        return Err(invalid("Topic Name"));
    }
    let mut set = BTreeMap::new();
    for (key, value) in given {
        match key.as_str() {
            "FifoTopic" | "ContentBasedDeduplication" if value == "false" => {}
            "FifoTopic" | "ContentBasedDeduplication" => {
                return Err(Refusal::not_implemented("FIFO topics"));
            }
            _ => {
                check(&key, &value)?;
                set.insert(key, value);
            }
        }
    }
    if name.ends_with(".fifo") {
        return Err(invalid("Topic Name"));
    }
    let arn = call.arn("sns", &name);
    let topics = &mut call.here().sns.topics;
    match topics.get(&arn) {
        Some(before) if before.tags != tags && !tags.is_empty() => {
            return Err(invalid(
                "Tags Reason: Topic already exists with different tags",
            ));
        }
        Some(before)
            if set
                .iter()
                .any(|(key, value)| before.set.get(key) != Some(value)) =>
        {
            return Err(invalid(
                "Attributes Reason: Topic already exists with different attributes",
            ));
        }
        Some(_) => {}
        None => {
            let topic = Topic {
                arn: arn.clone(),
                set,
                tags,
                ended: 0,
            };
            topics.insert(arn.clone(), topic);
        }
    }
    Ok(json!({ "TopicArn": arn }))
}

/// One that is gone is deleted once more [SNS API: DeleteTopic: idempotent]; its subscriptions go with it.
pub(super) fn delete(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let arn = read_arn(&mut input, "TopicArn")?;
    input.finish()?;
    let here = &mut call.here().sns;
    here.topics.remove(&arn);
    here.subscriptions.retain(|_, it| it.topic != arn);
    Ok(Value::Null)
}

pub(super) fn get(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let arn = read_arn(&mut input, "TopicArn")?;
    input.finish()?;
    let account = call.account();
    let here = &mut call.here().sns;
    let topic = here.topics.get(&arn).ok_or_else(not_found)?;
    let of_topic = here.subscriptions.values().filter(|it| it.topic == arn);
    let pending = of_topic.clone().filter(|it| it.pending).count();
    let confirmed = of_topic.count() - pending;
    let mut shown: BTreeMap<&str, String> = topic
        .set
        .iter()
        .map(|(key, value)| (key.as_str(), value.clone()))
        .collect();
    shown
        .entry("Policy")
        .or_insert_with(|| default_policy(&arn, &account));
    shown.entry("DisplayName").or_default();
    shown.insert("TopicArn", arn.clone());
    shown.insert("Owner", account);
    shown.insert("SubscriptionsPending", pending.to_string());
    shown.insert("SubscriptionsConfirmed", confirmed.to_string());
    shown.insert("SubscriptionsDeleted", topic.ended.to_string());
    shown.insert("EffectiveDeliveryPolicy", DELIVERY.to_owned());
    Ok(attributes::answer(shown))
}

pub(super) fn set(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let arn = read_arn(&mut input, "TopicArn")?;
    let name = input.text("AttributeName")?;
    let name = name.ok_or_else(|| invalid("AttributeName"))?;
    let value = input.text("AttributeValue")?.unwrap_or_default();
    input.finish()?;
    check(&name, &value)?;
    let topic = call.here().sns.topics.get_mut(&arn).ok_or_else(not_found)?;
    match value.is_empty() {
        true => drop(topic.set.remove(&name)),
        false => drop(topic.set.insert(name, value)),
    }
    Ok(Value::Null)
}

pub(super) fn list(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let token = input.text("NextToken")?;
    input.finish()?;
    let topics = call.here().sns.topics.keys();
    let rows = topics.map(|arn| json!({ "TopicArn": arn })).collect();
    let (rows, next) = page(rows, Some(100), token)?;
    Ok(json!({ "Topics": rows, "NextToken": next }))
}

/// Reads an ARN of SNS.
pub(super) fn read_arn(input: &mut Input, name: &str) -> Result<String, Refusal> {
    let arn = input.text(name)?.ok_or_else(|| invalid(name))?;
    let parts = arn.split(':').count();
    if !arn.starts_with("arn:aws:sns:") || parts < 6 {
        return Err(invalid(&format!(
            "{name} Reason: An ARN must have at least 6 elements, not {parts}"
        )));
    }
    Ok(arn)
}

pub(super) fn not_found() -> Refusal {
    Refusal::new("NotFound", "Topic does not exist").status(404)
}

fn check(name: &str, value: &str) -> Result<(), Refusal> {
    match name {
        "Policy" if !value.is_empty() => attributes::check_policy(value),
        "DisplayName" if value.chars().count() > 100 => {
            Err(invalid("DisplayName: must be at most 100 characters long"))
        }
        "SignatureVersion" if !matches!(value, "1" | "2") => Err(invalid("SignatureVersion")),
        "TracingConfig" if !matches!(value, "Active" | "PassThrough") => {
            Err(invalid("TracingConfig"))
        }
        name if SETTABLE.contains(&name) => Ok(()),
        // Terraform says what is so in any case: nothing of what was delivered is sampled.
        name if LOGGING.iter().any(|it| name.starts_with(it))
            && name.ends_with("FeedbackSampleRate")
            && matches!(value, "" | "0") =>
        {
            Ok(())
        }
        name if LOGGING.iter().any(|it| name.starts_with(it)) && name.contains("Feedback") => Err(
            Refusal::not_implemented(format_args!("the topic attribute {name}")),
        ),
        _ => Err(invalid("AttributeName")),
    }
}

/// The policy of a topic that was given none: everybody of the account [SNS developer guide: default access policy].
pub(super) fn default_policy(arn: &str, account: &str) -> String {
    json!({
        "Version": "2008-10-17",
        "Id": "__default_policy_ID",
        "Statement": [{
            "Sid": "__default_statement_ID",
            "Effect": "Allow",
            "Principal": { "AWS": "*" },
            "Action": [
                "SNS:GetTopicAttributes", "SNS:SetTopicAttributes", "SNS:AddPermission",
                "SNS:RemovePermission", "SNS:DeleteTopic", "SNS:Subscribe",
                "SNS:ListSubscriptionsByTopic", "SNS:Publish",
            ],
            "Resource": arn,
            "Condition": { "StringEquals": { "AWS:SourceOwner": account } },
        }],
    })
    .to_string()
}

const DELIVERY: &str = r#"{"http":{"defaultHealthyRetryPolicy":{"minDelayTarget":20,"maxDelayTarget":20,"numRetries":3,"numMaxDelayRetries":0,"numNoDelayRetries":0,"numMinDelayRetries":0,"backoffFunction":"linear"},"disableSubscriptionOverrides":false,"defaultRequestPolicy":{"headerContentType":"text/plain; charset=UTF-8"}}}"#;
