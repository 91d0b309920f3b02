//! What ECS needs of ECR before a task starts: that its execution role may pull, and that the images are there.
//!
//! Images of other registries and accounts are taken as there, unless the script says otherwise. Without an execution
//! role it is the instance that pulls, which is not judged here. That a repository's own policy may allow what the
//! role's do not is not modelled.

use std::collections::BTreeMap;

use serde_json::Value;

use super::task::Task;
use crate::ecr::{Reference, Resolved};
use crate::iam::{self, Role, Verdict};
use crate::world::World;

/// Why a task cannot log in to ECR; none if it can or need not [ECS developer guide: stopped task errors].
pub(super) fn unauthorized(world: &mut World, region: &str, id: &str) -> Option<String> {
    let task = world.regions.get(region)?.ecs.tasks.get(id)?;
    let mut images = task.containers.iter().map(|it| it.image.as_str());
    images.find(|image| Reference::parse(image).is_some())?;
    let role = execution_role(world, region, task)?;
    let why = denied(world, role, task, "ecr:GetAuthorizationToken", "*")?;
    let request_id = world.ids.uuid();
    Some(format!(
        "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve ecr registry auth: service call has been retried 1 time(s): operation error ECR: GetAuthorizationToken, https response error StatusCode: 400, RequestID: {request_id}, api error AccessDeniedException: {why}"
    ))
}

/// Marks the containers whose images cannot be pulled, so that the pull then fails as a script would make it fail.
pub(super) fn look(world: &mut World, region: &str, id: &str) {
    let Some(task) = world
        .regions
        .get(region)
        .and_then(|it| it.ecs.tasks.get(id))
    else {
        return;
    };
    let found: Vec<Option<String>> = task
        .containers
        .iter()
        .map(|it| missing(world, region, task, &it.image))
        .collect();
    let Some(task) = world.region(region).ecs.tasks.get_mut(id) else {
        return;
    };
    for (container, why) in task.containers.iter_mut().zip(found) {
        let scripted = &mut container.behaviour.pull_error;
        *scripted = scripted.take().or(why);
    }
}

/// The sentences are those of aws/containers-roadmap #2493 and #2687, and of containerd.
fn missing(world: &World, region: &str, task: &Task, image: &str) -> Option<String> {
    let reference = Reference::parse(image).filter(|it| it.account == world.account)?;
    let beginning = "pull image manifest has been retried 1 time(s): failed to resolve ref";
    if let Some(role) = execution_role(world, region, task) {
        let actions = ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"];
        let arn = reference.arn();
        let mut actions = actions.iter();
        if actions.any(|action| denied(world, role, task, action, &arn).is_some()) {
            let Reference {
                host,
                repository,
                version,
                ..
            } = reference;
            return Some(format!(
                "{beginning} {image}: unexpected status from HEAD request to https://{host}/v2/{repository}/manifests/{version}: 403 Forbidden"
            ));
        }
    }
    let Resolved::Image { platforms } = reference.resolve(world) else {
        return Some(format!("{beginning} {image}: {image}: not found"));
    };
    let wanted = platform(world, region, task);
    (!platforms.is_empty() && !platforms.contains(&wanted))
        .then(|| format!("image Manifest does not contain descriptor matching platform '{wanted}'"))
}

/// `linux/amd64`, unless the task definition says otherwise [ECS API: RuntimePlatform].
fn platform(world: &World, region: &str, task: &Task) -> String {
    let definition = world
        .regions
        .get(region)
        .and_then(|it| it.ecs.definition(&task.definition));
    let platform = definition.and_then(|it| it.document.get("runtimePlatform"));
    let platform = platform.unwrap_or(&Value::Null);
    let arm = platform["cpuArchitecture"] == "ARM64";
    format!("linux/{}", if arm { "arm64" } else { "amd64" })
}

/// Why the role may not, in AWS's words; none if it may.
fn denied(world: &World, role: &Role, task: &Task, action: &str, resource: &str) -> Option<String> {
    let request = iam::Request {
        action,
        resource,
        context: BTreeMap::from([
            ("aws:principalaccount".to_owned(), world.account.clone()),
            ("aws:principalarn".to_owned(), role.arn.clone()),
        ]),
    };
    let because = match iam::evaluate(world, role, &request) {
        Verdict::Allowed => return None,
        Verdict::NotAllowed => {
            format!("because no identity-based policy allows the {action} action")
        }
        Verdict::Denied => "with an explicit deny in an identity-based policy".to_owned(),
    };
    Some(format!(
        "User: arn:aws:sts::{}:assumed-role/{}/{} is not authorized to perform: {action} on resource: {resource} {because}",
        world.account, role.name, task.id
    ))
}

fn execution_role<'a>(world: &'a World, region: &str, task: &Task) -> Option<&'a Role> {
    let definition = world.regions.get(region)?.ecs.definition(&task.definition);
    let overridden = task.overrides["executionRoleArn"].as_str();
    let arn = overridden.or(definition?.spec.execution_role_arn.as_deref())?;
    iam::role(world, arn)
}
