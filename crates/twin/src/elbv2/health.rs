//! The health of targets: what checks find, when the state follows, and how AWS words it.
//!
//! The twin does not carry out every check. Whenever something may have changed, [`look`] compares what a check would
//! find now with what the balancer thinks. Where they differ it plans the moment at which enough checks in a row will
//! have said so.

use std::time::Duration;

use serde_json::{Value, json};

use super::backend::{self, Reply};
use super::balancer::later;
use super::target_group::{self, TargetGroup};
use super::targets::{self, Failure, Pending, State, Target, Wanted};
use super::{Elbv2, Happening};
use crate::elb;
use crate::operation::{Answer, Call};
use crate::world::World;

/// Looks at every target of a region. To be called after anything that may change what checks find: a task that
/// begins or ceases to listen, a script, a listener, a health check setting.
pub(crate) fn look(world: &mut World, region: &str) {
    let Some(here) = world.regions.get(region).map(|here| &here.elbv2) else {
        return;
    };
    let groups: Vec<String> = here.target_groups.keys().cloned().collect();
    elb::look(world, region);
    targets::forget_gone(world, region);
    for arn in groups {
        let Some(here) = world.regions.get(region).map(|here| &here.elbv2) else {
            return;
        };
        let Some(group) = here.target_groups.get(&arn) else {
            continue;
        };
        if group.targets.is_empty() {
            continue;
        }
        let checked = is_checked(here, group);
        let in_use = !group.load_balancers.is_empty();
        let findings: Vec<Option<Failure>> = group
            .targets
            .iter()
            .map(|target| find(world, region, group, target))
            .collect();
        look_at(world, region, &arn, in_use, checked, findings);
    }
}

/// Looks at every target there is: the script of what they do has changed.
pub(crate) fn look_everywhere(world: &mut World) {
    let regions: Vec<String> = world.regions.keys().cloned().collect();
    regions.iter().for_each(|region| look(world, region));
}

fn look_at(
    world: &mut World,
    region: &str,
    arn: &str,
    in_use: bool,
    checked: bool,
    findings: Vec<Option<Failure>>,
) {
    let (now, least) = (world.now, world.timing.target_registration);
    let mut planned = Vec::new();
    let here = &mut world.region(region).elbv2;
    let Some(group) = here.target_groups.get_mut(arn) else {
        return;
    };
    let (healthy, unhealthy, interval) = (
        group.health_check.healthy,
        group.health_check.unhealthy,
        group.health_check.interval,
    );
    for (target, failure) in group.targets.iter_mut().zip(findings) {
        match target.state {
            State::Draining(_) => continue,
            _ if !in_use => target.state = State::Unused,
            State::Unused => target.state = State::Initial,
            _ => {}
        }
        let passes = failure.is_none();
        let settled = match &mut target.state {
            State::Healthy => passes,
            State::Unhealthy(why) => {
                if let Some(failure) = failure {
                    *why = failure;
                }
                !passes
            }
            _ => false,
        };
        if settled || !checked || !in_use {
            target.pending = None;
            continue;
        }
        if target
            .pending
            .as_ref()
            .is_some_and(|pending| pending.passes == passes)
        {
            continue;
        }
        // AWS documents both that one good check is enough for a new target [ELB user guide: health checks] and that
        // a task takes threshold times interval to get its first request [ECS guide: load balancer health checks].
        // The twin takes the longer time: who can wait for that can wait for less.
        let checks = if passes { healthy } else { unhealthy };
        let wait = Duration::from_secs(checks * interval).max(Duration::from_millis(least));
        here.serial += 1;
        let serial = here.serial;
        target.pending = Some(Pending { serial, passes });
        planned.push((now + wait, serial));
    }
    for (at, serial) in planned {
        later(
            &mut world.agenda,
            at,
            region,
            Happening::HealthDecided {
                group: arn.to_owned(),
                serial,
            },
        );
    }
}

/// The planned moment has come: the target's state follows what its checks found.
pub(super) fn decide(world: &mut World, region: &str, arn: &str, serial: u64) {
    let Some(group) = target_group::target_group(world, region, arn) else {
        return;
    };
    let due = |target: &Target| target.pending.as_ref().is_some_and(|p| p.serial == serial);
    let Some(index) = group.targets.iter().position(due) else {
        return;
    };
    let state = match find(world, region, group, &group.targets[index]) {
        None => State::Healthy,
        Some(failure) => State::Unhealthy(failure),
    };
    let here = &mut world.region(region).elbv2;
    let target = here
        .target_groups
        .get_mut(arn)
        .and_then(|group| group.targets.get_mut(index));
    if let Some(target) = target {
        let passes = state == State::Healthy;
        if target
            .pending
            .take()
            .is_some_and(|pending| pending.passes == passes)
        {
            target.state = state;
        }
    }
}

/// What the balancer thinks of an address, for other services: `initial`, `healthy`, … `None` where it is not
/// registered.
pub(crate) fn target_state(
    world: &World,
    region: &str,
    arn: &str,
    ip: &str,
    port: u16,
) -> Option<&'static str> {
    let group = target_group::target_group(world, region, arn)?;
    let target = group.targets.iter().find(|target| target.is(ip, port))?;
    Some(target.state.word())
}

/// Why it is not healthy, in the balancer's words. `None` where it is, or is not registered.
pub(crate) fn target_reason(
    world: &World,
    region: &str,
    arn: &str,
    ip: &str,
    port: u16,
) -> Option<String> {
    let group = target_group::target_group(world, region, arn)?;
    let target = group.targets.iter().find(|target| target.is(ip, port))?;
    let reason = target.state.value(false);
    reason["Description"].as_str().map(str::to_owned)
}

pub(super) fn describe_target_health(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let arn = input.required("TargetGroupArn")?;
    let wanted = targets::read_optional(&mut input)?;
    let include = input.texts("Include")?;
    input.finish()?;
    look(call.world, &call.region);
    let provisioning = {
        let here = &mut call.here().elbv2;
        let group = target_group::named(here, &arn)?.clone();
        !is_checked(here, &group)
    };
    let group = target_group::named(&mut call.here().elbv2, &arn)?;
    let override_wanted = include
        .iter()
        .any(|word| matches!(word.as_str(), "AdministrativeOverride" | "All"));
    let anomaly_wanted = include
        .iter()
        .any(|word| matches!(word.as_str(), "AnomalyDetection" | "All"));
    let describe = |target: &Target| {
        let port = &group.health_check.port;
        let port = if port == "traffic-port" {
            target.port.to_string()
        } else {
            port.clone()
        };
        json!({
            "Target": target.value(),
            "HealthCheckPort": port,
            "TargetHealth": target.state.value(provisioning),
            "AnomalyDetection": anomaly_wanted.then(|| json!({"Result": "normal", "MitigationInEffect": "no"})),
            "AdministrativeOverride": override_wanted.then(|| json!({
                "State": "no_override",
                "Reason": "AdministrativeOverride.NoOverride",
                "Description": "No override is currently active on target",
            })),
        })
    };
    let health: Vec<Value> = if wanted.is_empty() {
        group.targets.iter().map(describe).collect()
    } else {
        let one = |wanted: &Wanted| {
            let (id, port) = (&wanted.id, wanted.port.unwrap_or(group.port));
            group
                .targets
                .iter()
                .find(|target| target.is(id, port))
                .map(describe)
                .unwrap_or_else(|| {
                    json!({
                        "Target": {"Id": id, "Port": port},
                        "TargetHealth": {
                            "State": "unused",
                            "Reason": "Target.NotRegistered",
                            "Description": "Target is not registered to the target group",
                        },
                    })
                })
        };
        wanted.iter().map(one).collect()
    };
    Ok(json!({"TargetHealthDescriptions": health}))
}

/// Checks are carried out by a balancer that is up.
fn is_checked(here: &Elbv2, group: &TargetGroup) -> bool {
    group
        .load_balancers
        .iter()
        .any(|arn| here.balancers.get(arn).is_some_and(|b| b.active))
}

/// What a check would find now; `None` is a pass.
fn find(world: &World, region: &str, group: &TargetGroup, target: &Target) -> Option<Failure> {
    let check = &group.health_check;
    let port = check.port.parse().unwrap_or(target.port);
    match backend::of_target(world, region, group, target, port) {
        Reply::Silence => Some(Failure::Timeout),
        Reply::Refused => Some(Failure::Refused),
        Reply::Status(status) if check.protocol == "TCP" || check.accepts(status) => None,
        Reply::Status(status) => Some(Failure::Code(status)),
    }
}

impl State {
    fn word(&self) -> &'static str {
        match self {
            State::Unused => "unused",
            State::Initial => "initial",
            State::Healthy => "healthy",
            State::Unhealthy(_) => "unhealthy",
            State::Draining(_) => "draining",
        }
    }

    /// Reason codes are the model's; descriptions are worded as AWS answers them.
    fn value(&self, provisioning: bool) -> Value {
        let (reason, description) = match self {
            State::Healthy => return json!({"State": "healthy"}),
            State::Unused => (
                "Target.NotInUse",
                "Target group is not configured to receive traffic from the load balancer"
                    .to_owned(),
            ),
            State::Initial if provisioning => (
                "Elb.RegistrationInProgress",
                "Target registration is in progress".to_owned(),
            ),
            State::Initial => (
                "Elb.InitialHealthChecking",
                "Initial health checks in progress".to_owned(),
            ),
            State::Unhealthy(Failure::Code(code)) => (
                "Target.ResponseCodeMismatch",
                format!("Health checks failed with these codes: [{code}]"),
            ),
            State::Unhealthy(Failure::Timeout) => {
                ("Target.Timeout", "Request timed out".to_owned())
            }
            State::Unhealthy(Failure::Refused) => (
                "Target.FailedHealthChecks",
                "Health checks failed".to_owned(),
            ),
            State::Draining(_) => (
                "Target.DeregistrationInProgress",
                "Target deregistration is in progress".to_owned(),
            ),
        };
        json!({"State": self.word(), "Reason": reason, "Description": description})
    }
}
