use std::collections::BTreeMap;

use ashore_engine::address::StackName;
use ashore_engine::failure::Failure;
use ashore_engine::kind::{Context, Found, Live, Observed};
use aws_sdk_ec2::types::{AttributeBooleanValue, ResourceType, VpcAttributeName};

use super::{Change, Outputs, Vpc};
use crate::aws::live::Aws;
use crate::aws::live::ec2::{self, marked_filters, stack_filters, tag_map};
use crate::aws::live::failure::{failure, required};
use crate::aws::tags::Tags;

// Ready at once: later calls that do not see it yet are tried again as eventual.
impl Live for Vpc {
    type Client = Aws;

    async fn find(&self, aws: &Aws, cx: &Context) -> Result<Found<Outputs>, Failure> {
        let found = described(aws, marked_filters(&cx.mark)).await?;
        Ok(match found.into_values().next() {
            Some(vpc) => Found::Ours(Outputs { id: vpc.id }),
            None => Found::Absent,
        })
    }

    async fn observe(aws: &Aws, outputs: &Outputs) -> Result<Option<Observed<Self>>, Failure> {
        let vpcs = aws.batch("vpc", ec2::IDS_MAX, |aws, ids| async move {
            described(&aws, vec![ec2::filter("vpc-id", ids)]).await
        });
        let (vpc, hostnames) =
            futures_util::join!(vpcs.get(&outputs.id), dns_hostnames(aws, &outputs.id));
        let Some(vpc) = vpc? else { return Ok(None) };
        let Some(dns_hostnames) = hostnames? else {
            return Ok(None);
        };
        let spec = Vpc {
            cidr: vpc.cidr,
            dns_hostnames,
            tags: Tags::observed(vpc.tags),
        };
        Ok(Some(Observed {
            spec,
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
            Change::Create => {
                let tags = ec2::tag_specification(ResourceType::Vpc, &self.tags, &cx.mark);
                let create = aws
                    .ec2
                    .create_vpc()
                    .cidr_block(&self.cidr)
                    .tag_specifications(tags);
                let created = create
                    .send()
                    .await
                    .map_err(|e| failure("ec2:CreateVpc", e))?;
                let id = created.vpc.and_then(|vpc| vpc.vpc_id);
                Ok(Outputs {
                    id: required("ec2:CreateVpc", id)?,
                })
            }
            Change::DnsHostnames => {
                let outputs = required("ec2:ModifyVpcAttribute", outputs)?;
                let value = AttributeBooleanValue::builder()
                    .value(self.dns_hostnames)
                    .build();
                let modify = aws.ec2.modify_vpc_attribute().vpc_id(&outputs.id);
                let modified = modify.enable_dns_hostnames(value).send().await;
                modified.map_err(|e| ec2::not_visible_yet(failure("ec2:ModifyVpcAttribute", e)))?;
                Ok(outputs.clone())
            }
            Change::Tag => ec2::tag(aws, &self.tags, outputs, |o| &o.id).await,
            Change::Untag(keys) => ec2::untag(aws, keys, outputs, |o| &o.id).await,
            Change::Delete => {
                let outputs = required("ec2:DeleteVpc", outputs)?;
                let deleted = aws.ec2.delete_vpc().vpc_id(&outputs.id).send().await;
                deleted.map_err(|e| failure("ec2:DeleteVpc", e))?;
                Ok(outputs.clone())
            }
        }
    }

    async fn list(aws: &Aws, stack: &StackName) -> Result<Vec<Outputs>, Failure> {
        let all = described(aws, stack_filters(stack)).await?;
        Ok(all
            .into_values()
            .map(|vpc| Outputs { id: vpc.id })
            .collect())
    }
}

#[derive(Clone)]
struct Described {
    id: String,
    cidr: String,
    tags: BTreeMap<String, String>,
}

async fn described(
    aws: &Aws,
    filters: Vec<aws_sdk_ec2::types::Filter>,
) -> Result<BTreeMap<String, Described>, Failure> {
    let pages = aws
        .ec2
        .describe_vpcs()
        .set_filters(Some(filters))
        .into_paginator()
        .items()
        .send();
    let vpcs: Vec<aws_sdk_ec2::types::Vpc> = pages
        .collect::<Result<_, _>>()
        .await
        .map_err(|e| failure("ec2:DescribeVpcs", e))?;
    vpcs.into_iter()
        .map(|vpc| {
            let id = required("ec2:DescribeVpcs", vpc.vpc_id)?;
            let cidr = required("ec2:DescribeVpcs", vpc.cidr_block)?;
            Ok((
                id.clone(),
                Described {
                    id,
                    cidr,
                    tags: tag_map(vpc.tags),
                },
            ))
        })
        .collect()
}

/// None if there is no such VPC.
async fn dns_hostnames(aws: &Aws, id: &str) -> Result<Option<bool>, Failure> {
    let attribute = VpcAttributeName::EnableDnsHostnames;
    let described = aws
        .ec2
        .describe_vpc_attribute()
        .vpc_id(id)
        .attribute(attribute)
        .send()
        .await;
    match described.map_err(|e| failure("ec2:DescribeVpcAttribute", e)) {
        Ok(answer) => Ok(Some(
            answer
                .enable_dns_hostnames
                .and_then(|value| value.value)
                .unwrap_or(false),
        )),
        Err(error) if error.code == "InvalidVpcID.NotFound" => Ok(None),
        Err(error) => Err(error),
    }
}
