//! How an instance refresh goes on: which instances may be ended now, and when it is over.

use std::time::Duration;

use super::refresh::{Refresh, Status};
use super::{ending, look};
use crate::world::World;

/// A refresh waits so long for somebody to take protection away [Auto Scaling API: ScaleInProtectedInstances].
const PATIENCE: Duration = Duration::from_secs(3600);

/// Lets the open refresh of a group go on.
pub(super) fn go_on(world: &mut World, region: &str, name: &str) {
    let now = world.now;
    let state = &world.region(region).autoscaling;
    let open = state
        .refreshes
        .iter()
        .find(|it| it.group == name && it.status.is_open());
    let (Some(refresh), Some(group)) = (open.cloned(), state.groups.get(name).cloned()) else {
        return;
    };
    let warm = Duration::from_secs(refresh.preferences.warmup.into());
    // Replaced is what is no longer there at all.
    let there = |id: &String| group.members.iter().any(|it| it.id == *id);
    let left: Vec<String> = refresh
        .left
        .iter()
        .filter(|id| there(id))
        .cloned()
        .collect();
    let new = || group.live().filter(|it| !refresh.left.contains(&it.id));
    let ready = |at: Option<crate::clock::Millis>| at.is_some_and(|at| at + warm <= now);
    let unready = new()
        .filter(|it| it.launched >= refresh.started && !ready(it.in_service))
        .count();
    let ending_now = left
        .iter()
        .filter(|id| !group.live().any(|it| it.id == **id))
        .count();
    let missing = (group.desired as usize).saturating_sub(group.live().count());
    // A new instance that warms up changes its state by time alone.
    let next = new()
        .filter_map(|it| it.in_service)
        .map(|at| at + warm)
        .filter(|at| *at > now)
        .min();
    update(world, region, &refresh.id, |it| {
        it.left = left.clone();
        it.status = if it.status == Status::Pending {
            Status::InProgress
        } else {
            it.status
        };
    });
    if let Some(at) = next {
        look::wake(world, region, name, at);
    }
    let settled = ending_now == 0 && unready == 0 && missing == 0;
    if refresh.status == Status::Cancelling || group.deleting {
        surge(world, region, name, 0);
        if ending_now == 0 {
            close(world, region, &refresh.id, Status::Cancelled);
        }
        return;
    }
    let protected = |id: &&String| group.members.iter().any(|it| it.id == **id && it.protected);
    let free: Vec<&String> = match refresh.preferences.protected.as_str() {
        "Refresh" => left.iter().collect(),
        _ => left.iter().filter(|id| !protected(id)).collect(),
    };
    let all_protected = !left.is_empty() && free.is_empty() && ending_now == 0;
    if left.is_empty() || (all_protected && refresh.preferences.protected == "Ignore") {
        surge(world, region, name, 0);
        if settled || left.is_empty() && unready == 0 && missing == 0 {
            close(world, region, &refresh.id, Status::Successful);
        }
        return;
    }
    if all_protected {
        let reason = "All remaining instances are protected from scale-in or in Standby.";
        update(world, region, &refresh.id, |it| {
            it.reason = Some(reason.to_owned())
        });
        let until = refresh.started + PATIENCE;
        match until <= now {
            true => close(world, region, &refresh.id, Status::Failed),
            false => look::wake(world, region, name, until),
        }
        return;
    }
    replace(
        world,
        region,
        name,
        &refresh,
        &free,
        unready + ending_now + missing,
    );
}

/// Ends as many as the healthy percentage allows, at least one at a time. With more than a hundred per cent allowed, new
/// ones come first [EC2 Auto Scaling user guide: instance refresh core concepts].
fn replace(
    world: &mut World,
    region: &str,
    name: &str,
    refresh: &Refresh,
    free: &[&String],
    busy: usize,
) {
    let now = world.now;
    let Some(group) = world.region(region).autoscaling.groups.get(name).cloned() else {
        return;
    };
    let size = group.desired.max(1);
    let share = |percent: u32| (u64::from(size) * u64::from(percent)).div_ceil(100) as u32;
    let extra = share(refresh.preferences.most).saturating_sub(size);
    let live: Vec<&&String> = free
        .iter()
        .filter(|id| group.live().any(|it| it.id == ***id))
        .collect();
    let mut room = if extra > 0 {
        // As many go as new ones beyond the size are ready.
        let want = extra.min(live.len() as u32);
        surge(world, region, name, want);
        let in_service = group.members.iter().filter(|it| it.is_in_service()).count() as u32;
        if busy > 0 {
            0
        } else {
            in_service.saturating_sub(size) as usize
        }
    } else {
        let least = share(refresh.preferences.least);
        let batch = size.saturating_sub(least).max(1) as usize;
        batch.saturating_sub(busy)
    };
    if group.surge == 0 && extra > 0 && !live.is_empty() {
        look::wake(world, region, name, now);
    }
    for id in live {
        if room == 0 {
            return;
        }
        room -= 1;
        let cause = format!(
            "At {} an instance was taken out of service in response to an instance refresh.",
            now.iso8601()
        );
        ending::begin(world, region, name, id, cause);
    }
}

fn surge(world: &mut World, region: &str, name: &str, count: u32) {
    if let Some(group) = world.region(region).autoscaling.groups.get_mut(name) {
        group.surge = count;
    }
}

fn close(world: &mut World, region: &str, id: &str, status: Status) {
    let now = world.now;
    update(world, region, id, |it| {
        it.status = status;
        it.ended = Some(now);
        if status == Status::Successful {
            it.reason = None;
        }
    });
}

fn update(world: &mut World, region: &str, id: &str, change: impl FnOnce(&mut Refresh)) {
    let mut all = world.region(region).autoscaling.refreshes.iter_mut();
    if let Some(refresh) = all.find(|it| it.id == id) {
        change(refresh);
    }
}
