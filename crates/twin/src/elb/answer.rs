//! What a client gets that asks a classic load balancer right now.

use super::balancer;
use super::instances::State;
use super::listener::Listener;
use crate::acm;
use crate::elbv2::{Reply, reply};
use crate::world::World;

/// The status that comes back from the balancer of this name, asked for `host` on `port`; why there is none, else. No
/// balancer of that name: `None`.
pub(crate) fn answer(
    world: &World,
    name: &str,
    scheme: &str,
    host: &str,
    port: u16,
) -> Option<Result<u16, &'static str>> {
    let (region, balancer) = balancer::by_dns_name(world, name)?;
    let Some(listener) = balancer.listeners.get(&port) else {
        return Some(Err("the load balancer has no listener on the port"));
    };
    let speaks = match listener.protocol.as_str() {
        "TCP" => true,
        "SSL" => scheme == "https",
        own => own.eq_ignore_ascii_case(scheme),
    };
    if !speaks {
        return Some(Err("the listener speaks another protocol"));
    }
    let covers = |arn: &String| {
        let found = acm::certificate(world, region, arn);
        found.is_some_and(|certificate| certificate.covers(host))
    };
    if !listener.certificate.iter().all(covers) {
        return Some(Err("no certificate of the listener is for the host"));
    }
    let mut instances = balancer.instances.iter();
    let Some(found) = instances.find(|it| it.state == State::InService) else {
        return Some(silent(listener, 503));
    };
    Some(
        match reply(world, region, &found.id, listener.instance_port) {
            Reply::Status(status) => Ok(status),
            Reply::Refused => silent(listener, 502),
            Reply::Silence => silent(listener, 504),
        },
    )
}

/// Only where it speaks HTTP has it words of its own.
fn silent(listener: &Listener, status: u16) -> Result<u16, &'static str> {
    match listener.is_web() {
        true => Ok(status),
        false => Err("no instance answers"),
    }
}
