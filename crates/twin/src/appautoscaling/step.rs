//! Step scaling: how far a metric lies beyond an alarm's threshold says how much is scaled.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Steps {
    pub(super) adjustment: String,
    pub(super) steps: Vec<Step>,
    /// Of a change in per cent, at least so many tasks.
    pub(super) least: Option<i64>,
    pub(super) cooldown: Option<u32>,
    pub(super) aggregation: Option<String>,
}

/// Bounds are distances from the threshold.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Step {
    pub(super) lower: Option<f64>,
    pub(super) upper: Option<f64>,
    pub(super) adjustment: i64,
}

impl Steps {
    /// Seconds [Application Auto Scaling API: StepScalingPolicyConfiguration Cooldown].
    pub(super) fn cooldown(&self) -> u64 {
        u64::from(self.cooldown.unwrap_or(300))
    }

    /// What the capacity becomes; none if no step is for that distance.
    pub(super) fn capacity(&self, current: u32, distance: f64) -> Option<i64> {
        let current = i64::from(current);
        let step = self.steps.iter().find(|step| step.holds(distance))?;
        Some(match self.adjustment.as_str() {
            "ExactCapacity" => step.adjustment,
            "ChangeInCapacity" => current + step.adjustment,
            _ => current + self.of_percent(current, step.adjustment),
        })
    }

    /// Rounded towards zero, but at least by one either way
    /// [Application Auto Scaling User Guide: scaling adjustment types].
    fn of_percent(&self, current: i64, percent: i64) -> i64 {
        let exact = current as f64 * percent as f64 / 100.0;
        let change = match exact {
            it if it > 0.0 && it < 1.0 => 1,
            it if it < 0.0 && it > -1.0 => -1,
            it => it.trunc() as i64,
        };
        let least = self.least.unwrap_or(0);
        match change {
            change if change.abs() >= least || percent == 0 => change,
            _ => least * percent.signum(),
        }
    }

    pub(super) fn view(&self) -> Value {
        let steps: Vec<Value> = self
            .steps
            .iter()
            .map(|step| {
                json!({
                    "MetricIntervalLowerBound": step.lower,
                    "MetricIntervalUpperBound": step.upper,
                    "ScalingAdjustment": step.adjustment,
                })
            })
            .collect();
        json!({
            "AdjustmentType": self.adjustment,
            "StepAdjustments": steps,
            "MinAdjustmentMagnitude": self.least,
            "Cooldown": self.cooldown,
            "MetricAggregationType": self.aggregation,
        })
    }
}

impl Step {
    /// Above the threshold the lower bound is inclusive, below it the upper one
    /// [Application Auto Scaling User Guide: step adjustments].
    fn holds(&self, distance: f64) -> bool {
        let (lower, upper) = (
            self.lower.unwrap_or(f64::NEG_INFINITY),
            self.upper.unwrap_or(f64::INFINITY),
        );
        match distance >= 0.0 {
            true => distance >= lower && distance < upper,
            false => distance > lower && distance <= upper,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps() {
        let steps = |adjustment: &str, least| Steps {
            adjustment: adjustment.to_owned(),
            steps: vec![
                Step {
                    lower: None,
                    upper: Some(-10.0),
                    adjustment: -50,
                },
                Step {
                    lower: Some(0.0),
                    upper: Some(20.0),
                    adjustment: 10,
                },
                Step {
                    lower: Some(20.0),
                    upper: None,
                    adjustment: 30,
                },
            ],
            least,
            cooldown: None,
            aggregation: None,
        };
        for (adjustment, least, current, distance, expected) in [
            ("ChangeInCapacity", None, 5, 0.0, Some(15)),
            ("ChangeInCapacity", None, 5, 20.0, Some(35)),
            ("ChangeInCapacity", None, 5, -5.0, None),
            ("ExactCapacity", None, 5, 19.9, Some(10)),
            ("PercentChangeInCapacity", None, 5, 1.0, Some(6)),
            ("PercentChangeInCapacity", None, 20, 1.0, Some(22)),
            ("PercentChangeInCapacity", None, 10, 25.0, Some(13)),
            ("PercentChangeInCapacity", Some(4), 10, 25.0, Some(14)),
            ("PercentChangeInCapacity", None, 5, -10.0, Some(3)),
            ("PercentChangeInCapacity", Some(3), 5, -10.0, Some(2)),
        ] {
            let found = steps(adjustment, least).capacity(current, distance);
            assert_eq!(
                found, expected,
                "{adjustment} {least:?} {current} {distance}"
            );
        }
    }
}
