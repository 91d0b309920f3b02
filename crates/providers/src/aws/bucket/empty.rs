//! Emptying a bucket: every version of everything, and what was half uploaded.

use ashore_engine::failure::{Class, Failure};
use aws_sdk_s3::types::{Delete, ObjectIdentifier};

use crate::aws::live::Aws;
use crate::aws::live::failure::failure;

const LIST: &str = "s3:ListBucketVersions";
const DELETE: &str = "s3:DeleteObjectVersion";
const ABORT: &str = "s3:AbortMultipartUpload";

/// Page by page: what was deleted is in no later page, so each is the first one [S3 API:
/// ListObjectVersions, at most 1000; DeleteObjects likewise].
pub(super) async fn empty(aws: &Aws, bucket: &str) -> Result<(), Failure> {
    loop {
        let page = versions(aws, bucket).await?;
        if page.is_empty() {
            break;
        }
        delete(aws, bucket, page).await?;
    }
    abort_uploads(aws, bucket).await
}

async fn versions(aws: &Aws, bucket: &str) -> Result<Vec<ObjectIdentifier>, Failure> {
    let list = aws.s3.list_object_versions().bucket(bucket).send().await;
    let page = list.map_err(|e| failure(LIST, e))?;
    let versions = page.versions.unwrap_or_default().into_iter();
    let versions = versions.map(|it| (it.key, it.version_id));
    let markers = page.delete_markers.unwrap_or_default().into_iter();
    let markers = markers.map(|it| (it.key, it.version_id));
    let identifier = |(key, version): (Option<String>, Option<String>)| {
        let named = ObjectIdentifier::builder().set_key(key);
        let built = named.set_version_id(version).build();
        built.map_err(|error| Failure::internal(LIST, &error))
    };
    versions.chain(markers).map(identifier).collect()
}

async fn delete(aws: &Aws, bucket: &str, objects: Vec<ObjectIdentifier>) -> Result<(), Failure> {
    let what = Delete::builder().set_objects(Some(objects)).quiet(true);
    let what = what
        .build()
        .map_err(|error| Failure::internal(DELETE, &error))?;
    let sent = aws.s3.delete_objects().bucket(bucket).delete(what);
    let answer = sent.send().await.map_err(|e| failure(DELETE, e))?;
    // The request succeeds even where it deleted nothing; quietly, only refusals are told.
    let Some(refused) = answer.errors().first() else {
        return Ok(());
    };
    let text = |text: Option<&str>| text.unwrap_or_default().to_string();
    let key = text(refused.key());
    let message = format!("`{key}`: {}", text(refused.message()));
    let class = match refused.code() {
        Some("InternalError" | "SlowDown") => Class::Throttled,
        _ => Class::Denied, // object lock, or no right to delete versions
    };
    Err(Failure::new(class, DELETE, text(refused.code()), message))
}

async fn abort_uploads(aws: &Aws, bucket: &str) -> Result<(), Failure> {
    loop {
        let list = aws.s3.list_multipart_uploads().bucket(bucket).send().await;
        let page = list.map_err(|e| failure("s3:ListBucketMultipartUploads", e))?;
        let uploads = page.uploads.unwrap_or_default();
        if uploads.is_empty() {
            return Ok(());
        }
        for upload in uploads {
            let abort = aws.s3.abort_multipart_upload().bucket(bucket);
            let abort = abort.set_key(upload.key).set_upload_id(upload.upload_id);
            match abort.send().await.map_err(|e| failure(ABORT, e)) {
                Err(error) if error.class != Class::Gone => return Err(error),
                _ => {}
            }
        }
    }
}
