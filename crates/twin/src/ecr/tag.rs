//! Tags of repositories.

use serde_json::json;

use super::refuse;
use super::repository::{self, Repository};
use crate::operation::{Answer, Call};
use crate::refusal::Refusal;
use crate::tags::Tags;

/// `TagResource`
pub(super) fn tag_resource(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let arn = input.required("resourceArn")?;
    if !input.has("tags") {
        return Err(input.missing("tags"));
    }
    let tags = Tags::from_list(input.objects("tags")?, "Key", "Value")?;
    input.finish()?;
    let repository = by_arn(call, &arn)?;
    repository.tags = repository.tags.with(tags, "TooManyTagsException")?;
    Ok(json!({}))
}

/// `UntagResource`
pub(super) fn untag_resource(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let arn = input.required("resourceArn")?;
    if !input.has("tagKeys") {
        return Err(input.missing("tagKeys"));
    }
    let keys = input.texts("tagKeys")?;
    input.finish()?;
    by_arn(call, &arn)?
        .tags
        .retain(|key, _| !keys.contains(key));
    Ok(json!({}))
}

/// `ListTagsForResource`
pub(super) fn list_tags_for_resource(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let arn = input.required("resourceArn")?;
    input.finish()?;
    Ok(json!({ "tags": by_arn(call, &arn)?.tags.to_list("Key", "Value") }))
}

fn by_arn<'a>(call: &'a mut Call<'_>, arn: &str) -> Result<&'a mut Repository, Refusal> {
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    let (registry, name) = match parts[..] {
        ["arn", "aws", "ecr", region, registry, resource] if region == call.region => {
            (registry, resource.strip_prefix("repository/"))
        }
        _ => ("", None),
    };
    let name = name.ok_or_else(|| {
        refuse::parameter(
            "resourceArn",
            "must be the ARN of a repository in this region",
        )
    })?;
    repository::find(call, name, registry)
}
