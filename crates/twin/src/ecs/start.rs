//! Starting tasks of a service.

use serde_json::json;

use super::launch::{self, Failed, Launch};
use super::service;
use super::task::Owner;
use super::{capacity, events, failures, scheduler};
use crate::tags::Tags;
use crate::world::World;

/// Starts that many tasks of the PRIMARY deployment, unless the last ones failed too lately.
pub(super) fn start(world: &mut World, region: &str, key: &str, count: u32) {
    let now = world.now;
    let Some(service) = world.region(region).ecs.services.get(key) else {
        return;
    };
    if let Some(until) = service.hold.filter(|until| *until > now) {
        scheduler::wake(world, region, key, until);
        return;
    }
    let mut started = Vec::new();
    for _ in 0..count {
        let Some(next) = next_task(world, region, key) else {
            break;
        };
        let Owner::Service { deployment, .. } = next.owner.clone() else {
            break;
        };
        match launch::launch(world, region, next) {
            Ok(id) => {
                if let Some(service) = world.region(region).ecs.services.get_mut(key) {
                    service.live.push(id.clone());
                }
                started.push(id);
            }
            Err(Failed::Placement(none)) => {
                let what = format!(
                    "was unable to place a task because no container instance met all of its requirements. {} For more information, see the Troubleshooting section of the Amazon ECS Developer Guide.",
                    none.sentence
                );
                events::tell_once(world, region, key, what);
                break;
            }
            Err(Failed::Launch(why)) => {
                let what = format!("failed to launch a task with (error {why}).");
                events::tell(world, region, key, what);
                failures::count_failure(world, region, key, &deployment);
                let hold = world
                    .region(region)
                    .ecs
                    .services
                    .get(key)
                    .and_then(|it| it.hold);
                scheduler::wake(world, region, key, hold.unwrap_or(now));
                break;
            }
        }
    }
    if !started.is_empty() {
        let list = events::tasks(started.iter().map(String::as_str));
        let what = format!("has started {} tasks: {list}.", started.len());
        events::tell(world, region, key, what);
    }
}

/// The next task of the PRIMARY deployment.
fn next_task(world: &World, region: &str, key: &str) -> Option<Launch> {
    let ecs = &world.regions.get(region)?.ecs;
    let service = ecs.services.get(key)?;
    let (deployment, revision) = (service.primary()?, service.revision()?);
    let (launch_type, provider) = match &service.launch {
        service::Launch::Type(name) => (name.clone(), None),
        service::Launch::Strategy(items) => {
            let mut counts = vec![0; items.len()];
            for task in service.live.iter().filter_map(|id| ecs.tasks.get(id)) {
                let mine = |item: &capacity::Item| {
                    task.provider.as_deref() == Some(&item.capacity_provider)
                };
                if let Some(at) = items.iter().position(mine) {
                    counts[at] += 1;
                }
            }
            let provider = capacity::choose(items, &counts)?;
            (
                capacity::launch_type(ecs, provider).to_owned(),
                Some(provider.to_owned()),
            )
        }
    };
    let mut tags = match service.settings.propagate_tags.as_deref() {
        Some("SERVICE") => service.tags.clone(),
        Some("TASK_DEFINITION") => ecs.definition(&revision.definition)?.tags.clone(),
        _ => Tags::default(),
    };
    if service.settings.managed_tags {
        tags.insert("aws:ecs:clusterName".to_owned(), service.cluster.clone());
        tags.insert("aws:ecs:serviceName".to_owned(), service.name.clone());
    }
    Some(Launch {
        cluster: service.cluster.clone(),
        definition: revision.definition.clone(),
        owner: Owner::Service {
            key: key.to_owned(),
            deployment: deployment.id.clone(),
        },
        group: format!("service:{}", service.name),
        started_by: Some(deployment.id.clone()),
        launch_type,
        provider,
        network: revision.network.clone(),
        balancers: revision.balancers.clone(),
        overrides: json!({ "containerOverrides": [], "inferenceAcceleratorOverrides": [] }),
        tags,
        execute_command: service.settings.execute_command,
        placing: service.placing.clone(),
    })
}
