//! `aws.s3.bucket_policy`: who may do what with a bucket, from where.

#[cfg(feature = "live")]
mod live;

use ashore_engine::input::{Input, Output};
use ashore_engine::kind::{Impact, Kind, Observed, Patience, Replacement, Request};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::aws::patience;

/// The policy of a bucket: it has one at most.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct BucketPolicy {
    /// The name of the bucket. Cannot be changed.
    pub bucket: Input<String>,
    /// The document.
    pub policy: Value,
}

/// What AWS tells of a policy.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Outputs {
    /// The name of the bucket.
    pub bucket: String,
    /// The document's own `Id`: which life put it there. A bucket has one place for a policy.
    pub id: String,
}

impl BucketPolicy {
    /// The name of the bucket that has it.
    pub const BUCKET: Output<Self, String> = Output::new("bucket");
}

/// One request.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// `PutBucketPolicy`.
    Put,
    /// `DeleteBucketPolicy`.
    Delete,
}

impl Kind for BucketPolicy {
    const NAME: &'static str = "aws.s3.bucket_policy";
    const PATIENCE: Patience = patience::BUCKET;
    type Outputs = Outputs;
    type Change = Change;

    fn changes(&self, observed: Option<&Observed<Self>>) -> Vec<Change> {
        match observed {
            Some(there) if there.spec.policy == self.policy => Vec::new(),
            _ => vec![Change::Put],
        }
    }

    fn removal(_: &Observed<Self>) -> Vec<Change> {
        vec![Change::Delete]
    }

    fn replaced_by(&self, observed: &Observed<Self>) -> Option<Replacement> {
        let moved = self.bucket != observed.spec.bucket;
        Replacement::because(moved.then_some("bucket")).or_none()
    }

    fn request(change: &Change) -> Request {
        match change {
            Change::Put => Request::new("s3:PutBucketPolicy").on("{bucket}"),
            Change::Delete => Request::new("s3:DeleteBucketPolicy")
                .on("{bucket}")
                .impact(Impact::Brief("who came by it is let in no more".into())),
        }
    }

    fn can_be_found(&self) -> bool {
        self.bucket.known().is_some()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn policy(bucket: &str, sid: &str) -> BucketPolicy {
        BucketPolicy {
            bucket: bucket.to_string().into(),
            policy: json!({ "Version": "2012-10-17", "Statement": [{ "Sid": sid }] }),
        }
    }

    #[test]
    fn another_document_is_put_and_another_bucket_is_another_policy() {
        let outputs = Outputs {
            bucket: "a".into(),
            id: "ashore-1".into(),
        };
        let spec = policy("a", "One");
        let there = Observed { spec, outputs };
        assert_eq!(policy("a", "One").changes(None), [Change::Put]);
        assert_eq!(policy("a", "One").changes(Some(&there)), []);
        assert_eq!(policy("a", "Two").changes(Some(&there)), [Change::Put]);
        let replaced = policy("b", "One").replaced_by(&there);
        assert_eq!(replaced, Some(Replacement::because(["bucket"])));
    }
}
