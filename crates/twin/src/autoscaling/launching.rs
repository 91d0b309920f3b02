//! Launching instances of a group, in the zone that has fewest; and what is noted when that fails.

use std::time::Duration;

use super::activity::{self, Status};
use super::group::{Chosen, Life, Member};
use super::{look, template};
use crate::ec2::{self, NewInstance};
use crate::refusal::Refusal;
use crate::tags::Tags;
use crate::world::World;

/// Launches that many, unless the last launch failed too lately. After a failure the pauses grow.
pub(super) fn launch(world: &mut World, region: &str, name: &str, count: u32) {
    let now = world.now;
    for _ in 0..count {
        let Some(group) = world.region(region).autoscaling.groups.get(name) else {
            return;
        };
        if let Some(until) = group.hold.filter(|until| *until > now) {
            look::wake(world, region, name, until);
            return;
        }
        if let Err(refusal) = one(world, region, name) {
            let pause = world.timing.launch_pause;
            let cause = cause(world, region, name);
            let message = format!("{} Launching EC2 instance failed.", sentence(&refusal));
            let what = format!("Launching a new EC2 instance.  Status Reason: {message}");
            activity::failed(world, region, name, what, cause, &message);
            let Some(group) = world.region(region).autoscaling.groups.get_mut(name) else {
                return;
            };
            let pause = (pause << group.failures.min(6)).min(900_000);
            group.failures += 1;
            let until = now + Duration::from_millis(pause);
            group.hold = Some(until);
            look::wake(world, region, name, until);
            return;
        }
    }
}

fn sentence(refusal: &Refusal) -> String {
    match refusal.message.ends_with('.') {
        true => refusal.message.clone(),
        false => format!("{}.", refusal.message),
    }
}

fn cause(world: &World, region: &str, name: &str) -> String {
    let have = world
        .regions
        .get(region)
        .and_then(|it| it.autoscaling.groups.get(name));
    let have = have.map_or(0, |group| group.live().count());
    format!(
        "{}  At {} an instance was started in response to a difference between desired and actual capacity, increasing the capacity from {have} to {}.",
        look::cause(world, region, name),
        world.now.iso8601(),
        have + 1
    )
}

/// Launches one instance. Where one zone has no capacity the next one is tried
/// [EC2 Auto Scaling user guide: availability zone distribution].
fn one(world: &mut World, region: &str, name: &str) -> Result<(), Refusal> {
    let Some(group) = world.region(region).autoscaling.groups.get(name).cloned() else {
        return Ok(());
    };
    let found = template::resolve(world, region, &group.template)?;
    let mut tags = Tags::default();
    for (key, tag) in group.tags.iter().filter(|(_, tag)| tag.propagate) {
        tags.insert(key.clone(), tag.value.clone());
    }
    tags.insert("aws:autoscaling:groupName".to_owned(), group.name.clone());
    tags.insert("aws:ec2launchtemplate:id".to_owned(), found.id.clone());
    tags.insert(
        "aws:ec2launchtemplate:version".to_owned(),
        found.number.to_string(),
    );
    let zone_of = |world: &World, subnet: &str| {
        ec2::subnet(world, region, subnet)
            .map(|it| it.zone.clone())
            .unwrap_or_default()
    };
    let mut subnets: Vec<(usize, String, String)> = group
        .subnets
        .iter()
        .map(|id| {
            let zone = zone_of(world, id);
            let taken = group.live().filter(|it| it.zone == zone).count();
            (taken, zone, id.clone())
        })
        .collect();
    subnets.sort_by_key(|(taken, ..)| *taken);
    let mut last = Refusal::new("ValidationError", "The group has no subnet.");
    let own = found.data.get("instanceType").cloned();
    let types = group
        .template
        .types
        .iter()
        .map(|kind| Some(kind.as_str().into()));
    let types: Vec<_> = match group.template.types.is_empty() {
        true => vec![own],
        false => types.collect(),
    };
    // A type that no zone has gives way to the next [EC2 Auto Scaling user guide: prioritized].
    let tries = types
        .iter()
        .flat_map(|kind| subnets.iter().map(move |it| (kind, it)));
    for (kind, (_, zone, subnet)) in tries {
        let mut data = found.data.clone();
        if let Some(kind) = kind {
            data.insert("instanceType".to_owned(), kind.clone());
        }
        let cause = cause(world, region, name);
        let new = NewInstance {
            data: &data,
            subnet,
            tags: &tags,
        };
        match ec2::launch(world, region, &new) {
            Ok(id) => {
                let what = format!("Launching a new EC2 instance: {id}");
                let activity =
                    activity::begin(world, region, name, what, cause, Status::PreInService);
                let text = |name: &str| {
                    data.get(name)
                        .and_then(|it| it.as_str())
                        .unwrap_or_default()
                };
                let member = Member {
                    id,
                    kind: text("instanceType").to_owned(),
                    zone: zone.clone(),
                    life: Life::Pending,
                    healthy: true,
                    protected: group.protects_new,
                    template: Chosen {
                        id: found.id.clone(),
                        name: found.name.clone(),
                        version: found.number.to_string(),
                        types: Vec::new(),
                    },
                    image: text("imageId").to_owned(),
                    launched: world.now,
                    in_service: None,
                    activity,
                };
                if let Some(group) = world.region(region).autoscaling.groups.get_mut(name) {
                    group.members.push(member);
                }
                return Ok(());
            }
            Err(refusal) if refusal.code == "InsufficientInstanceCapacity" => last = refusal,
            Err(refusal) => return Err(refusal),
        }
    }
    Err(last)
}
