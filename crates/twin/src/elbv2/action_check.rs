//! Which actions suit a load balancer and its listener.

use super::action::{Action, Routing};
use super::balancer::{Kind, LoadBalancer};
use super::constraint::{invalid, misconfigured};
use super::{Elbv2, limits, target_group};
use crate::refusal::Refusal;

/// Checks the actions against the balancer that is to carry them out on a listener of this protocol.
pub(super) fn check(
    here: &Elbv2,
    balancer: &LoadBalancer,
    protocol: &str,
    actions: &[Action],
) -> Result<(), Refusal> {
    only_one(actions)?;
    for action in actions {
        match &action.routing {
            Routing::Forward { groups, .. } => check_groups(here, balancer, protocol, groups)?,
            _ if balancer.kind == Kind::Network => {
                return Err(Refusal::new(
                    "InvalidLoadBalancerAction",
                    "Network load balancers support only actions of type 'forward'",
                ));
            }
            Routing::Redirect { protocol: to, .. } if protocol == "HTTPS" && to == "HTTP" => {
                return Err(Refusal::new(
                    "InvalidLoadBalancerAction",
                    "A redirect from HTTPS to HTTP is not supported",
                ));
            }
            _ => {}
        }
    }
    Ok(())
}

fn check_groups(
    here: &Elbv2,
    balancer: &LoadBalancer,
    protocol: &str,
    groups: &[(String, i64)],
) -> Result<(), Refusal> {
    let quota = format!(
        "target-groups-per-action-on-{}-load-balancer",
        balancer.kind.word()
    );
    limits::at_most(&quota, groups.len(), "TooManyTargetGroups")?;
    for (arn, _) in groups {
        let group = here
            .target_groups
            .get(arn)
            .ok_or_else(|| target_group::not_found(arn))?;
        let network = balancer.kind == Kind::Network;
        let suits = match (protocol, group.protocol.as_str()) {
            ("HTTP" | "HTTPS", "HTTP" | "HTTPS") => !network,
            ("TCP" | "TLS", "TCP" | "TLS") => network,
            (listener, group) => network && listener == group,
        };
        if !suits {
            return Err(Refusal::new(
                "IncompatibleProtocols",
                format!(
                    "The protocol '{}' of target group '{arn}' is not compatible with listener protocol '{protocol}'",
                    group.protocol
                ),
            ));
        }
        if group.vpc != balancer.vpc {
            return Err(misconfigured(format!(
                "The target group with targetGroupArn '{arn}' is not in the VPC '{}' of the load balancer",
                balancer.vpc
            )));
        }
        if group
            .load_balancers
            .iter()
            .any(|user| *user != balancer.arn)
        {
            return Err(Refusal::new(
                "TargetGroupAssociationLimit",
                format!(
                    "The following target groups cannot be associated with more than one load balancer: {arn}"
                ),
            ));
        }
    }
    let mut used: Vec<&str> = here
        .target_groups
        .values()
        .filter(|g| g.load_balancers.contains(&balancer.arn))
        .map(|g| g.arn.as_str())
        .collect();
    used.extend(groups.iter().map(|(arn, _)| arn.as_str()));
    used.sort_unstable();
    used.dedup();
    limits::at_most(
        "target-groups-per-application-load-balancer",
        used.len(),
        "TooManyUniqueTargetGroupsPerLoadBalancer",
    )
}

/// Exactly one routing action [ELBv2 API: Action].
fn only_one(actions: &[Action]) -> Result<(), Refusal> {
    match actions.len() {
        0 => Err(invalid("At least one action must be specified")),
        1 => Ok(()),
        _ => Err(Refusal::new(
            "TooManyActions",
            "Exactly one action of type forward, redirect or fixed-response must be specified",
        )),
    }
}
