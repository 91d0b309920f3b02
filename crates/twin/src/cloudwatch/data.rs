//! Data coming in, and the list of what there is.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::evaluate;
use super::metric::{Metric, Point, Series, read_dimensions};
use crate::bounds::{self, decimal};
use crate::clock::Millis;
use crate::input::Input;
use crate::operation::{Answer, Call};
use crate::page::page;
use crate::refusal::Refusal;
use crate::world::World;

pub(super) const UNITS: [&str; 27] = [
    "Seconds",
    "Microseconds",
    "Milliseconds",
    "Bytes",
    "Kilobytes",
    "Megabytes",
    "Gigabytes",
    "Terabytes",
    "Bits",
    "Kilobits",
    "Megabits",
    "Gigabits",
    "Terabits",
    "Percent",
    "Count",
    "Bytes/Second",
    "Kilobytes/Second",
    "Megabytes/Second",
    "Gigabytes/Second",
    "Terabytes/Second",
    "Bits/Second",
    "Kilobits/Second",
    "Megabits/Second",
    "Gigabits/Second",
    "Terabits/Second",
    "Count/Second",
    "None",
];

/// Data may be two weeks old and two hours ahead [CloudWatch API: PutMetricData].
const OLDEST: u64 = 14 * 24 * 3_600_000;
const NEWEST: u64 = 2 * 3_600_000;
/// Values reach this far to both sides [CloudWatch API: MetricDatum].
pub(crate) const GREATEST: f64 = 2.348_542_582_773_833e108;

pub(super) fn put(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let namespace = bounds::required(&mut input, "Namespace", 1, 255)?;
    if !input.has("MetricData") {
        return Err(Refusal::new(
            "MissingParameter",
            "The parameter MetricData is required.",
        ));
    }
    let now = call.now();
    let mut points = Vec::new();
    for datum in input.objects("MetricData")? {
        points.push(read_datum(datum, &namespace, now)?);
    }
    input.accept("StrictEntityValidation", &[json!(false)])?;
    input.finish()?;
    // What AWS's own services publish nobody else may [CloudWatch User Guide: namespaces].
    if namespace.starts_with("AWS/") {
        return Err(value("The value AWS/ for parameter Namespace is invalid."));
    }
    if namespace.starts_with(':') {
        return Err(value("The value : for parameter Namespace is invalid."));
    }
    if points.len() > 1000 {
        return Err(value(
            "The collection MetricData must not have a size greater than 1000.",
        ));
    }
    let region = call.region.clone();
    for (metric, point) in points {
        let points = &mut series(call.world, &region, &metric).points;
        let at = points.partition_point(|other| other.at <= point.at);
        points.insert(at, point);
        evaluate::data_came(call.world, &region, &metric);
    }
    Ok(Value::Null)
}

/// What a service publishes every minute from now on; none: nothing any more.
pub(crate) fn level(world: &mut World, region: &str, metric: &Metric, level: Option<f64>) {
    let now = world.now;
    let levels = &mut series(world, region, metric).levels;
    if levels.last().map(|(_, last)| *last).unwrap_or_default() == level {
        return;
    }
    // Of what changed within a minute only the last is published.
    if levels.last().is_some_and(|(at, _)| *at == now) {
        levels.pop();
    }
    levels.push((now, level));
    evaluate::data_came(world, region, metric);
}

/// One more of what a service counts.
pub(crate) fn count(world: &mut World, region: &str, metric: &Metric) {
    let now = world.now;
    let point = Point {
        at: now,
        unit: "Count".to_owned(),
        ..gathered(&[(1.0, 1.0)])
    };
    series(world, region, metric).points.push(point);
    evaluate::data_came(world, region, metric);
}

/// Whether there ever was a datum of it.
pub(crate) fn is_known(world: &World, region: &str, metric: &Metric) -> bool {
    let region = world.regions.get(region);
    region.is_some_and(|region| region.cloudwatch.metrics.contains_key(&metric.key()))
}

/// A level set from outside: `{"namespace", "name", "dimensions", "region", "value"}`, where a value of null ends it.
pub(crate) fn set_level(world: &mut World, asked: &Value) -> Result<(), String> {
    let text = |name: &str| {
        let text = asked[name].as_str().map(str::to_owned);
        text.ok_or_else(|| format!("expected a string as {name}"))
    };
    let dimensions: BTreeMap<String, String> =
        serde_json::from_value(asked["dimensions"].clone()).map_err(|error| error.to_string())?;
    let metric = Metric {
        namespace: text("namespace")?,
        name: text("name")?,
        dimensions,
    };
    level(world, &text("region")?, &metric, asked["value"].as_f64());
    Ok(())
}

pub(super) fn list(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let namespace = bounds::sized(&mut input, "Namespace", 1, 255)?;
    let name = bounds::sized(&mut input, "MetricName", 1, 255)?;
    let mut wanted = Vec::new();
    for mut filter in input.objects("Dimensions")? {
        wanted.push((filter.required("Name")?, filter.text("Value")?));
        filter.finish()?;
    }
    let recently = bounds::one_of(&mut input, "RecentlyActive", &["PT3H"])?;
    let token = input.text("NextToken")?;
    input.accept("IncludeLinkedAccounts", &[json!(false)])?;
    input.finish()?;
    let days = if recently.is_some() { 3 } else { 14 * 24 };
    let since = Millis(call.now().0.saturating_sub(days * 3_600_000));
    let here = call.here().cloudwatch.metrics.values();
    let rows = here.filter(|series| {
        let metric = &series.metric;
        namespace.as_ref().is_none_or(|it| *it == metric.namespace)
            && name.as_ref().is_none_or(|it| *it == metric.name)
            && series.lives_after(since)
            && wanted.iter().all(|(name, value)| {
                let found = metric.dimensions.get(name);
                found.is_some_and(|found| value.as_ref().is_none_or(|value| value == found))
            })
    });
    let rows = rows.map(|series| series.metric.view()).collect();
    let (rows, next) = page(rows, Some(500), token)?;
    Ok(json!({ "Metrics": rows, "NextToken": next }))
}

fn read_datum(mut datum: Input, namespace: &str, now: Millis) -> Result<(Metric, Point), Refusal> {
    let name = bounds::required(&mut datum, "MetricName", 1, 255)?;
    let dimensions = read_dimensions(&mut datum)?;
    let at = bounds::time(&mut datum, "Timestamp")?.unwrap_or(now);
    let single = decimal(&mut datum, "Value")?;
    let set = datum.object("StatisticValues")?;
    let values = decimals(&mut datum, "Values")?;
    let counts = decimals(&mut datum, "Counts")?;
    let unit = bounds::one_of(&mut datum, "Unit", &UNITS)?;
    datum.accept("StorageResolution", &[json!(60), json!(1)])?;
    datum.finish()?;
    if at.0 + OLDEST < now.0 || at.0 > now.0 + NEWEST {
        return Err(value(
            "The parameter MetricData.member.1.Timestamp must specify a time within the past two weeks and no more than two hours in the future.",
        ));
    }
    let given = [single.is_some(), set.is_some(), !values.is_empty()];
    if given.iter().filter(|given| **given).count() > 1 {
        return Err(combination(
            "The parameters MetricData.member.1.Value and MetricData.member.1.StatisticValues are mutually exclusive and you have specified both.",
        ));
    }
    let mut point = match (single, set) {
        (Some(one), _) => gathered(&[(one, 1.0)]),
        (None, Some(set)) => read_set(set)?,
        (None, None) if !values.is_empty() => {
            if !counts.is_empty() && counts.len() != values.len() {
                return Err(value(
                    "The parameters MetricData.member.1.Values and MetricData.member.1.Counts must be of the same size.",
                ));
            }
            if values.len() > 150 {
                return Err(value(
                    "The collection MetricData.member.1.Values must not have a size greater than 150.",
                ));
            }
            let counts = counts.into_iter().chain(std::iter::repeat(1.0));
            gathered(&values.into_iter().zip(counts).collect::<Vec<_>>())
        }
        (None, None) => {
            return Err(Refusal::new(
                "MissingParameter",
                "At least one of the parameters must be specified: Value, Values, StatisticValues.",
            ));
        }
    };
    if point.least < -GREATEST || point.most > GREATEST {
        return Err(value(
            "The value for parameter MetricData.member.1.Value is out of range.",
        ));
    }
    point.at = at;
    point.unit = unit.unwrap_or_else(|| "None".to_owned());
    let metric = Metric {
        namespace: namespace.to_owned(),
        name,
        dimensions,
    };
    Ok((metric, point))
}

fn read_set(mut set: Input) -> Result<Point, Refusal> {
    let mut part = |name: &str| decimal(&mut set, name)?.ok_or_else(|| set.missing(name));
    let point = Point {
        at: Millis(0),
        count: part("SampleCount")?,
        sum: part("Sum")?,
        least: part("Minimum")?,
        most: part("Maximum")?,
        values: Vec::new(),
        unit: String::new(),
    };
    set.finish()?;
    Ok(point)
}

fn gathered(values: &[(f64, f64)]) -> Point {
    Point {
        at: Millis(0),
        count: values.iter().map(|(_, count)| count).sum(),
        sum: values.iter().map(|(value, count)| value * count).sum(),
        least: values.iter().map(|it| it.0).fold(f64::MAX, f64::min),
        most: values.iter().map(|it| it.0).fold(f64::MIN, f64::max),
        values: values.to_vec(),
        unit: String::new(),
    }
}

fn decimals(input: &mut Input, name: &str) -> Result<Vec<f64>, Refusal> {
    let items = match input.raw(name) {
        Some(Value::Array(items)) => items,
        None => return Ok(Vec::new()),
        Some(_) => return Err(input.invalid(format!("{name} must be a list"))),
    };
    let number = |item: &Value| match item {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.parse().ok(),
        _ => None,
    };
    let numbers: Option<Vec<f64>> = items.iter().map(number).collect();
    numbers.ok_or_else(|| input.invalid(format!("{name} must be numbers")))
}

fn series<'a>(world: &'a mut World, region: &str, metric: &Metric) -> &'a mut Series {
    let metrics = &mut world.region(region).cloudwatch.metrics;
    metrics
        .entry(metric.key())
        .or_insert_with(|| Series::new(metric.clone()))
}

fn value(message: &str) -> Refusal {
    Refusal::new("InvalidParameterValue", message)
}

fn combination(message: &str) -> Refusal {
    Refusal::new("InvalidParameterCombination", message)
}
