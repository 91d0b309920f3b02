//! DescribeAlarms.

use serde_json::{Value, json};

use super::alarm::{Alarm, State, Watch};
use super::metric::read_dimensions;
use super::put_alarm;
use crate::bounds;
use crate::operation::{Answer, Call};
use crate::page::page;
use crate::refusal::Refusal;
use crate::wire::timestamp;

const KINDS: [&str; 3] = ["CompositeAlarm", "MetricAlarm", "LogAlarm"];

pub(super) fn describe(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let names = bounds::texts(&mut input, "AlarmNames", 100)?;
    let prefix = bounds::sized(&mut input, "AlarmNamePrefix", 1, 255)?;
    let kinds = input.texts("AlarmTypes")?;
    let state = bounds::one_of(&mut input, "StateValue", &State::WORDS)?;
    let action = bounds::sized(&mut input, "ActionPrefix", 1, 1024)?;
    let limit = bounds::whole(&mut input, "MaxRecords", 1, 100)?.unwrap_or(100);
    let token = input.text("NextToken")?;
    input.accept("ChildrenOfAlarmName", &[])?;
    input.accept("ParentsOfAlarmName", &[])?;
    if let Some(other) = kinds.iter().find(|kind| !KINDS.contains(&kind.as_str())) {
        let must = format!("Member must satisfy enum value set: [{}]", KINDS.join(", "));
        return Err(bounds::refuse(&input, other, "AlarmTypes", &must));
    }
    input.finish()?;
    if !names.is_empty() && prefix.is_some() {
        return Err(Refusal::new(
            "InvalidParameterCombination",
            "AlarmNamePrefix and AlarmNames are mutually exclusive and you have specified both.",
        ));
    }
    // Without a type only metric alarms are listed [CloudWatch API: DescribeAlarms AlarmTypes].
    let wanted = kinds.is_empty() || kinds.iter().any(|kind| kind == "MetricAlarm");
    let alarms = call.here().cloudwatch.alarms.values().filter(|alarm| {
        let mut actions = alarm.actions_of_all();
        wanted
            && (names.is_empty() || names.contains(&alarm.name))
            && prefix.as_ref().is_none_or(|it| alarm.name.starts_with(it))
            && state.as_ref().is_none_or(|it| alarm.state.word() == it)
            && action
                .as_ref()
                .is_none_or(|it| actions.any(|arn| arn.starts_with(it)))
    });
    let alarms = alarms.map(view).collect();
    let (alarms, next) = page(alarms, Some(limit), token)?;
    Ok(json!({ "MetricAlarms": alarms, "CompositeAlarms": [], "NextToken": next }))
}

/// The alarms of one metric, as the console and deployments ask for them.
pub(super) fn for_metric(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let asked = super::metric::Metric {
        name: bounds::required(&mut input, "MetricName", 1, 255)?,
        namespace: bounds::required(&mut input, "Namespace", 1, 255)?,
        dimensions: read_dimensions(&mut input)?,
    };
    let statistic = bounds::one_of(&mut input, "Statistic", &put_alarm::STATISTICS)?;
    let extended = input.text("ExtendedStatistic")?;
    let wanted = super::query::read_period(&mut input, "Period")?;
    input.accept("Unit", &[])?;
    input.finish()?;
    let wanted_stat = statistic.or(extended);
    let alarms = call.here().cloudwatch.alarms.values();
    let alarms = alarms.filter(|alarm| match &alarm.watch {
        Watch::Plain {
            metric,
            stat,
            period,
            ..
        } => {
            *metric == asked
                && wanted_stat.as_ref().is_none_or(|it| it == stat)
                && wanted.is_none_or(|it| it == *period)
        }
        Watch::Math(_) => false,
    });
    Ok(json!({ "MetricAlarms": alarms.map(view).collect::<Vec<_>>() }))
}

impl Alarm {
    fn actions_of_all(&self) -> impl Iterator<Item = &String> {
        let lists = [
            &self.alarm_actions,
            &self.ok_actions,
            &self.insufficient_actions,
        ];
        lists.into_iter().flatten()
    }
}

pub(super) fn view(alarm: &Alarm) -> Value {
    let mut view = json!({
        "AlarmName": alarm.name,
        "AlarmArn": alarm.arn,
        "AlarmDescription": alarm.description,
        "AlarmConfigurationUpdatedTimestamp": timestamp(alarm.configured),
        "ActionsEnabled": alarm.actions_enabled,
        "OKActions": alarm.ok_actions,
        "AlarmActions": alarm.alarm_actions,
        "InsufficientDataActions": alarm.insufficient_actions,
        "StateValue": alarm.state.word(),
        "StateReason": alarm.reason,
        "StateReasonData": alarm.reason_data,
        "StateUpdatedTimestamp": timestamp(alarm.updated),
        "StateTransitionedTimestamp": timestamp(alarm.transitioned),
        "Dimensions": [],
        "EvaluationPeriods": alarm.evaluation_periods,
        "DatapointsToAlarm": alarm.datapoints_to_alarm,
        "Threshold": alarm.threshold,
        "ComparisonOperator": alarm.comparison,
        "TreatMissingData": alarm.treat_missing,
        "EvaluateLowSampleCountPercentile": alarm.low_samples,
    });
    match &alarm.watch {
        Watch::Plain {
            metric,
            stat,
            period,
            unit,
        } => {
            view["Namespace"] = json!(metric.namespace);
            view["MetricName"] = json!(metric.name);
            view["Dimensions"] = json!(metric.dimensions_view());
            view["Period"] = json!(period);
            view["Unit"] = json!(unit);
            let member = match put_alarm::STATISTICS.contains(&stat.as_str()) {
                true => "Statistic",
                false => "ExtendedStatistic",
            };
            view[member] = json!(stat);
        }
        Watch::Math(queries) => {
            view["Metrics"] = queries.iter().map(super::Query::view).collect();
        }
    }
    view
}
