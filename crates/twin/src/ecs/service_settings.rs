//! What of a service can change without a new deployment [ECS API: UpdateService, "doesn't trigger"].

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::refuse;
use super::shape::{self, Member, Shape, may, must};
use crate::input::Input;
use crate::refusal::Refusal;

#[derive(Serialize, Deserialize, Debug, Clone, PartialEq)]
pub(super) struct Settings {
    pub(super) deployment: DeploymentSettings,
    pub(super) grace_seconds: Option<u32>,
    pub(super) zone_rebalancing: String,
    pub(super) execute_command: bool,
    pub(super) managed_tags: bool,
    pub(super) propagate_tags: Option<String>,
}

#[derive(Serialize, Deserialize, Debug, Clone, PartialEq)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct DeploymentSettings {
    pub(super) maximum_percent: u32,
    pub(super) minimum_healthy_percent: u32,
    pub(super) deployment_circuit_breaker: CircuitBreaker,
    pub(super) alarms: Option<Value>,
    pub(super) strategy: String,
    pub(super) bake_time_in_minutes: u64,
    pub(super) early_success_criteria: Option<EarlySuccess>,
}

/// Defaults: 200 and 100 for a replica service [ECS API: DeploymentConfiguration].
impl Default for DeploymentSettings {
    fn default() -> DeploymentSettings {
        DeploymentSettings {
            maximum_percent: 200,
            minimum_healthy_percent: 100,
            deployment_circuit_breaker: CircuitBreaker::default(),
            alarms: None,
            strategy: "ROLLING".to_owned(),
            bake_time_in_minutes: 0,
            early_success_criteria: None,
        }
    }
}

impl DeploymentSettings {
    /// Defaults: 100 and 0 for a daemon service.
    pub(super) fn of_daemons(&self) -> DeploymentSettings {
        DeploymentSettings {
            maximum_percent: 100,
            minimum_healthy_percent: 0,
            ..self.clone()
        }
    }
}

#[derive(Serialize, Deserialize, Debug, Clone, PartialEq)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct CircuitBreaker {
    pub(super) enable: bool,
    pub(super) rollback: bool,
    pub(super) reset_on_healthy_task: bool,
    pub(super) threshold_configuration: Threshold,
}

impl Default for CircuitBreaker {
    fn default() -> CircuitBreaker {
        CircuitBreaker {
            enable: false,
            rollback: false,
            reset_on_healthy_task: true,
            threshold_configuration: Threshold::default(),
        }
    }
}

#[derive(Serialize, Deserialize, Debug, Clone, PartialEq)]
pub(super) struct Threshold {
    #[serde(rename = "type")]
    pub(super) kind: String,
    pub(super) value: u32,
}

impl Default for Threshold {
    fn default() -> Threshold {
        Threshold {
            kind: "BOUNDED_PERCENT".to_owned(),
            value: 50,
        }
    }
}

#[derive(Serialize, Deserialize, Debug, Clone, PartialEq)]
#[serde(rename_all = "camelCase")]
pub(super) struct EarlySuccess {
    pub(super) enable: bool,
    #[serde(default = "all")]
    pub(super) healthy_percent: u32,
    #[serde(default = "blocking")]
    pub(super) source_service_revision_cleanup: String,
}

fn all() -> u32 {
    100
}

fn blocking() -> String {
    "BLOCKING".to_owned()
}

impl CircuitBreaker {
    /// How many failed tasks trip it [ECS API: DeploymentCircuitBreaker; 3 to 200 for the bounded kind].
    pub(super) fn threshold(&self, desired: u32) -> u32 {
        let Threshold { kind, value } = &self.threshold_configuration;
        let percent = || {
            (u64::from(desired) * u64::from(*value))
                .div_ceil(100)
                .min(u32::MAX.into()) as u32
        };
        match kind.as_str() {
            "COUNT" => (*value).max(1),
            "UNBOUNDED_PERCENT" => percent().max(1),
            _ => percent().clamp(3, 200),
        }
    }
}

impl Settings {
    /// What a service has whose request says nothing [ECS API: CreateService].
    pub(super) fn new() -> Settings {
        Settings {
            deployment: DeploymentSettings::default(),
            grace_seconds: None,
            zone_rebalancing: "ENABLED".to_owned(),
            execute_command: false,
            managed_tags: false,
            propagate_tags: None,
        }
    }

    /// Reads what a request says over what is there.
    pub(super) fn read(&mut self, input: &mut Input) -> Result<(), Refusal> {
        if let Some(raw) = input.raw("deploymentConfiguration") {
            self.deployment = read_deployment(raw, &self.deployment)?;
        }
        if let Some(seconds) = input.number("healthCheckGracePeriodSeconds")? {
            let seconds = u32::try_from(seconds).map_err(|_| {
                refuse::parameter("healthCheckGracePeriodSeconds must not be negative.")
            })?;
            self.grace_seconds = Some(seconds);
        }
        if let Some(word) = input.text("availabilityZoneRebalancing")? {
            if !matches!(word.as_str(), "ENABLED" | "DISABLED") {
                return Err(refuse::parameter(
                    "availabilityZoneRebalancing must be ENABLED or DISABLED.",
                ));
            }
            self.zone_rebalancing = word;
        }
        if let Some(flag) = input.boolean("enableExecuteCommand")? {
            self.execute_command = flag;
        }
        if let Some(flag) = input.boolean("enableECSManagedTags")? {
            self.managed_tags = flag;
        }
        if let Some(word) = input.text("propagateTags")? {
            if !matches!(word.as_str(), "TASK_DEFINITION" | "SERVICE" | "NONE") {
                return Err(refuse::parameter(
                    "propagateTags must be TASK_DEFINITION, SERVICE or NONE.",
                ));
            }
            self.propagate_tags = Some(word).filter(|word| word != "NONE");
        }
        Ok(())
    }

    pub(super) fn deployment_view(&self) -> Value {
        let it = &self.deployment;
        let mut view = json!({
            "maximumPercent": it.maximum_percent,
            "minimumHealthyPercent": it.minimum_healthy_percent,
            "deploymentCircuitBreaker": it.deployment_circuit_breaker,
            "strategy": it.strategy,
            "bakeTimeInMinutes": it.bake_time_in_minutes,
        });
        if let Some(alarms) = &it.alarms {
            view["alarms"] = alarms.clone();
        }
        if let Some(early) = &it.early_success_criteria {
            view["earlySuccessCriteria"] = json!(early);
        }
        view
    }
}

const CONFIGURATION: Shape = Shape::Struct(&[
    may("deploymentCircuitBreaker", Shape::Struct(BREAKER)),
    may("maximumPercent", Shape::Whole),
    may("minimumHealthyPercent", Shape::Whole),
    may("alarms", Shape::Struct(ALARMS)),
    may(
        "strategy",
        Shape::OneOf(&["ROLLING", "BLUE_GREEN", "LINEAR", "CANARY"]),
    ),
    may("bakeTimeInMinutes", Shape::Whole),
    may("lifecycleHooks", Shape::List(&[])),
    may("earlySuccessCriteria", Shape::Struct(EARLY)),
]);

const BREAKER: &[Member] = &[
    must("enable", Shape::Flag),
    must("rollback", Shape::Flag),
    may("resetOnHealthyTask", Shape::Flag),
    may("thresholdConfiguration", Shape::Struct(THRESHOLD)),
];

const THRESHOLD: &[Member] = &[
    must(
        "type",
        Shape::OneOf(&["COUNT", "BOUNDED_PERCENT", "UNBOUNDED_PERCENT"]),
    ),
    must("value", Shape::Whole),
];

const ALARMS: &[Member] = &[
    must("alarmNames", Shape::Texts),
    must("rollback", Shape::Flag),
    must("enable", Shape::Flag),
];

const EARLY: &[Member] = &[
    must("enable", Shape::Flag),
    may("healthyPercent", Shape::Whole),
    may(
        "sourceServiceRevisionCleanup",
        Shape::OneOf(&["BLOCKING", "DEFERRED"]),
    ),
];

/// What is not said keeps its value.
fn read_deployment(raw: Value, before: &DeploymentSettings) -> Result<DeploymentSettings, Refusal> {
    let checked = shape::check(raw, &CONFIGURATION, "deploymentConfiguration")?;
    let mut merged = serde_json::to_value(before).unwrap_or_default();
    if let (Some(merged), Value::Object(given)) = (merged.as_object_mut(), checked) {
        merged.extend(given);
    }
    let read: DeploymentSettings = serde_json::from_value(merged)
        .map_err(|error| refuse::parameter(format!("Invalid deploymentConfiguration: {error}")))?;
    if read.strategy != "ROLLING" {
        return Err(Refusal::not_implemented(format_args!(
            "deployment strategy {}",
            read.strategy
        )));
    }
    let alarms = read.alarms.as_ref();
    if alarms.is_some_and(|alarms| alarms["enable"] == true) {
        return Err(Refusal::not_implemented("deployment alarms"));
    }
    let (most, least) = (read.maximum_percent, read.minimum_healthy_percent);
    if most < least {
        return Err(refuse::parameter(
            "Maximum percent must be greater than or equal to minimum healthy percent.",
        ));
    }
    // Such a deployment could neither start nor stop a task.
    if most == 0 || (most == 100 && least == 100) {
        return Err(refuse::parameter(
            "Both maximumPercent and minimumHealthyPercent cannot be 100 as this will block deployments.",
        ));
    }
    let early = read
        .early_success_criteria
        .as_ref()
        .filter(|early| early.enable);
    if early.is_some_and(|early| early.healthy_percent < least || early.healthy_percent > 100) {
        return Err(refuse::parameter(
            "healthyPercent must be between minimumHealthyPercent and 100.",
        ));
    }
    Ok(read)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thresholds() {
        let rows = [
            ("BOUNDED_PERCENT", 50, 1, 3),
            ("BOUNDED_PERCENT", 50, 9, 5),
            ("BOUNDED_PERCENT", 50, 1000, 200),
            ("UNBOUNDED_PERCENT", 50, 1, 1),
            ("UNBOUNDED_PERCENT", 50, 1000, 500),
            ("COUNT", 2, 1000, 2),
        ];
        for (kind, value, desired, want) in rows {
            let threshold_configuration = Threshold {
                kind: kind.to_owned(),
                value,
            };
            let breaker = CircuitBreaker {
                threshold_configuration,
                ..CircuitBreaker::default()
            };
            assert_eq!(
                breaker.threshold(desired),
                want,
                "{kind} {value} of {desired}"
            );
        }
    }
}
