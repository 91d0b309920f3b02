//! Managed scaling: as many instances as tasks need, and no more.
//!
//! AWS publishes CapacityProviderReservation, the instances needed per instance there in per cent, and a target tracking
//! policy holds it at the target capacity [ECS developer guide: cluster auto scaling]. Here the same figure is taken
//! whenever a task or an instance came or went; after `Timing::scale_out` or `scale_in` the group follows it.

use std::time::Duration;

use super::container_instance::{Status, registered_memory};
use super::group_provider::GroupProvider;
use super::provider::{Over, Provider};
use super::resources::{self, Left, Need};
use super::{Ecs, Happening, drain, managed_provider};
use crate::clock::Millis;
use crate::ec2::InstanceType;
use crate::world::World;
use crate::{agenda, autoscaling};

/// What a provider lacks or has too much of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wish {
    /// The desired capacity of its group.
    Desired(u32),
    More,
    Fewer,
    Nothing,
}

/// Looks at every provider of a region.
pub(crate) fn look(world: &mut World, region: &str) {
    for provider in providers(world, region) {
        let (more, fewer) = match wish(world, region, &provider) {
            Wish::Desired(want) => {
                let have = desired(world, region, &provider);
                (want > have, want < have)
            }
            wish => (wish == Wish::More, wish == Wish::Fewer),
        };
        let (out, inward) = match &provider.over {
            // Managed Instances do not wait for a metric (assumed), and say themselves how long they idle.
            Over::Managed(managed) => (world.timing.task_start.max(1000), managed.scale_in_after()),
            Over::Group(_) => (world.timing.scale_out, Some(world.timing.scale_in)),
        };
        let at = |after: u64| world.now + Duration::from_millis(after);
        let out = more.then(|| provider.scale_out.unwrap_or(at(out)));
        let inward = inward
            .filter(|_| fewer)
            .map(|after| provider.scale_in.unwrap_or(at(after)));
        for (planned, before) in [(out, provider.scale_out), (inward, provider.scale_in)] {
            if let (Some(at), None) = (planned, before) {
                let what = Happening::ProviderScales {
                    name: provider.name.clone(),
                };
                world.agenda.add(at, region, agenda::Happening::Ecs(what));
            }
        }
        if let Some(found) = world.region(region).ecs.providers.get_mut(&provider.name) {
            (found.scale_out, found.scale_in) = (out, inward);
        }
    }
}

/// The moment has come to act on what was seen, if it is so still.
pub(super) fn act(world: &mut World, region: &str, name: &str) {
    let now = world.now;
    let Some(provider) = world.region(region).ecs.provider(name).cloned() else {
        return;
    };
    let due = |at: Option<Millis>| at.is_some_and(|at| at <= now);
    let (out, inward) = (due(provider.scale_out), due(provider.scale_in));
    if !out && !inward {
        return;
    }
    if let Some(found) = world.region(region).ecs.providers.get_mut(name) {
        found.scale_out = found.scale_out.filter(|_| !out);
        found.scale_in = found.scale_in.filter(|_| !inward);
    }
    match (&provider.over, wish(world, region, &provider)) {
        (Over::Group(group), Wish::Desired(want)) => {
            follow(world, region, group, &provider, want, out, inward);
        }
        (Over::Managed(_), Wish::More) if out => managed_provider::grow(world, region, name),
        (Over::Managed(_), Wish::Fewer) if inward => managed_provider::shrink(world, region, name),
        _ => {}
    }
    look(world, region);
}

fn follow(
    world: &mut World,
    region: &str,
    group: &GroupProvider,
    provider: &Provider,
    want: u32,
    out: bool,
    inward: bool,
) {
    let have = desired(world, region, provider);
    let scaling = &group.managed_scaling;
    let by = format!(
        "a monitor alarm TargetTracking for capacity provider {}",
        provider.name
    );
    if out && want > have {
        // A step at a time, and never less than the smallest one [ECS API: ManagedScaling].
        let (least, most) = (
            scaling.minimum_scaling_step_size,
            scaling.maximum_scaling_step_size,
        );
        let step = (want - have).clamp(least, most);
        autoscaling::set_desired(world, region, &group.arn, have + step, &by);
    } else if inward && want < have {
        let step = (have - want).min(scaling.maximum_scaling_step_size);
        if group.protects() {
            unprotect_idle(world, region, provider);
        }
        autoscaling::set_desired(world, region, &group.arn, have - step, &by);
    }
}

fn providers(world: &World, region: &str) -> Vec<Provider> {
    let ecs = world.regions.get(region).map(|it| &it.ecs);
    let all = ecs.into_iter().flat_map(|ecs| ecs.providers.values());
    let scaling = |it: &&Provider| it.active && it.group().is_none_or(GroupProvider::scales);
    all.filter(scaling).cloned().collect()
}

fn desired(world: &World, region: &str, provider: &Provider) -> u32 {
    let group = provider
        .group()
        .and_then(|it| autoscaling::group(world, region, &it.arn));
    group.map_or(0, |group| group.desired)
}

fn wish(world: &mut World, region: &str, provider: &Provider) -> Wish {
    let waiting = waiting(&world.region(region).ecs, &provider.name);
    match &provider.over {
        Over::Group(group) => {
            let Some(found) = autoscaling::group(world, region, &group.arn).cloned() else {
                return Wish::Nothing;
            };
            if found.deleting {
                return Wish::Nothing;
            }
            // Without a template that can be launched from nothing can be reckoned.
            let Some(kind) = autoscaling::instance_type(world, region, &found) else {
                return Wish::Nothing;
            };
            let ecs = &world.region(region).ecs;
            let mut needed = used(ecs, provider, !waiting.is_empty());
            needed += pack(&waiting, &kind);
            let target = u64::from(group.managed_scaling.target_capacity);
            let wanted = (u64::from(needed) * 100).div_ceil(target) as u32;
            Wish::Desired(wanted.clamp(found.min, found.max))
        }
        Over::Managed(_) => {
            let ecs = &world.region(region).ecs;
            let idle = idle(ecs, &provider.name).len();
            match managed_provider::booting(world, region, &provider.name) {
                0 if !waiting.is_empty() => Wish::More,
                _ if idle > 0 && waiting.is_empty() => Wish::Fewer,
                _ => Wish::Nothing,
            }
        }
    }
}

/// What tasks need that wait for capacity of this provider, oldest first.
pub(super) fn waiting(ecs: &Ecs, provider: &str) -> Vec<Need> {
    let tasks = ecs.tasks.values();
    let mine = tasks.filter(|it| it.is_waiting() && it.provider.as_deref() == Some(provider));
    mine.map(|it| it.need.clone()).collect()
}

/// Instances with tasks that are no daemons; while tasks wait, also those that nothing fits on.
fn used(ecs: &Ecs, provider: &Provider, all: bool) -> u32 {
    let mine = ecs.instances.values().filter(|it| {
        it.provider.as_deref() == Some(provider.name.as_str()) && it.status == Status::Active
    });
    let busy = mine.filter(|it| all || is_busy(ecs, &it.id));
    busy.count() as u32
}

fn is_busy(ecs: &Ecs, instance: &str) -> bool {
    resources::on(ecs, instance).any(|task| !drain::is_daemon(ecs, task))
}

/// Active instances of a provider on which nothing but daemons runs.
pub(super) fn idle(ecs: &Ecs, provider: &str) -> Vec<String> {
    let mine = ecs
        .instances
        .values()
        .filter(|it| it.provider.as_deref() == Some(provider) && it.status == Status::Active);
    let idle = mine.filter(|it| !is_busy(ecs, &it.id));
    idle.map(|it| it.id.clone()).collect()
}

/// How many fresh instances of a type take these tasks. Tasks that not even an empty one takes ask for none.
fn pack(waiting: &[Need], kind: &InstanceType) -> u32 {
    let empty = Left::of_empty(
        kind.vcpus * 1024,
        registered_memory(kind.memory),
        kind.interfaces,
    );
    let mut packed: Vec<Left> = Vec::new();
    for need in waiting.iter().filter(|need| empty.misfit(need).is_none()) {
        let at = packed.iter().position(|left| left.misfit(need).is_none());
        let at = at.unwrap_or_else(|| {
            packed.push(empty.clone());
            packed.len() - 1
        });
        packed[at].take(need);
    }
    packed.len() as u32
}

/// Managed termination protection: no instance is scaled in while tasks that are no daemons run on it.
pub(super) fn protect_busy(world: &mut World, region: &str, instance: &str) {
    let ecs = &world.region(region).ecs;
    let Some(found) = ecs.instances.get(instance) else {
        return;
    };
    let provider = found
        .provider
        .as_deref()
        .and_then(|name| ecs.provider(name));
    let protects = provider
        .and_then(Provider::group)
        .is_some_and(GroupProvider::protects);
    let (ec2_id, busy) = (found.ec2.clone(), is_busy(ecs, instance));
    if protects && busy {
        autoscaling::protect(world, region, &ec2_id, true);
    }
}

fn unprotect_idle(world: &mut World, region: &str, provider: &Provider) {
    let ecs = &world.region(region).ecs;
    let ids = idle(ecs, &provider.name);
    let hosts: Vec<String> = ids
        .iter()
        .filter_map(|id| ecs.instances.get(id))
        .map(|it| it.ec2.clone())
        .collect();
    for host in hosts {
        autoscaling::protect(world, region, &host, false);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ec2;

    #[test]
    fn tasks_are_packed() {
        let kind = ec2::instance_type("t3.medium").expect("a type"); // 2048 units, 3892 MiB
        let need = |cpu, memory| Need {
            cpu,
            memory,
            ..Need::default()
        };
        for (needs, instances) in [
            (vec![], 0),
            (vec![need(256, 512)], 1),
            (vec![need(1024, 512); 2], 1),
            (vec![need(1024, 512); 3], 2),
            (vec![need(128, 2000); 2], 2),
            (vec![need(9999, 1)], 0),
        ] {
            assert_eq!(pack(&needs, &kind), instances, "{needs:?}");
        }
    }
}
