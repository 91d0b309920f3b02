//! What EC2 kinds have in common: filters and tags.

use std::collections::BTreeMap;

use ashore_engine::address::{Mark, StackName};
use ashore_engine::failure::Failure;
use aws_sdk_ec2::types::{Filter, ResourceType, Tag, TagSpecification};

use super::Aws;
pub(crate) use super::failure::not_visible_yet;
use super::failure::{failure, required};
use crate::aws::tags::{Tags, marks, stack_mark};

/// Values in one filter [EC2 user guide: "you can specify up to 200 values"].
pub(crate) const IDS_MAX: usize = 200;

/// A filter on some values. Filters leave out what is not there; ids as parameters would fail.
pub(crate) fn filter(name: &str, values: Vec<String>) -> Filter {
    Filter::builder()
        .name(name)
        .set_values(Some(values))
        .build()
}

/// Filters that fit only what bears the mark.
pub(crate) fn marked_filters(mark: &Mark) -> Vec<Filter> {
    marks(mark)
        .into_iter()
        .map(|(key, value)| filter(&format!("tag:{key}"), vec![value]))
        .collect()
}

/// Filters that fit everything that the stack owns.
pub(crate) fn stack_filters(stack: &StackName) -> Vec<Filter> {
    let (key, value) = stack_mark(stack);
    vec![filter(&format!("tag:{key}"), vec![value])]
}

/// Tags as the SDK has them.
pub(crate) fn tag_map(tags: Option<Vec<Tag>>) -> BTreeMap<String, String> {
    let pair = |tag: Tag| Some((tag.key?, tag.value.unwrap_or_default()));
    tags.unwrap_or_default()
        .into_iter()
        .filter_map(pair)
        .collect()
}

/// Tags and marks that go with a create.
pub(crate) fn tag_specification(
    resource: ResourceType,
    tags: &Tags,
    mark: &Mark,
) -> TagSpecification {
    TagSpecification::builder()
        .resource_type(resource)
        .set_tags(Some(sdk_tags(tags.marked(mark))))
        .build()
}

/// `CreateTags`: sets every wanted tag, and the marks.
pub(crate) async fn tag<O: Clone>(
    aws: &Aws,
    tags: BTreeMap<String, String>,
    outputs: Option<&O>,
    id: impl Fn(&O) -> &String,
) -> Result<O, Failure> {
    let outputs = required("ec2:CreateTags", outputs)?;
    let request = aws.ec2.create_tags().resources(id(outputs));
    let sent = request.set_tags(Some(sdk_tags(tags))).send().await;
    sent.map_err(|e| not_visible_yet(failure("ec2:CreateTags", e)))?;
    Ok(outputs.clone())
}

/// `DeleteTags`: takes these away, whatever their value.
pub(crate) async fn untag<O: Clone>(
    aws: &Aws,
    keys: &[String],
    outputs: Option<&O>,
    id: impl Fn(&O) -> &String,
) -> Result<O, Failure> {
    let outputs = required("ec2:DeleteTags", outputs)?;
    let tags = keys
        .iter()
        .map(|key| Tag::builder().key(key).build())
        .collect();
    let request = aws.ec2.delete_tags().resources(id(outputs));
    let sent = request.set_tags(Some(tags)).send().await;
    sent.map_err(|e| failure("ec2:DeleteTags", e))?;
    Ok(outputs.clone())
}

fn sdk_tags(tags: BTreeMap<String, String>) -> Vec<Tag> {
    let tag = |(key, value)| Tag::builder().key(key).value(value).build();
    tags.into_iter().map(tag).collect()
}
