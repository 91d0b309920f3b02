use std::collections::BTreeMap;
use std::time::Duration;

use ashore_engine::address::StackName;
use ashore_engine::failure::{Class, Failure};
use ashore_engine::kind::{Context, Found, Live, Observed, Readiness};
use aws_sdk_ec2::types::{
    AttributeBooleanValue, ResourceType, VpcAttributeName, VpcCidrBlockStateCode as State,
    VpcIpv6CidrBlockAssociation,
};

use super::{Change, Outputs, Vpc};
use crate::aws::live::Aws;
use crate::aws::live::ec2::{self, marked_filters, stack_filters, tag_map};
use crate::aws::live::failure::{failure, required};
use crate::aws::live::pace;
use crate::aws::tags::Tags;

const ASSOCIATE: &str = "ec2:AssociateVpcCidrBlock";
const DISASSOCIATE: &str = "ec2:DisassociateVpcCidrBlock";
/// An IPv6 range is there within seconds.
const LOOK_AFTER: Duration = Duration::from_secs(2);

impl Live for Vpc {
    type Client = Aws;

    async fn find(&self, aws: &Aws, cx: &Context) -> Result<Found<Outputs>, Failure> {
        let found = described(aws, marked_filters(&cx.mark)).await?;
        Ok(match found.into_values().next() {
            Some(vpc) => Found::Ours(vpc.outputs()),
            None => Found::Absent,
        })
    }

    async fn observe(aws: &Aws, outputs: &Outputs) -> Result<Option<Observed<Self>>, Failure> {
        let (vpc, hostnames) =
            futures_util::join!(by_id(aws, &outputs.id), dns_hostnames(aws, &outputs.id));
        let Some(vpc) = vpc? else { return Ok(None) };
        let Some(dns_hostnames) = hostnames? else {
            return Ok(None);
        };
        Ok(Some(Observed {
            outputs: vpc.outputs(),
            spec: Vpc {
                cidr: vpc.cidr,
                dns_hostnames,
                ipv6: vpc.ipv6.is_some(),
                tags: Tags::observed(vpc.tags),
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
                let tags = ec2::tag_specification(ResourceType::Vpc, &self.tags, &cx.mark);
                let create = aws
                    .ec2
                    .create_vpc()
                    .cidr_block(&self.cidr)
                    .set_amazon_provided_ipv6_cidr_block(self.ipv6.then_some(true))
                    .tag_specifications(tags);
                let created = create
                    .send()
                    .await
                    .map_err(|e| failure("ec2:CreateVpc", e))?;
                let vpc = required("ec2:CreateVpc", created.vpc)?;
                let ipv6 = ours(vpc.ipv6_cidr_block_association_set());
                Ok(Outputs {
                    id: required("ec2:CreateVpc", vpc.vpc_id)?,
                    ipv6_cidr: None,
                    ipv6_association: ipv6.map(|it| it.association),
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
            Change::AssociateIpv6 => {
                let outputs = required(ASSOCIATE, outputs)?;
                let associate = aws.ec2.associate_vpc_cidr_block().vpc_id(&outputs.id);
                let associate = associate.amazon_provided_ipv6_cidr_block(true);
                let sent = associate.send().await;
                let sent = sent.map_err(|e| ec2::not_visible_yet(failure(ASSOCIATE, e)))?;
                let made = required(ASSOCIATE, sent.ipv6_cidr_block_association)?;
                Ok(Outputs {
                    ipv6_association: Some(required(ASSOCIATE, made.association_id)?),
                    ..outputs.clone()
                })
            }
            Change::DisassociateIpv6 => {
                let outputs = required(DISASSOCIATE, outputs)?;
                let association = required(DISASSOCIATE, outputs.ipv6_association.as_ref())?;
                let disassociate = aws.ec2.disassociate_vpc_cidr_block();
                let sent = disassociate.association_id(association).send().await;
                sent.map_err(|e| failure(DISASSOCIATE, e))?;
                Ok(Outputs {
                    ipv6_cidr: None,
                    ipv6_association: None,
                    ..outputs.clone()
                })
            }
            Change::Tag => ec2::tag(aws, self.tags.marked(&cx.mark), outputs, |o| &o.id).await,
            Change::Untag(keys) => ec2::untag(aws, keys, outputs, |o| &o.id).await,
            Change::Delete => {
                let outputs = required("ec2:DeleteVpc", outputs)?;
                let deleted = aws.ec2.delete_vpc().vpc_id(&outputs.id).send().await;
                deleted.map_err(|e| failure("ec2:DeleteVpc", e))?;
                Ok(outputs.clone())
            }
        }
    }

    /// At once, for later calls that do not see it yet are tried again as eventual; but its IPv6
    /// range cannot be parted before it is associated.
    async fn ready(
        &self,
        aws: &Aws,
        cx: &Context,
        known: &Outputs,
    ) -> Result<Readiness<Outputs>, Failure> {
        if !self.ipv6 {
            return Ok(Readiness::Ready(known.clone()));
        }
        let pending = |outputs: Outputs, why: String| Readiness::Pending {
            outputs,
            why,
            look_after: pace::look_after(cx.waited, LOOK_AFTER),
        };
        let Some(vpc) = by_id(aws, &known.id).await? else {
            return Ok(pending(known.clone(), "not visible yet".into()));
        };
        let outputs = vpc.outputs();
        Ok(match vpc.ipv6 {
            Some(Ipv6 {
                state: Some(State::Associated),
                ..
            }) => Readiness::Ready(outputs),
            Some(Ipv6 {
                state: Some(State::Failing | State::Failed),
                why,
                ..
            }) => {
                let why = why.unwrap_or("AWS gives no reason".into());
                Readiness::Failed(Failure::new(Class::Invalid, ASSOCIATE, "failed", why))
            }
            Some(ipv6) => {
                let state = ipv6.state.as_ref().map_or("unknown", State::as_str);
                pending(outputs, format!("its IPv6 range is {state}"))
            }
            None => pending(outputs, "its IPv6 range is not visible yet".into()),
        })
    }

    async fn list(aws: &Aws, stack: &StackName) -> Result<Vec<Outputs>, Failure> {
        let all = described(aws, stack_filters(stack)).await?;
        Ok(all.into_values().map(|vpc| vpc.outputs()).collect())
    }
}

#[derive(Clone)]
struct Described {
    id: String,
    cidr: String,
    ipv6: Option<Ipv6>,
    tags: BTreeMap<String, String>,
}

/// A range of Amazon's that is bound to a VPC, or about to be.
#[derive(Clone)]
struct Ipv6 {
    range: Option<String>,
    association: String,
    state: Option<State>,
    why: Option<String>,
}

impl Described {
    fn outputs(&self) -> Outputs {
        let ready = |ipv6: &&Ipv6| ipv6.state == Some(State::Associated);
        let range = self.ipv6.as_ref().filter(ready);
        Outputs {
            id: self.id.clone(),
            ipv6_cidr: range.and_then(|ipv6| ipv6.range.clone()),
            ipv6_association: self.ipv6.as_ref().map(|ipv6| ipv6.association.clone()),
        }
    }
}

/// The range of Amazon's among them that is not on its way out. A VPC can have ranges of its
/// owner's too: those are theirs.
fn ours(associations: &[VpcIpv6CidrBlockAssociation]) -> Option<Ipv6> {
    associations.iter().find_map(|it| {
        let state = it.ipv6_cidr_block_state();
        let code = state.and_then(|state| state.state());
        let going = matches!(code, Some(State::Disassociating | State::Disassociated));
        let amazons = it.ipv6_pool().is_none_or(|pool| pool == "Amazon");
        (amazons && !going).then_some(())?;
        Some(Ipv6 {
            range: it.ipv6_cidr_block().map(str::to_string),
            association: it.association_id()?.to_string(),
            state: code.cloned(),
            why: state
                .and_then(|state| state.status_message())
                .map(str::to_string),
        })
    })
}

async fn by_id(aws: &Aws, id: &str) -> Result<Option<Described>, Failure> {
    let vpcs = aws.batch("vpc", ec2::IDS_MAX, |aws, ids| async move {
        described(&aws, vec![ec2::filter("vpc-id", ids)]).await
    });
    vpcs.get(id).await
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
            let ipv6 = ours(vpc.ipv6_cidr_block_association_set());
            let id = required("ec2:DescribeVpcs", vpc.vpc_id)?;
            let cidr = required("ec2:DescribeVpcs", vpc.cidr_block)?;
            Ok((
                id.clone(),
                Described {
                    id,
                    cidr,
                    ipv6,
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
