use std::collections::BTreeMap;

use ashore_engine::address::StackName;
use ashore_engine::failure::{Class, Failure};
use ashore_engine::kind::{Context, Foreign, Found, Live, Observed};
use aws_sdk_ec2::types::{Filter, ResourceType};

use super::{Change, Outputs, Subnet, overlap};
use crate::aws::live::Aws;
use crate::aws::live::ec2::{self, filter, marked_filters, stack_filters, tag_map};
use crate::aws::live::failure::{failure, known, not_visible_yet, required};
use crate::aws::live::holders;
use crate::aws::tags::{self, Tags};

const CREATE: &str = "ec2:CreateSubnet";
const DESCRIBE: &str = "ec2:DescribeSubnets";
const DELETE: &str = "ec2:DeleteSubnet";

// Ready at once: later calls that do not see it yet are tried again as eventual.
impl Live for Subnet {
    type Client = Aws;

    async fn find(&self, aws: &Aws, cx: &Context) -> Result<Found<Outputs>, Failure> {
        let marked = described(aws, marked_filters(&cx.mark)).await?;
        if let Some(subnet) = marked.into_values().next() {
            return Ok(Found::Ours(Outputs { id: subnet.id }));
        }
        // One of this stack that is on its way out may still be shown: that is no reason to stop.
        let others = self.in_the_way(aws).await?.into_iter();
        let mut foreign = others.filter(|other| !tags::of_stack(&other.tags, &cx.mark.stack));
        Ok(match foreign.next() {
            Some(other) => Found::Foreign(Foreign {
                who: format!("subnet {}", other.in_words()),
                advice: "give the network another range, or delete that subnet".into(),
            }),
            None => Found::Absent,
        })
    }

    async fn observe(aws: &Aws, outputs: &Outputs) -> Result<Option<Observed<Self>>, Failure> {
        let batch = aws.batch("subnet", ec2::IDS_MAX, |aws, ids| async move {
            described(&aws, vec![filter("subnet-id", ids)]).await
        });
        let subnet = batch.get(&outputs.id).await?;
        Ok(subnet.map(|subnet| Observed {
            spec: Subnet {
                vpc: subnet.vpc.into(),
                cidr: subnet.cidr,
                zone: subnet.zone,
                tags: Tags::observed(subnet.tags),
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
            Change::Create => self.create(aws, cx).await,
            Change::Tag => ec2::tag(aws, &self.tags, outputs, |o| &o.id).await,
            Change::Untag(keys) => ec2::untag(aws, keys, outputs, |o| &o.id).await,
            Change::Delete => {
                let outputs = required(DELETE, outputs)?;
                let sent = aws.ec2.delete_subnet().subnet_id(&outputs.id).send().await;
                match sent.map_err(|e| failure(DELETE, e)) {
                    Ok(_) => Ok(outputs.clone()),
                    Err(refused) => {
                        let within = vec![filter("subnet-id", vec![outputs.id.clone()])];
                        Err(holders::named(refused, holders::interfaces(aws, within)).await)
                    }
                }
            }
        }
    }

    async fn list(aws: &Aws, stack: &StackName) -> Result<Vec<Outputs>, Failure> {
        let all = described(aws, stack_filters(stack)).await?;
        Ok(all.into_keys().map(|id| Outputs { id }).collect())
    }
}

impl Subnet {
    async fn create(&self, aws: &Aws, cx: &Context) -> Result<Outputs, Failure> {
        let tags = ec2::tag_specification(ResourceType::Subnet, &self.tags, &cx.mark);
        let create = aws
            .ec2
            .create_subnet()
            .vpc_id(known(CREATE, &self.vpc)?)
            .cidr_block(&self.cidr)
            .availability_zone(&self.zone)
            .tag_specifications(tags);
        match create.send().await.map_err(|e| failure(CREATE, e)) {
            Ok(created) => {
                let id = created.subnet.and_then(|subnet| subnet.subnet_id);
                Ok(Outputs {
                    id: required(CREATE, id)?,
                })
            }
            // AWS does not say which subnet has the range.
            Err(refused) if refused.class == Class::Exists => {
                let others = self.in_the_way(aws).await?;
                Err(refused.with_evidence(others.iter().map(|other| {
                    let other = other.in_words();
                    format!("{} overlaps with subnet {other}", self.cidr)
                })))
            }
            Err(refused) => Err(not_visible_yet(refused)),
        }
    }

    /// The subnets of its VPC that have an address in common with it.
    async fn in_the_way(&self, aws: &Aws) -> Result<Vec<Described>, Failure> {
        let Some(vpc) = self.vpc.known() else {
            return Ok(Vec::new());
        };
        let all = described(aws, vec![filter("vpc-id", vec![vpc.clone()])]).await?;
        let others = all.into_values();
        Ok(others
            .filter(|other| overlap(&self.cidr, &other.cidr))
            .collect())
    }
}

#[derive(Clone)]
struct Described {
    id: String,
    vpc: String,
    cidr: String,
    zone: String,
    tags: BTreeMap<String, String>,
}

impl Described {
    fn in_words(&self) -> String {
        let whose = tags::owner(&self.tags).map(|owner| format!(" of {owner}"));
        format!("{} ({}){}", self.id, self.cidr, whose.unwrap_or_default())
    }
}

async fn described(
    aws: &Aws,
    filters: Vec<Filter>,
) -> Result<BTreeMap<String, Described>, Failure> {
    let request = aws.ec2.describe_subnets().set_filters(Some(filters));
    let subnets: Vec<aws_sdk_ec2::types::Subnet> = request
        .into_paginator()
        .items()
        .send()
        .collect::<Result<_, _>>()
        .await
        .map_err(|e| failure(DESCRIBE, e))?;
    let described = |subnet: aws_sdk_ec2::types::Subnet| {
        let id = required(DESCRIBE, subnet.subnet_id)?;
        let subnet = Described {
            id: id.clone(),
            vpc: required(DESCRIBE, subnet.vpc_id)?,
            cidr: required(DESCRIBE, subnet.cidr_block)?,
            zone: required(DESCRIBE, subnet.availability_zone)?,
            tags: tag_map(subnet.tags),
        };
        Ok((id, subnet))
    };
    subnets.into_iter().map(described).collect()
}
