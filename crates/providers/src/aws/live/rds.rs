//! What the kinds of RDS have in common: tags, and an instance as it is described.

use std::collections::BTreeMap;

use ashore_engine::failure::{Class, Failure};
use aws_sdk_rds::types::Tag;

use super::Aws;
use super::failure::{failure, not_visible_yet};

/// The tags of a resource; none if it is not there.
pub(crate) async fn tags(
    aws: &Aws,
    arn: &str,
) -> Result<Option<BTreeMap<String, String>>, Failure> {
    let listed = aws.rds.list_tags_for_resource().resource_name(arn).send();
    match listed
        .await
        .map_err(|e| failure("rds:ListTagsForResource", e))
    {
        Ok(listed) => Ok(Some(tag_map(listed.tag_list))),
        Err(error) if error.class == Class::Gone => Ok(None),
        Err(error) => Err(error),
    }
}

pub(crate) async fn tag(
    aws: &Aws,
    arn: &str,
    tags: BTreeMap<String, String>,
) -> Result<(), Failure> {
    let tag = aws.rds.add_tags_to_resource().resource_name(arn);
    let sent = tag.set_tags(Some(sdk_tags(tags))).send().await;
    sent.map_err(|e| not_visible_yet(failure("rds:AddTagsToResource", e)))?;
    Ok(())
}

pub(crate) async fn untag(aws: &Aws, arn: &str, keys: &[String]) -> Result<(), Failure> {
    let untag = aws.rds.remove_tags_from_resource().resource_name(arn);
    let sent = untag.set_tag_keys(Some(keys.to_vec())).send().await;
    sent.map_err(|e| not_visible_yet(failure("rds:RemoveTagsFromResource", e)))?;
    Ok(())
}

pub(crate) fn sdk_tags(tags: BTreeMap<String, String>) -> Vec<Tag> {
    let tag = |(key, value)| Tag::builder().key(key).value(value).build();
    tags.into_iter().map(tag).collect()
}

pub(crate) fn tag_map(tags: Option<Vec<Tag>>) -> BTreeMap<String, String> {
    let tags = tags.unwrap_or_default().into_iter();
    tags.filter_map(|tag| Some((tag.key?, tag.value.unwrap_or_default())))
        .collect()
}
