use std::collections::BTreeMap;

use ashore_engine::address::StackName;
use ashore_engine::failure::{Class, Failure};
use ashore_engine::kind::{Context, Found, Live, Observed};
use aws_sdk_ec2::types::{
    Filter, ResourceType, Route as SdkRoute, RouteOrigin, RouteTableAssociation,
    RouteTableAssociationStateCode as State,
};

use super::{Change, Outputs, Route, RouteTable};
use crate::aws::live::Aws;
use crate::aws::live::ec2::{self, filter, marked_filters, stack_filters, tag_map};
use crate::aws::live::failure::{failure, known, not_visible_yet, required};
use crate::aws::tags::Tags;

const CREATE: &str = "ec2:CreateRouteTable";
const ROUTE: &str = "ec2:CreateRoute";
const REPLACE_ROUTE: &str = "ec2:ReplaceRoute";
const DELETE_ROUTE: &str = "ec2:DeleteRoute";
const ASSOCIATE: &str = "ec2:AssociateRouteTable";
const DISASSOCIATE: &str = "ec2:DisassociateRouteTable";
const DELETE: &str = "ec2:DeleteRouteTable";
const DESCRIBE: &str = "ec2:DescribeRouteTables";

impl Live for RouteTable {
    type Client = Aws;

    async fn find(&self, aws: &Aws, cx: &Context) -> Result<Found<Outputs>, Failure> {
        let found = described(aws, marked_filters(&cx.mark)).await?;
        let ours = found.into_values().next();
        Ok(ours.map_or(Found::Absent, |table| Found::Ours(table.outputs)))
    }

    async fn observe(aws: &Aws, known: &Outputs) -> Result<Option<Observed<Self>>, Failure> {
        let batch = aws.batch("route-table", ec2::IDS_MAX, |aws, ids| async move {
            described(&aws, vec![filter("route-table-id", ids)]).await
        });
        let table = batch.get(&known.id).await?;
        Ok(table.map(|table| Observed {
            spec: RouteTable {
                vpc: table.vpc.into(),
                routes: table.routes,
                subnets: table
                    .outputs
                    .associations
                    .keys()
                    .cloned()
                    .map(Into::into)
                    .collect(),
                tags: Tags::observed(table.tags),
            },
            outputs: table.outputs,
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
            Change::Route { index } => {
                let outputs = required(ROUTE, outputs)?;
                let (to, over) = self.way(ROUTE, *index)?;
                let sent = aws
                    .ec2
                    .create_route()
                    .route_table_id(&outputs.id)
                    .set_destination_cidr_block(to.v4)
                    .set_destination_ipv6_cidr_block(to.v6)
                    .set_gateway_id(over.gateway)
                    .set_nat_gateway_id(over.nat)
                    .send()
                    .await;
                sent.map_err(|e| not_visible_yet(failure(ROUTE, e)))?;
                Ok(outputs.clone())
            }
            Change::ReplaceRoute { index } => {
                let outputs = required(REPLACE_ROUTE, outputs)?;
                let (to, over) = self.way(REPLACE_ROUTE, *index)?;
                let sent = aws
                    .ec2
                    .replace_route()
                    .route_table_id(&outputs.id)
                    .set_destination_cidr_block(to.v4)
                    .set_destination_ipv6_cidr_block(to.v6)
                    .set_gateway_id(over.gateway)
                    .set_nat_gateway_id(over.nat)
                    .send()
                    .await;
                sent.map_err(|e| not_visible_yet(failure(REPLACE_ROUTE, e)))?;
                Ok(outputs.clone())
            }
            Change::DeleteRoute { destination } => {
                let outputs = required(DELETE_ROUTE, outputs)?;
                let to = Destination::of(destination);
                let delete = aws.ec2.delete_route().route_table_id(&outputs.id);
                let delete = delete.set_destination_cidr_block(to.v4);
                let sent = delete.set_destination_ipv6_cidr_block(to.v6).send().await;
                unless_gone(sent.map_err(|e| failure(DELETE_ROUTE, e)))?;
                Ok(outputs.clone())
            }
            Change::Associate { index } => {
                self.associate(aws, required(ASSOCIATE, outputs)?, *index)
                    .await
            }
            Change::Disassociate { association } => {
                let mut outputs = required(DISASSOCIATE, outputs)?.clone();
                let request = aws.ec2.disassociate_route_table();
                let sent = request.association_id(association).send().await;
                unless_gone(sent.map_err(|e| failure(DISASSOCIATE, e)))?;
                outputs.associations.retain(|_, id| id != association);
                Ok(outputs)
            }
            Change::Delete => {
                let outputs = required(DELETE, outputs)?;
                let delete = aws.ec2.delete_route_table().route_table_id(&outputs.id);
                delete.send().await.map_err(|e| failure(DELETE, e))?;
                Ok(outputs.clone())
            }
        }
    }

    async fn list(aws: &Aws, stack: &StackName) -> Result<Vec<Outputs>, Failure> {
        let all = described(aws, stack_filters(stack)).await?;
        Ok(all.into_values().map(|table| table.outputs).collect())
    }
}

impl RouteTable {
    async fn create(&self, aws: &Aws, cx: &Context) -> Result<Outputs, Failure> {
        let tags = ec2::tag_specification(ResourceType::RouteTable, &self.tags, &cx.mark);
        let create = aws
            .ec2
            .create_route_table()
            .vpc_id(known(CREATE, &self.vpc)?)
            .client_token(cx.mark.token("create"))
            .tag_specifications(tags);
        let sent = create.send().await;
        let created = sent.map_err(|e| not_visible_yet(failure(CREATE, e)))?;
        let id = created.route_table.and_then(|table| table.route_table_id);
        Ok(Outputs {
            id: required(CREATE, id)?,
            associations: BTreeMap::new(),
        })
    }

    async fn associate(
        &self,
        aws: &Aws,
        outputs: &Outputs,
        index: usize,
    ) -> Result<Outputs, Failure> {
        let subnet = known(ASSOCIATE, required(ASSOCIATE, self.subnets.get(index))?)?;
        let request = aws.ec2.associate_route_table();
        let request = request.route_table_id(&outputs.id).subnet_id(subnet);
        match request.send().await.map_err(|e| failure(ASSOCIATE, e)) {
            Ok(associated) => {
                let association = required(ASSOCIATE, associated.association_id)?;
                let mut outputs = outputs.clone();
                outputs.associations.insert(subnet.clone(), association);
                Ok(outputs)
            }
            // With another table: the same one would have been answered with its association.
            Err(refused) if refused.class == Class::Exists => {
                let by_subnet = filter("association.subnet-id", vec![subnet.clone()]);
                let others = described(aws, vec![by_subnet]).await?.into_keys();
                Err(refused.with_evidence(others.map(|id| format!("{subnet} uses {id}"))))
            }
            Err(refused) => Err(not_visible_yet(refused)),
        }
    }

    fn way(&self, operation: &'static str, index: usize) -> Result<(Destination, Over), Failure> {
        let route = required(operation, self.routes.get(index))?;
        let gateway = known(operation, &route.gateway)?;
        Ok((Destination::of(&route.destination), Over::this(gateway)))
    }
}

/// A destination as requests spell it.
struct Destination {
    v4: Option<String>,
    v6: Option<String>,
}

impl Destination {
    fn of(range: &str) -> Self {
        let is_v6 = range.contains(':');
        Self {
            v4: (!is_v6).then(|| range.to_string()),
            v6: is_v6.then(|| range.to_string()),
        }
    }
}

/// A target as requests spell it.
struct Over {
    gateway: Option<String>,
    nat: Option<String>,
}

impl Over {
    fn this(id: &str) -> Self {
        let is_nat = id.starts_with("nat-");
        Self {
            gateway: (!is_nat).then(|| id.to_string()),
            nat: is_nat.then(|| id.to_string()),
        }
    }
}

/// What was to go is gone: somebody else was faster.
fn unless_gone<T>(sent: Result<T, Failure>) -> Result<(), Failure> {
    match sent {
        Err(failure) if failure.class != Class::Gone => Err(failure),
        _ => Ok(()),
    }
}

#[derive(Clone)]
struct Described {
    vpc: String,
    routes: Vec<Route>,
    outputs: Outputs,
    tags: BTreeMap<String, String>,
}

async fn described(
    aws: &Aws,
    filters: Vec<Filter>,
) -> Result<BTreeMap<String, Described>, Failure> {
    let request = aws.ec2.describe_route_tables().set_filters(Some(filters));
    let tables: Vec<aws_sdk_ec2::types::RouteTable> = request
        .into_paginator()
        .items()
        .send()
        .collect::<Result<_, _>>()
        .await
        .map_err(|e| failure(DESCRIBE, e))?;
    let described = |table: aws_sdk_ec2::types::RouteTable| {
        let id = required(DESCRIBE, table.route_table_id)?;
        let associations = table.associations.unwrap_or_default().into_iter();
        let table = Described {
            vpc: required(DESCRIBE, table.vpc_id)?,
            routes: table.routes.iter().flatten().filter_map(made).collect(),
            outputs: Outputs {
                id: id.clone(),
                associations: associations.filter_map(with_subnet).collect(),
            },
            tags: tag_map(table.tags),
        };
        Ok((id, table))
    };
    tables.into_iter().map(described).collect()
}

/// A route that somebody made: neither those within the VPC, nor those that a VPN propagates.
fn made(route: &SdkRoute) -> Option<Route> {
    let local = route.gateway_id() == Some("local");
    if local || route.origin() == Some(&RouteOrigin::EnableVgwRoutePropagation) {
        return None;
    }
    let destination = route
        .destination_cidr_block()
        .or(route.destination_ipv6_cidr_block())
        .or(route.destination_prefix_list_id())?;
    let target = route
        .gateway_id()
        .or(route.nat_gateway_id())
        .or(route.network_interface_id())
        .or(route.transit_gateway_id())
        .or(route.vpc_peering_connection_id())
        .or(route.egress_only_internet_gateway_id())
        .or(route.carrier_gateway_id())
        .or(route.local_gateway_id())
        .or(route.core_network_arn());
    Some(Route {
        destination: destination.to_string(),
        gateway: target.unwrap_or_default().to_string().into(),
    })
}

/// The association with a subnet, not the one that makes a table the main one.
fn with_subnet(association: RouteTableAssociation) -> Option<(String, String)> {
    let state = association.association_state.and_then(|state| state.state);
    if let Some(State::Disassociating | State::Disassociated | State::Failed) = state {
        return None;
    }
    Some((
        association.subnet_id?,
        association.route_table_association_id?,
    ))
}
