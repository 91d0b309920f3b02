use std::collections::BTreeMap;

use ashore_engine::address::StackName;
use ashore_engine::failure::Failure;
use ashore_engine::kind::{Context, Found, Live, Observed};
use aws_sdk_ec2::types::{Address, DomainType, Filter, ResourceType};

use super::{Change, ElasticIp, Outputs};
use crate::aws::live::Aws;
use crate::aws::live::ec2::{self, filter, marked_filters, stack_filters, tag_map};
use crate::aws::live::failure::{failure, required};
use crate::aws::tags::Tags;

const ALLOCATE: &str = "ec2:AllocateAddress";
const RELEASE: &str = "ec2:ReleaseAddress";
const DESCRIBE: &str = "ec2:DescribeAddresses";

impl Live for ElasticIp {
    type Client = Aws;

    async fn find(&self, aws: &Aws, cx: &Context) -> Result<Found<Outputs>, Failure> {
        let found = described(aws, marked_filters(&cx.mark)).await?;
        let ours = found.into_values().next();
        Ok(ours.map_or(Found::Absent, |found| Found::Ours(found.outputs)))
    }

    async fn observe(aws: &Aws, outputs: &Outputs) -> Result<Option<Observed<Self>>, Failure> {
        let batch = aws.batch("address", ec2::IDS_MAX, |aws, ids| async move {
            described(&aws, vec![filter("allocation-id", ids)]).await
        });
        let found = batch.get(&outputs.id).await?;
        Ok(found.map(|found| Observed {
            outputs: found.outputs,
            spec: ElasticIp {
                tags: Tags::observed(found.tags),
            },
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
            Change::Create => {
                let tags = ec2::tag_specification(ResourceType::ElasticIp, &self.tags, &cx.mark);
                let allocate = aws.ec2.allocate_address().domain(DomainType::Vpc);
                let sent = allocate.tag_specifications(tags).send().await;
                let allocated = sent.map_err(|e| failure(ALLOCATE, e))?;
                Ok(Outputs {
                    id: required(ALLOCATE, allocated.allocation_id)?,
                    address: required(ALLOCATE, allocated.public_ip)?,
                })
            }
            Change::Tag => ec2::tag(aws, self.tags.marked(&cx.mark), outputs, |o| &o.id).await,
            Change::Untag(keys) => ec2::untag(aws, keys, outputs, |o| &o.id).await,
            Change::Delete => {
                let outputs = required(RELEASE, outputs)?;
                let release = aws.ec2.release_address().allocation_id(&outputs.id);
                release.send().await.map_err(|e| failure(RELEASE, e))?;
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
    tags: BTreeMap<String, String>,
}

/// The answer has no pages: AWS gives all at once [EC2 API: DescribeAddresses].
async fn described(
    aws: &Aws,
    filters: Vec<Filter>,
) -> Result<BTreeMap<String, Described>, Failure> {
    let describe = aws.ec2.describe_addresses().set_filters(Some(filters));
    let sent = describe.send().await.map_err(|e| failure(DESCRIBE, e))?;
    let described = |address: Address| {
        let id = required(DESCRIBE, address.allocation_id)?;
        let described = Described {
            outputs: Outputs {
                id: id.clone(),
                address: required(DESCRIBE, address.public_ip)?,
            },
            tags: tag_map(address.tags),
        };
        Ok((id, described))
    };
    let addresses = sent.addresses.unwrap_or_default().into_iter();
    addresses.map(described).collect()
}
