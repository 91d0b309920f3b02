//! A repository's lifecycle policy, and its being carried out.
//!
//! AWS deletes within 24 hours of an image meeting a rule. Here it is gone a fixed time after that
//! (`Timing::ecr_lifecycle`, assumed), and whatever else is marked by then goes along.

use std::time::Duration;

use serde_json::json;

use super::repository::{self, Lifecycle, Repository};
use super::{Happening, delete_images, lifecycle};
use crate::agenda;
use crate::operation::{Answer, Call};
use crate::refusal::Refusal;
use crate::world::World;

/// `PutLifecyclePolicy`
pub(super) fn put_lifecycle_policy(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let (name, registry) = repository::named(call, &mut input)?;
    let text = input.required("lifecyclePolicyText")?;
    input.finish()?;
    let rules = lifecycle::read(&text)?;
    repository::find(call, &name, &registry)?.lifecycle = Some(Lifecycle {
        text: text.clone(),
        rules,
        evaluated: None,
    });
    plan(call.world, &call.region, &name);
    Ok(json!({ "registryId": registry, "repositoryName": name, "lifecyclePolicyText": text }))
}

/// `GetLifecyclePolicy`
pub(super) fn get_lifecycle_policy(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let (name, registry) = repository::named(call, &mut input)?;
    input.finish()?;
    let repository = repository::find(call, &name, &registry)?;
    let policy = repository.lifecycle.as_ref();
    Ok(shown(repository, policy.ok_or_else(|| absent(repository))?))
}

/// `DeleteLifecyclePolicy`
pub(super) fn delete_lifecycle_policy(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let (name, registry) = repository::named(call, &mut input)?;
    input.finish()?;
    let repository = repository::find(call, &name, &registry)?;
    let policy = repository.lifecycle.take();
    Ok(shown(
        repository,
        &policy.ok_or_else(|| absent(repository))?,
    ))
}

/// Puts the next evaluation that will delete something on the agenda.
pub(super) fn plan(world: &mut World, region: &str, name: &str) {
    let now = world.now;
    let Some(repository) = world.region(region).ecr.repositories.get(name) else {
        return;
    };
    let Some(policy) = &repository.lifecycle else {
        return;
    };
    if let Some(at) = lifecycle::next(repository, &policy.rules, now) {
        let what = Happening::Evaluate {
            repository: name.to_owned(),
        };
        let at = at + Duration::from_millis(world.timing.ecr_lifecycle);
        world.agenda.add(at, region, agenda::Happening::Ecr(what));
    }
}

/// Deletes what the policy marks now.
pub(super) fn evaluate(world: &mut World, region: &str, name: &str) {
    let now = world.now;
    let Some(repository) = world.region(region).ecr.repositories.get_mut(name) else {
        return;
    };
    let Some(policy) = &mut repository.lifecycle else {
        return;
    };
    policy.evaluated = Some(now);
    let policy = repository.lifecycle.take();
    let rules = policy.as_ref().map(|policy| policy.rules.as_slice());
    let marked = lifecycle::marked(repository, rules.unwrap_or_default(), now);
    repository.lifecycle = policy;
    let mut freed = Vec::new();
    for digest in &marked {
        freed.extend(delete_images::remove(repository, digest));
    }
    freed.iter().for_each(|blob| world.blobs.release(blob));
    // What nothing was found for waits for the next change; else the agenda would fill itself.
    if !marked.is_empty() {
        plan(world, region, name);
    }
}

fn shown(repository: &Repository, policy: &Lifecycle) -> serde_json::Value {
    json!({
        "registryId": repository.registry(),
        "repositoryName": repository.name,
        "lifecyclePolicyText": policy.text,
        "lastEvaluatedAt": policy.evaluated.map(|at| at.epoch_seconds()),
    })
}

fn absent(repository: &Repository) -> Refusal {
    Refusal::new(
        "LifecyclePolicyNotFoundException",
        format!(
            "Lifecycle policy does not exist for the repository with name '{}' in the registry with id '{}'",
            repository.name,
            repository.registry()
        ),
    )
}
