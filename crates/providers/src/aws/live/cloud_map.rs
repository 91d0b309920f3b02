//! What the kinds of Cloud Map share: operations, which go on after they are answered, and tags.

use std::collections::BTreeMap;

use ashore_engine::failure::{Class, Failure};
use aws_sdk_servicediscovery::types::{Operation, OperationStatus, OperationTargetType, Tag};

use super::Aws;
use super::failure::{failure, not_visible_yet, required};

const GET: &str = "servicediscovery:GetOperation";
const TAG: &str = "servicediscovery:TagResource";
const UNTAG: &str = "servicediscovery:UntagResource";
const TAGS: &str = "servicediscovery:ListTagsForResource";

/// How far an operation is.
pub(crate) enum Progress {
    /// It has succeeded.
    Done,
    /// Not yet; in Cloud Map's own word.
    Pending(String),
    /// It never will.
    Failed(Failure),
}

pub(crate) async fn progress(aws: &Aws, operation: &str) -> Result<Progress, Failure> {
    let operation = described(aws, operation).await?;
    Ok(match operation.status {
        Some(OperationStatus::Success) => Progress::Done,
        Some(OperationStatus::Fail) => {
            let code = operation.error_code.unwrap_or_default();
            let message = operation.error_message.unwrap_or_default();
            Progress::Failed(Failure::new(Class::Invalid, GET, code, message))
        }
        status => Progress::Pending(status.map_or_else(
            || "no status".to_string(),
            |status| status.as_str().to_string(),
        )),
    })
}

/// Id of the namespace that an operation is about.
pub(crate) async fn target(aws: &Aws, operation: &str) -> Result<String, Failure> {
    let operation = described(aws, operation).await?;
    let mut targets = operation.targets.unwrap_or_default();
    required(GET, targets.remove(&OperationTargetType::Namespace))
}

async fn described(aws: &Aws, operation: &str) -> Result<Operation, Failure> {
    let get = aws.discovery.get_operation().operation_id(operation);
    let got = get.send().await.map_err(|e| failure(GET, e))?;
    required(GET, got.operation)
}

/// None if there is no such resource.
pub(crate) async fn tags(
    aws: &Aws,
    arn: &str,
) -> Result<Option<BTreeMap<String, String>>, Failure> {
    let list = aws.discovery.list_tags_for_resource().resource_arn(arn);
    match list.send().await.map_err(|e| failure(TAGS, e)) {
        Ok(listed) => {
            let tags = listed.tags.unwrap_or_default().into_iter();
            Ok(Some(tags.map(|tag| (tag.key, tag.value)).collect()))
        }
        Err(error) if error.class == Class::Gone => Ok(None),
        Err(error) => Err(error),
    }
}

pub(crate) async fn tag(
    aws: &Aws,
    arn: &str,
    tags: BTreeMap<String, String>,
) -> Result<(), Failure> {
    let tag = aws.discovery.tag_resource().resource_arn(arn);
    let sent = tag.set_tags(Some(sdk_tags(tags)?)).send().await;
    sent.map_err(|e| not_visible_yet(failure(TAG, e)))?;
    Ok(())
}

pub(crate) async fn untag(aws: &Aws, arn: &str, keys: &[String]) -> Result<(), Failure> {
    let untag = aws.discovery.untag_resource().resource_arn(arn);
    let sent = untag.set_tag_keys(Some(keys.to_vec())).send().await;
    sent.map_err(|e| failure(UNTAG, e))?;
    Ok(())
}

pub(crate) fn sdk_tags(tags: BTreeMap<String, String>) -> Result<Vec<Tag>, Failure> {
    let tag = |(key, value): (String, String)| {
        let tag = Tag::builder().key(key).value(value).build();
        tag.map_err(|error| Failure::internal(TAG, &error))
    };
    tags.into_iter().map(tag).collect()
}
