//! TagResource, UntagResource and ListTagsForResource, for everything that has tags.

use serde_json::json;

use super::{Ecs, names, refuse};
use crate::operation::{Answer, Call};
use crate::refusal::Refusal;
use crate::tags::Tags;

pub(super) fn tag(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let arn = input.required("resourceArn")?;
    if !input.has("tags") {
        return Err(input.missing("tags"));
    }
    let more = Tags::from_list(input.objects("tags")?, "key", "value")?;
    input.finish()?;
    let tags = find(call, &arn)?;
    *tags = tags.with(more, "LimitExceededException")?;
    Ok(json!({}))
}

pub(super) fn untag(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let arn = input.required("resourceArn")?;
    if !input.has("tagKeys") {
        return Err(input.missing("tagKeys"));
    }
    let keys = input.texts("tagKeys")?;
    input.finish()?;
    let tags = find(call, &arn)?;
    tags.retain(|key, _| !keys.contains(key));
    Ok(json!({}))
}

pub(super) fn list(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let arn = input.required("resourceArn")?;
    input.finish()?;
    let tags = find(call, &arn)?;
    Ok(json!({ "tags": tags.to_list("key", "value") }))
}

/// The tags of a resource, which must be there and not deleted.
fn find<'a>(call: &'a mut Call<'_>, arn: &str) -> Result<&'a mut Tags, Refusal> {
    let path = arn.strip_prefix(&call.arn("ecs", "")).map(str::to_owned);
    let path = path.ok_or_else(|| refuse::parameter("Invalid resource ARN."))?;
    let (kind, rest) = path
        .split_once('/')
        .ok_or_else(|| refuse::parameter("Invalid resource ARN."))?;
    let Ecs {
        clusters,
        services,
        families,
        tasks,
        instances,
        providers,
        ..
    } = &mut call.here().ecs;
    let missing = |what: &str| {
        refuse::parameter(format!(
            "The specified {what} is inactive. Specify an active {what} and try again."
        ))
    };
    match kind {
        "cluster" => {
            let cluster = clusters.get_mut(rest).filter(|cluster| cluster.active);
            cluster
                .map(|it| &mut it.tags)
                .ok_or_else(refuse::cluster_not_found)
        }
        "service" => {
            let service = services.get_mut(rest).filter(|service| service.is_active());
            service
                .map(|it| &mut it.tags)
                .ok_or_else(|| missing("service"))
        }
        "task-definition" => names::definition_of(arn)
            .and_then(|(family, revision)| families.get_mut(family)?.revisions.get_mut(&revision))
            .map(|it| &mut it.tags)
            .ok_or_else(|| missing("task definition")),
        "task" => {
            let task = tasks.get_mut(names::task(rest));
            task.map(|it| &mut it.tags).ok_or_else(|| missing("task"))
        }
        "container-instance" => instances
            .get_mut(names::task(rest))
            .map(|it| &mut it.tags)
            .ok_or_else(|| missing("container instance")),
        "capacity-provider" => providers
            .get_mut(rest)
            .filter(|it| it.active)
            .map(|it| &mut it.tags)
            .ok_or_else(|| missing("capacity provider")),
        _ => Err(refuse::parameter(
            "The resource type does not support tags.",
        )),
    }
}
