//! The capacity providers of a cluster, FARGATE and FARGATE_SPOT among them, and the strategies that choose between them.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::shape::{self, Shape, may, must};
use super::{Ecs, cluster, container_instance, names, provider, refuse};
use crate::operation::{Answer, Call};
use crate::refusal::Refusal;

/// One provider in a strategy.
#[derive(Serialize, Deserialize, Debug, Clone, PartialEq)]
#[serde(rename_all = "camelCase")]
pub(super) struct Item {
    pub(super) capacity_provider: String,
    #[serde(default)]
    pub(super) weight: u32,
    #[serde(default)]
    pub(super) base: u32,
}

/// The providers that every account has.
pub(super) const PROVIDERS: [&str; 2] = ["FARGATE", "FARGATE_SPOT"];

const STRATEGY: Shape = Shape::List(&[
    must("capacityProvider", Shape::Text),
    may("weight", Shape::Whole),
    may("base", Shape::Whole),
]);

/// The provider for the next task, when `running` says how many each item has: bases first, then by weight
/// [ECS API: CapacityProviderStrategyItem].
pub(super) fn choose<'a>(strategy: &'a [Item], running: &[u32]) -> Option<&'a str> {
    let counted = || strategy.iter().zip(running);
    let below_base = counted().find(|(item, have)| **have < item.base);
    let weighted = counted()
        .filter(|(item, _)| item.weight > 0)
        .min_by_key(|(item, have)| {
            // The one that is furthest behind its share, in whole numbers so that ties are exact.
            u64::from(have.saturating_sub(item.base)) * 1_000_000 / u64::from(item.weight)
        });
    below_base
        .or(weighted)
        .map(|(item, _)| item.capacity_provider.as_str())
}

pub(super) fn read_strategy(raw: Option<Value>) -> Result<Vec<Item>, Refusal> {
    let Some(raw) = raw.filter(|raw| !raw.is_null()) else {
        return Ok(Vec::new());
    };
    let checked = shape::check(raw, &STRATEGY, "capacityProviderStrategy")?;
    // [ECS API: CapacityProviderStrategyItem weight, base]
    let beyond = |item: &Value, member: &str, most: i64| {
        item[member]
            .as_i64()
            .is_some_and(|it| !(0..=most).contains(&it))
    };
    let items = checked.as_array().map_or(&[][..], Vec::as_slice);
    if items
        .iter()
        .any(|it| beyond(it, "weight", 1000) || beyond(it, "base", 100_000))
    {
        return Err(refuse::parameter(
            "The weight of a capacity provider must be between 0 and 1000, its base between 0 and 100000.",
        ));
    }
    let mut items: Vec<Item> = serde_json::from_value(checked).map_err(|error| {
        refuse::parameter(format!("Invalid capacity provider strategy: {error}"))
    })?;
    for item in &mut items {
        item.capacity_provider = provider::short(&item.capacity_provider).to_owned();
    }
    Ok(items)
}

/// Whether a provider is one of Fargate's.
pub(super) fn is_fargate(name: &str) -> bool {
    PROVIDERS.contains(&name)
}

/// What tasks on a provider are launched as.
pub(super) fn launch_type(ecs: &Ecs, name: &str) -> &'static str {
    match ecs.provider(name) {
        _ if is_fargate(name) => "FARGATE",
        Some(provider) if provider.managed().is_some() => "MANAGED_INSTANCES",
        _ => "EC2",
    }
}

pub(super) fn check_providers(ecs: &Ecs, providers: &[String]) -> Result<(), Refusal> {
    // [ECS quotas: capacity providers per cluster]
    if providers.len() > 20 {
        return Err(refuse::parameter(
            "A cluster can have at most 20 capacity providers.",
        ));
    }
    let known = |name: &str| is_fargate(name) || ecs.provider(name).is_some();
    match providers.iter().find(|name| !known(name)) {
        None => Ok(()),
        Some(other) => Err(refuse::parameter(format!(
            "The specified capacity provider '{other}' was not found. Specify a valid name or ARN and try again."
        ))),
    }
}

/// A strategy names providers of its cluster only, and at most one of them has a base.
pub(super) fn check_strategy(strategy: &[Item], providers: &[String]) -> Result<(), Refusal> {
    if strategy
        .iter()
        .any(|item| !providers.contains(&item.capacity_provider))
    {
        return Err(refuse::parameter(
            "The specified capacity provider strategy cannot contain a capacity provider that is not associated with the cluster. Associate the capacity provider with the cluster and try again.",
        ));
    }
    let named: BTreeSet<&str> = strategy
        .iter()
        .map(|it| it.capacity_provider.as_str())
        .collect();
    if named.len() < strategy.len() {
        return Err(refuse::parameter(
            "The specified capacity provider strategy cannot contain a duplicate capacity provider.",
        ));
    }
    if strategy.iter().filter(|item| item.base > 0).count() > 1 {
        return Err(refuse::parameter(
            "The specified capacity provider strategy can only have one capacity provider with a base value.",
        ));
    }
    let of_fargate = strategy
        .iter()
        .filter(|item| is_fargate(&item.capacity_provider))
        .count();
    if of_fargate > 0 && of_fargate < strategy.len() {
        return Err(refuse::parameter(
            "The specified capacity provider strategy cannot contain both Fargate and Auto Scaling group capacity providers.",
        ));
    }
    if !strategy.is_empty() && strategy.iter().all(|item| item.weight == 0) {
        return Err(refuse::parameter(
            "The specified capacity provider strategy must contain at least one capacity provider with a weight greater than zero.",
        ));
    }
    Ok(())
}

/// Replaces the providers of a cluster; those in use by a service stay [ECS API: PutClusterCapacityProviders].
pub(super) fn put(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let given = input.required("cluster")?;
    if !input.has("capacityProviders") {
        return Err(input.missing("capacityProviders"));
    }
    if !input.has("defaultCapacityProviderStrategy") {
        return Err(input.missing("defaultCapacityProviderStrategy"));
    }
    let providers = short_names(input.texts("capacityProviders")?);
    let strategy = read_strategy(input.raw("defaultCapacityProviderStrategy"))?;
    input.finish()?;
    let name = names::active_cluster(call, Some(given))?;
    check_providers(&call.here().ecs, &providers)?;
    check_strategy(&strategy, &providers)?;
    cluster::check_settled(call, &name)?;
    let now = call.now();
    let ecs = &mut call.here().ecs;
    let mut services = ecs
        .services
        .values()
        .filter(|it| it.cluster == name && it.is_active());
    if services.any(|it| {
        it.strategy()
            .iter()
            .any(|item| !providers.contains(&item.capacity_provider))
    }) {
        return Err(Refusal::new(
            "ResourceInUseException",
            "The specified capacity provider is in use and cannot be removed.",
        ));
    }
    if let Some(cluster) = ecs.clusters.get_mut(&name) {
        let group = |name: &&String| !is_fargate(name);
        let (before, after) = (cluster.providers.iter(), providers.iter());
        if !before.filter(group).eq(after.filter(group)) {
            cluster.attached = Some(now);
        }
        cluster.providers = providers;
        cluster.default_strategy = strategy;
    }
    let region = call.region.clone();
    container_instance::adopt(call.world, &region, &name);
    cluster::answer(call, &name)
}

/// Names of providers that may be given as ARNs.
pub(super) fn short_names(given: Vec<String>) -> Vec<String> {
    given
        .iter()
        .map(|it| provider::short(it).to_owned())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base_first_then_by_weight() {
        let item = |name: &str, weight, base| Item {
            capacity_provider: name.to_owned(),
            weight,
            base,
        };
        let strategy = [item("FARGATE", 1, 2), item("FARGATE_SPOT", 3, 0)];
        let mut running = [0, 0];
        for _ in 0..10 {
            let name = choose(&strategy, &running);
            running[usize::from(name == Some("FARGATE_SPOT"))] += 1;
        }
        assert_eq!(running, [4, 6]);
    }
}
