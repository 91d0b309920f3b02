//! The two steps of getting rid of a task definition: deregister, then delete.

use serde_json::json;

use super::task_definition::{self, Status};
use super::{Ecs, Happening, names, refuse};
use crate::agenda;
use crate::operation::{Answer, Call};
use crate::world::World;
use std::time::Duration;

/// ACTIVE to INACTIVE; what uses it goes on [ECS API: DeregisterTaskDefinition].
pub(super) fn deregister(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let given = input.required("taskDefinition")?;
    input.finish()?;
    let name = names::definition(call, &given).filter(|name| name.revision.is_some());
    let name = name.ok_or_else(|| refuse::client("Invalid revision number. Number: null"))?;
    let now = call.now();
    let family = call.here().ecs.families.get_mut(&name.family);
    let definition = family
        .and_then(|family| family.revisions.get_mut(&name.revision?))
        .ok_or_else(|| refuse::client("The specified task definition does not exist."))?;
    match definition.status {
        Status::Active => definition.status = Status::Inactive { since: now },
        Status::Inactive { .. } | Status::Deleting { .. } => {
            return Err(refuse::client("The specified task definition is inactive."));
        }
    }
    Ok(json!({ "taskDefinition": definition.view() }))
}

/// INACTIVE to DELETE_IN_PROGRESS; it goes when nothing uses it any more [ECS API: DeleteTaskDefinitions].
pub(super) fn delete(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    if !input.has("taskDefinitions") {
        return Err(input.missing("taskDefinitions"));
    }
    let wanted = input.texts("taskDefinitions")?;
    input.finish()?;
    if wanted.is_empty() || wanted.len() > 10 {
        return Err(refuse::parameter(
            "taskDefinitions must have 1 to 10 members.",
        ));
    }
    let now = call.now();
    let region = call.region.clone();
    let (mut deleted, mut failures) = (Vec::new(), Vec::new());
    for given in wanted {
        let Some(arn) = task_definition::find(call, &given).map(|it| it.arn.clone()) else {
            failures.push(json!({ "arn": given, "reason": "MISSING",
                "detail": "The specified task definition does not exist." }));
            continue;
        };
        let Some((family, revision)) = names::definition_of(&arn) else {
            continue;
        };
        let (family, revision) = (family.to_owned(), revision);
        let families = &mut call.here().ecs.families;
        let definition = families
            .get_mut(&family)
            .and_then(|it| it.revisions.get_mut(&revision));
        let Some(definition) = definition else {
            continue;
        };
        match definition.status {
            Status::Active => {
                failures.push(json!({ "arn": arn, "reason":
                    "The specified task definition is still in ACTIVE status. Please deregister the target and try again." }));
                continue;
            }
            Status::Inactive { since } => {
                definition.status = Status::Deleting {
                    since,
                    requested: now,
                };
            }
            Status::Deleting { .. } => {}
        }
        deleted.push(definition.view());
        let what = agenda::Happening::Ecs(Happening::TaskDefinition { family, revision });
        call.world.agenda.add(now + SWEEP, &region, what);
    }
    Ok(json!({ "taskDefinitions": deleted, "failures": failures }))
}

/// How long an unused revision stays DELETE_IN_PROGRESS (assumed; AWS names no figure).
const SWEEP: Duration = Duration::from_secs(60);

/// Takes a revision away for good, if it is to go and nothing uses it.
pub(super) fn sweep(world: &mut World, region: &str, family: &str, revision: u32) {
    let ecs = &mut world.region(region).ecs;
    let definition = ecs
        .families
        .get(family)
        .and_then(|it| it.revisions.get(&revision));
    let Some(definition) = definition else { return };
    if !matches!(definition.status, Status::Deleting { .. }) || in_use(ecs, &definition.arn) {
        return;
    }
    if let Some(family) = ecs.families.get_mut(family) {
        family.revisions.remove(&revision);
    }
}

/// The same for a revision that something has just stopped using.
pub(super) fn released(world: &mut World, region: &str, arn: &str) {
    if let Some((family, revision)) = names::definition_of(arn) {
        sweep(world, region, family, revision);
    }
}

fn in_use(ecs: &Ecs, arn: &str) -> bool {
    ecs.tasks
        .values()
        .any(|task| task.definition == arn && !task.is_stopped())
        || ecs
            .services
            .values()
            .any(|service| !service.is_inactive() && service.uses_definition(arn))
}
