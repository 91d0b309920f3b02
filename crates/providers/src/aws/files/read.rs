//! Files as they lie in a bucket. A listing tells what is in them, and only each file itself what
//! it says it is.

use std::collections::BTreeMap;

use ashore_engine::failure::{Class, Failure};
use futures_util::stream::{self, StreamExt, TryStreamExt};

use super::{AT_ONCE, File};
use crate::aws::live::Aws;
use crate::aws::live::failure::failure;

const LIST: &str = "s3:ListBucket";
const HEAD: &str = "s3:GetObject";

/// Everything whose key begins so; none if there is no such bucket.
pub(super) async fn files(
    aws: &Aws,
    bucket: &str,
    prefix: &str,
) -> Result<Option<BTreeMap<String, File>>, Failure> {
    let Some(listed) = listed(aws, bucket, prefix).await? else {
        return Ok(None);
    };
    let each = stream::iter(listed).map(|(key, md5, size)| async move {
        let told = headers(aws, bucket, &key).await?;
        Ok::<_, Failure>(told.map(|(content_type, cache_control)| {
            let file = File {
                md5,
                size,
                content_type,
                cache_control,
            };
            (key, file)
        }))
    });
    let all: Vec<_> = each.buffer_unordered(AT_ONCE).try_collect().await?;
    Ok(Some(all.into_iter().flatten().collect()))
}

/// Keys, with the sum and the size of each; none if there is no such bucket.
pub(super) async fn listed(
    aws: &Aws,
    bucket: &str,
    prefix: &str,
) -> Result<Option<Vec<(String, String, u64)>>, Failure> {
    let list = aws.s3.list_objects_v2().bucket(bucket).prefix(prefix);
    let pages = list.into_paginator().send().collect::<Result<Vec<_>, _>>();
    let pages = match pages.await.map_err(|e| failure(LIST, e)) {
        Ok(pages) => pages,
        Err(missing) if missing.class == Class::Gone => return Ok(None),
        Err(error) => return Err(error),
    };
    let objects = pages.into_iter().flat_map(|page| page.contents).flatten();
    let file = |object: aws_sdk_s3::types::Object| {
        let sum = object.e_tag?.trim_matches('"').to_string();
        let size = u64::try_from(object.size?).ok()?;
        Some((object.key?, sum, size))
    };
    Ok(Some(objects.filter_map(file).collect()))
}

/// What it says it is, and how long it may be kept; none if it went in between.
async fn headers(aws: &Aws, bucket: &str, key: &str) -> Result<Option<(String, String)>, Failure> {
    let head = aws.s3.head_object().bucket(bucket).key(key).send().await;
    match head.map_err(|e| failure(HEAD, e)) {
        Ok(head) => Ok(Some((
            head.content_type.unwrap_or_default(),
            head.cache_control.unwrap_or_default(),
        ))),
        Err(missing) if missing.class == Class::Gone || missing.code == "HTTP 404" => Ok(None),
        Err(error) => Err(error),
    }
}

/// The version of a file that has that content, if the bucket kept it.
pub(super) async fn version_of(
    aws: &Aws,
    bucket: &str,
    key: &str,
    md5: &str,
) -> Result<Option<String>, Failure> {
    let list = aws.s3.list_object_versions().bucket(bucket).prefix(key);
    let sent = list.send().await;
    let page = sent.map_err(|e| failure("s3:ListBucketVersions", e))?;
    let mut versions = page.versions.unwrap_or_default().into_iter();
    let found = versions.find(|version| {
        let sum = version.e_tag().map(|sum| sum.trim_matches('"'));
        version.key() == Some(key) && sum == Some(md5)
    });
    Ok(found.and_then(|version| version.version_id))
}
