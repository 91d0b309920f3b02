use ashore_engine::address::{Mark, StackName};
use ashore_engine::failure::{Class, Failure};
use ashore_engine::kind::{Context, Found, Live, Observed};
use serde_json::Value;

use super::{BucketPolicy, Change, Outputs};
use crate::aws::bucket::Bucket;
use crate::aws::live::Aws;
use crate::aws::live::failure::{failure, known, not_visible_yet, required};

/// A member of a policy that AWS keeps and does nothing with [IAM reference: Id].
const ID: &str = "Id";
const BEGINS: &str = "ashore-";
const GET: &str = "s3:GetBucketPolicy";
const PUT: &str = "s3:PutBucketPolicy";
const DELETE: &str = "s3:DeleteBucketPolicy";

impl Live for BucketPolicy {
    type Client = Aws;

    /// By its `Id`. Any other in a bucket of ours is put over.
    async fn find(&self, aws: &Aws, cx: &Context) -> Result<Found<Outputs>, Failure> {
        let Some(bucket) = self.bucket.known() else {
            return Ok(Found::Absent);
        };
        let outputs = Outputs {
            bucket: bucket.clone(),
            id: id(&cx.mark),
        };
        Ok(match policy(aws, bucket).await? {
            Some((there, _)) if there == outputs.id => Found::Ours(outputs),
            _ => Found::Absent,
        })
    }

    async fn observe(aws: &Aws, outputs: &Outputs) -> Result<Option<Observed<Self>>, Failure> {
        let there = policy(aws, &outputs.bucket).await?;
        let ours = there.filter(|(id, _)| *id == outputs.id);
        Ok(ours.map(|(_, policy)| Observed {
            spec: BucketPolicy {
                bucket: outputs.bucket.clone().into(),
                policy,
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
            Change::Put => {
                let bucket = known(PUT, &self.bucket)?;
                // Of the life that is there, not of the one that puts something back.
                let id = outputs.map_or_else(|| id(&cx.mark), |outputs| outputs.id.clone());
                let mut policy = self.policy.clone();
                policy[ID] = id.clone().into();
                let put = aws.s3.put_bucket_policy().bucket(bucket);
                let sent = put.policy(policy.to_string()).send().await;
                sent.map_err(|e| not_visible_yet(failure(PUT, e)))?;
                Ok(Outputs {
                    bucket: bucket.clone(),
                    id,
                })
            }
            Change::Delete => {
                let outputs = required(DELETE, outputs)?;
                let delete = aws.s3.delete_bucket_policy().bucket(&outputs.bucket);
                delete.send().await.map_err(|e| failure(DELETE, e))?;
                Ok(outputs.clone())
            }
        }
    }

    async fn list(aws: &Aws, stack: &StackName) -> Result<Vec<Outputs>, Failure> {
        let mut ours = Vec::new();
        for bucket in Bucket::list(aws, stack).await? {
            let bucket = bucket.name;
            match policy(aws, &bucket).await? {
                Some((id, _)) if id.starts_with(BEGINS) => ours.push(Outputs { bucket, id }),
                _ => {}
            }
        }
        Ok(ours)
    }
}

fn id(mark: &Mark) -> String {
    format!("{BEGINS}{}", mark.instance.generation)
}

/// Its `Id`, and the document without it; none if there is none.
async fn policy(aws: &Aws, bucket: &str) -> Result<Option<(String, Value)>, Failure> {
    let got = aws.s3.get_bucket_policy().bucket(bucket).send().await;
    match got.map_err(|e| failure(GET, e)) {
        Ok(got) => {
            let text = required(GET, got.policy)?;
            let mut document: Value = serde_json::from_str(&text).unwrap_or_default();
            let members = document.as_object_mut();
            let id = members.and_then(|members| members.remove(ID));
            let id = id.and_then(|id| id.as_str().map(str::to_string));
            Ok(Some((id.unwrap_or_default(), document)))
        }
        Err(missing) if missing.class == Class::Gone => Ok(None),
        Err(error) => Err(error),
    }
}
