//! What the kinds of EFS have in common: tags.

use std::collections::BTreeMap;

use ashore_engine::failure::Failure;
use aws_sdk_efs::types::Tag;

use super::Aws;
use super::failure::{failure, not_visible_yet};

pub(crate) const TAG: &str = "elasticfilesystem:TagResource";
pub(crate) const UNTAG: &str = "elasticfilesystem:UntagResource";

pub(crate) async fn tag(
    aws: &Aws,
    id: &str,
    tags: BTreeMap<String, String>,
) -> Result<(), Failure> {
    let tag = aws.efs.tag_resource().resource_id(id);
    let sent = tag.set_tags(Some(sdk_tags(tags)?)).send().await;
    sent.map_err(|e| not_visible_yet(failure(TAG, e)))?;
    Ok(())
}

pub(crate) async fn untag(aws: &Aws, id: &str, keys: &[String]) -> Result<(), Failure> {
    let untag = aws.efs.untag_resource().resource_id(id);
    let sent = untag.set_tag_keys(Some(keys.to_vec())).send().await;
    sent.map_err(|e| not_visible_yet(failure(UNTAG, e)))?;
    Ok(())
}

pub(crate) fn sdk_tags(tags: BTreeMap<String, String>) -> Result<Vec<Tag>, Failure> {
    let tag = |(key, value)| {
        let tag = Tag::builder().key(key).value(value).build();
        tag.map_err(|error| Failure::internal(TAG, &error))
    };
    tags.into_iter().map(tag).collect()
}

pub(crate) fn tag_map(tags: Option<Vec<Tag>>) -> BTreeMap<String, String> {
    let tags = tags.unwrap_or_default().into_iter();
    tags.map(|tag| (tag.key, tag.value)).collect()
}
