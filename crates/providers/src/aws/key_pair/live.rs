use std::collections::BTreeMap;

use ashore_engine::address::StackName;
use ashore_engine::failure::Failure;
use ashore_engine::kind::{Context, Found, Live, Observed};
use aws_sdk_ec2::types::{Filter, KeyPairInfo, ResourceType};
use aws_smithy_types::Blob;

use super::{Change, KeyPair, Outputs};
use crate::aws::live::Aws;
use crate::aws::live::ec2::{self, filter, stack_filters, tag_map};
use crate::aws::live::failure::{failure, required};
use crate::aws::live::foreign::ours_or_foreign;
use crate::aws::tags::Tags;

const IMPORT: &str = "ec2:ImportKeyPair";
const DESCRIBE: &str = "ec2:DescribeKeyPairs";
const DELETE: &str = "ec2:DeleteKeyPair";

impl Live for KeyPair {
    type Client = Aws;

    async fn find(&self, aws: &Aws, cx: &Context) -> Result<Found<Outputs>, Failure> {
        let named = vec![filter("key-name", vec![self.name.clone()])];
        let Some(pair) = described(aws, named).await?.into_values().next() else {
            return Ok(Found::Absent);
        };
        Ok(ours_or_foreign(
            pair.outputs,
            &pair.tags,
            &cx.mark,
            &format!("the key pair `{}`", self.name),
            "delete it if nobody needs it, or give the app another name",
        ))
    }

    async fn observe(aws: &Aws, outputs: &Outputs) -> Result<Option<Observed<Self>>, Failure> {
        let batch = aws.batch("key-pair", ec2::IDS_MAX, |aws, ids| async move {
            described(&aws, vec![filter("key-pair-id", ids)]).await
        });
        let found = batch.get(&outputs.id).await?;
        Ok(found.map(|found| Observed {
            spec: KeyPair {
                name: found.outputs.name.clone(),
                public_key: found.public_key,
                tags: Tags::observed(found.tags),
            },
            outputs: found.outputs,
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
            Change::Import => {
                let tags = ec2::tag_specification(ResourceType::KeyPair, &self.tags, &cx.mark);
                let import = aws.ec2.import_key_pair().key_name(&self.name);
                let import = import.public_key_material(Blob::new(self.public_key.as_bytes()));
                let sent = import.tag_specifications(tags).send().await;
                let imported = sent.map_err(|e| failure(IMPORT, e))?;
                Ok(Outputs {
                    id: required(IMPORT, imported.key_pair_id)?,
                    name: required(IMPORT, imported.key_name)?,
                })
            }
            Change::Tag => ec2::tag(aws, self.tags.marked(&cx.mark), outputs, |o| &o.id).await,
            Change::Untag(keys) => ec2::untag(aws, keys, outputs, |o| &o.id).await,
            Change::Delete => {
                let outputs = required(DELETE, outputs)?;
                let delete = aws.ec2.delete_key_pair().key_pair_id(&outputs.id);
                delete.send().await.map_err(|e| failure(DELETE, e))?;
                Ok(outputs.clone())
            }
        }
    }

    async fn list(aws: &Aws, stack: &StackName) -> Result<Vec<Outputs>, Failure> {
        let all = described(aws, stack_filters(stack)).await?;
        Ok(all.into_values().map(|found| found.outputs).collect())
    }
}

#[derive(Clone)]
struct Described {
    outputs: Outputs,
    public_key: String,
    tags: BTreeMap<String, String>,
}

/// The answer has no pages: AWS gives all at once [EC2 API: DescribeKeyPairs].
async fn described(
    aws: &Aws,
    filters: Vec<Filter>,
) -> Result<BTreeMap<String, Described>, Failure> {
    let describe = aws.ec2.describe_key_pairs().set_filters(Some(filters));
    let sent = describe.include_public_key(true).send().await;
    let pairs = sent.map_err(|e| failure(DESCRIBE, e))?.key_pairs;
    let described = |pair: KeyPairInfo| {
        let id = required(DESCRIBE, pair.key_pair_id)?;
        let described = Described {
            outputs: Outputs {
                id: id.clone(),
                name: required(DESCRIBE, pair.key_name)?,
            },
            public_key: pair.public_key.unwrap_or_default(),
            tags: tag_map(pair.tags),
        };
        Ok((id, described))
    };
    pairs
        .unwrap_or_default()
        .into_iter()
        .map(described)
        .collect()
}
