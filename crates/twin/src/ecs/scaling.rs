//! What scalers do with services, and what services tell of themselves as metrics.

use std::collections::BTreeMap;

use super::scheduler;
use crate::cloudwatch::{self, Metric};
use crate::world::World;

/// How many tasks an active service is to have, and has. The key is `cluster/service`.
pub(crate) fn counts(world: &World, region: &str, key: &str) -> Option<(u32, u32)> {
    let ecs = &world.regions.get(region)?.ecs;
    let service = ecs.services.get(key).filter(|it| it.is_active())?;
    let live = service.live.iter().filter_map(|id| ecs.tasks.get(id));
    let running = live.filter(|task| task.is_running()).count();
    Some((service.desired, running as u32))
}

/// Whether a target group stands behind the service.
pub(crate) fn uses_target_group(world: &World, region: &str, key: &str, arn: &str) -> bool {
    let region = world.regions.get(region);
    let service = region.and_then(|region| region.ecs.services.get(key));
    service.is_some_and(|service| service.uses_target_group(arn))
}

/// Sets the desired count, as UpdateService does. False: there is no such active service.
pub(crate) fn set_desired(world: &mut World, region: &str, key: &str, desired: u32) -> bool {
    let now = world.now;
    let services = &mut world.region(region).ecs.services;
    let Some(service) = services.get_mut(key).filter(|it| it.is_active()) else {
        return false;
    };
    if service.desired != desired {
        service.desired = desired;
        service.settled = None;
        service.steady = false;
    }
    scheduler::wake(world, region, key, now);
    true
}

/// Publishes what Container Insights counts, where the cluster has it [ECS developer guide: Container Insights metrics].
pub(super) fn publish(world: &mut World, region: &str, key: &str) {
    let Some((cluster, name)) = key.split_once('/') else {
        return;
    };
    let ecs = &world.region(region).ecs;
    let insights = ecs
        .clusters
        .get(cluster)
        .is_some_and(|it| it.has_insights());
    let counts = counts(world, region, key);
    for (metric, value) in [
        ("DesiredTaskCount", counts.map(|it| it.0)),
        ("RunningTaskCount", counts.map(|it| it.1)),
    ] {
        let metric = Metric {
            namespace: "ECS/ContainerInsights".to_owned(),
            name: metric.to_owned(),
            dimensions: BTreeMap::from([
                ("ClusterName".to_owned(), cluster.to_owned()),
                ("ServiceName".to_owned(), name.to_owned()),
            ]),
        };
        let value = value.filter(|_| insights).map(f64::from);
        if value.is_some() || cloudwatch::is_known(world, region, &metric) {
            cloudwatch::level(world, region, &metric, value);
        }
    }
}
