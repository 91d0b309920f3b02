//! Metric data queries: a metric's statistic, or an expression over other queries.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::CloudWatch;
use super::data::UNITS;
use super::math::{self, Node, Values};
use super::metric::{Metric, Stat, read_dimensions};
use crate::bounds;
use crate::clock::Millis;
use crate::input::Input;
use crate::refusal::Refusal;

/// One query of a request or an alarm.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Query {
    pub(crate) id: String,
    pub(crate) source: Source,
    pub(crate) label: Option<String>,
    /// Whether its result is wanted, and not only used by another.
    pub(crate) returned: bool,
    pub(crate) period: Option<u32>,
}

/// Where its values come from.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum Source {
    Stat {
        metric: Metric,
        period: u32,
        stat: String,
        unit: Option<String>,
    },
    Expression(String),
}

/// Reads the queries of `Metrics` or `MetricDataQueries`. Each id is there once; expressions speak of ids that are there.
/// Where the period is not the caller's to choose, it is given.
pub(crate) fn read_queries(list: Vec<Input>, fixed: Option<u32>) -> Result<Vec<Query>, Refusal> {
    let mut queries: Vec<Query> = Vec::new();
    for input in list {
        let query = read_query(input, fixed)?;
        if queries.iter().any(|other| other.id == query.id) {
            return Err(invalid(format!(
                "The values for parameter id in the MetricDataQueries or Metrics list are not unique: {}",
                query.id
            )));
        }
        queries.push(query);
    }
    for query in &queries {
        let Source::Expression(text) = &query.source else {
            continue;
        };
        let node = math::parse(text)?;
        let unknown = |id: &&str| !queries.iter().any(|query| query.id == **id);
        if let Some(id) = node.ids().into_iter().find(unknown) {
            return Err(invalid(format!(
                "Error in expression '{}': Undefined variable(s): {id}",
                query.id
            )));
        }
        if cycles(&queries, &query.id, &query.id, queries.len()) {
            return Err(invalid(format!(
                "Error in expression '{}': Circular dependency",
                query.id
            )));
        }
    }
    Ok(queries)
}

fn read_query(mut input: Input, fixed: Option<u32>) -> Result<Query, Refusal> {
    let id = bounds::required(&mut input, "Id", 1, 255)?;
    let stat = input.object("MetricStat")?;
    let expression = bounds::sized(&mut input, "Expression", 1, 2048)?;
    let label = input.text("Label")?;
    let returned = input.boolean("ReturnData")?.unwrap_or(true);
    let period = match fixed {
        Some(_) => None,
        None => read_period(&mut input, "Period")?,
    };
    input.accept("AccountId", &[])?;
    input.finish()?;
    let mut letters = id.chars();
    let starts = letters.next().is_some_and(|it| it.is_ascii_lowercase());
    if !starts || !letters.all(|it| it.is_ascii_alphanumeric() || it == '_') {
        return Err(invalid(format!(
            "Metric query ID '{id}' must start with a lowercase letter and contain only letters, numbers and underscores."
        )));
    }
    let source = match (stat, expression) {
        (Some(stat), None) => read_stat(stat, fixed)?,
        (None, Some(text)) => Source::Expression(text),
        _ => {
            return Err(invalid(format!(
                "Exactly one of MetricStat and Expression must be specified for metric query '{id}'."
            )));
        }
    };
    Ok(Query {
        id,
        source,
        label,
        returned,
        period,
    })
}

fn read_stat(mut input: Input, fixed: Option<u32>) -> Result<Source, Refusal> {
    let mut metric = input
        .object("Metric")?
        .ok_or_else(|| input.missing("Metric"))?;
    let namespace = bounds::required(&mut metric, "Namespace", 1, 255)?;
    let name = bounds::required(&mut metric, "MetricName", 1, 255)?;
    let dimensions = read_dimensions(&mut metric)?;
    metric.finish()?;
    let period = match fixed {
        Some(period) => period,
        None => read_period(&mut input, "Period")?.ok_or_else(|| input.missing("Period"))?,
    };
    let stat = input.required("Stat")?;
    let unit = bounds::one_of(&mut input, "Unit", &UNITS)?;
    input.finish()?;
    Stat::parse(&stat).ok_or_else(|| {
        invalid(format!(
            "The value {stat} for parameter Stat is not supported."
        ))
    })??;
    Ok(Source::Stat {
        metric: Metric {
            namespace,
            name,
            dimensions,
        },
        period,
        stat,
        unit,
    })
}

/// 10, 20, 30 and multiples of 60 [CloudWatch API: PutMetricAlarm Period].
pub(super) fn read_period(input: &mut Input, name: &str) -> Result<Option<u32>, Refusal> {
    match bounds::whole(input, name, 1, 604_800)? {
        Some(period) if matches!(period, 1 | 5 | 10 | 20 | 30) || period % 60 == 0 => {
            Ok(u32::try_from(period).ok())
        }
        Some(_) => Err(invalid(
            "Period must be 10, 20, 30 or a multiple of 60".to_owned(),
        )),
        None => Ok(None),
    }
}

/// Whether following the expressions from one query leads back to it.
fn cycles(queries: &[Query], start: &str, at: &str, left: usize) -> bool {
    let query = queries.iter().find(|query| query.id == at);
    let Some(Source::Expression(text)) = query.map(|query| &query.source) else {
        return false;
    };
    let Ok(node) = math::parse(text) else {
        return false;
    };
    node.ids()
        .into_iter()
        .any(|id| id == start || left == 0 || cycles(queries, start, id, left - 1))
}

impl Query {
    pub(super) fn view(&self) -> Value {
        let mut view = json!({
            "Id": self.id,
            "Label": self.label,
            "ReturnData": self.returned,
            "Period": self.period,
        });
        match &self.source {
            Source::Stat {
                metric,
                period,
                stat,
                unit,
            } => {
                view["MetricStat"] = json!({
                    "Metric": metric.view(), "Period": period, "Stat": stat, "Unit": unit,
                });
            }
            Source::Expression(text) => view["Expression"] = json!(text),
        }
        view
    }
}

/// The seconds between two values of a query: its own, or the longest of those that it speaks of.
pub(super) fn period(queries: &[Query], id: &str) -> u32 {
    period_of(queries, id, queries.len())
}

fn period_of(queries: &[Query], id: &str, left: usize) -> u32 {
    let Some(query) = queries.iter().find(|query| query.id == id) else {
        return 60;
    };
    match &query.source {
        Source::Stat { period, .. } => *period,
        Source::Expression(_) if left == 0 => 60,
        Source::Expression(text) => {
            let ids = math::parse(text).map(|node| used(queries, &node));
            let ids = ids.unwrap_or_default().into_iter();
            let longest = ids.map(|id| period_of(queries, &id, left - 1)).max();
            query.period.or(longest).unwrap_or(60)
        }
    }
}

/// The queries that an expression speaks of, METRICS() included.
fn used(queries: &[Query], node: &Node) -> Vec<String> {
    let metrics = queries
        .iter()
        .filter(|query| matches!(query.source, Source::Stat { .. }));
    let all = metrics.filter(|_| node.is_of_all()).map(|it| it.id.clone());
    node.ids()
        .into_iter()
        .map(str::to_owned)
        .chain(all)
        .collect()
}

/// The metrics that queries read.
pub(super) fn metrics(queries: &[Query]) -> impl Iterator<Item = &Metric> {
    queries.iter().filter_map(|query| match &query.source {
        Source::Stat { metric, .. } => Some(metric),
        Source::Expression(_) => None,
    })
}

/// The values of a query in a time, by the start of their period.
pub(super) fn values(
    here: &CloudWatch,
    queries: &[Query],
    id: &str,
    from: Millis,
    to: Millis,
) -> Values {
    let step = u64::from(period(queries, id)) * 1000;
    values_of(
        here,
        queries,
        id,
        &grid(from, to, step),
        step,
        queries.len(),
    )
}

/// The starts of the periods that begin in a time.
fn grid(from: Millis, to: Millis, step: u64) -> Vec<u64> {
    let first = from.0 / step * step;
    (0..)
        .map(|n| first + n * step)
        .take_while(|at| *at < to.0)
        .collect()
}

fn values_of(
    here: &CloudWatch,
    queries: &[Query],
    id: &str,
    grid: &[u64],
    step: u64,
    left: usize,
) -> Values {
    let query = queries.iter().find(|query| query.id == id);
    match query.map(|query| &query.source) {
        Some(Source::Stat {
            metric, stat, unit, ..
        }) => stat_values(here, metric, stat, unit.as_deref(), grid, step),
        Some(Source::Expression(text)) if left > 0 => {
            let Ok(node) = math::parse(text) else {
                return Values::new();
            };
            let of = |id: &str| values_of(here, queries, id, grid, step, left - 1);
            let found: BTreeMap<String, Values> = node
                .ids()
                .into_iter()
                .map(|id| (id.to_owned(), of(id)))
                .collect();
            let stats = queries
                .iter()
                .filter(|query| matches!(query.source, Source::Stat { .. }));
            let all: Vec<Values> = stats.map(|query| of(&query.id)).collect();
            node.values(&found, &all, grid)
        }
        _ => Values::new(),
    }
}

/// A metric's statistic in each of these periods, where there are data.
pub(super) fn stat_values(
    here: &CloudWatch,
    metric: &Metric,
    stat: &str,
    unit: Option<&str>,
    grid: &[u64],
    step: u64,
) -> Values {
    let (Some(series), Some(Ok(stat))) = (here.metrics.get(&metric.key()), Stat::parse(stat))
    else {
        return Values::new();
    };
    let at = |at: &u64| {
        let value = series.stat(Millis(*at), Millis(at + step), stat, unit)?;
        Some((*at, value))
    };
    grid.iter().filter_map(at).collect()
}

/// One metric's statistic in a time.
pub(super) fn of_metric(
    here: &CloudWatch,
    metric: &Metric,
    stat: &str,
    unit: Option<&str>,
    (from, to): (Millis, Millis),
    period: u32,
) -> Values {
    let step = u64::from(period) * 1000;
    stat_values(here, metric, stat, unit, &grid(from, to, step), step)
}

pub(super) fn invalid(message: String) -> Refusal {
    Refusal::new("ValidationError", message)
}
