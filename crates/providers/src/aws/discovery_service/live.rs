use std::time::Duration;

use ashore_engine::address::StackName;
use ashore_engine::failure::{Class, Failure};
use ashore_engine::input::Input;
use ashore_engine::kind::{Context, Found, Live, Observed, Readiness};
use aws_sdk_servicediscovery::types::{
    DnsConfig, DnsConfigChange, DnsRecord, FilterCondition, HealthCheckCustomConfig, RecordType,
    RoutingPolicy, ServiceChange, ServiceFilter, ServiceFilterName, ServiceSummary,
};

use super::{Change, DiscoveryService, Outputs};
use crate::aws::live::Aws;
use crate::aws::live::cloud_map::{self, Progress};
use crate::aws::live::failure::{failure, known, not_visible_yet, required};
use crate::aws::live::foreign::ours_or_foreign;
use crate::aws::live::pace;
use crate::aws::tags::{Tags, marked, of_stack};

const CREATE: &str = "servicediscovery:CreateService";
const UPDATE: &str = "servicediscovery:UpdateService";
const DELETE: &str = "servicediscovery:DeleteService";
const GET: &str = "servicediscovery:GetService";
const LIST: &str = "servicediscovery:ListServices";
const LOOK_AFTER: Duration = Duration::from_secs(3);

impl Live for DiscoveryService {
    type Client = Aws;

    async fn find(&self, aws: &Aws, cx: &Context) -> Result<Found<Outputs>, Failure> {
        let Some(namespace) = self.namespace.known() else {
            return Ok(Found::Absent); // where there is no namespace yet, nothing is in it
        };
        let filter = ServiceFilter::builder()
            .name(ServiceFilterName::NamespaceId)
            .values(namespace)
            .condition(FilterCondition::Eq)
            .build()
            .map_err(|error| Failure::internal(LIST, &error))?;
        let there = all(aws, vec![filter]).await?;
        let same = |it: &ServiceSummary| it.name.as_deref() == Some(self.name.as_str());
        let Some(there) = there.into_iter().find(same) else {
            return Ok(Found::Absent);
        };
        let outputs = outputs(there)?;
        let Some(tags) = cloud_map::tags(aws, &outputs.arn).await? else {
            return Ok(Found::Absent);
        };
        Ok(ours_or_foreign(
            outputs,
            &tags,
            &cx.mark,
            &format!("`{}` in the namespace {namespace}", self.name),
            "delete it if nobody needs it, or give the service another name",
        ))
    }

    async fn observe(aws: &Aws, outputs: &Outputs) -> Result<Option<Observed<Self>>, Failure> {
        let got = aws.discovery.get_service().id(&outputs.id).send().await;
        let service = match got.map_err(|e| failure(GET, e)) {
            Ok(got) => required(GET, got.service)?,
            Err(error) if error.class == Class::Gone => return Ok(None),
            Err(error) => return Err(error),
        };
        let Some(tags) = cloud_map::tags(aws, &outputs.arn).await? else {
            return Ok(None);
        };
        if !marked(&tags) {
            return Ok(None); // ours was deleted, and somebody made another
        }
        let records = service.dns_config.map(|dns| dns.dns_records);
        let mut records = records.unwrap_or_default().into_iter();
        let address = records.find(|record| record.r#type == RecordType::A);
        let ttl = address.and_then(|record| u32::try_from(record.ttl).ok());
        Ok(Some(Observed {
            spec: DiscoveryService {
                name: required(GET, service.name)?,
                namespace: Input::Known(required(GET, service.namespace_id)?),
                ttl_seconds: ttl.unwrap_or(0),
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
        if *change == Change::Create {
            return self.create(aws, cx).await;
        }
        let outputs = required(UPDATE, outputs)?;
        match change {
            Change::Create => {}
            Change::Ttl => {
                let dns = DnsConfigChange::builder().dns_records(self.record(UPDATE)?);
                let dns = dns
                    .build()
                    .map_err(|error| Failure::internal(UPDATE, &error))?;
                let update = aws.discovery.update_service().id(&outputs.id);
                let update = update.service(ServiceChange::builder().dns_config(dns).build());
                let updated = update.send().await;
                let updated = updated.map_err(|e| not_visible_yet(failure(UPDATE, e)))?;
                return Ok(Outputs {
                    operation: updated.operation_id,
                    ..outputs.clone()
                });
            }
            Change::Tag => {
                cloud_map::tag(aws, &outputs.arn, self.tags.marked(&cx.mark)).await?;
            }
            Change::Untag(keys) => cloud_map::untag(aws, &outputs.arn, keys).await?,
            Change::Delete => {
                let deleted = aws.discovery.delete_service().id(&outputs.id).send().await;
                deleted.map_err(|e| failure(DELETE, e))?;
            }
        }
        Ok(outputs.clone())
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

    async fn list(aws: &Aws, stack: &StackName) -> Result<Vec<Outputs>, Failure> {
        let mut ours = Vec::new();
        for service in all(aws, Vec::new()).await? {
            let outputs = outputs(service)?;
            let tags = cloud_map::tags(aws, &outputs.arn).await?;
            ours.extend(of_stack(&tags.unwrap_or_default(), stack).then_some(outputs));
        }
        Ok(ours)
    }
}

impl DiscoveryService {
    fn record(&self, operation: &'static str) -> Result<DnsRecord, Failure> {
        DnsRecord::builder()
            .r#type(RecordType::A)
            .ttl(i64::from(self.ttl_seconds))
            .build()
            .map_err(|error| Failure::internal(operation, &error))
    }

    /// A threshold is not said: it is always one [Cloud Map API: HealthCheckCustomConfig].
    async fn create(&self, aws: &Aws, cx: &Context) -> Result<Outputs, Failure> {
        let dns = DnsConfig::builder()
            .routing_policy(RoutingPolicy::Multivalue)
            .dns_records(self.record(CREATE)?)
            .build()
            .map_err(|error| Failure::internal(CREATE, &error))?;
        let create = aws
            .discovery
            .create_service()
            .name(&self.name)
            .namespace_id(known(CREATE, &self.namespace)?)
            .creator_request_id(cx.mark.token("create"))
            .dns_config(dns)
            .health_check_custom_config(HealthCheckCustomConfig::builder().build())
            .set_tags(Some(cloud_map::sdk_tags(self.tags.marked(&cx.mark))?));
        // The namespace was made a moment ago.
        let created = create.send().await;
        let created = created.map_err(|e| not_visible_yet(failure(CREATE, e)))?;
        let service = required(CREATE, created.service)?;
        Ok(Outputs {
            id: required(CREATE, service.id)?,
            arn: required(CREATE, service.arn)?,
            operation: None,
        })
    }
}

async fn all(aws: &Aws, filters: Vec<ServiceFilter>) -> Result<Vec<ServiceSummary>, Failure> {
    let list = aws.discovery.list_services();
    let list = list.set_filters((!filters.is_empty()).then_some(filters));
    let mut pages = list.into_paginator().send();
    let mut all = Vec::new();
    while let Some(page) = pages.next().await {
        let page = page.map_err(|e| failure(LIST, e))?;
        all.extend(page.services.unwrap_or_default());
    }
    Ok(all)
}

fn outputs(service: ServiceSummary) -> Result<Outputs, Failure> {
    Ok(Outputs {
        id: required(LIST, service.id)?,
        arn: required(LIST, service.arn)?,
        operation: None,
    })
}
