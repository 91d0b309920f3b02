//! The body of a dashboard, and what is in one that is there [CloudWatch API: dashboard body structure and syntax].

use std::collections::BTreeMap;

use ashore_engine::failure::Failure;
use serde_json::{Value, json};

use super::Graph;
use crate::aws::alarm::Watch;
use crate::aws::live::Aws;

/// A dashboard is 24 columns wide.
const COLUMNS: usize = 24;
const WIDTH: usize = 12;
const HEIGHT: usize = 6;
const PERIOD_SECONDS: u32 = 60;

pub(super) fn of(aws: &Aws, graphs: &[Graph]) -> Result<Value, Failure> {
    let graphs = graphs.iter().enumerate();
    let widgets = graphs.map(|(index, graph)| {
        let lines: Result<Vec<Value>, Failure> = graph.lines.iter().map(line).collect();
        let (row, place) = (index / (COLUMNS / WIDTH), index % (COLUMNS / WIDTH));
        Ok(json!({
            "type": "metric",
            "x": place * WIDTH,
            "y": row * HEIGHT,
            "width": WIDTH,
            "height": HEIGHT,
            "properties": {
                "title": graph.title,
                "region": aws.region,
                "view": "timeSeries",
                "stacked": false,
                "period": PERIOD_SECONDS,
                "metrics": lines?,
            },
        }))
    });
    let widgets: Vec<Value> = widgets.collect::<Result<_, Failure>>()?;
    Ok(json!({ "widgets": widgets }))
}

/// Namespace, metric, each dimension and its value, and how it is summed up.
fn line(watch: &Watch) -> Result<Value, Failure> {
    let metric = watch.metric()?;
    let mut row = vec![json!(metric.namespace), json!(metric.name)];
    for (name, value) in &metric.dimensions {
        row.extend([json!(name), json!(value)]);
    }
    row.push(json!({ "stat": metric.statistic.as_str() }));
    Ok(Value::Array(row))
}

/// The graphs of a body. One that we would not have written so has none of ours.
pub(super) fn graphs(aws: &Aws, body: &str) -> Vec<Graph> {
    let Ok(body) = serde_json::from_str::<Value>(body) else {
        return Vec::new();
    };
    let widgets = body["widgets"].as_array();
    let graphs = widgets
        .into_iter()
        .flatten()
        .map(|widget| graph(aws, widget));
    let graphs: Vec<Graph> = graphs.collect::<Option<_>>().unwrap_or_default();
    match of(aws, &graphs) {
        Ok(ours) if ours == body => graphs,
        _ => Vec::new(),
    }
}

fn graph(aws: &Aws, widget: &Value) -> Option<Graph> {
    let properties = &widget["properties"];
    let lines = properties["metrics"].as_array()?.iter().map(|row| {
        let words: Vec<&str> = row.as_array()?.iter().map_while(Value::as_str).collect();
        let [_, name, dimensions @ ..] = words.as_slice() else {
            return None;
        };
        let pairs = dimensions.chunks_exact(2);
        let dimensions: BTreeMap<String, String> = pairs
            .map(|pair| (pair[0].to_string(), pair[1].to_string()))
            .collect();
        Watch::observed(aws, name, &dimensions)
    });
    Some(Graph {
        title: properties["title"].as_str()?.to_string(),
        lines: lines.collect::<Option<_>>()?,
    })
}
