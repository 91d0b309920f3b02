//! Targets of a group: register, deregister, drain.

use std::net::Ipv4Addr;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::balancer::later;
use super::constraint::{self, invalid};
use super::target_group::{self, TargetGroup};
use super::{Happening, attributes, limits, look};
use crate::clock::Millis;
use crate::ec2;
use crate::input::Input;
use crate::operation::{Answer, Call};
use crate::refusal::Refusal;
use crate::world::World;

/// Something that a balancer sends requests to.
#[derive(Clone, Serialize, Deserialize, Debug)]
pub struct Target {
    /// An IP address or an instance id.
    pub id: String,
    /// Where it listens.
    pub port: u16,
    /// Its zone, or `all` for an address outside the VPC.
    pub zone: Option<String>,
    /// What the balancer thinks of it.
    pub state: State,
    /// When it was registered.
    pub registered: Millis,
    /// The health transition that is under way, if checks say something else than the state.
    pub pending: Option<Pending>,
}

/// What the balancer thinks of a target [ELBv2 API: TargetHealth].
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
pub enum State {
    /// No balancer uses the group.
    Unused,
    /// Not yet known.
    Initial,
    /// Gets requests.
    Healthy,
    /// Gets requests only if no target is healthy.
    Unhealthy(Failure),
    /// Deregistered; finishes what it began.
    Draining(Millis),
}

/// How health checks fail.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
pub enum Failure {
    /// Answered with a code that the matcher does not have.
    Code(u16),
    /// Nothing answers at that address.
    Timeout,
    /// The host is there, and nothing listens on the port.
    Refused,
}

/// Checks that say something else than the state, so many times in a row that the state will follow.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
pub struct Pending {
    /// Which planned happening it is.
    pub serial: u64,
    /// Whether the checks pass.
    pub passes: bool,
}

/// A target as a request describes it.
pub(super) struct Wanted {
    pub(super) id: String,
    /// The group's port unless named.
    pub(super) port: Option<u16>,
    zone: Option<String>,
}

pub(super) fn register_targets(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let arn = input.required("TargetGroupArn")?;
    let wanted = read(&mut input)?;
    input.finish()?;
    let group = target_group::named(&mut call.here().elbv2, &arn)?.clone();
    let mut targets = Vec::new();
    for wanted in wanted {
        let zone = zone(call.world, &call.region, &group, &wanted)?;
        targets.push((wanted.id, wanted.port.unwrap_or(group.port), zone));
    }
    limits::at_most(
        "targets-per-target-group",
        group.targets.len() + targets.len(),
        "TooManyTargets",
    )?;
    for (id, port, zone) in targets {
        insert(call.world, &call.region, &arn, id, port, zone);
    }
    look(call.world, &call.region);
    Ok(json!({}))
}

/// A target that is not registered is a success [ELBv2 API: DeregisterTargets].
pub(super) fn deregister_targets(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let arn = input.required("TargetGroupArn")?;
    let wanted = read(&mut input)?;
    input.finish()?;
    let port = target_group::named(&mut call.here().elbv2, &arn)?.port;
    for wanted in wanted {
        // A port override of the registration must be named again; without one the group's port is meant.
        let port = wanted.port.unwrap_or(port);
        deregister_target(call.world, &call.region, &arn, &wanted.id, port);
    }
    Ok(json!({}))
}

/// Registers an address or an instance on behalf of another service. False: no such group.
pub(crate) fn register_target(
    world: &mut World,
    region: &str,
    arn: &str,
    id: &str,
    port: u16,
) -> bool {
    let Some(group) = target_group::target_group(world, region, arn) else {
        return false;
    };
    let wanted = Wanted {
        id: id.to_owned(),
        port: Some(port),
        zone: None,
    };
    let zone = zone(world, region, group, &wanted).unwrap_or_default();
    insert(world, region, arn, id.to_owned(), port, zone);
    look(world, region);
    true
}

/// Drops instances that are there no more: Elastic Load Balancing deregisters what is terminated by itself [ELB user
/// guide: register targets].
pub(super) fn forget_gone(world: &mut World, region: &str) {
    let gone = |world: &World, group: &TargetGroup| -> Vec<String> {
        let ids = group.targets.iter().map(|target| &target.id);
        let gone = ids.filter(|id| ec2::live_instance(world, region, id).is_none());
        gone.cloned().collect()
    };
    let Some(here) = world.regions.get(region) else {
        return;
    };
    let groups = here.elbv2.target_groups.iter();
    let groups = groups.filter(|(_, group)| group.target_type == "instance");
    let found: Vec<(String, Vec<String>)> = groups
        .map(|(arn, group)| (arn.clone(), gone(world, group)))
        .collect();
    for (arn, gone) in found {
        if let Some(group) = world.region(region).elbv2.target_groups.get_mut(&arn) {
            group.targets.retain(|target| !gone.contains(&target.id));
        }
    }
}

/// Deregisters an address: it drains for the group's deregistration delay, then it is forgotten. False: no such group.
pub(crate) fn deregister_target(
    world: &mut World,
    region: &str,
    arn: &str,
    ip: &str,
    port: u16,
) -> bool {
    let now = world.now;
    let Some(group) = world.region(region).elbv2.target_groups.get_mut(arn) else {
        return false;
    };
    // The delay is waited out in full: a target without requests is done earlier, but shows `draining` until the end
    // [ELB user guide: deregistration delay].
    let delay = Duration::from_secs(attributes::deregistration_delay(&group.attributes));
    let in_use = !group.load_balancers.is_empty();
    for target in group
        .targets
        .iter_mut()
        .filter(|target| target.is(ip, port))
    {
        target.pending = None;
        if !matches!(target.state, State::Draining(_)) {
            let delay = if in_use { delay } else { Duration::ZERO };
            target.state = State::Draining(now + delay);
        }
    }
    group.forget_drained(now);
    if group.targets.iter().any(|target| target.is(ip, port)) {
        let what = Happening::DrainingEnds {
            group: arn.to_owned(),
        };
        later(&mut world.agenda, now + delay, region, what);
    }
    true
}

fn insert(world: &mut World, region: &str, arn: &str, id: String, port: u16, zone: Option<String>) {
    let registered = world.now;
    let Some(group) = world.region(region).elbv2.target_groups.get_mut(arn) else {
        return;
    };
    match group.targets.iter_mut().find(|target| target.is(&id, port)) {
        // Registering again ends a drain, and changes nothing otherwise.
        Some(target) if matches!(target.state, State::Draining(_)) => {
            target.state = State::Unused;
            target.registered = registered;
        }
        Some(_) => {}
        None => {
            let state = State::Unused;
            group.targets.push(Target {
                id,
                port,
                zone,
                state,
                registered,
                pending: None,
            });
        }
    }
}

/// The zone of a new target, if it can be one. Addresses of the VPC lie in a subnet; others must be private, and name
/// `all` [ELBv2 API: CreateTargetGroup TargetType, TargetDescription].
fn zone(
    world: &World,
    region: &str,
    group: &TargetGroup,
    wanted: &Wanted,
) -> Result<Option<String>, Refusal> {
    let refuse = |message: String| Err(Refusal::new("InvalidTarget", message));
    if group.target_type != "ip" && wanted.zone.is_some() {
        return Err(invalid(format!(
            "You cannot specify an Availability Zone for a target group with target type '{}'",
            group.target_type
        )));
    }
    if group.target_type == "alb" {
        return balancer_as_target(world, region, group, wanted).map(|()| None);
    }
    if group.target_type == "instance" {
        let found = ec2::live_instance(world, region, &wanted.id);
        let Some(found) = found.filter(|found| found.is_running()) else {
            return refuse(format!(
                "The following targets are not in a running state and cannot be registered: '{}'",
                wanted.id
            ));
        };
        if !found.is_in(world, region, &group.vpc) {
            return refuse(format!(
                "The following targets are not in the target group VPC '{}': '{}'",
                group.vpc, wanted.id
            ));
        }
        return Ok(Some(found.zone.clone()));
    }
    let Ok(address) = wanted.id.parse::<Ipv4Addr>() else {
        return Err(invalid(format!(
            "The IP address '{}' is not a valid IPv4 address",
            wanted.id
        )));
    };
    if let Some(subnet) = ec2::subnet_of_address(world, region, &group.vpc, address) {
        return Ok(Some(subnet.zone.clone()));
    }
    let shared = address.octets()[0] == 100 && (64..128).contains(&address.octets()[1]);
    if !address.is_private() && !shared {
        return refuse(format!(
            "The IP address '{address}' is publicly routable and cannot be a target"
        ));
    }
    if ec2::vpc_contains(world, region, &group.vpc, address) {
        return refuse(format!(
            "The IP address '{address}' is not within any subnet of VPC '{}'",
            group.vpc
        ));
    }
    if wanted.zone.as_deref() != Some("all") {
        return refuse(format!(
            "You must specify the Availability Zone 'all' for IP address '{address}' outside of VPC '{}'",
            group.vpc
        ));
    }
    Ok(wanted.zone.clone())
}

/// Only one application balancer of the same VPC, which has a listener on the group's port [NLB user guide: application
/// load balancers as targets].
fn balancer_as_target(
    world: &World,
    region: &str,
    group: &TargetGroup,
    wanted: &Wanted,
) -> Result<(), Refusal> {
    let refuse = |message: String| Err(Refusal::new("InvalidTarget", message));
    let Some(here) = world.regions.get(region).map(|here| &here.elbv2) else {
        return refuse(format!("Load balancer '{}' not found", wanted.id));
    };
    if !wanted.id.contains(":loadbalancer/app/") {
        return Err(invalid(format!(
            "'{}' is not a valid application load balancer ARN",
            wanted.id
        )));
    }
    let Some(balancer) = here.balancers.get(&wanted.id) else {
        return refuse(format!("Load balancer '{}' not found", wanted.id));
    };
    if balancer.vpc != group.vpc {
        return refuse(format!(
            "The following targets are not in the target group VPC '{}': '{}'",
            group.vpc, wanted.id
        ));
    }
    if wanted.port.is_some_and(|port| port != group.port) {
        return refuse(format!(
            "The port of target '{}' must be the port of the target group, '{}'",
            wanted.id, group.port
        ));
    }
    let mut listeners = here.listeners.values();
    if !listeners.any(|it| it.balancer == wanted.id && it.port == group.port) {
        return refuse(format!(
            "Load balancer '{}' must have a listener on port '{}'",
            wanted.id, group.port
        ));
    }
    if group.targets.iter().any(|target| target.id != wanted.id) {
        return Err(Refusal::new(
            "TooManyTargets",
            "The maximum number of targets of a target group with target type 'alb' is '1'",
        ));
    }
    Ok(())
}

fn read(input: &mut Input) -> Result<Vec<Wanted>, Refusal> {
    let targets = read_optional(input)?;
    if targets.is_empty() {
        return Err(invalid("At least one target must be specified"));
    }
    Ok(targets)
}

/// Target descriptions, of which there may be none.
pub(super) fn read_optional(input: &mut Input) -> Result<Vec<Wanted>, Refusal> {
    let mut targets = Vec::new();
    for mut target in input.objects("Targets")? {
        let id = target.required("Id")?;
        let port = constraint::number(&mut target, "Port", 1..=65_535)?;
        let zone = target.text("AvailabilityZone")?;
        target.finish()?;
        let port = port.and_then(|port| port.try_into().ok());
        targets.push(Wanted { id, port, zone });
    }
    Ok(targets)
}

impl Target {
    /// Whether it is the one at this address and port.
    pub fn is(&self, id: &str, port: u16) -> bool {
        self.id == id && self.port == port
    }

    pub(super) fn is_drained(&self, now: Millis) -> bool {
        matches!(self.state, State::Draining(until) if until <= now)
    }

    pub(super) fn value(&self) -> Value {
        json!({"Id": self.id, "Port": self.port, "AvailabilityZone": self.zone})
    }
}
