//! PutMetricAlarm.

use serde_json::Value;

use super::alarm::{Alarm, Watch};
use super::data::UNITS;
use super::metric::{Metric, Stat, read_dimensions};
use super::query::{invalid, read_period, read_queries};
use super::{action, evaluate};
use crate::bounds;
use crate::input::Input;
use crate::operation::{Answer, Call};
use crate::refusal::Refusal;
use crate::tags::Tags;
use crate::world::World;

const COMPARISONS: [&str; 4] = [
    "GreaterThanOrEqualToThreshold",
    "GreaterThanThreshold",
    "LessThanThreshold",
    "LessThanOrEqualToThreshold",
];
/// Those of anomaly detection, which the twin does not have.
const BANDS: [&str; 3] = [
    "LessThanLowerOrGreaterThanUpperThreshold",
    "LessThanLowerThreshold",
    "GreaterThanUpperThreshold",
];
pub(super) const STATISTICS: [&str; 5] = ["SampleCount", "Average", "Sum", "Minimum", "Maximum"];
const MISSING: [&str; 4] = ["breaching", "notBreaching", "ignore", "missing"];
const DAY: u64 = 86_400;

pub(super) fn put(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let name = bounds::required(&mut input, "AlarmName", 1, 255)?;
    let description = bounds::sized(&mut input, "AlarmDescription", 0, 1024)?;
    let enabled = input.boolean("ActionsEnabled")?.unwrap_or(true);
    let mut actions = |list: &str| -> Result<Vec<String>, Refusal> {
        let arns = bounds::texts(&mut input, list, 5)?;
        arns.iter()
            .try_for_each(|arn| action::check(arn, &call.region, &call.world.account))?;
        Ok(arns)
    };
    let (ok, alarm) = (actions("OKActions")?, actions("AlarmActions")?);
    let insufficient = actions("InsufficientDataActions")?;
    let periods = bounds::whole(&mut input, "EvaluationPeriods", 1, i64::from(u32::MAX))?;
    let to_alarm = bounds::whole(&mut input, "DatapointsToAlarm", 1, i64::from(u32::MAX))?;
    let threshold = bounds::decimal(&mut input, "Threshold")?;
    let comparison = read_comparison(&mut input)?;
    let missing = input.text("TreatMissingData")?;
    let low_samples = input.text("EvaluateLowSampleCountPercentile")?;
    let watch = read_watch(&mut input)?;
    let tags = Tags::from_list(input.objects("Tags")?, "Key", "Value")?;
    input.accept("ThresholdMetricId", &[])?;
    for unmodelled in [
        "EvaluationWindow",
        "WarmUpConfiguration",
        "EvaluationCriteria",
        "EvaluationInterval",
        "ActionConfiguration",
    ] {
        input.accept(unmodelled, &[])?;
    }
    let periods = periods.ok_or_else(|| input.missing("EvaluationPeriods"))?;
    let threshold = threshold.ok_or_else(|| input.missing("Threshold"))?;
    input.finish()?;

    if to_alarm.is_some_and(|to_alarm| to_alarm > periods) {
        return Err(invalid(
            "DatapointsToAlarm must be less than or equal to EvaluationPeriods".to_owned(),
        ));
    }
    if let Some(other) = missing
        .as_ref()
        .filter(|it| !MISSING.contains(&it.as_str()))
    {
        return Err(invalid(format!(
            "The value {other} for parameter TreatMissingData is not supported."
        )));
    }
    if let Some(other) = low_samples
        .as_ref()
        .filter(|it| !["evaluate", "ignore"].contains(&it.as_str()))
    {
        return Err(invalid(format!(
            "Option {other} is not supported. Supported options for parameter EvaluateLowSampleCountPercentile are evaluate and ignore."
        )));
    }
    check_span(watch.period(), periods as u64)?;

    let arn = call.arn("cloudwatch", &format!("alarm:{name}"));
    let whole = |number: i64| u32::try_from(number).unwrap_or(u32::MAX);
    let now = call.now();
    let made = Alarm {
        description,
        actions_enabled: enabled,
        alarm_actions: alarm,
        ok_actions: ok,
        insufficient_actions: insufficient,
        evaluation_periods: whole(periods),
        datapoints_to_alarm: to_alarm.map(whole),
        threshold,
        comparison,
        treat_missing: missing,
        low_samples,
        tags,
        ..Alarm::new(name, arn, watch, now)
    };
    let region = call.region.clone();
    keep(call.world, &region, made);
    Ok(Value::Null)
}

/// "When you update an existing alarm, its state is left unchanged", and its tags [CloudWatch API: PutMetricAlarm].
pub(super) fn keep(world: &mut World, region: &str, mut alarm: Alarm) {
    let alarms = &mut world.region(region).cloudwatch.alarms;
    let name = alarm.name.clone();
    if let Some(before) = alarms.remove(&name) {
        alarm = Alarm {
            tags: before.tags,
            state: before.state,
            reason: before.reason,
            reason_data: before.reason_data,
            updated: before.updated,
            transitioned: before.transitioned,
            planned: before.planned,
            ..alarm
        };
    }
    alarms.insert(name.clone(), alarm);
    evaluate::wake(world, region, &name);
}

fn read_comparison(input: &mut Input) -> Result<String, Refusal> {
    let words: Vec<&str> = COMPARISONS.into_iter().chain(BANDS).collect();
    let comparison = bounds::one_of(input, "ComparisonOperator", &words)?;
    let comparison = comparison.ok_or_else(|| input.missing("ComparisonOperator"))?;
    if BANDS.contains(&comparison.as_str()) {
        return Err(Refusal::not_implemented(format_args!(
            "ComparisonOperator={comparison}"
        )));
    }
    Ok(comparison)
}

/// Either a metric with its statistic and period, or `Metrics`.
fn read_watch(input: &mut Input) -> Result<Watch, Refusal> {
    let name = bounds::sized(input, "MetricName", 1, 255)?;
    let namespace = bounds::sized(input, "Namespace", 1, 255)?;
    let statistic = bounds::one_of(input, "Statistic", &STATISTICS)?;
    let extended = input.text("ExtendedStatistic")?;
    let dimensions = read_dimensions(input)?;
    let period = read_period(input, "Period")?;
    let unit = bounds::one_of(input, "Unit", &UNITS)?;
    let list = input.objects("Metrics")?;
    if !list.is_empty() {
        let given = [
            ("MetricName", name.is_some()),
            ("Namespace", namespace.is_some()),
            ("Statistic", statistic.is_some()),
            ("ExtendedStatistic", extended.is_some()),
            ("Dimensions", !dimensions.is_empty()),
            ("Period", period.is_some()),
            ("Unit", unit.is_some()),
        ];
        if let Some((other, _)) = given.iter().find(|(_, given)| *given) {
            return Err(invalid(format!(
                "{other} should not be set if list of Metrics is set."
            )));
        }
        let queries = read_queries(list, None)?;
        if queries.iter().filter(|query| query.returned).count() != 1 {
            return Err(invalid(
                "Exactly one element of the metrics list should return data.".to_owned(),
            ));
        }
        return Ok(Watch::Math(queries));
    }
    // cfn-lint#771 has this sentence for an alarm with neither.
    let name = name.ok_or_else(|| invalid("MetricName must not be null".to_owned()))?;
    let namespace = namespace.ok_or_else(|| invalid("Namespace must not be null".to_owned()))?;
    let period = period.ok_or_else(|| invalid("Period must not be null".to_owned()))?;
    let stat = match (statistic, extended) {
        (Some(stat), None) => stat,
        (None, Some(stat)) => {
            let known = Stat::parse(&stat).filter(|_| !STATISTICS.contains(&stat.as_str()));
            known.ok_or_else(|| {
                invalid(format!(
                    "The value {stat} for parameter ExtendedStatistic is not supported."
                ))
            })??;
            stat
        }
        (Some(_), Some(_)) => {
            return Err(Refusal::new(
                "InvalidParameterCombination",
                "Statistic and ExtendedStatistic are mutually exclusive and you have specified both.",
            ));
        }
        (None, None) => {
            return Err(invalid(
                "Exactly one of Statistic and ExtendedStatistic must be specified".to_owned(),
            ));
        }
    };
    let metric = Metric {
        namespace,
        name,
        dimensions,
    };
    Ok(Watch::Plain {
        metric,
        stat,
        period,
        unit,
    })
}

/// An alarm looks back a day, or a week where its periods are an hour or longer
/// [CloudWatch User Guide: configuring how alarms evaluate].
fn check_span(period: u32, periods: u64) -> Result<(), Refusal> {
    let most = if period >= 3600 { 7 * DAY } else { DAY };
    if u64::from(period) * periods <= most {
        return Ok(());
    }
    Err(invalid(format!(
        "Metrics cannot be checked across more than {} (EvaluationPeriods * Period must be <= {most}).",
        if most == DAY { "a day" } else { "7 days" }
    )))
}
