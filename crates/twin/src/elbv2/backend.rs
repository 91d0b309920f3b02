//! What answers at a target's address, or on an instance.
//!
//! A task answers as the script says of its image. A server that is no task can be scripted as well, by a rule whose
//! `image` is `address:10.0.0.7:8080`; only tests need that.

use super::answer;
use super::condition::Asked;
use super::target_group::TargetGroup;
use super::targets::Target;
use crate::ecs;
use crate::script::Behaviour;
use crate::world::World;

/// What comes back for a request to an address.
pub(crate) enum Reply {
    /// An HTTP answer with this status.
    Status(u16),
    /// The host is there, and nothing listens on the port.
    Refused,
    /// There is no such host.
    Silence,
}

/// What a target answers on this port; a balancer answers for those behind it.
pub(super) fn of_target(
    world: &World,
    region: &str,
    group: &TargetGroup,
    target: &Target,
    port: u16,
) -> Reply {
    match group.target_type.as_str() {
        "alb" => of_balancer(world, region, group, &target.id, port),
        _ => reply(world, region, &target.id, port),
    }
}

/// An application balancer answers a network balancer's checks as it answers any client, whatever its certificates are
/// for.
fn of_balancer(world: &World, region: &str, group: &TargetGroup, arn: &str, port: u16) -> Reply {
    let Some(here) = world.regions.get(region).map(|here| &here.elbv2) else {
        return Reply::Silence;
    };
    let Some(balancer) = here.balancers.get(arn).filter(|found| found.active) else {
        return Reply::Silence;
    };
    let check = &group.health_check;
    let mut listeners = here.listeners.values();
    let listener = listeners.find(|it| it.balancer == arn && it.port == port);
    let Some(listener) = listener.filter(|it| it.protocol == check.protocol) else {
        return Reply::Refused;
    };
    let asked = Asked {
        host: &balancer.dns_name,
        path: check.path.as_deref().unwrap_or("/"),
        query: "",
    };
    Reply::Status(answer::through(world, region, listener, &asked).0)
}

/// What answers at an address, or on an instance that runs.
pub(crate) fn reply(world: &World, region: &str, host: &str, port: u16) -> Reply {
    let behaviour = match host.starts_with("i-") {
        true => ecs::listening_on(world, region, host, port),
        false => ecs::listening(world, region, host, port),
    };
    let behaviour = behaviour.or_else(|| scripted(world, host, port));
    match behaviour {
        Some(behaviour) if behaviour.listens => Reply::Status(behaviour.http_status),
        Some(_) => Reply::Refused,
        None => Reply::Silence,
    }
}

/// Only rules that name the address: one for `*` means images.
fn scripted(world: &World, ip: &str, port: u16) -> Option<Behaviour> {
    let address = format!("address:{ip}:{port}");
    let rule = world
        .script
        .rules
        .iter()
        .find(|rule| rule.image == address)?;
    Some(rule.behaviour.clone())
}
