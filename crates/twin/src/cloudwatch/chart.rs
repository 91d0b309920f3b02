//! Reading data: GetMetricData, and GetMetricStatistics before it.

use serde_json::{Value, json};

use super::metric::{Metric, Stat, read_dimensions};
use super::put_alarm::STATISTICS;
use super::query::{self, Source};
use super::read_queries;
use crate::bounds;
use crate::clock::Millis;
use crate::operation::{Answer, Call};
use crate::refusal::Refusal;
use crate::wire::timestamp;

const SCANS: [&str; 2] = ["TimestampDescending", "TimestampAscending"];
/// Data points of one answer [CloudWatch API: GetMetricData MaxDatapoints, GetMetricStatistics].
const MOST: i64 = 100_800;
const MOST_STATISTICS: usize = 1440;

pub(super) fn get_data(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    if !input.has("MetricDataQueries") {
        return Err(input.missing("MetricDataQueries"));
    }
    let queries = read_queries(input.objects("MetricDataQueries")?, None)?;
    let from = bounds::time(&mut input, "StartTime")?.ok_or_else(|| input.missing("StartTime"))?;
    let to = bounds::time(&mut input, "EndTime")?.ok_or_else(|| input.missing("EndTime"))?;
    let scan = bounds::one_of(&mut input, "ScanBy", &SCANS)?;
    bounds::whole(&mut input, "MaxDatapoints", 1, MOST)?;
    input.accept("LabelOptions", &[])?;
    let token = input.text("NextToken")?;
    input.finish()?;
    if queries.len() > 500 {
        return Err(query::invalid(
            "The collection MetricDataQueries must not have a size greater than 500.".to_owned(),
        ));
    }
    check_times(from, to)?;
    // All of it is one page, so that there never was a token.
    if token.is_some() {
        return Err(Refusal::new("InvalidNextToken", "The token is not valid."));
    }
    let here = &call.here().cloudwatch;
    let mut results = Vec::new();
    for query in queries.iter().filter(|query| query.returned) {
        let values = query::values(here, &queries, &query.id, from, to);
        let mut values: Vec<(u64, f64)> = values.into_iter().collect();
        // The latest first, unless asked otherwise.
        if scan.as_deref() != Some("TimestampAscending") {
            values.reverse();
        }
        let (times, values): (Vec<Value>, Vec<f64>) = values
            .into_iter()
            .map(|(at, value)| (timestamp(Millis(at)), value))
            .unzip();
        let name = match &query.source {
            Source::Stat { metric, .. } => &metric.name,
            Source::Expression(_) => &query.id,
        };
        results.push(json!({
            "Id": query.id,
            "Label": query.label.as_ref().unwrap_or(name),
            "Timestamps": times,
            "Values": values,
            "StatusCode": "Complete",
        }));
    }
    Ok(json!({ "MetricDataResults": results, "Messages": [] }))
}

pub(super) fn get_statistics(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let metric = Metric {
        namespace: bounds::required(&mut input, "Namespace", 1, 255)?,
        name: bounds::required(&mut input, "MetricName", 1, 255)?,
        dimensions: read_dimensions(&mut input)?,
    };
    let from = bounds::time(&mut input, "StartTime")?.ok_or_else(|| input.missing("StartTime"))?;
    let to = bounds::time(&mut input, "EndTime")?.ok_or_else(|| input.missing("EndTime"))?;
    let period = query::read_period(&mut input, "Period")?;
    let period = period.ok_or_else(|| input.missing("Period"))?;
    let plain = input.texts("Statistics")?;
    let extended = input.texts("ExtendedStatistics")?;
    let unit = bounds::one_of(&mut input, "Unit", &super::data::UNITS)?;
    if let Some(other) = plain.iter().find(|it| !STATISTICS.contains(&it.as_str())) {
        let must = format!(
            "Member must satisfy enum value set: [{}]",
            STATISTICS.join(", ")
        );
        return Err(bounds::refuse(&input, other, "Statistics", &must));
    }
    input.finish()?;
    check_times(from, to)?;
    if plain.is_empty() && extended.is_empty() {
        return Err(Refusal::new(
            "MissingParameter",
            "At least one of the parameters Statistics and ExtendedStatistics must be specified.",
        ));
    }
    for stat in &extended {
        let unknown = || {
            let message =
                format!("The value {stat} for parameter ExtendedStatistics is not supported.");
            Refusal::new("InvalidParameterValue", message)
        };
        Stat::parse(stat).ok_or_else(unknown)??;
    }
    let span = ((to.0 - from.0) / 1000).div_ceil(u64::from(period)) as usize;
    if span > MOST_STATISTICS {
        return Err(Refusal::new(
            "InvalidParameterCombination",
            format!(
                "You have requested up to {span} datapoints, which exceeds the limit of {MOST_STATISTICS}. You may reduce the datapoints requested by increasing Period, or decreasing the time range."
            ),
        ));
    }
    let here = &call.here().cloudwatch;
    let of =
        |stat: &str| query::of_metric(here, &metric, stat, unit.as_deref(), (from, to), period);
    let mut points: std::collections::BTreeMap<u64, Value> = Default::default();
    for stat in &plain {
        for (at, value) in of(stat) {
            points.entry(at).or_insert_with(|| json!({}))[stat] = json!(value);
        }
    }
    for stat in &extended {
        for (at, value) in of(stat) {
            points.entry(at).or_insert_with(|| json!({}))["ExtendedStatistics"][stat] =
                json!(value);
        }
    }
    let points: Vec<Value> = points
        .into_iter()
        .map(|(at, mut point)| {
            point["Timestamp"] = timestamp(Millis(at));
            point["Unit"] = json!(unit.as_deref().unwrap_or("None"));
            point
        })
        .collect();
    Ok(json!({ "Label": metric.name, "Datapoints": points }))
}

fn check_times(from: Millis, to: Millis) -> Result<(), Refusal> {
    if from < to {
        return Ok(());
    }
    Err(query::invalid(
        "The parameter StartTime must be less than the parameter EndTime.".to_owned(),
    ))
}
