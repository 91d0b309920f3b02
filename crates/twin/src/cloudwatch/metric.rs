//! Metrics: what is measured, its data, and the statistics over a period of it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::clock::Millis;
use crate::input::Input;
use crate::refusal::Refusal;

/// A metric: its namespace, name and dimensions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Metric {
    pub(crate) namespace: String,
    pub(crate) name: String,
    pub(crate) dimensions: BTreeMap<String, String>,
}

/// All data of one metric.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Series {
    pub(super) metric: Metric,
    /// In order of time.
    pub(super) points: Vec<Point>,
    /// What is published every minute, from when on; none ends it. In order of time.
    pub(super) levels: Vec<(Millis, Option<f64>)>,
}

/// One datum: a value, several, or their statistics.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Point {
    pub(super) at: Millis,
    pub(super) count: f64,
    pub(super) sum: f64,
    pub(super) least: f64,
    pub(super) most: f64,
    /// Values with their number, where they are known: percentiles need them.
    pub(super) values: Vec<(f64, f64)>,
    pub(super) unit: String,
}

/// What is made of the data of a period.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Stat {
    SampleCount,
    Average,
    Sum,
    Minimum,
    Maximum,
    Percentile(f64),
}

/// AWS's own services publish once a minute.
const MINUTE: u64 = 60_000;

impl Metric {
    /// Where its data are kept.
    pub(super) fn key(&self) -> String {
        json!([self.namespace, self.name, self.dimensions]).to_string()
    }

    /// As a `Metric` structure.
    pub(super) fn view(&self) -> Value {
        json!({
            "Namespace": self.namespace,
            "MetricName": self.name,
            "Dimensions": self.dimensions_view(),
        })
    }

    pub(super) fn dimensions_view(&self) -> Vec<Value> {
        let pairs = self.dimensions.iter();
        pairs
            .map(|(name, value)| json!({ "Name": name, "Value": value }))
            .collect()
    }
}

/// Reads `Dimensions`.
pub(super) fn read_dimensions(input: &mut Input) -> Result<BTreeMap<String, String>, Refusal> {
    let list = input.objects("Dimensions")?;
    if list.len() > 30 {
        return Err(
            input.invalid("The collection Dimensions must not have a size greater than 30.")
        );
    }
    let mut dimensions = BTreeMap::new();
    for mut one in list {
        let name = crate::bounds::required(&mut one, "Name", 1, 255)?;
        let value = crate::bounds::required(&mut one, "Value", 1, 1024)?;
        one.finish()?;
        if dimensions.insert(name.clone(), value).is_some() {
            return Err(input.invalid(format!("Duplicate dimension name: {name}")));
        }
    }
    Ok(dimensions)
}

impl Stat {
    /// What a statistic's name means; `None` is one that there is not, `Some(Err)` one that the twin does not have.
    pub(super) fn parse(word: &str) -> Option<Result<Stat, Refusal>> {
        Some(Ok(match word {
            "SampleCount" => Stat::SampleCount,
            "Average" => Stat::Average,
            "Sum" => Stat::Sum,
            "Minimum" => Stat::Minimum,
            "Maximum" => Stat::Maximum,
            _ if word.starts_with('p') && word[1..].parse::<f64>().is_ok() => {
                let percent = word[1..].parse().unwrap_or(-1.0);
                return (0.0..=100.0)
                    .contains(&percent)
                    .then_some(Ok(Stat::Percentile(percent)));
            }
            _ if word == "IQM"
                || [
                    "tm", "wm", "tc", "ts", "pr", "TM(", "WM(", "TC(", "TS(", "PR(",
                ]
                .iter()
                .any(|start| word.len() > 2 && word.starts_with(start)) =>
            {
                return Some(Err(Refusal::not_implemented(format_args!(
                    "the statistic {word}"
                ))));
            }
            _ => return None,
        }))
    }
}

impl Series {
    pub(super) fn new(metric: Metric) -> Series {
        Series {
            metric,
            points: Vec::new(),
            levels: Vec::new(),
        }
    }

    /// The statistic over the data from one time up to another; none if there are none.
    pub(super) fn stat(
        &self,
        from: Millis,
        to: Millis,
        stat: Stat,
        unit: Option<&str>,
    ) -> Option<f64> {
        let published = self.published(from, to);
        let mut points: Vec<&Point> = published.iter().collect();
        let first = self.points.partition_point(|point| point.at < from);
        points.extend(
            self.points[first..]
                .iter()
                .take_while(|point| point.at < to)
                .filter(|point| unit.is_none_or(|unit| point.unit == unit)),
        );
        let total = |of: fn(&Point) -> f64| points.iter().map(|point| of(point)).sum::<f64>();
        let count = total(|point| point.count);
        if points.is_empty() || count <= 0.0 {
            return None;
        }
        Some(match stat {
            Stat::SampleCount => count,
            Stat::Sum => total(|point| point.sum),
            Stat::Average => total(|point| point.sum) / count,
            Stat::Minimum => points
                .iter()
                .map(|point| point.least)
                .fold(f64::MAX, f64::min),
            Stat::Maximum => points
                .iter()
                .map(|point| point.most)
                .fold(f64::MIN, f64::max),
            Stat::Percentile(percent) => percentile(&points, percent)?,
        })
    }

    /// Whether there is or will be anything from then on.
    pub(super) fn lives_after(&self, from: Millis) -> bool {
        let level = self.levels.last().is_some_and(|(_, level)| level.is_some());
        level || self.points.last().is_some_and(|point| point.at >= from)
    }

    /// What a service published in a time: one value a minute, on the minute.
    fn published(&self, from: Millis, to: Millis) -> Vec<Point> {
        let mut points = Vec::new();
        if self.levels.is_empty() {
            return points;
        }
        let mut at = from.0.div_ceil(MINUTE) * MINUTE;
        while at < to.0 {
            let before = self.levels.partition_point(|(since, _)| since.0 <= at);
            let level = before.checked_sub(1).and_then(|index| self.levels[index].1);
            points.extend(level.map(|value| Point::of(Millis(at), value)));
            at += MINUTE;
        }
        points
    }
}

impl Point {
    fn of(at: Millis, value: f64) -> Point {
        Point {
            at,
            count: 1.0,
            sum: value,
            least: value,
            most: value,
            values: vec![(value, 1.0)],
            unit: "None".to_owned(),
        }
    }
}

/// The smallest value that this many per cent of the data do not exceed. Sets of statistics have no percentiles.
fn percentile(points: &[&Point], percent: f64) -> Option<f64> {
    if points.iter().any(|point| point.values.is_empty()) {
        return None;
    }
    let mut values: Vec<(f64, f64)> = points
        .iter()
        .flat_map(|point| point.values.iter().copied())
        .collect();
    values.sort_by(|a, b| a.0.total_cmp(&b.0));
    let wanted = values.iter().map(|(_, count)| count).sum::<f64>() * percent / 100.0;
    let mut seen = 0.0;
    for (value, count) in &values {
        seen += count;
        if seen >= wanted {
            return Some(*value);
        }
    }
    values.last().map(|(value, _)| *value)
}
