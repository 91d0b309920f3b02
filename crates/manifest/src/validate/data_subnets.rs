//! Subnets of databases: beside those of tasks and balancers, with no route out.

use ipnet::Ipv4Net;

use super::Rules;
use super::subnets::{lettered, overlap};
use crate::codes::Code;
use crate::diagnostic::Diagnostic;
use crate::located::Located;
use crate::model::{Network, Subnet};

/// As many as the network has zones, as large as its other subnets: from the last quarter of its range, which neither
/// public nor private subnets come to by themselves, and then wherever there is room.
pub(super) fn data_subnets(cx: &mut Rules<'_>, network: &Network) -> Option<Vec<Subnet>> {
    let vpc = &network.cidr;
    let there = || network.subnets.iter().chain(&network.private_subnets);
    let prefix = (vpc.prefix_len() + 4).min(27);
    let parts: Vec<Ipv4Net> = vpc.subnets(prefix).ok()?.collect();
    let (before, after) = parts.split_at(parts.len() / 4 * 3);
    let free = |part: &&Ipv4Net| !there().any(|other| overlap(part, other.cidr.get()));
    let free = after.iter().chain(before).filter(free);
    let wanted = network.subnets.len();
    let found: Vec<_> = free
        .take(wanted)
        .map(|part| Located::new(*part, vpc.span()))
        .collect();
    if found.len() == wanted {
        return Some(lettered(found));
    }
    let message = format!("`network.cidr` {} has no room for databases", **vpc);
    cx.push(
        Diagnostic::new(Code::CidrSize, vpc.span(), message)
            .label(format!("no {wanted} subnets of /{prefix} are left in it"))
            .help("write a larger range, or smaller subnets"),
    );
    None
}
