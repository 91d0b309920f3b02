use ashore_engine::address::StackName;
use ashore_engine::failure::{Class, Failure};
use ashore_engine::kind::{Context, Found, Live, Observed};
use serde_json::Value;

use super::{BucketPolicy, Change, Outputs};
use crate::aws::bucket::Bucket;
use crate::aws::live::Aws;
use crate::aws::live::failure::{failure, known, not_visible_yet, required};

const GET: &str = "s3:GetBucketPolicy";
const PUT: &str = "s3:PutBucketPolicy";
const DELETE: &str = "s3:DeleteBucketPolicy";

impl Live for BucketPolicy {
    type Client = Aws;

    /// A bucket of ours has no policy but ours.
    async fn find(&self, aws: &Aws, _: &Context) -> Result<Found<Outputs>, Failure> {
        let Some(bucket) = self.bucket.known() else {
            return Ok(Found::Absent);
        };
        let there = policy(aws, bucket).await?;
        let outputs = Outputs {
            bucket: bucket.clone(),
        };
        Ok(there.map_or(Found::Absent, |_| Found::Ours(outputs)))
    }

    async fn observe(aws: &Aws, outputs: &Outputs) -> Result<Option<Observed<Self>>, Failure> {
        let there = policy(aws, &outputs.bucket).await?;
        Ok(there.map(|policy| Observed {
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
        _: &Context,
        change: &Change,
        outputs: Option<&Outputs>,
    ) -> Result<Outputs, Failure> {
        match change {
            Change::Put => {
                let bucket = known(PUT, &self.bucket)?;
                let put = aws.s3.put_bucket_policy().bucket(bucket);
                let sent = put.policy(self.policy.to_string()).send().await;
                sent.map_err(|e| not_visible_yet(failure(PUT, e)))?;
                Ok(Outputs {
                    bucket: bucket.clone(),
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
            if policy(aws, &bucket).await?.is_some() {
                ours.push(Outputs { bucket });
            }
        }
        Ok(ours)
    }
}

/// None if there is none.
async fn policy(aws: &Aws, bucket: &str) -> Result<Option<Value>, Failure> {
    let got = aws.s3.get_bucket_policy().bucket(bucket).send().await;
    match got.map_err(|e| failure(GET, e)) {
        Ok(got) => {
            let text = required(GET, got.policy)?;
            let unreadable = |_| Value::String(text.clone());
            Ok(Some(serde_json::from_str(&text).unwrap_or_else(unreadable)))
        }
        Err(missing) if missing.class == Class::Gone => Ok(None),
        Err(error) => Err(error),
    }
}
