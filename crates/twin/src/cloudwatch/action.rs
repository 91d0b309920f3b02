//! What alarms do when they change their state: notify a topic, scale.

use serde_json::{Value, json};

use super::alarm::{Alarm, State, Watch};
use super::query::invalid;
use crate::refusal::Refusal;
use crate::world::World;
use crate::{appautoscaling, events, sns};

/// The principal that topics' policies speak of.
const PRINCIPAL: &str = "cloudwatch.amazonaws.com";

/// Checks an action: a topic or a scaling policy of this region and account.
pub(super) fn check(arn: &str, region: &str, account: &str) -> Result<(), Refusal> {
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    let [_, _, service, place, owner, _] = parts[..] else {
        return Err(invalid(format!("Invalid arn syntax: {arn}")));
    };
    if parts[0] != "arn" || parts[1] != "aws" {
        return Err(invalid(format!("Invalid arn syntax: {arn}")));
    }
    match service {
        "sns" | "autoscaling" if place != region => Err(invalid(format!(
            "Invalid region {place} specified. Only {region} is supported."
        ))),
        "sns" => Ok(()),
        "autoscaling" if owner != account => Err(invalid(format!("Invalid account: {arn}"))),
        "autoscaling" => Ok(()),
        "automate" | "lambda" | "ssm" | "ssm-incidents" | "aiops" | "swf" => {
            Err(Refusal::not_implemented(format_args!("the action {arn}")))
        }
        _ => Err(invalid(format!("Invalid arn syntax: {arn}"))),
    }
}

/// Whether an action is a scaling policy.
pub(super) fn scales(arn: &str) -> bool {
    arn.starts_with("arn:aws:autoscaling:")
}

/// Does what the alarm does in the state that it is in. `repeated`: it came to it earlier, and only scales again.
pub(super) fn act(
    world: &mut World,
    region: &str,
    name: &str,
    before: State,
    value: Option<f64>,
    repeated: bool,
) {
    let Some(alarm) = world.region(region).cloudwatch.alarms.get(name).cloned() else {
        return;
    };
    if !repeated {
        tell_bus(world, region, &alarm, before);
    }
    if !alarm.actions_enabled {
        return;
    }
    for arn in alarm.actions() {
        if scales(arn) {
            appautoscaling::alarmed(world, region, arn, &alarm, value);
        } else if !repeated {
            let subject = format!("{}: \"{}\" in {region}", alarm.state.word(), alarm.name);
            let message = message(world, region, &alarm, before).to_string();
            let notice = sns::Notice {
                subject: Some(subject),
                message,
            };
            sns::publish_as(world, region, arn, PRINCIPAL, &alarm.arn, notice);
        }
    }
}

/// What a topic's subscribers get [CloudWatch User Guide: notifying users].
fn message(world: &World, region: &str, alarm: &Alarm, before: State) -> Value {
    let spelled =
        |at: crate::clock::Millis| format!("{}.000+0000", at.iso8601().trim_end_matches('Z'));
    json!({
        "AlarmName": alarm.name,
        "AlarmDescription": alarm.description,
        "AWSAccountId": world.account,
        "AlarmConfigurationUpdatedTimestamp": spelled(alarm.configured),
        "NewStateValue": alarm.state.word(),
        "NewStateReason": alarm.reason,
        "StateChangeTime": spelled(alarm.transitioned),
        "Region": region,
        "AlarmArn": alarm.arn,
        "OldStateValue": before.word(),
        "OKActions": alarm.ok_actions,
        "AlarmActions": alarm.alarm_actions,
        "InsufficientDataActions": alarm.insufficient_actions,
        "Trigger": trigger(alarm),
    })
}

fn trigger(alarm: &Alarm) -> Value {
    let mut trigger = json!({
        "Period": alarm.watch.period(),
        "EvaluationPeriods": alarm.evaluation_periods,
        "DatapointsToAlarm": alarm.datapoints_to_alarm,
        "ComparisonOperator": alarm.comparison,
        "Threshold": alarm.threshold,
        "TreatMissingData": alarm.treat_missing.as_deref().unwrap_or("missing"),
    });
    match &alarm.watch {
        Watch::Plain { metric, stat, .. } => {
            let pairs = metric.dimensions.iter();
            let pairs = pairs.map(|(name, value)| json!({ "name": name, "value": value }));
            trigger["MetricName"] = json!(metric.name);
            trigger["Namespace"] = json!(metric.namespace);
            trigger["Statistic"] = json!(stat.to_uppercase());
            trigger["Dimensions"] = pairs.collect();
        }
        Watch::Math(queries) => {
            trigger["Metrics"] = queries.iter().map(super::Query::view).collect();
        }
    }
    trigger
}

/// [EventBridge User Guide: CloudWatch alarm events]
fn tell_bus(world: &mut World, region: &str, alarm: &Alarm, before: State) {
    let detail = json!({
        "alarmName": alarm.name,
        "state": {
            "value": alarm.state.word(),
            "reason": alarm.reason,
            "timestamp": alarm.transitioned.iso8601(),
        },
        "previousState": { "value": before.word() },
        "configuration": { "description": alarm.description },
    });
    let event = events::Event {
        source: "aws.cloudwatch".to_owned(),
        kind: "CloudWatch Alarm State Change".to_owned(),
        resources: vec![alarm.arn.clone()],
        detail,
    };
    events::emit(world, region, event);
}
