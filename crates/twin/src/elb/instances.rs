//! Instances of a load balancer: registered, deregistered, in service or out of it.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::balancer::{self, LoadBalancer};
use super::{Elb, Happening};
use crate::agenda;
use crate::ec2;
use crate::elbv2::constraint::invalid;
use crate::elbv2::{Reply, reply};
use crate::input::Input;
use crate::operation::{Answer, Call};
use crate::refusal::Refusal;
use crate::world::World;

/// An instance that a balancer sends requests to.
#[derive(Clone, Serialize, Deserialize, Debug)]
pub struct Registered {
    /// The instance's id.
    pub id: String,
    /// What the balancer thinks of it.
    pub state: State,
    /// The change that is under way, if checks say something else than the state.
    pub pending: Option<Pending>,
}

/// What a balancer thinks of an instance.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Debug)]
pub enum State {
    /// Not yet known.
    Registering,
    /// Gets requests.
    InService,
    /// Failed its checks.
    OutOfService,
}

/// Checks that say something else than the state, so many times in a row that the state will follow.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
pub struct Pending {
    /// Which planned happening it is.
    pub serial: u64,
    /// Whether the checks pass.
    pub passes: bool,
}

/// Why an instance is out of service whose checks fail [ELB API: InstanceState].
pub(crate) const FAILED_CHECKS: &str =
    "Instance has failed at least the UnhealthyThreshold number of health checks consecutively.";

pub(super) fn register_instances(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let name = input.required("LoadBalancerName")?;
    let ids = read(&mut input)?;
    input.finish()?;
    let vpc = balancer::named(&mut call.here().elb, &name)?.vpc.clone();
    if ids.is_empty() {
        return Err(invalid("At least one instance must be specified"));
    }
    for id in &ids {
        let Some(found) =
            ec2::live_instance(call.world, &call.region, id).filter(|it| it.is_running())
        else {
            return Err(unknown(id));
        };
        if !found.is_in(call.world, &call.region, &vpc) {
            return Err(Refusal::new(
                "InvalidInstance",
                format!("EC2 instance {id} is not in the same VPC as ELB."),
            ));
        }
    }
    let found = balancer::named(&mut call.here().elb, &name)?;
    let wanted = found.instances.len() + ids.len();
    balancer::within("classic-registered-instances", wanted, "InvalidInstance")?;
    for id in ids {
        found.add(id);
    }
    let answer = found.list();
    look(call.world, &call.region);
    Ok(answer)
}

/// An instance that is not registered is a success, one that does not exist is none.
pub(super) fn deregister_instances(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let name = input.required("LoadBalancerName")?;
    let ids = read(&mut input)?;
    input.finish()?;
    let found = balancer::named(&mut call.here().elb, &name)?.clone();
    if ids.is_empty() {
        return Err(invalid("At least one instance must be specified"));
    }
    let registered = |id: &String| found.instances.iter().any(|it| it.id == *id);
    for id in &ids {
        if !registered(id) && ec2::live_instance(call.world, &call.region, id).is_none() {
            return Err(unknown(id));
        }
    }
    let found = balancer::named(&mut call.here().elb, &name)?;
    found.instances.retain(|it| !ids.contains(&it.id));
    Ok(found.list())
}

/// Those that are named, registered or not; else all that are.
pub(super) fn describe_instance_health(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let name = input.required("LoadBalancerName")?;
    let ids = read(&mut input)?;
    input.finish()?;
    look(call.world, &call.region);
    let found = balancer::named(&mut call.here().elb, &name)?.clone();
    let registered = found.instances.iter().map(|it| it.id.clone());
    let asked = if ids.is_empty() {
        registered.collect()
    } else {
        ids
    };
    let mut states = Vec::new();
    for id in asked {
        states.push(health(call.world, &call.region, &found, &id)?);
    }
    Ok(json!({ "InstanceStates": states }))
}

/// Registers an instance on behalf of another service. False: no such balancer.
pub(crate) fn register(world: &mut World, region: &str, name: &str, id: &str) -> bool {
    let Some(found) = world.region(region).elb.balancers.get_mut(name) else {
        return false;
    };
    found.add(id.to_owned());
    look(world, region);
    true
}

/// Deregisters an instance on behalf of another service. False: no such balancer.
pub(crate) fn deregister(world: &mut World, region: &str, name: &str, id: &str) -> bool {
    let Some(found) = world.region(region).elb.balancers.get_mut(name) else {
        return false;
    };
    found.instances.retain(|it| it.id != id);
    true
}

/// What a balancer thinks of an instance; `None` where it is not registered.
pub(crate) fn state(world: &World, region: &str, name: &str, id: &str) -> Option<State> {
    let found = balancer::find(world, region, name)?;
    let registered = found.instances.iter().find(|it| it.id == id)?;
    Some(registered.state)
}

/// Looks at every instance of a region, after anything that may change what checks find. Those that are terminated are
/// deregistered.
pub(crate) fn look(world: &mut World, region: &str) {
    let here = world.regions.get(region).map(|here| &here.elb);
    let here = here.into_iter().flat_map(|here| here.balancers.values());
    let found: Vec<(String, Vec<Option<bool>>)> = here
        .filter(|balancer| !balancer.instances.is_empty())
        .map(|balancer| {
            let instances = balancer.instances.iter();
            let passes = instances.map(|it| passes(world, region, balancer, &it.id));
            (balancer.name.clone(), passes.collect())
        })
        .collect();
    let now = world.now;
    let mut planned = Vec::new();
    for (name, passes) in found {
        let Elb { balancers, serial } = &mut world.region(region).elb;
        let Some(balancer) = balancers.get_mut(&name) else {
            continue;
        };
        let check = balancer.health_check.clone();
        for (registered, passes) in balancer.instances.iter_mut().zip(&passes) {
            let Some(passes) = *passes else { continue };
            let settled = match registered.state {
                State::InService => passes,
                State::OutOfService => !passes,
                State::Registering => false,
            };
            if settled {
                registered.pending = None;
                continue;
            }
            let known = registered.pending.as_ref();
            if known.is_some_and(|pending| pending.passes == passes) {
                continue;
            }
            *serial += 1;
            let checks = if passes {
                check.healthy
            } else {
                check.unhealthy
            };
            let serial = *serial;
            registered.pending = Some(Pending { serial, passes });
            let at = now + Duration::from_secs(checks * check.interval);
            planned.push((at, name.clone(), serial));
        }
        let mut passes = passes.into_iter();
        balancer
            .instances
            .retain(|_| passes.next().flatten().is_some());
    }
    for (at, balancer, serial) in planned {
        let what = Happening::HealthDecided { balancer, serial };
        world.agenda.add(at, region, agenda::Happening::Elb(what));
    }
}

/// The planned moment has come.
pub(super) fn decide(world: &mut World, region: &str, name: &str, serial: u64) {
    let Some(balancer) = world.region(region).elb.balancers.get_mut(name) else {
        return;
    };
    let due = |it: &&mut Registered| it.pending.as_ref().is_some_and(|p| p.serial == serial);
    if let Some(found) = balancer.instances.iter_mut().find(due)
        && let Some(pending) = found.pending.take()
    {
        found.state = match pending.passes {
            true => State::InService,
            false => State::OutOfService,
        };
    }
}

/// What a check would find; `None` where there is no such instance any more.
fn passes(world: &World, region: &str, balancer: &LoadBalancer, id: &str) -> Option<bool> {
    let found = ec2::live_instance(world, region, id)?;
    let check = &balancer.health_check;
    let answer = reply(world, region, id, check.port);
    let passed = matches!(answer, Reply::Status(status) if check.accepts(status));
    Some(passed && found.is_running() && balancer.has_zone(&found.zone))
}

/// The sentences are the API's own [ELB API: InstanceState].
fn health(
    world: &World,
    region: &str,
    balancer: &LoadBalancer,
    id: &str,
) -> Result<Value, Refusal> {
    let found = ec2::live_instance(world, region, id).ok_or_else(|| unknown(id))?;
    let registered = balancer.instances.iter().find(|it| it.id == id);
    let (reason, description) = match registered.map(|it| it.state) {
        None => (
            "Instance",
            "Instance is not currently registered with the LoadBalancer.",
        ),
        Some(_) if !found.is_running() => ("Instance", "Instance is in stopped state."),
        Some(_) if !balancer.has_zone(&found.zone) => (
            "ELB",
            "Instance is in the EC2 Availability Zone for which LoadBalancer is not configured to route traffic to.",
        ),
        Some(State::Registering) => ("ELB", "Instance registration is still in progress."),
        Some(State::InService) => ("N/A", "N/A"),
        Some(State::OutOfService) => ("Instance", FAILED_CHECKS),
    };
    let state = if reason == "N/A" {
        "InService"
    } else {
        "OutOfService"
    };
    Ok(json!({
        "InstanceId": id,
        "State": state,
        "ReasonCode": reason,
        "Description": description,
    }))
}

fn unknown(id: &str) -> Refusal {
    let message = format!("Could not find EC2 instance {id}.");
    Refusal::new("InvalidInstance", message)
}

fn read(input: &mut Input) -> Result<Vec<String>, Refusal> {
    let mut ids = Vec::new();
    for mut item in input.objects("Instances")? {
        ids.push(item.required("InstanceId")?);
        item.finish()?;
    }
    Ok(ids)
}

impl LoadBalancer {
    fn add(&mut self, id: String) {
        if self.instances.iter().all(|it| it.id != id) {
            let (state, pending) = (State::Registering, None);
            self.instances.push(Registered { id, state, pending });
        }
    }

    fn list(&self) -> Value {
        let ids = self.instances.iter();
        let ids = ids.map(|it| json!({ "InstanceId": it.id }));
        json!({ "Instances": Vec::from_iter(ids) })
    }
}
