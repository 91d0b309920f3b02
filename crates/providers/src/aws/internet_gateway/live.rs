use std::collections::BTreeMap;

use ashore_engine::address::StackName;
use ashore_engine::failure::{Class, Failure};
use ashore_engine::kind::{Context, Found, Live, Observed};
use aws_sdk_ec2::types::{AttachmentStatus, Filter, ResourceType};

use super::{Change, InternetGateway, Outputs};
use crate::aws::live::Aws;
use crate::aws::live::ec2::{self, filter, marked_filters, stack_filters, tag_map};
use crate::aws::live::failure::{failure, known, not_visible_yet, required};
use crate::aws::live::holders;
use crate::aws::tags::Tags;

const CREATE: &str = "ec2:CreateInternetGateway";
const ATTACH: &str = "ec2:AttachInternetGateway";
const DETACH: &str = "ec2:DetachInternetGateway";
const DELETE: &str = "ec2:DeleteInternetGateway";
const DESCRIBE: &str = "ec2:DescribeInternetGateways";

impl Live for InternetGateway {
    type Client = Aws;

    async fn find(&self, aws: &Aws, cx: &Context) -> Result<Found<Outputs>, Failure> {
        let found = described(aws, marked_filters(&cx.mark)).await?;
        let ours = found.into_iter().next();
        Ok(ours.map_or(Found::Absent, |(id, gateway)| {
            Found::Ours(gateway.outputs(id))
        }))
    }

    async fn observe(aws: &Aws, known: &Outputs) -> Result<Option<Observed<Self>>, Failure> {
        let batch = aws.batch("internet-gateway", ec2::IDS_MAX, |aws, ids| async move {
            described(&aws, vec![filter("internet-gateway-id", ids)]).await
        });
        let gateway = batch.get(&known.id).await?;
        Ok(gateway.map(|gateway| Observed {
            outputs: gateway.outputs(known.id.clone()),
            spec: InternetGateway {
                vpc: gateway.vpc.unwrap_or_default().into(),
                tags: Tags::observed(gateway.tags),
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
                let tags =
                    ec2::tag_specification(ResourceType::InternetGateway, &self.tags, &cx.mark);
                let create = aws.ec2.create_internet_gateway().tag_specifications(tags);
                let created = create.send().await.map_err(|e| failure(CREATE, e))?;
                let gateway = created.internet_gateway;
                let id = gateway.and_then(|gateway| gateway.internet_gateway_id);
                Ok(Outputs {
                    id: required(CREATE, id)?,
                    attached: None,
                })
            }
            Change::Attach => {
                let id = &required(ATTACH, outputs)?.id;
                let attach = aws.ec2.attach_internet_gateway().internet_gateway_id(id);
                let sent = attach.vpc_id(known(ATTACH, &self.vpc)?).send().await;
                sent.map_err(|e| not_visible_yet(failure(ATTACH, e)))?;
                Ok(Outputs {
                    id: id.clone(),
                    attached: Some(id.clone()),
                })
            }
            Change::Tag => ec2::tag(aws, self.tags.marked(&cx.mark), outputs, |o| &o.id).await,
            Change::Untag(keys) => ec2::untag(aws, keys, outputs, |o| &o.id).await,
            Change::Detach(vpc) => detach(aws, &required(DETACH, outputs)?.id, vpc).await,
            Change::Delete => {
                let outputs = required(DELETE, outputs)?;
                let delete = aws.ec2.delete_internet_gateway();
                let sent = delete.internet_gateway_id(&outputs.id).send().await;
                sent.map_err(|e| failure(DELETE, e))?;
                Ok(outputs.clone())
            }
        }
    }

    async fn list(aws: &Aws, stack: &StackName) -> Result<Vec<Outputs>, Failure> {
        let all = described(aws, stack_filters(stack)).await?;
        let outputs = |(id, gateway): (String, Described)| gateway.outputs(id);
        Ok(all.into_iter().map(outputs).collect())
    }
}

/// Refused while anything in the VPC has a public address, and AWS does not say what [terraform
/// #497, #1628].
async fn detach(aws: &Aws, id: &str, vpc: &str) -> Result<Outputs, Failure> {
    let detach = aws.ec2.detach_internet_gateway().internet_gateway_id(id);
    let refused = match detach.vpc_id(vpc).send().await {
        Ok(_) => None,
        // `Gateway.NotAttached`, or no such gateway. A later DeleteInternetGateway tells.
        Err(error) => Some(failure(DETACH, error)).filter(|refused| refused.class != Class::Gone),
    };
    match refused {
        None => Ok(Outputs {
            id: id.to_string(),
            attached: None,
        }),
        Some(refused) => Err(holders::named(refused, holders::public_interfaces(aws, vpc)).await),
    }
}

#[derive(Clone)]
struct Described {
    vpc: Option<String>,
    tags: BTreeMap<String, String>,
}

impl Described {
    fn outputs(&self, id: String) -> Outputs {
        let attached = self.vpc.is_some().then(|| id.clone());
        Outputs { id, attached }
    }
}

async fn described(
    aws: &Aws,
    filters: Vec<Filter>,
) -> Result<BTreeMap<String, Described>, Failure> {
    let request = aws.ec2.describe_internet_gateways();
    let pages = request.set_filters(Some(filters)).into_paginator().items();
    let gateways: Vec<aws_sdk_ec2::types::InternetGateway> = pages
        .send()
        .collect::<Result<_, _>>()
        .await
        .map_err(|e| failure(DESCRIBE, e))?;
    let described = |gateway: aws_sdk_ec2::types::InternetGateway| {
        let attachments = gateway.attachments.unwrap_or_default().into_iter();
        let mut attached = attachments.filter(|attachment| {
            // "available" on the wire, which the model does not have [terraform-provider-aws].
            !matches!(
                attachment.state,
                Some(AttachmentStatus::Detached | AttachmentStatus::Detaching)
            )
        });
        let gateway_id = required(DESCRIBE, gateway.internet_gateway_id)?;
        let described = Described {
            vpc: attached.next().and_then(|attachment| attachment.vpc_id),
            tags: tag_map(gateway.tags),
        };
        Ok((gateway_id, described))
    };
    gateways.into_iter().map(described).collect()
}
