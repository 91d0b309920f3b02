//! What ECS kinds have in common: tags.

use std::collections::BTreeMap;

use ashore_engine::failure::Failure;
use aws_sdk_ecs::types::Tag;
use serde_json::{Value, json};

use super::Aws;
use super::failure::{failure, not_visible_yet};

/// Tags as maps have them.
pub(crate) fn tag_map(tags: Option<Vec<Tag>>) -> BTreeMap<String, String> {
    let pair = |tag: Tag| Some((tag.key?, tag.value.unwrap_or_default()));
    tags.unwrap_or_default()
        .into_iter()
        .filter_map(pair)
        .collect()
}

/// Tags as the SDK has them.
pub(crate) fn sdk_tags(tags: BTreeMap<String, String>) -> Vec<Tag> {
    let tag = |(key, value)| Tag::builder().key(key).value(value).build();
    tags.into_iter().map(tag).collect()
}

/// Tags as requests have them in JSON.
pub(crate) fn tags_json(tags: BTreeMap<String, String>) -> Value {
    let tag = |(key, value)| json!({ "key": key, "value": value });
    tags.into_iter().map(tag).collect()
}

/// Tags as answers have them in JSON.
pub(crate) fn json_tags(tags: &Value) -> BTreeMap<String, String> {
    let tags = tags.as_array().into_iter().flatten();
    let pair = |tag: &Value| {
        let value = tag["value"].as_str().unwrap_or_default();
        Some((tag["key"].as_str()?.to_string(), value.to_string()))
    };
    tags.filter_map(pair).collect()
}

/// `TagResource`: sets every wanted tag.
pub(crate) async fn tag(
    aws: &Aws,
    arn: &str,
    tags: BTreeMap<String, String>,
) -> Result<(), Failure> {
    let request = aws.ecs.tag_resource().resource_arn(arn);
    let sent = request.set_tags(Some(sdk_tags(tags))).send().await;
    sent.map_err(|e| not_visible_yet(failure("ecs:TagResource", e)))?;
    Ok(())
}

/// `UntagResource`: takes these away, whatever their value.
pub(crate) async fn untag(aws: &Aws, arn: &str, keys: &[String]) -> Result<(), Failure> {
    let request = aws.ecs.untag_resource().resource_arn(arn);
    let sent = request.set_tag_keys(Some(keys.to_vec())).send().await;
    sent.map_err(|e| not_visible_yet(failure("ecs:UntagResource", e)))?;
    Ok(())
}
