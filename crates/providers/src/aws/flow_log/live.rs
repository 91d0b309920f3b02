use std::collections::BTreeMap;

use ashore_engine::address::StackName;
use ashore_engine::failure::Failure;
use ashore_engine::input::Input;
use ashore_engine::kind::{Context, Found, Live, Observed};
use aws_sdk_ec2::types::{
    Filter, FlowLog as SdkFlowLog, FlowLogsResourceType, LogDestinationType, ResourceType,
    TrafficType, UnsuccessfulItem,
};

use super::{Change, FlowLog, Outputs};
use crate::aws::live::Aws;
use crate::aws::live::ec2::{self, filter, marked_filters, stack_filters, tag_map};
use crate::aws::live::failure::{failure, known, not_visible_yet, refused, required};
use crate::aws::tags::Tags;

const CREATE: &str = "ec2:CreateFlowLogs";
const DELETE: &str = "ec2:DeleteFlowLogs";
const DESCRIBE: &str = "ec2:DescribeFlowLogs";

impl Live for FlowLog {
    type Client = Aws;

    async fn find(&self, aws: &Aws, cx: &Context) -> Result<Found<Outputs>, Failure> {
        let found = described(aws, marked_filters(&cx.mark)).await?;
        let ours = found.into_values().next();
        Ok(ours.map_or(Found::Absent, |found| Found::Ours(found.outputs)))
    }

    async fn observe(aws: &Aws, outputs: &Outputs) -> Result<Option<Observed<Self>>, Failure> {
        let batch = aws.batch("flow-log", ec2::IDS_MAX, |aws, ids| async move {
            described(&aws, vec![filter("flow-log-id", ids)]).await
        });
        let found = batch.get(&outputs.id).await?;
        Ok(found.map(|found| Observed {
            outputs: found.outputs,
            spec: found.spec,
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
                let delete = aws.ec2.delete_flow_logs().flow_log_ids(&outputs.id);
                let deleted = delete.send().await.map_err(|e| failure(DELETE, e))?;
                all_done(DELETE, deleted.unsuccessful)?;
                Ok(outputs.clone())
            }
        }
    }

    async fn list(aws: &Aws, stack: &StackName) -> Result<Vec<Outputs>, Failure> {
        let all = described(aws, stack_filters(stack)).await?;
        Ok(all.into_values().map(|found| found.outputs).collect())
    }
}

impl FlowLog {
    async fn create(&self, aws: &Aws, cx: &Context) -> Result<Outputs, Failure> {
        let tags = ec2::tag_specification(ResourceType::VpcFlowLog, &self.tags, &cx.mark);
        let create = aws
            .ec2
            .create_flow_logs()
            .resource_type(FlowLogsResourceType::Vpc)
            .resource_ids(known(CREATE, &self.vpc)?)
            .traffic_type(TrafficType::from(self.traffic.as_str()))
            .log_destination_type(LogDestinationType::CloudWatchLogs)
            .log_group_name(known(CREATE, &self.group)?)
            .deliver_logs_permission_arn(known(CREATE, &self.role)?)
            .max_aggregation_interval(i32::try_from(self.interval_seconds).unwrap_or(i32::MAX))
            .client_token(cx.mark.token("create"))
            .tag_specifications(tags);
        let created = create.send().await;
        let created = created.map_err(|e| not_visible_yet(failure(CREATE, e)))?;
        all_done(CREATE, created.unsuccessful).map_err(not_visible_yet)?;
        let id = created.flow_log_ids.unwrap_or_default().into_iter().next();
        Ok(Outputs {
            id: required(CREATE, id)?,
        })
    }
}

/// It answers 200 also for what it did not do, and says so for each.
fn all_done(
    operation: &'static str,
    unsuccessful: Option<Vec<UnsuccessfulItem>>,
) -> Result<(), Failure> {
    let first = unsuccessful.unwrap_or_default().into_iter().next();
    match first.and_then(|item| item.error) {
        None => Ok(()),
        Some(error) => Err(refused(
            operation,
            &error.code.unwrap_or_default(),
            &error.message.unwrap_or_default(),
        )),
    }
}

#[derive(Clone)]
struct Described {
    spec: FlowLog,
    outputs: Outputs,
}

async fn described(
    aws: &Aws,
    filters: Vec<Filter>,
) -> Result<BTreeMap<String, Described>, Failure> {
    let describe = aws.ec2.describe_flow_logs().set_filter(Some(filters));
    let logs: Vec<SdkFlowLog> = describe
        .into_paginator()
        .items()
        .send()
        .collect::<Result<_, _>>()
        .await
        .map_err(|e| failure(DESCRIBE, e))?;
    let described = |log: SdkFlowLog| {
        let id = required(DESCRIBE, log.flow_log_id)?;
        let interval = log.max_aggregation_interval;
        let traffic = log.traffic_type.map(|it| it.as_str().to_string());
        let described = Described {
            outputs: Outputs { id: id.clone() },
            spec: FlowLog {
                vpc: required(DESCRIBE, log.resource_id)?.into(),
                group: Input::Known(log.log_group_name.unwrap_or_default()),
                role: Input::Known(log.deliver_logs_permission_arn.unwrap_or_default()),
                traffic: traffic.unwrap_or_default(),
                interval_seconds: interval
                    .and_then(|it| u32::try_from(it).ok())
                    .unwrap_or(600),
                tags: Tags::observed(tag_map(log.tags)),
            },
        };
        Ok((id, described))
    };
    logs.into_iter().map(described).collect()
}
