//! Draining container instances: by UpdateContainerInstancesState, by managed draining before Auto Scaling ends an
//! instance; deregistering them; and what becomes of the tasks of a host that is gone.

use serde_json::{Value, json};

use super::container_instance::{Status, find, one};
use super::service::Service;
use super::task::{Owner, StopCode, Task};
use super::{Ecs, managed_scaling, names, placement, refuse, resources, stop};
use crate::autoscaling;
use crate::operation::{Answer, Call};
use crate::world::World;

/// `UpdateContainerInstancesState`
pub(super) fn update_state(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let cluster = input.text("cluster")?;
    let wanted = input.texts("containerInstances")?;
    let status = input.required("status")?;
    input.finish()?;
    let status = match status.as_str() {
        "ACTIVE" => Status::Active,
        "DRAINING" => Status::Draining,
        _ => {
            return Err(refuse::parameter(
                "Container instance status must be one of [ACTIVE,DRAINING]",
            ));
        }
    };
    // [ECS API: UpdateContainerInstancesState]
    if wanted.is_empty() || wanted.len() > 10 {
        return Err(refuse::parameter(
            "Between 1 and 10 container instances can be updated at once.",
        ));
    }
    let cluster = names::active_cluster(call, cluster)?;
    let region = call.region.clone();
    let (found, failures) = find(call, &cluster, &wanted);
    for id in &found {
        set(call.world, &region, id, status);
    }
    let ecs = &call.here().ecs;
    let shown: Vec<Value> = found
        .iter()
        .filter_map(|id| Some(ecs.instances.get(id)?.view(ecs, &[])))
        .collect();
    Ok(json!({ "containerInstances": shown, "failures": failures }))
}

fn set(world: &mut World, region: &str, id: &str, status: Status) {
    let Some(instance) = world.region(region).ecs.instances.get_mut(id) else {
        return;
    };
    if instance.status == Status::Inactive || instance.status == status {
        return;
    }
    instance.status = status;
    instance.version += 1;
    let cluster = instance.cluster.clone();
    // Tasks of services that have not started yet are stopped at once [ECS developer guide: draining].
    if status == Status::Draining {
        let ecs = &world.region(region).ecs;
        let early = resources::on(ecs, id).filter(|it| {
            it.is_starting() && matches!(it.owner, Owner::Service { .. }) && !is_daemon(ecs, it)
        });
        let early: Vec<String> = early.map(|it| it.id.clone()).collect();
        for task in early {
            let why =
                "Service scheduler stopped the task since its container instance is draining.";
            stop::stop(
                world,
                region,
                &task,
                StopCode::ServiceSchedulerInitiated,
                why,
            );
        }
    }
    placement::room(world, region, &cluster);
    if resources::on(&world.region(region).ecs, id)
        .next()
        .is_some()
    {
        look(world, region, id);
    }
}

/// Auto Scaling is about to end an instance. True: ECS moves its tasks first, and says when it has.
pub(crate) fn drain(world: &mut World, region: &str, group: &str, ec2_id: &str) -> bool {
    let ecs = &world.region(region).ecs;
    let drains = ecs.providers.values().any(|it| {
        it.active
            && it
                .group()
                .is_some_and(|over| over.arn == group && over.drains())
    });
    let found = ecs.instances.values();
    let found = found.filter(|it| it.ec2 == ec2_id && it.status != Status::Inactive);
    let Some(id) = found.map(|it| it.id.clone()).next().filter(|_| drains) else {
        return false;
    };
    set(world, region, &id, Status::Draining);
    let left = resources::on(&world.region(region).ecs, &id).count();
    left > 0
}

/// A task has left a draining instance. When only daemons are left they are stopped too, and when nothing is left Auto
/// Scaling may go on [ECS developer guide: managed instance draining].
pub(super) fn look(world: &mut World, region: &str, id: &str) {
    let ecs = &world.region(region).ecs;
    let Some(instance) = ecs
        .instances
        .get(id)
        .filter(|it| it.status == Status::Draining)
    else {
        return;
    };
    let ec2_id = instance.ec2.clone();
    let tasks: Vec<&Task> = resources::on(ecs, id).collect();
    if tasks.is_empty() {
        autoscaling::drained(world, region, &ec2_id);
        return;
    }
    if tasks.iter().all(|it| is_daemon(ecs, it)) {
        let ids: Vec<String> = tasks.iter().map(|it| it.id.clone()).collect();
        for id in ids {
            let why =
                "Service scheduler stopped the task since its container instance is draining.";
            stop::stop(world, region, &id, StopCode::ServiceSchedulerInitiated, why);
        }
    }
}

pub(super) fn is_daemon(ecs: &Ecs, task: &Task) -> bool {
    match &task.owner {
        Owner::Service { key, .. } => ecs.services.get(key).is_some_and(Service::is_daemon),
        Owner::Caller => false,
    }
}

/// The host of a container instance ends: its tasks end with it, and it is deregistered
/// [ECS developer guide: deregistering container instances].
pub(crate) fn host_ends(world: &mut World, region: &str, ec2_id: &str) {
    let ecs = &mut world.region(region).ecs;
    ecs.managed.remove(ec2_id);
    let mut instances = ecs.instances.values_mut();
    let found = instances.find(|it| it.ec2 == ec2_id && it.status != Status::Inactive);
    let Some(instance) = found else { return };
    instance.status = Status::Inactive;
    instance.version += 1;
    let (id, cluster) = (instance.id.clone(), instance.cluster.clone());
    let tasks: Vec<String> = resources::on(ecs, &id).map(|it| it.id.clone()).collect();
    for task in tasks {
        let why = format!("Host EC2 (instance {ec2_id}) terminated.");
        stop::stop(world, region, &task, StopCode::TerminationNotice, &why);
    }
    placement::room(world, region, &cluster);
    managed_scaling::look(world, region);
}

/// `DeregisterContainerInstance`: with tasks only by force; its tasks then go on as orphans on AWS, and are stopped here.
pub(super) fn deregister(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let cluster = input.text("cluster")?;
    let given = input.required("containerInstance")?;
    let force = input.boolean("force")?.unwrap_or(false);
    input.finish()?;
    let cluster = names::active_cluster(call, cluster)?;
    let id = one(call, &cluster, &given)?;
    let region = call.region.clone();
    let tasks: Vec<String> = resources::on(&call.here().ecs, &id)
        .map(|it| it.id.clone())
        .collect();
    if !tasks.is_empty() && !force {
        return Err(refuse::parameter("Found running tasks on the instance."));
    }
    if let Some(instance) = call.here().ecs.instances.get_mut(&id) {
        instance.status = Status::Inactive;
        instance.version += 1;
    }
    for task in tasks {
        let why = "Container instance was forcefully deregistered.";
        stop::stop(
            call.world,
            &region,
            &task,
            StopCode::ServiceSchedulerInitiated,
            why,
        );
    }
    managed_scaling::look(call.world, &region);
    let ecs = &call.here().ecs;
    let shown = ecs.instances.get(&id).map(|it| it.view(ecs, &[]));
    Ok(json!({ "containerInstance": shown }))
}
