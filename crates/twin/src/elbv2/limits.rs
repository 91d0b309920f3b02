//! Quotas of an account, as DescribeAccountLimits lists them, and their enforcement.

use super::constraint;
use crate::operation::{Answer, Call};
use crate::page;
use crate::refusal::Refusal;
use crate::servicequotas;
use crate::world::World;
use serde_json::json;

/// Default quotas [ELBv2 API: DescribeAccountLimits, example; ELB user guide: quotas]. Network balancers have had
/// weighted target groups since November 2025, as many as application balancers (assumed) [AWS networking blog].
const LIMITS: &[(&str, usize)] = &[
    ("target-groups", 3000),
    ("targets-per-application-load-balancer", 1000),
    ("listeners-per-application-load-balancer", 50),
    ("rules-per-application-load-balancer", 100),
    ("network-load-balancers", 50),
    ("targets-per-network-load-balancer", 3000),
    (
        "targets-per-availability-zone-per-network-load-balancer",
        500,
    ),
    ("listeners-per-network-load-balancer", 50),
    ("condition-values-per-alb-rule", 5),
    ("condition-wildcards-per-alb-rule", 5),
    ("target-groups-per-application-load-balancer", 100),
    ("target-groups-per-action-on-application-load-balancer", 5),
    ("target-groups-per-action-on-network-load-balancer", 5),
    ("certificates-per-application-load-balancer", 25),
    ("certificates-per-network-load-balancer", 25),
    ("targets-per-target-group", 1000),
    (
        "target-id-registrations-per-application-load-balancer",
        1000,
    ),
    ("application-load-balancers", 50),
    ("gateway-load-balancers", 100),
];

/// Those of them that Service Quotas keeps, with its codes.
const KEPT: &[(&str, &str)] = &[
    ("application-load-balancers", "L-53DA6B97"),
    ("rules-per-application-load-balancer", "L-7EED9B64"),
    ("target-groups", "L-B22855CB"),
];

/// The same as `room_for_one_more`, for what may have been raised in the region.
pub(super) fn room_here(
    world: &World,
    region: &str,
    quota: &str,
    held: usize,
    code: &str,
) -> Result<(), Refusal> {
    match KEPT.iter().find(|(name, _)| *name == quota) {
        Some((_, kept)) => within(
            quota,
            held + 1,
            servicequotas::limit(world, region, kept),
            code,
        ),
        None => room_for_one_more(quota, held, code),
    }
}

/// Refuses with `code` when a `held` count has already reached the quota.
pub(super) fn room_for_one_more(quota: &str, held: usize, code: &str) -> Result<(), Refusal> {
    at_most(quota, held + 1, code)
}

/// Refuses with `code` when `wanted` is more than the quota.
pub(super) fn at_most(quota: &str, wanted: usize, code: &str) -> Result<(), Refusal> {
    let limit = LIMITS
        .iter()
        .find(|(name, _)| *name == quota)
        .map_or(usize::MAX, |(_, max)| *max);
    within(quota, wanted, limit, code)
}

fn within(quota: &str, wanted: usize, limit: usize, code: &str) -> Result<(), Refusal> {
    if wanted <= limit {
        return Ok(());
    }
    Err(Refusal::new(
        code,
        format!("The maximum number of {quota} is '{limit}'"),
    ))
}

pub(super) fn describe_account_limits(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let size = constraint::number(&mut input, "PageSize", 1..=400)?;
    let marker = input.text("Marker")?;
    input.finish()?;
    let limits = LIMITS.iter().map(|(name, max)| {
        let kept = KEPT.iter().find(|(kept, _)| kept == name);
        let max = kept.map_or(*max, |(_, code)| {
            servicequotas::limit(call.world, &call.region, code)
        });
        json!({"Name": name, "Max": max.to_string()})
    });
    let (limits, next) = page::page(limits.collect(), size, marker)?;
    Ok(json!({"Limits": limits, "NextMarker": next}))
}
