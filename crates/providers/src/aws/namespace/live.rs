use std::time::Duration;

use ashore_engine::address::StackName;
use ashore_engine::failure::{Class, Failure};
use ashore_engine::input::Input;
use ashore_engine::kind::{Context, Found, Gone, Live, Observed, Readiness};
use aws_sdk_servicediscovery::operation::create_http_namespace::CreateHttpNamespaceError as HttpError;
use aws_sdk_servicediscovery::operation::create_private_dns_namespace::CreatePrivateDnsNamespaceError as PrivateError;
use aws_sdk_servicediscovery::types::{
    FilterCondition, NamespaceFilter, NamespaceFilterName, NamespaceProperties, NamespaceSummary,
    NamespaceType,
};

use super::{Change, Namespace, Outputs};
use crate::aws::live::Aws;
use crate::aws::live::cloud_map::{self, Progress};
use crate::aws::live::failure::{failure, known, required};
use crate::aws::live::foreign::ours_or_foreign;
use crate::aws::live::pace;
use crate::aws::tags::{Tags, marked, of_stack};

const CREATE: &str = "servicediscovery:CreateHttpNamespace";
const CREATE_PRIVATE: &str = "servicediscovery:CreatePrivateDnsNamespace";
const DELETE: &str = "servicediscovery:DeleteNamespace";
const GET: &str = "servicediscovery:GetNamespace";
const GET_ZONE: &str = "route53:GetHostedZone";
const LIST: &str = "servicediscovery:ListNamespaces";
/// The zone of a private one takes half a minute.
const LOOK_AFTER: Duration = Duration::from_secs(3);

impl Live for Namespace {
    type Client = Aws;

    /// Others may have a zone of that name in networks of their own: those are in nobody's way.
    async fn find(&self, aws: &Aws, cx: &Context) -> Result<Found<Outputs>, Failure> {
        let mut foreign = Found::Absent;
        for there in self.of_that_name(aws).await? {
            let zone = zone_of(there.properties.as_ref()).map(str::to_string);
            let outputs = outputs(there)?;
            let Some(tags) = cloud_map::tags(aws, &outputs.arn).await? else {
                continue;
            };
            let found = ours_or_foreign(
                outputs,
                &tags,
                &cx.mark,
                &format!("the namespace `{}`", self.name),
                "delete it if nobody needs it, or give the app another name",
            );
            match found {
                Found::Ours(ours) => return Ok(Found::Ours(ours)),
                found if self.meets(aws, zone.as_deref()).await? => foreign = found,
                _ => {}
            }
        }
        Ok(foreign)
    }

    async fn observe(aws: &Aws, outputs: &Outputs) -> Result<Option<Observed<Self>>, Failure> {
        let got = aws.discovery.get_namespace().id(&outputs.id).send().await;
        let namespace = match got.map_err(|e| failure(GET, e)) {
            Ok(got) => required(GET, got.namespace)?,
            Err(error) if error.class == Class::Gone => return Ok(None),
            Err(error) => return Err(error),
        };
        let Some(tags) = cloud_map::tags(aws, &outputs.arn).await? else {
            return Ok(None);
        };
        if !marked(&tags) {
            return Ok(None); // ours was deleted, and somebody made another
        }
        let vpc = match zone_of(namespace.properties.as_ref()) {
            Some(zone) => vpc_of(aws, zone).await?,
            None => None,
        };
        Ok(Some(Observed {
            spec: Namespace {
                name: required(GET, namespace.name)?,
                vpc: vpc.map(Input::Known),
                tags: Tags::observed(tags),
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
            Change::Create | Change::CreatePrivate => self.create(aws, cx).await,
            Change::Tag => {
                let outputs = required("servicediscovery:TagResource", outputs)?;
                cloud_map::tag(aws, &outputs.arn, self.tags.marked(&cx.mark)).await?;
                Ok(outputs.clone())
            }
            Change::Untag(keys) => {
                let outputs = required("servicediscovery:UntagResource", outputs)?;
                cloud_map::untag(aws, &outputs.arn, keys).await?;
                Ok(outputs.clone())
            }
            Change::Delete => {
                let outputs = required(DELETE, outputs)?;
                let delete = aws.discovery.delete_namespace().id(&outputs.id);
                let deleted = delete.send().await.map_err(|e| failure(DELETE, e))?;
                Ok(Outputs {
                    operation: deleted.operation_id,
                    ..outputs.clone()
                })
            }
        }
    }

    async fn ready(
        &self,
        aws: &Aws,
        cx: &Context,
        known: &Outputs,
    ) -> Result<Readiness<Outputs>, Failure> {
        let done = Outputs {
            operation: None,
            ..known.clone()
        };
        let Some(operation) = &known.operation else {
            return Ok(Readiness::Ready(done));
        };
        Ok(match cloud_map::progress(aws, operation).await? {
            Progress::Done => Readiness::Ready(done),
            Progress::Failed(failure) => Readiness::Failed(failure),
            Progress::Pending(why) => Readiness::Pending {
                outputs: known.clone(),
                why,
                look_after: pace::look_after(cx.waited, LOOK_AFTER),
            },
        })
    }

    async fn gone(aws: &Aws, outputs: &Outputs) -> Result<Gone, Failure> {
        let got = aws.discovery.get_namespace().id(&outputs.id).send().await;
        match got.map_err(|e| failure(GET, e)) {
            Ok(_) => {}
            Err(error) if error.class == Class::Gone => return Ok(Gone::Gone),
            Err(error) => return Err(error),
        }
        if let Some(operation) = &outputs.operation
            && let Progress::Failed(failure) = cloud_map::progress(aws, operation).await?
        {
            return Err(failure);
        }
        Ok(Gone::Held {
            by: "Cloud Map, which is still deleting it".into(),
            look_after: LOOK_AFTER,
        })
    }

    async fn list(aws: &Aws, stack: &StackName) -> Result<Vec<Outputs>, Failure> {
        let mut ours = Vec::new();
        for namespace in all(aws, Vec::new()).await? {
            let outputs = outputs(namespace)?;
            let tags = cloud_map::tags(aws, &outputs.arn).await?;
            ours.extend(of_stack(&tags.unwrap_or_default(), stack).then_some(outputs));
        }
        Ok(ours)
    }
}

impl Namespace {
    /// Answered when it is under way. The same request once more is answered with the operation
    /// that is.
    async fn create(&self, aws: &Aws, cx: &Context) -> Result<Outputs, Failure> {
        let token = cx.mark.token("create");
        let tags = cloud_map::sdk_tags(self.tags.marked(&cx.mark))?;
        let operation = match &self.vpc {
            Some(vpc) => {
                let create = aws.discovery.create_private_dns_namespace();
                let create = create.name(&self.name).vpc(known(CREATE_PRIVATE, vpc)?);
                let create = create.creator_request_id(token).set_tags(Some(tags));
                match create.send().await {
                    Ok(created) => created.operation_id,
                    Err(error) => {
                        let running = error.as_service_error();
                        let running = running.and_then(|it| match it {
                            PrivateError::DuplicateRequest(it) => it.duplicate_operation_id(),
                            _ => None,
                        });
                        let running = running.map(str::to_string);
                        Some(running.ok_or_else(|| failure(CREATE_PRIVATE, error))?)
                    }
                }
            }
            None => {
                let create = aws.discovery.create_http_namespace().name(&self.name);
                let create = create.creator_request_id(token).set_tags(Some(tags));
                match create.send().await {
                    Ok(created) => created.operation_id,
                    Err(error) => {
                        let running = error.as_service_error();
                        let running = running.and_then(|it| match it {
                            HttpError::DuplicateRequest(it) => it.duplicate_operation_id(),
                            _ => None,
                        });
                        let running = running.map(str::to_string);
                        Some(running.ok_or_else(|| failure(CREATE, error))?)
                    }
                }
            }
        };
        let operation = required(CREATE, operation)?;
        let id = cloud_map::target(aws, &operation).await?;
        Ok(Outputs {
            arn: aws.arn("servicediscovery", &format!("namespace/{id}")),
            id,
            operation: Some(operation),
        })
    }

    /// Whether another one of that name, with that zone, is where this is to be.
    async fn meets(&self, aws: &Aws, zone: Option<&str>) -> Result<bool, Failure> {
        let (Some(vpc), Some(zone)) = (&self.vpc, zone) else {
            return Ok(self.vpc.is_none());
        };
        let there = vpc_of(aws, zone).await?;
        Ok(there.is_some() && there.as_ref() == vpc.known())
    }

    async fn of_that_name(&self, aws: &Aws) -> Result<Vec<NamespaceSummary>, Failure> {
        let kind = match self.vpc {
            Some(_) => NamespaceType::DnsPrivate,
            None => NamespaceType::Http,
        };
        let filter = |name: NamespaceFilterName, value: &str| {
            let filter = NamespaceFilter::builder().name(name).values(value);
            let filter = filter.condition(FilterCondition::Eq).build();
            filter.map_err(|error| Failure::internal(LIST, &error))
        };
        let filters = vec![
            filter(NamespaceFilterName::Type, kind.as_str())?,
            filter(NamespaceFilterName::Name, &self.name)?,
        ];
        all(aws, filters).await
    }
}

async fn all(aws: &Aws, filters: Vec<NamespaceFilter>) -> Result<Vec<NamespaceSummary>, Failure> {
    let list = aws.discovery.list_namespaces();
    let list = list.set_filters((!filters.is_empty()).then_some(filters));
    let mut pages = list.into_paginator().send();
    let mut all = Vec::new();
    while let Some(page) = pages.next().await {
        let page = page.map_err(|e| failure(LIST, e))?;
        all.extend(page.namespaces.unwrap_or_default());
    }
    Ok(all)
}

fn outputs(namespace: NamespaceSummary) -> Result<Outputs, Failure> {
    Ok(Outputs {
        id: required(LIST, namespace.id)?,
        arn: required(LIST, namespace.arn)?,
        operation: None,
    })
}

fn zone_of(properties: Option<&NamespaceProperties>) -> Option<&str> {
    properties?
        .dns_properties
        .as_ref()?
        .hosted_zone_id
        .as_deref()
}

/// Cloud Map does not say in which network a namespace answers; its zone does.
async fn vpc_of(aws: &Aws, zone: &str) -> Result<Option<String>, Failure> {
    let got = aws.route53.get_hosted_zone().id(zone).send().await;
    match got.map_err(|e| failure(GET_ZONE, e)) {
        Ok(got) => {
            let mut vpcs = got.vpcs.unwrap_or_default().into_iter();
            Ok(vpcs.next().and_then(|vpc| vpc.vpc_id))
        }
        Err(error) if error.class == Class::Gone => Ok(None),
        Err(error) => Err(error),
    }
}
