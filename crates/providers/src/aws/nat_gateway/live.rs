use std::collections::BTreeMap;
use std::time::Duration;

use ashore_engine::address::StackName;
use ashore_engine::failure::{Class, Failure};
use ashore_engine::kind::{Context, Found, Gone, Live, Observed, Readiness};
use aws_sdk_ec2::types::{
    AvailabilityMode, Filter, NatGateway as SdkNatGateway, NatGatewayState as State, ResourceType,
};

use super::{Change, NatGateway, Outputs, Place};
use crate::aws::live::Aws;
use crate::aws::live::ec2::{self, filter, marked_filters, stack_filters, tag_map};
use crate::aws::live::failure::{failure, known, not_visible_yet, required};
use crate::aws::live::pace;
use crate::aws::tags::Tags;

const CREATE: &str = "ec2:CreateNatGateway";
const DELETE: &str = "ec2:DeleteNatGateway";
const DESCRIBE: &str = "ec2:DescribeNatGateways";
/// It takes a minute or two to come.
const LOOK_AFTER: Duration = Duration::from_secs(5);

impl Live for NatGateway {
    type Client = Aws;

    async fn find(&self, aws: &Aws, cx: &Context) -> Result<Found<Outputs>, Failure> {
        let found = described(aws, marked_filters(&cx.mark)).await?;
        let ours = found.into_iter().find(|(_, gateway)| gateway.is_there());
        Ok(ours.map_or(Found::Absent, |(id, _)| Found::Ours(Outputs { id })))
    }

    async fn observe(aws: &Aws, outputs: &Outputs) -> Result<Option<Observed<Self>>, Failure> {
        let gateway = by_id(aws, &outputs.id).await?;
        let Some(gateway) = gateway.filter(Described::is_there) else {
            return Ok(None);
        };
        Ok(Some(Observed {
            outputs: outputs.clone(),
            spec: NatGateway {
                place: gateway.place,
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
            Change::Create => self.create(aws, cx).await,
            Change::Tag => ec2::tag(aws, self.tags.marked(&cx.mark), outputs, |o| &o.id).await,
            Change::Untag(keys) => ec2::untag(aws, keys, outputs, |o| &o.id).await,
            Change::Delete => {
                let outputs = required(DELETE, outputs)?;
                let delete = aws.ec2.delete_nat_gateway().nat_gateway_id(&outputs.id);
                delete.send().await.map_err(|e| failure(DELETE, e))?;
                Ok(outputs.clone())
            }
        }
    }

    async fn ready(
        &self,
        aws: &Aws,
        cx: &Context,
        known: &Outputs,
    ) -> Result<Readiness<Outputs>, Failure> {
        let gateway = by_id(aws, &known.id).await?;
        let pending = |why: String| Readiness::Pending {
            outputs: known.clone(),
            why,
            look_after: pace::look_after(cx.waited, LOOK_AFTER),
        };
        Ok(match gateway {
            None => pending("not visible yet".into()),
            Some(Described {
                state: State::Available,
                ..
            }) => Readiness::Ready(known.clone()),
            Some(Described {
                state: State::Failed,
                failed,
                ..
            }) => Readiness::Failed(failed),
            Some(Described { state, .. }) => pending(state.as_str().to_string()),
        })
    }

    /// Its interface holds the subnet, its address the internet gateway, until it is deleted.
    async fn gone(aws: &Aws, outputs: &Outputs) -> Result<Gone, Failure> {
        Ok(match by_id(aws, &outputs.id).await? {
            Some(Described {
                state: State::Deleting | State::Available | State::Pending,
                ..
            }) => Gone::Held {
                by: "AWS, which is still deleting it".into(),
                look_after: LOOK_AFTER,
            },
            _ => Gone::Gone,
        })
    }

    async fn list(aws: &Aws, stack: &StackName) -> Result<Vec<Outputs>, Failure> {
        let all = described(aws, stack_filters(stack)).await?.into_iter();
        let there = all.filter(|(_, gateway)| gateway.is_there());
        Ok(there.map(|(id, _)| Outputs { id }).collect())
    }
}

impl NatGateway {
    async fn create(&self, aws: &Aws, cx: &Context) -> Result<Outputs, Failure> {
        let tags = ec2::tag_specification(ResourceType::Natgateway, &self.tags, &cx.mark);
        let create = aws.ec2.create_nat_gateway().tag_specifications(tags);
        let create = create.client_token(cx.mark.token("create"));
        let create = match &self.place {
            Place::Zone { subnet, address } => create
                .subnet_id(known(CREATE, subnet)?)
                .allocation_id(known(CREATE, address)?),
            Place::Region { vpc } => create
                .availability_mode(AvailabilityMode::Regional)
                .vpc_id(known(CREATE, vpc)?),
        };
        let sent = create.send().await;
        let created = sent.map_err(|e| not_visible_yet(failure(CREATE, e)))?;
        let id = created.nat_gateway.and_then(|it| it.nat_gateway_id);
        Ok(Outputs {
            id: required(CREATE, id)?,
        })
    }
}

#[derive(Clone)]
struct Described {
    state: State,
    /// What is said of one that failed.
    failed: Failure,
    place: Place,
    tags: BTreeMap<String, String>,
}

impl Described {
    /// Deleted ones are shown for an hour [EC2 API: DescribeNatGateways].
    fn is_there(&self) -> bool {
        !matches!(self.state, State::Deleting | State::Deleted)
    }
}

async fn by_id(aws: &Aws, id: &str) -> Result<Option<Described>, Failure> {
    let batch = aws.batch("nat-gateway", ec2::IDS_MAX, |aws, ids| async move {
        described(&aws, vec![filter("nat-gateway-id", ids)]).await
    });
    batch.get(id).await
}

async fn described(
    aws: &Aws,
    filters: Vec<Filter>,
) -> Result<BTreeMap<String, Described>, Failure> {
    let describe = aws.ec2.describe_nat_gateways().set_filter(Some(filters));
    let gateways: Vec<SdkNatGateway> = describe
        .into_paginator()
        .items()
        .send()
        .collect::<Result<_, _>>()
        .await
        .map_err(|e| failure(DESCRIBE, e))?;
    let described = |gateway: SdkNatGateway| {
        let place = place(&gateway)?;
        let code = gateway.failure_code.as_deref().unwrap_or("failed");
        let message = gateway.failure_message.as_deref();
        let message = message.unwrap_or("AWS gives no reason");
        let described = Described {
            failed: Failure::new(Class::Invalid, CREATE, code, message),
            state: required(DESCRIBE, gateway.state)?,
            place,
            tags: tag_map(gateway.tags),
        };
        Ok((required(DESCRIBE, gateway.nat_gateway_id)?, described))
    };
    gateways.into_iter().map(described).collect()
}

fn place(gateway: &SdkNatGateway) -> Result<Place, Failure> {
    let text = |text: Option<&str>| text.unwrap_or_default().to_string().into();
    if gateway.availability_mode() == Some(&AvailabilityMode::Regional) {
        let vpc = text(gateway.vpc_id());
        return Ok(Place::Region { vpc });
    }
    let mut addresses = gateway.nat_gateway_addresses().iter();
    let first = addresses.find(|address| address.is_primary() != Some(false));
    Ok(Place::Zone {
        subnet: required(DESCRIBE, gateway.subnet_id().map(str::to_string))?.into(),
        address: text(first.and_then(|address| address.allocation_id())),
    })
}
