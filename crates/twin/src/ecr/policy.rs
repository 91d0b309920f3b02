//! Who else may use a repository.

use serde_json::json;

use super::{refuse, repository};
use crate::operation::{Answer, Call};
use crate::refusal::Refusal;
use crate::resource_policy::{self, Rules};

/// `SetRepositoryPolicy`
pub(super) fn set_repository_policy(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let (name, registry) = repository::named(call, &mut input)?;
    let text = input.required("policyText")?;
    input.boolean("force")?;
    input.finish()?;
    // [botocore: ecr RepositoryPolicyText]
    if text.len() > 10_240 {
        return Err(refuse::parameter(
            "PolicyText",
            "Member must have length less than or equal to 10240",
        ));
    }
    let rules = Rules {
        actions: "ecr:",
        resources: None,
    };
    // A statement names no resource: the repository is meant [ECR guide: repository policies].
    resource_policy::check(call.world, &text, &rules)
        .map_err(|_| refuse::parameter("PolicyText", "Invalid repository policy provided"))?;
    repository::find(call, &name, &registry)?.policy = Some(text.clone());
    Ok(json!({ "registryId": registry, "repositoryName": name, "policyText": text }))
}

/// `GetRepositoryPolicy`
pub(super) fn get_repository_policy(call: &mut Call<'_>) -> Answer {
    let (name, registry) = named(call)?;
    let policy = &repository::find(call, &name, &registry)?.policy;
    let text = policy.as_ref().ok_or_else(|| absent(&name, &registry))?;
    Ok(json!({ "registryId": registry, "repositoryName": name, "policyText": text }))
}

/// `DeleteRepositoryPolicy`
pub(super) fn delete_repository_policy(call: &mut Call<'_>) -> Answer {
    let (name, registry) = named(call)?;
    let policy = repository::find(call, &name, &registry)?.policy.take();
    let text = policy.ok_or_else(|| absent(&name, &registry))?;
    Ok(json!({ "registryId": registry, "repositoryName": name, "policyText": text }))
}

fn named(call: &mut Call<'_>) -> Result<(String, String), Refusal> {
    let mut input = std::mem::take(&mut call.input);
    let named = repository::named(call, &mut input)?;
    input.finish()?;
    Ok(named)
}

fn absent(name: &str, registry: &str) -> Refusal {
    Refusal::new(
        "RepositoryPolicyNotFoundException",
        format!(
            "Repository policy does not exist for the repository with name '{name}' in the registry with id '{registry}'"
        ),
    )
}
