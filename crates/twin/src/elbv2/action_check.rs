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
    in_order(actions)?;
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
            Routing::Oidc(_) if protocol != "HTTPS" => {
                return Err(Refusal::new(
                    // [aws-load-balancer-controller #1013]
                    "InvalidLoadBalancerAction",
                    "Actions of type 'authenticate-oidc' are supported only on HTTPS listeners",
                ));
            }
            _ => {}
        }
    }
    Ok(())
}

/// Gives actions that go on with the client secret that is there the one of the action they replace.
pub(super) fn keep_secrets(actions: &mut [Action], before: &[Action]) -> Result<(), Refusal> {
    let held = before.iter().find_map(|action| match &action.routing {
        Routing::Oidc(oidc) => Some(oidc),
        _ => None,
    });
    for action in actions {
        let Routing::Oidc(wanted) = &mut action.routing else {
            continue;
        };
        match held {
            Some(held) if wanted.lacks_secret() => wanted.keep_secret(held),
            None if wanted.lacks_secret() => {
                return Err(invalid(
                    "UseExistingClientSecret is 'true', but there is no existing client secret",
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
            // [NLB user guide: target groups, routing configuration]
            ("TCP" | "UDP", "TCP_UDP") | ("TLS", "TCP") => network,
            (listener, group) => network && listener == group,
        };
        let suits = suits && (group.target_type != "alb" || protocol == "TCP");
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

/// Exactly one action says where the request goes, and it is the last [ELBv2 API: Action].
fn in_order(actions: &[Action]) -> Result<(), Refusal> {
    let (logins, routes): (Vec<_>, Vec<_>) = actions
        .iter()
        .partition(|action| matches!(action.routing, Routing::Oidc(_)));
    if actions.is_empty() {
        return Err(invalid("At least one action must be specified"));
    }
    if routes.len() > 1 {
        return Err(Refusal::new(
            "TooManyActions",
            "Exactly one action of type forward, redirect or fixed-response must be specified",
        ));
    }
    if logins.len() > 1 {
        return Err(Refusal::new(
            "TooManyActions",
            "At most one action of type authenticate-oidc can be specified",
        ));
    }
    if actions.len() > 1 && actions.iter().any(|action| action.order.is_none()) {
        return Err(invalid(
            "An order must be specified for every action if there is more than one",
        ));
    }
    let mut pairs = actions.iter().zip(actions.iter().skip(1));
    if pairs.any(|(one, next)| one.order.is_some() && one.order == next.order) {
        return Err(invalid("Two actions cannot have the same order"));
    }
    let last = actions.last();
    if last.is_some_and(|action| matches!(action.routing, Routing::Oidc(_))) {
        return Err(Refusal::new(
            "InvalidLoadBalancerAction",
            "The last action must be of type forward, redirect or fixed-response",
        ));
    }
    Ok(())
}
