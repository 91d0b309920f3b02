//! The figures, for people and as one document.

use serde::Serialize;

/// One figure, and what it may be at most.
#[derive(Serialize, Debug)]
pub(crate) struct Figure {
    /// What was measured.
    pub(crate) name: String,
    /// The figure; none where this system cannot tell.
    pub(crate) value: Option<f64>,
    /// Its unit; empty for ratios.
    pub(crate) unit: &'static str,
    /// The limit, if it has one.
    pub(crate) limit: Option<f64>,
}

impl Figure {
    /// Whether it is over its limit. What could not be measured is not within any.
    pub(crate) fn exceeds(&self) -> bool {
        match (self.value, self.limit) {
            (Some(value), Some(limit)) => value > limit,
            (None, Some(_)) => true,
            (_, None) => false,
        }
    }
}

/// The table.
#[expect(clippy::print_stdout, reason = "the bench's answer")]
pub(crate) fn print(figures: &[Figure]) {
    println!("{:<64} {:>14} {:>14}", "figure", "measured", "at most");
    for figure in figures {
        let value = figure
            .value
            .map_or("unknown".to_string(), |value| show(value, figure.unit));
        let limit = figure
            .limit
            .map_or("-".to_string(), |limit| show(limit, figure.unit));
        let verdict = if figure.exceeds() { "  EXCEEDED" } else { "" };
        println!("{:<64} {value:>14} {limit:>14}{verdict}", figure.name);
    }
}

fn show(value: f64, unit: &str) -> String {
    match unit {
        "" => format!("{value:.3}"),
        unit => format!("{value:.2} {unit}"),
    }
}
