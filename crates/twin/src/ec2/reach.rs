//! What security groups let through: connections between two interfaces of a VPC.

use super::Ec2;
use super::interfaces::Interface;
use super::rules::{Peer, Rule};

/// Out of the one, into the other. Answers come back by themselves.
pub(super) fn reaches(ec2: &Ec2, from: &str, to: &str, port: u16) -> bool {
    let (Some(from), Some(to)) = (ec2.interfaces.get(from), ec2.interfaces.get(to)) else {
        return false;
    };
    let lets = |egress: bool, own: &Interface, other: &Interface| {
        let mut rules = ec2.rules.values();
        rules.any(|rule| {
            rule.egress == egress && own.groups.contains(&rule.group) && fits(rule, other, port)
        })
    };
    lets(true, from, to) && lets(false, to, from)
}

fn fits(rule: &Rule, other: &Interface, port: u16) -> bool {
    let flow = &rule.flow;
    let protocol = flow.protocol == "-1" || flow.protocol == "tcp";
    let ports = flow
        .ports
        .is_none_or(|(low, high)| (low..=high).contains(&i64::from(port)));
    let peer = match &flow.peer {
        Peer::V4(block) => block.contains(&other.private_ip),
        Peer::Group(group) => other.groups.contains(group),
        // Interfaces have no IPv6 addresses that services use, and no list of a service holds one of this VPC.
        Peer::PrefixList(_) | Peer::V6(_) => false,
    };
    protocol && ports && peer
}
