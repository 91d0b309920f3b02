use std::collections::BTreeMap;
use std::time::Duration;

use ashore_engine::address::StackName;
use ashore_engine::failure::{Class, Failure};
use ashore_engine::kind::{Context, Foreign, Found, Live, Observed, Readiness};
use aws_sdk_ec2::types::{
    Filter, ResourceType, SubnetCidrBlockStateCode as State, SubnetIpv6CidrBlockAssociation,
};

use super::{Change, Ipv6, Outputs, Subnet, overlap};
use crate::aws::live::Aws;
use crate::aws::live::ec2::{self, filter, marked_filters, stack_filters, tag_map};
use crate::aws::live::failure::{failure, known, not_visible_yet, required};
use crate::aws::live::holders;
use crate::aws::live::pace;
use crate::aws::tags::{self, Tags};

const CREATE: &str = "ec2:CreateSubnet";
const DESCRIBE: &str = "ec2:DescribeSubnets";
const DELETE: &str = "ec2:DeleteSubnet";
const ASSOCIATE: &str = "ec2:AssociateSubnetCidrBlock";
const DISASSOCIATE: &str = "ec2:DisassociateSubnetCidrBlock";
/// An IPv6 range is there within seconds.
const LOOK_AFTER: Duration = Duration::from_secs(2);

impl Live for Subnet {
    type Client = Aws;

    async fn find(&self, aws: &Aws, cx: &Context) -> Result<Found<Outputs>, Failure> {
        let marked = described(aws, marked_filters(&cx.mark)).await?;
        if let Some(subnet) = marked.into_values().next() {
            return Ok(Found::Ours(subnet.outputs()));
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
        let subnet = by_id(aws, &outputs.id).await?;
        Ok(subnet.map(|subnet| Observed {
            outputs: subnet.outputs(),
            spec: Subnet {
                vpc: subnet.vpc.into(),
                cidr: subnet.cidr,
                zone: subnet.zone,
                ipv6: subnet.ipv6.and_then(|ipv6| Ipv6::of(&ipv6.range)),
                tags: Tags::observed(subnet.tags),
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
            Change::Create => self.create(aws, cx).await,
            Change::AssociateIpv6 => {
                let outputs = required(ASSOCIATE, outputs)?;
                let range = required(ASSOCIATE, self.ipv6_range(ASSOCIATE)?)?;
                let associate = aws.ec2.associate_subnet_cidr_block().subnet_id(&outputs.id);
                let sent = associate.ipv6_cidr_block(range).send().await;
                let sent = sent.map_err(|e| not_visible_yet(failure(ASSOCIATE, e)))?;
                let made = required(ASSOCIATE, sent.ipv6_cidr_block_association)?;
                Ok(Outputs {
                    ipv6_association: Some(required(ASSOCIATE, made.association_id)?),
                    ..outputs.clone()
                })
            }
            Change::DisassociateIpv6 => {
                let outputs = required(DISASSOCIATE, outputs)?;
                let association = required(DISASSOCIATE, outputs.ipv6_association.as_ref())?;
                let disassociate = aws.ec2.disassociate_subnet_cidr_block();
                let sent = disassociate.association_id(association).send().await;
                sent.map_err(|e| failure(DISASSOCIATE, e))?;
                Ok(Outputs {
                    ipv6_association: None,
                    ..outputs.clone()
                })
            }
            Change::Tag => ec2::tag(aws, self.tags.marked(&cx.mark), outputs, |o| &o.id).await,
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

    /// At once, for later calls that do not see it yet are tried again as eventual; but a
    /// dual-stack balancer is refused in it before its IPv6 range is associated.
    async fn ready(
        &self,
        aws: &Aws,
        cx: &Context,
        known: &Outputs,
    ) -> Result<Readiness<Outputs>, Failure> {
        if self.ipv6.is_none() {
            return Ok(Readiness::Ready(known.clone()));
        }
        let there = by_id(aws, &known.id).await?;
        let outputs = there.as_ref().map_or(known.clone(), Described::outputs);
        let state = there.and_then(|subnet| subnet.ipv6?.state);
        Ok(match state {
            Some(State::Associated) => Readiness::Ready(outputs),
            Some(failed @ (State::Failing | State::Failed)) => Readiness::Failed(Failure::new(
                Class::Invalid,
                ASSOCIATE,
                failed.as_str(),
                "its IPv6 range cannot be associated",
            )),
            state => Readiness::Pending {
                outputs,
                why: format!(
                    "its IPv6 range is {}",
                    state.as_ref().map_or("not visible yet", State::as_str)
                ),
                look_after: pace::look_after(cx.waited, LOOK_AFTER),
            },
        })
    }

    async fn list(aws: &Aws, stack: &StackName) -> Result<Vec<Outputs>, Failure> {
        let all = described(aws, stack_filters(stack)).await?;
        Ok(all.into_values().map(|subnet| subnet.outputs()).collect())
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
            .set_ipv6_cidr_block(self.ipv6_range(CREATE)?)
            .availability_zone(&self.zone)
            .tag_specifications(tags);
        match create.send().await.map_err(|e| failure(CREATE, e)) {
            Ok(created) => {
                let subnet = required(CREATE, created.subnet)?;
                let ipv6 = there(subnet.ipv6_cidr_block_association_set());
                Ok(Outputs {
                    id: required(CREATE, subnet.subnet_id)?,
                    ipv6_association: ipv6.map(|ipv6| ipv6.association),
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

    /// The IPv6 range that it is to have, if any.
    fn ipv6_range(&self, operation: &'static str) -> Result<Option<String>, Failure> {
        let Some(Ipv6 { within, index }) = &self.ipv6 else {
            return Ok(None);
        };
        let within = known(operation, within)?;
        let range = Ipv6::range(within, *index).ok_or_else(|| {
            let message = format!("{within} is no IPv6 range of 56 bits");
            Failure::new(Class::Invalid, operation, "NoSuchRange", message)
        })?;
        Ok(Some(range))
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
    ipv6: Option<Range>,
    tags: BTreeMap<String, String>,
}

/// An IPv6 range that is bound to a subnet, or about to be.
#[derive(Clone)]
struct Range {
    range: String,
    association: String,
    state: Option<State>,
}

/// The one among them that is not on its way out.
fn there(associations: &[SubnetIpv6CidrBlockAssociation]) -> Option<Range> {
    associations.iter().find_map(|it| {
        let state = it.ipv6_cidr_block_state().and_then(|state| state.state());
        let going = matches!(state, Some(State::Disassociating | State::Disassociated));
        (!going).then_some(())?;
        Some(Range {
            range: it.ipv6_cidr_block()?.to_string(),
            association: it.association_id()?.to_string(),
            state: state.cloned(),
        })
    })
}

async fn by_id(aws: &Aws, id: &str) -> Result<Option<Described>, Failure> {
    let batch = aws.batch("subnet", ec2::IDS_MAX, |aws, ids| async move {
        described(&aws, vec![filter("subnet-id", ids)]).await
    });
    batch.get(id).await
}

impl Described {
    fn outputs(&self) -> Outputs {
        Outputs {
            id: self.id.clone(),
            ipv6_association: self.ipv6.as_ref().map(|ipv6| ipv6.association.clone()),
        }
    }

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
        let ipv6 = there(subnet.ipv6_cidr_block_association_set());
        let id = required(DESCRIBE, subnet.subnet_id)?;
        let subnet = Described {
            id: id.clone(),
            vpc: required(DESCRIBE, subnet.vpc_id)?,
            cidr: required(DESCRIBE, subnet.cidr_block)?,
            zone: required(DESCRIBE, subnet.availability_zone)?,
            ipv6,
            tags: tag_map(subnet.tags),
        };
        Ok((id, subnet))
    };
    subnets.into_iter().map(described).collect()
}
