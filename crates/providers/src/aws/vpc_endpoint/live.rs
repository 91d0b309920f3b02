use std::collections::BTreeMap;
use std::time::Duration;

use ashore_engine::address::StackName;
use ashore_engine::failure::{Class, Failure};
use ashore_engine::input::Input;
use ashore_engine::kind::{Context, Found, Gone, Live, Observed, Readiness};
use aws_sdk_ec2::types::{Filter, ResourceType, VpcEndpoint as SdkEndpoint, VpcEndpointType};

use super::{Change, Difference, Outputs, VpcEndpoint, Way};
use crate::aws::live::Aws;
use crate::aws::live::ec2::{self, filter, marked_filters, stack_filters, tag_map};
use crate::aws::live::failure::{failure, known, not_visible_yet, required};
use crate::aws::live::pace;
use crate::aws::tags::Tags;

const CREATE: &str = "ec2:CreateVpcEndpoint";
const MODIFY: &str = "ec2:ModifyVpcEndpoint";
const DELETE: &str = "ec2:DeleteVpcEndpoints";
const DESCRIBE: &str = "ec2:DescribeVpcEndpoints";
/// An interface takes a minute to come.
const LOOK_AFTER: Duration = Duration::from_secs(5);

impl Live for VpcEndpoint {
    type Client = Aws;

    async fn find(&self, aws: &Aws, cx: &Context) -> Result<Found<Outputs>, Failure> {
        let found = described(aws, marked_filters(&cx.mark)).await?;
        let ours = found.into_iter().find(|(_, endpoint)| endpoint.is_there());
        Ok(ours.map_or(Found::Absent, |(id, _)| Found::Ours(Outputs { id })))
    }

    async fn observe(aws: &Aws, outputs: &Outputs) -> Result<Option<Observed<Self>>, Failure> {
        let endpoint = by_id(aws, &outputs.id).await?;
        let Some(endpoint) = endpoint.filter(Described::is_there) else {
            return Ok(None);
        };
        Ok(Some(Observed {
            outputs: outputs.clone(),
            spec: VpcEndpoint {
                vpc: endpoint.vpc.into(),
                service: endpoint.service,
                way: endpoint.way,
                tags: Tags::observed(endpoint.tags),
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
            Change::Modify(difference) => {
                self.modify(aws, required(MODIFY, outputs)?, difference)
                    .await
            }
            Change::Tag => ec2::tag(aws, self.tags.marked(&cx.mark), outputs, |o| &o.id).await,
            Change::Untag(keys) => ec2::untag(aws, keys, outputs, |o| &o.id).await,
            Change::Delete => {
                let outputs = required(DELETE, outputs)?;
                delete(aws, &outputs.id).await?;
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
        let pending = |why: String| Readiness::Pending {
            outputs: known.clone(),
            why,
            look_after: pace::look_after(cx.waited, LOOK_AFTER),
        };
        let Some(endpoint) = by_id(aws, &known.id).await? else {
            return Ok(pending("not visible yet".into()));
        };
        Ok(match endpoint.state.as_str() {
            "available" => Readiness::Ready(known.clone()),
            state @ ("failed" | "rejected" | "expired" | "deleted") => {
                Readiness::Failed(Failure::new(Class::Invalid, CREATE, state, endpoint.error))
            }
            state => pending(state.to_string()),
        })
    }

    /// Its interfaces hold subnets and groups until it is gone.
    async fn gone(aws: &Aws, outputs: &Outputs) -> Result<Gone, Failure> {
        let endpoint = by_id(aws, &outputs.id).await?;
        Ok(match endpoint.filter(|it| it.state != "deleted") {
            None => Gone::Gone,
            Some(_) => Gone::Held {
                by: "AWS, which is still deleting it".into(),
                look_after: LOOK_AFTER,
            },
        })
    }

    async fn list(aws: &Aws, stack: &StackName) -> Result<Vec<Outputs>, Failure> {
        let all = described(aws, stack_filters(stack)).await?.into_iter();
        let there = all.filter(|(_, endpoint)| endpoint.is_there());
        Ok(there.map(|(id, _)| Outputs { id }).collect())
    }
}

impl VpcEndpoint {
    async fn create(&self, aws: &Aws, cx: &Context) -> Result<Outputs, Failure> {
        let tags = ec2::tag_specification(ResourceType::VpcEndpoint, &self.tags, &cx.mark);
        let create = aws
            .ec2
            .create_vpc_endpoint()
            .vpc_id(known(CREATE, &self.vpc)?)
            .service_name(&self.service)
            .client_token(cx.mark.token("create"))
            .tag_specifications(tags);
        let from = all_known(CREATE, self.way.from())?;
        let create = match &self.way {
            Way::Gateway { .. } => create
                .vpc_endpoint_type(VpcEndpointType::Gateway)
                .set_route_table_ids(Some(from)),
            Way::Interface { .. } => create
                .vpc_endpoint_type(VpcEndpointType::Interface)
                .private_dns_enabled(true)
                .set_subnet_ids(Some(from))
                .set_security_group_ids(Some(all_known(CREATE, self.way.groups())?)),
        };
        let sent = create.send().await;
        let created = sent.map_err(|e| not_visible_yet(failure(CREATE, e)))?;
        let id = created.vpc_endpoint.and_then(|it| it.vpc_endpoint_id);
        Ok(Outputs {
            id: required(CREATE, id)?,
        })
    }

    async fn modify(
        &self,
        aws: &Aws,
        outputs: &Outputs,
        difference: &Difference,
    ) -> Result<Outputs, Failure> {
        let some = |ids: Vec<String>| (!ids.is_empty()).then_some(ids);
        let add = some(chosen(self.way.from(), &difference.add)?);
        let remove = some(difference.remove.clone());
        let modify = aws.ec2.modify_vpc_endpoint().vpc_endpoint_id(&outputs.id);
        let modify = match &self.way {
            Way::Gateway { .. } => modify
                .set_add_route_table_ids(add)
                .set_remove_route_table_ids(remove),
            Way::Interface { .. } => modify
                .set_add_subnet_ids(add)
                .set_remove_subnet_ids(remove)
                .set_add_security_group_ids(some(chosen(
                    self.way.groups(),
                    &difference.add_groups,
                )?))
                .set_remove_security_group_ids(some(difference.remove_groups.clone())),
        };
        let sent = modify.send().await;
        sent.map_err(|e| not_visible_yet(failure(MODIFY, e)))?;
        Ok(outputs.clone())
    }
}

/// The answer is a success also where nothing was deleted: it lists what was not [EC2 API:
/// DeleteVpcEndpoints].
async fn delete(aws: &Aws, id: &str) -> Result<(), Failure> {
    let sent = aws.ec2.delete_vpc_endpoints().vpc_endpoint_ids(id).send();
    let answer = sent.await.map_err(|e| failure(DELETE, e))?;
    let refused = answer.unsuccessful.unwrap_or_default().into_iter();
    let Some(error) = refused.filter_map(|it| it.error).next() else {
        return Ok(());
    };
    let code = error.code.unwrap_or_default();
    let class = if code.ends_with(".NotFound") {
        Class::Gone
    } else {
        Class::Dependency
    };
    let message = error.message.unwrap_or_default();
    Err(Failure::new(class, DELETE, code, message))
}

fn all_known(operation: &'static str, inputs: &[Input<String>]) -> Result<Vec<String>, Failure> {
    let known = inputs.iter().map(|input| known(operation, input).cloned());
    known.collect()
}

fn chosen(inputs: &[Input<String>], indices: &[usize]) -> Result<Vec<String>, Failure> {
    let chosen = indices.iter().map(|index| {
        let input = required(MODIFY, inputs.get(*index))?;
        known(MODIFY, input).cloned()
    });
    chosen.collect()
}

#[derive(Clone)]
struct Described {
    /// In lower case, as the service writes it; its model has capitals [terraform-provider-aws].
    state: String,
    /// What AWS says of one that failed.
    error: String,
    vpc: String,
    service: String,
    way: Way,
    tags: BTreeMap<String, String>,
}

impl Described {
    fn is_there(&self) -> bool {
        !matches!(self.state.as_str(), "deleting" | "deleted")
    }
}

async fn by_id(aws: &Aws, id: &str) -> Result<Option<Described>, Failure> {
    let batch = aws.batch("vpc-endpoint", ec2::IDS_MAX, |aws, ids| async move {
        described(&aws, vec![filter("vpc-endpoint-id", ids)]).await
    });
    batch.get(id).await
}

async fn described(
    aws: &Aws,
    filters: Vec<Filter>,
) -> Result<BTreeMap<String, Described>, Failure> {
    let describe = aws.ec2.describe_vpc_endpoints().set_filters(Some(filters));
    let endpoints: Vec<SdkEndpoint> = describe
        .into_paginator()
        .items()
        .send()
        .collect::<Result<_, _>>()
        .await
        .map_err(|e| failure(DESCRIBE, e))?;
    let described = |endpoint: SdkEndpoint| {
        let error = endpoint.last_error.as_ref();
        let error = error.and_then(|error| error.message().map(str::to_string));
        let described = Described {
            error: error.unwrap_or("AWS gives no reason".into()),
            way: way(&endpoint),
            state: required(DESCRIBE, endpoint.state)?
                .as_str()
                .to_ascii_lowercase(),
            vpc: required(DESCRIBE, endpoint.vpc_id)?,
            service: required(DESCRIBE, endpoint.service_name)?,
            tags: tag_map(endpoint.tags),
        };
        Ok((required(DESCRIBE, endpoint.vpc_endpoint_id)?, described))
    };
    endpoints.into_iter().map(described).collect()
}

fn way(endpoint: &SdkEndpoint) -> Way {
    let inputs = |ids: &[String]| ids.iter().cloned().map(Input::Known).collect();
    if endpoint.vpc_endpoint_type() == Some(&VpcEndpointType::Gateway) {
        let route_tables = inputs(endpoint.route_table_ids());
        return Way::Gateway { route_tables };
    }
    let groups = endpoint.groups().iter();
    let groups = groups.filter_map(|group| group.group_id().map(str::to_string));
    Way::Interface {
        subnets: inputs(endpoint.subnet_ids()),
        security_groups: groups.map(Input::Known).collect(),
    }
}
