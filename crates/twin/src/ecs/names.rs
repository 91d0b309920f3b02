//! Names and ARNs, and how a caller may spell them.

use super::{Ecs, refuse};
use crate::operation::Call;
use crate::refusal::Refusal;

/// The cluster that a request means: a name or an ARN; none is `default` [ECS API]. It must be there and active.
pub(super) fn active_cluster(
    call: &mut Call<'_>,
    given: Option<String>,
) -> Result<String, Refusal> {
    let name = cluster(call, given)?;
    match call.here().ecs.clusters.get(&name) {
        None => Err(refuse::cluster_not_found()),
        Some(cluster) if !cluster.active => Err(refuse::cluster_inactive()),
        Some(_) => Ok(name),
    }
}

/// The name of a cluster, whether there is such a one or not.
pub(super) fn cluster(call: &Call<'_>, given: Option<String>) -> Result<String, Refusal> {
    let Some(given) = given.filter(|given| !given.is_empty()) else {
        return Ok("default".to_owned());
    };
    if !given.starts_with("arn:") {
        return Ok(given);
    }
    let name = given.strip_prefix(&call.arn("ecs", "cluster/"));
    name.map(str::to_owned)
        .ok_or_else(refuse::cluster_not_found)
}

/// The key of a service in its cluster: a name, a long ARN or an old short one.
pub(super) fn service(call: &Call<'_>, cluster: &str, given: &str) -> Result<String, Refusal> {
    if !given.starts_with("arn:") {
        return Ok(key(cluster, given));
    }
    let path = given.strip_prefix(&call.arn("ecs", "service/"));
    let path = path.ok_or_else(refuse::service_not_found)?;
    match path.split_once('/') {
        None => Ok(key(cluster, path)),
        Some((theirs, name)) if theirs == cluster => Ok(key(cluster, name)),
        Some((theirs, _)) => Err(refuse::parameter(format!(
            "Identifier is for cluster {theirs}. Your cluster is {cluster}"
        ))),
    }
}

/// The id of a task or the name of a service: itself or the end of an ARN.
pub(super) fn task(given: &str) -> &str {
    given.rsplit('/').next().unwrap_or(given)
}

/// The id of a task, which has one of two lengths.
pub(super) fn task_id(given: &str) -> Result<&str, Refusal> {
    let id = task(given);
    match id.len() {
        32 | 36 => Ok(id),
        _ => Err(refuse::parameter("taskId length should be one of [32,36]")),
    }
}

pub(super) fn key(cluster: &str, service: &str) -> String {
    format!("{cluster}/{service}")
}

/// Names of clusters, services, families and containers: up to 255 letters, digits, hyphens and underscores.
pub(super) fn is_name(text: &str) -> bool {
    (1..=255).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
}

/// Names of port mappings and in namespaces: up to 64 small letters, digits, underscores and hyphens, no hyphen first
/// [ECS API: PortMapping name, ServiceConnectService discoveryName].
pub(super) fn is_port_name(text: &str) -> bool {
    let good =
        |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"_-".contains(&byte);
    (1..=64).contains(&text.len()) && !text.starts_with('-') && text.bytes().all(good)
}

/// A task definition as callers spell it: `family`, `family:revision` or an ARN.
pub(super) struct DefinitionName {
    pub(super) family: String,
    pub(super) revision: Option<u32>,
}

pub(super) fn definition(call: &Call<'_>, given: &str) -> Option<DefinitionName> {
    let prefix = call.arn("ecs", "task-definition/");
    let plain = if given.starts_with("arn:") {
        given.strip_prefix(&prefix)?
    } else {
        given
    };
    match plain.split_once(':') {
        None => Some(DefinitionName {
            family: plain.to_owned(),
            revision: None,
        }),
        Some((family, revision)) => {
            let revision = revision.parse().ok()?;
            Some(DefinitionName {
                family: family.to_owned(),
                revision: Some(revision),
            })
        }
    }
}

/// Family and revision of a task definition's ARN.
pub(super) fn definition_of(arn: &str) -> Option<(&str, u32)> {
    let (family, revision) = arn.rsplit('/').next()?.split_once(':')?;
    Some((family, revision.parse().ok()?))
}

impl Ecs {
    /// The task definition of an ARN that came from here.
    pub(super) fn definition(&self, arn: &str) -> Option<&super::task_definition::TaskDefinition> {
        let (family, revision) = definition_of(arn)?;
        self.families.get(family)?.revisions.get(&revision)
    }
}
