use ashore_engine::address::StackName;
use ashore_engine::failure::{Class, Failure};
use ashore_engine::kind::{Context, Found, Live, Observed};
use aws_sdk_cloudfront::types::{InvalidationBatch, Paths};
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{Delete, MetadataDirective, ObjectIdentifier};
use futures_util::future::try_join_all;

use super::read::{files, listed, version_of};
use super::{Change, File, Files, Outputs, encoded};
use crate::aws::bucket::{self, Removal};
use crate::aws::live::Aws;
use crate::aws::live::failure::{failure, known, not_visible_yet, required};

const PUT: &str = "s3:PutObject";
const DELETE: &str = "s3:DeleteObject";
const INVALIDATE: &str = "cloudfront:CreateInvalidation";

impl Live for Files {
    type Client = Aws;

    /// They bear no mark: they are whose their bucket is.
    async fn find(&self, aws: &Aws, _: &Context) -> Result<Found<Outputs>, Failure> {
        let Some(bucket) = self.bucket.known() else {
            return Ok(Found::Absent);
        };
        let there = listed(aws, bucket, &self.prefix).await?.unwrap_or_default();
        let any = there.iter().any(|(key, ..)| self.files.contains_key(key));
        Ok(match any {
            true => Found::Ours(self.outputs(bucket, None)),
            false => Found::Absent,
        })
    }

    async fn observe(aws: &Aws, outputs: &Outputs) -> Result<Option<Observed<Self>>, Failure> {
        let (there, tags) = futures_util::join!(
            files(aws, &outputs.bucket, &outputs.prefix),
            bucket::tags(aws, &outputs.bucket)
        );
        let (Some(files), Some(tags)) = (there?, tags?) else {
            return Ok(None);
        };
        Ok(Some(Observed {
            spec: Files {
                bucket: outputs.bucket.clone().into(),
                prefix: outputs.prefix.clone(),
                files,
                distribution: None,
                prune: false,
                removal: Removal::of(&tags),
            },
            outputs: outputs.clone(),
        }))
    }

    async fn send(
        &self,
        aws: &Aws,
        cx: &Context,
        change: &Change,
        outputs: Option<&Outputs>,
    ) -> Result<Outputs, Failure> {
        match change {
            Change::Put(keys) => {
                let mut told = self.put_all(aws, keys, outputs).await?;
                told.stale.retain(|key| !keys.contains(key));
                Ok(told)
            }
            Change::Replace(keys) => {
                let mut told = self.put_all(aws, keys, outputs).await?;
                told.stale.extend(keys.iter().cloned());
                Ok(told)
            }
            Change::Delete(keys) => {
                let mut told = required(DELETE, outputs)?.clone();
                delete(aws, &told.bucket, keys).await?;
                told.stale.extend(keys.iter().cloned());
                Ok(told)
            }
            Change::Invalidate(paths) => {
                let mut told = required(INVALIDATE, outputs)?.clone();
                let distribution = required(INVALIDATE, self.distribution.as_ref())?;
                let distribution = known(INVALIDATE, distribution)?;
                // One and the same for one and the same send: nothing is invalidated twice.
                let reference = cx.mark.token(&paths.join("\n"));
                invalidate(aws, distribution, paths, reference).await?;
                told.stale.clear();
                Ok(told)
            }
        }
    }

    /// None: they are their bucket's, which is listed.
    async fn list(_: &Aws, _: &StackName) -> Result<Vec<Outputs>, Failure> {
        Ok(Vec::new())
    }
}

impl Files {
    fn outputs(&self, bucket: &str, before: Option<&Outputs>) -> Outputs {
        Outputs {
            bucket: bucket.to_string(),
            prefix: self.prefix.clone(),
            stale: before.map(|it| it.stale.clone()).unwrap_or_default(),
        }
    }

    async fn put_all(
        &self,
        aws: &Aws,
        keys: &[String],
        before: Option<&Outputs>,
    ) -> Result<Outputs, Failure> {
        let bucket = known(PUT, &self.bucket)?;
        let wanted = keys.iter().map(|key| {
            let file = self.files.get(key);
            let file = file.ok_or_else(|| Failure::internal(PUT, &Unplanned(key.clone())));
            async move { put(aws, bucket, key, file?).await }
        });
        try_join_all(wanted).await?;
        Ok(self.outputs(bucket, before))
    }
}

/// A key that the plan names and the spec does not.
#[derive(Debug, Clone)]
struct Unplanned(String);

impl std::fmt::Display for Unplanned {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "`{}` is no file of the spec", self.0)
    }
}

impl std::error::Error for Unplanned {}

/// From this machine, or from an earlier version in the bucket: an undo has no other place to take
/// it from.
async fn put(aws: &Aws, bucket: &str, key: &str, file: &File) -> Result<(), Failure> {
    let Some(path) = aws.shelf.get(&file.md5) else {
        return restore(aws, bucket, key, file).await;
    };
    let bytes = std::fs::read(&path).map_err(|error| {
        let what = format!("`{}` cannot be read: {error}", path.display());
        Failure::new(Class::Invalid, PUT, "Unreadable", what)
    })?;
    let put = aws.s3.put_object().bucket(bucket).key(key);
    let sent = put
        .content_type(&file.content_type)
        .cache_control(&file.cache_control)
        .body(ByteStream::from(bytes))
        .send()
        .await;
    let answer = sent.map_err(|e| not_visible_yet(failure(PUT, e)))?;
    let sum = answer.e_tag().unwrap_or_default().trim_matches('"');
    if sum == file.md5 {
        return Ok(());
    }
    let what = format!("`{}` has changed since it was planned", path.display());
    let changed = Failure::new(Class::Invalid, PUT, "Changed", what);
    Err(changed.with_advice("run the same command again: it plans anew"))
}

async fn restore(aws: &Aws, bucket: &str, key: &str, file: &File) -> Result<(), Failure> {
    let Some(version) = version_of(aws, bucket, key, &file.md5).await? else {
        let what = format!("the earlier content of `{key}` is neither here nor in the bucket");
        let lost = Failure::new(Class::Invalid, PUT, "NoSuchVersion", what);
        return Err(lost.with_advice("put the file back into its folder, and run `ashore up`"));
    };
    let source = format!("{bucket}/{}?versionId={version}", encoded(key));
    let copy = aws.s3.copy_object().bucket(bucket).key(key);
    let sent = copy
        .copy_source(source)
        .metadata_directive(MetadataDirective::Replace)
        .content_type(&file.content_type)
        .cache_control(&file.cache_control)
        .send()
        .await;
    sent.map_err(|e| failure(PUT, e))?;
    Ok(())
}

async fn delete(aws: &Aws, bucket: &str, keys: &[String]) -> Result<(), Failure> {
    let key = |key: &String| ObjectIdentifier::builder().key(key).build();
    let objects: Result<Vec<_>, _> = keys.iter().map(key).collect();
    let objects = objects.map_err(|error| Failure::internal(DELETE, &error))?;
    let what = Delete::builder().set_objects(Some(objects)).quiet(true);
    let what = what
        .build()
        .map_err(|error| Failure::internal(DELETE, &error))?;
    let sent = aws.s3.delete_objects().bucket(bucket).delete(what);
    let answer = sent.send().await.map_err(|e| failure(DELETE, e))?;
    match answer.errors().first() {
        None => Ok(()),
        Some(refused) => {
            let code = refused.code().unwrap_or_default();
            let what = refused.message().unwrap_or("no message");
            Err(Failure::new(Class::Denied, DELETE, code, what))
        }
    }
}

async fn invalidate(
    aws: &Aws,
    distribution: &str,
    paths: &[String],
    reference: String,
) -> Result<(), Failure> {
    let internal = |error| Failure::internal(INVALIDATE, &error);
    let quantity = i32::try_from(paths.len()).unwrap_or(i32::MAX);
    let all = Paths::builder().quantity(quantity);
    let all = all.set_items(Some(paths.to_vec())).build();
    let batch = InvalidationBatch::builder()
        .paths(all.map_err(internal)?)
        .caller_reference(reference)
        .build()
        .map_err(internal)?;
    let create = aws.cloudfront.create_invalidation();
    let sent = create.distribution_id(distribution);
    let sent = sent.invalidation_batch(batch).send().await;
    sent.map_err(|e| not_visible_yet(failure(INVALIDATE, e)))?;
    Ok(())
}
