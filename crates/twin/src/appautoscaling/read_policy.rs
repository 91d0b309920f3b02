//! Reading the configuration of scaling policies.

use std::collections::BTreeMap;

use super::resource::validation;
use super::step::{Step, Steps};
use super::tracking::{Followed, Tracking};
use crate::bounds::{self, decimal};
use crate::cloudwatch::{self, GREATEST, Metric};
use crate::input::Input;
use crate::refusal::Refusal;

const ADJUSTMENTS: [&str; 3] = [
    "ChangeInCapacity",
    "PercentChangeInCapacity",
    "ExactCapacity",
];
const STATISTICS: [&str; 5] = ["Average", "Minimum", "Maximum", "SampleCount", "Sum"];
/// Predefined metrics of ECS services [Application Auto Scaling API: PredefinedMetricSpecification].
const PREDEFINED: [&str; 3] = [
    "ECSServiceAverageCPUUtilization",
    "ECSServiceAverageMemoryUtilization",
    "ALBRequestCountPerTarget",
];
/// Of ECS services too, but of finer metrics than the twin's services publish.
const FINE: [&str; 2] = [
    "ECSServiceAverageCPUUtilizationHighResolution",
    "ECSServiceAverageMemoryUtilizationHighResolution",
];

/// Reads a target-tracking configuration.
pub(super) fn tracking(mut input: Input) -> Result<Tracking, Refusal> {
    let target = decimal(&mut input, "TargetValue")?.ok_or_else(|| input.missing("TargetValue"))?;
    let predefined = input.object("PredefinedMetricSpecification")?;
    let predefined = predefined.map(read_predefined).transpose()?;
    let customized = input.object("CustomizedMetricSpecification")?;
    let customized = customized.map(read_customized).transpose()?;
    let out_cooldown = read_cooldown(&mut input, "ScaleOutCooldown")?;
    let in_cooldown = read_cooldown(&mut input, "ScaleInCooldown")?;
    let only_out = input.boolean("DisableScaleIn")?.unwrap_or(false);
    input.finish()?;
    let followed = match (predefined, customized) {
        (Some(one), None) | (None, Some(one)) => one,
        _ => {
            return Err(validation(
                "You must specify exactly one of PredefinedMetricSpecification and CustomizedMetricSpecification.",
            ));
        }
    };
    if !(-GREATEST..=GREATEST).contains(&target) {
        return Err(validation("TargetValue must be between -2^360 and 2^360."));
    }
    Ok(Tracking {
        target,
        followed,
        out_cooldown,
        in_cooldown,
        only_out,
    })
}

fn read_predefined(mut input: Input) -> Result<Followed, Refusal> {
    let kind = input.required("PredefinedMetricType")?;
    let label = bounds::sized(&mut input, "ResourceLabel", 1, 1023)?;
    input.finish()?;
    if FINE.contains(&kind.as_str()) {
        return Err(Refusal::not_implemented(format_args!(
            "PredefinedMetricType={kind}"
        )));
    }
    let requests = kind == PREDEFINED[2];
    match (label, requests) {
        (Some(label), true) => Ok(Followed::Requests { label }),
        (None, true) => Err(validation(format!(
            "Resource label should be specified for predefined metric type {kind}"
        ))),
        (Some(_), false) => Err(validation(format!(
            "Resource label should not be specified for predefined metric type {kind}"
        ))),
        (None, false) if kind == PREDEFINED[0] => Ok(Followed::Cpu),
        (None, false) if kind == PREDEFINED[1] => Ok(Followed::Memory),
        (None, false) => Err(validation(format!(
            "Predefined metric type {kind} is not supported for service namespace ecs"
        ))),
    }
}

fn read_customized(mut input: Input) -> Result<Followed, Refusal> {
    let name = input.text("MetricName")?;
    let namespace = input.text("Namespace")?;
    let mut dimensions = BTreeMap::new();
    for mut one in input.objects("Dimensions")? {
        dimensions.insert(one.required("Name")?, one.required("Value")?);
        one.finish()?;
    }
    let statistic = bounds::one_of(&mut input, "Statistic", &STATISTICS)?;
    let unit = input.text("Unit")?;
    // Every minute, which is not the caller's to choose.
    let queries = cloudwatch::read_queries(input.objects("Metrics")?, Some(60));
    let queries = queries.map_err(|refusal| match refusal.code.as_str() {
        "ValidationError" => validation(refusal.message),
        _ => refusal,
    })?;
    input.finish()?;
    let plain = name.is_some() || namespace.is_some() || statistic.is_some();
    match (queries.is_empty(), plain) {
        (false, true) => Err(validation(
            "You cannot specify both Metrics and a metric of its own in a CustomizedMetricSpecification.",
        )),
        (false, false) if queries.iter().filter(|it| it.returned).count() == 1 => {
            Ok(Followed::Math(queries))
        }
        (false, false) => Err(validation(
            "Exactly one element of the metrics list should return data.",
        )),
        (true, _) => {
            let missing = |what: &str| {
                validation(format!(
                    "{what} must be specified in a CustomizedMetricSpecification."
                ))
            };
            Ok(Followed::Custom {
                metric: Metric {
                    namespace: namespace.ok_or_else(|| missing("Namespace"))?,
                    name: name.ok_or_else(|| missing("MetricName"))?,
                    dimensions,
                },
                statistic: statistic.ok_or_else(|| missing("Statistic"))?,
                unit,
            })
        }
    }
}

/// Reads a step-scaling configuration.
pub(super) fn steps(mut input: Input) -> Result<Steps, Refusal> {
    let adjustment = bounds::one_of(&mut input, "AdjustmentType", &ADJUSTMENTS)?;
    let mut steps = Vec::new();
    for mut one in input.objects("StepAdjustments")? {
        let step = Step {
            lower: decimal(&mut one, "MetricIntervalLowerBound")?,
            upper: decimal(&mut one, "MetricIntervalUpperBound")?,
            adjustment: one
                .number("ScalingAdjustment")?
                .ok_or_else(|| one.missing("ScalingAdjustment"))?,
        };
        one.finish()?;
        steps.push(step);
    }
    let least = input.number("MinAdjustmentMagnitude")?;
    let cooldown = read_cooldown(&mut input, "Cooldown")?;
    let aggregation = bounds::one_of(
        &mut input,
        "MetricAggregationType",
        &["Average", "Minimum", "Maximum"],
    )?;
    input.finish()?;
    let adjustment = adjustment
        .ok_or_else(|| validation("AdjustmentType must be specified for a step scaling policy."))?;
    if least.is_some() && adjustment != ADJUSTMENTS[1] {
        return Err(validation(
            "MinAdjustmentMagnitude is only supported for the adjustment type PercentChangeInCapacity.",
        ));
    }
    if least.is_some_and(|least| least < 1) {
        return Err(validation("MinAdjustmentMagnitude must be greater than 0."));
    }
    check_steps(&steps)?;
    Ok(Steps {
        adjustment,
        steps,
        least,
        cooldown,
        aggregation,
    })
}

/// "There can't be a gap or overlap in the ranges … only one step adjustment can have a null lower bound … and a null
/// upper bound … bounds can't be null at once" [Application Auto Scaling User Guide: step adjustments].
fn check_steps(steps: &[Step]) -> Result<(), Refusal> {
    if steps.is_empty() {
        return Err(validation(
            "At least one step adjustment must be specified for a step scaling policy.",
        ));
    }
    if steps.len() > 20 {
        return Err(validation("A policy can have at most 20 step adjustments."));
    }
    let mut ordered: Vec<&Step> = steps.iter().collect();
    let lower = |step: &Step| step.lower.unwrap_or(f64::NEG_INFINITY);
    let upper = |step: &Step| step.upper.unwrap_or(f64::INFINITY);
    ordered.sort_by(|a, b| lower(a).total_cmp(&lower(b)));
    if let Some(step) = ordered.iter().find(|step| lower(step) >= upper(step)) {
        return Err(validation(format!(
            "The lower bound of a step adjustment must be less than its upper bound: {:?}",
            step.lower
        )));
    }
    for pair in ordered.windows(2) {
        if upper(pair[0]) != lower(pair[1]) {
            return Err(validation(
                "StepAdjustments must not have gaps or overlaps between their intervals.",
            ));
        }
    }
    Ok(())
}

fn read_cooldown(input: &mut Input, name: &str) -> Result<Option<u32>, Refusal> {
    match input.number(name)? {
        None => Ok(None),
        Some(seconds) => u32::try_from(seconds).map(Some).map_err(|_| {
            validation(format!(
                "{name} must be greater than or equal to 0, but was {seconds}"
            ))
        }),
    }
}
