//! What answers at a target's address, or on an instance.
//!
//! A task answers as the script says of its image. A server that is no task can be scripted as well, by a rule whose
//! `image` is `address:10.0.0.7:8080`; only tests need that.

use crate::ecs;
use crate::script::Behaviour;
use crate::world::World;

/// What comes back for a request to an address.
pub(super) enum Reply {
    /// An HTTP answer with this status.
    Status(u16),
    /// The host is there, and nothing listens on the port.
    Refused,
    /// There is no such host.
    Silence,
}

pub(super) fn reply(world: &World, region: &str, ip: &str, port: u16) -> Reply {
    let behaviour = match ip.starts_with("i-") {
        true => ecs::listening_on(world, region, ip, port),
        false => ecs::listening(world, region, ip, port),
    };
    let behaviour = behaviour.or_else(|| scripted(world, ip, port));
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
