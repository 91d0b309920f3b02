//! Flow logs: what flows in a VPC, a subnet or an interface, delivered to CloudWatch Logs or S3. The twin keeps them; it
//! has no traffic to log.

mod create;
mod request;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::Ec2;
use super::describe::Query;
use super::request::finish;
use super::resource::{Kind, Resource, View, view};
use crate::clock::Millis;
use crate::iam::{self, Verdict};
use crate::operation::{Answer, Call};
use crate::refusal::Refusal;
use crate::tags::Tags;
use crate::world::World;

pub(super) use create::create_flow_logs;

/// A flow log.
#[derive(Serialize, Deserialize, Debug, Clone)]
pub struct FlowLog {
    /// What it watches: a VPC, a subnet, an interface or a regional NAT gateway.
    pub resource: String,
    /// `ACCEPT`, `REJECT` or `ALL`.
    pub traffic: String,
    /// Where it writes to.
    pub destination: Destination,
    /// The fields of a line.
    pub format: String,
    /// Seconds of traffic that one line sums up.
    pub interval: i64,
    /// Its tags.
    pub tags: Tags,
    created: Millis,
}

/// Where a flow log writes to.
#[derive(Serialize, Deserialize, Debug, Clone, PartialEq, Eq)]
pub enum Destination {
    /// A group of CloudWatch Logs, as a role.
    Logs {
        /// The group's name.
        group: String,
        /// The role's ARN.
        role: String,
    },
    /// A bucket.
    Bucket {
        /// Its ARN, with a folder if one was given.
        arn: String,
        /// Whether files are Parquet rather than text.
        parquet: bool,
        /// Whether folders are named as Hive does.
        hive: bool,
        /// Whether there is a folder each hour rather than each day.
        hourly: bool,
    },
}

/// Ids of flow logs.
pub(super) const KIND: Kind = Kind {
    prefix: "fl-",
    resource_type: "vpc-flow-log",
    noun: "flow log ID",
    not_found: "InvalidFlowLogId.NotFound",
    malformed: "InvalidFlowLogId.Malformed",
};

/// `DescribeFlowLogs`: says of those for CloudWatch Logs whether their role may deliver [VPC guide: flow logs,
/// troubleshooting].
pub(super) fn describe_flow_logs(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let ids = input.texts("FlowLogId")?;
    let query = Query::with(&mut input, "", FlowLog::FILTERS)?;
    finish(input)?;
    let failing = failing(call.world, &call.region);
    let view = view(call);
    for id in &ids {
        view.find::<FlowLog>(id)?;
    }
    let asked = view.each::<FlowLog>();
    let asked = asked.filter(|(id, _)| ids.is_empty() || ids.contains(id));
    let shown = asked.map(|(id, log)| {
        let mut shown = log.show(id, &view);
        if failing.contains(id) {
            shown["deliverLogsStatus"] = json!("FAILED");
            shown["deliverLogsErrorMessage"] = json!("Access error");
        }
        shown
    });
    query.page("flowLogSet", shown.collect())
}

/// `DeleteFlowLogs`: all or none.
pub(super) fn delete_flow_logs(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let ids = input.texts("FlowLogId")?;
    finish(input)?;
    if ids.is_empty() {
        let message = "The request must contain the parameter FlowLogId";
        return Err(Refusal::new("MissingParameter", message));
    }
    let view = view(call);
    for id in &ids {
        KIND.check(id)?;
    }
    let gone = ids.iter().filter(|id| view.find::<FlowLog>(id).is_err());
    let gone: Vec<&str> = gone.map(String::as_str).collect();
    if !gone.is_empty() {
        let message = format!(
            "These flow log ids in the input list are not found: [TotalCount: {}] {}",
            gone.len(),
            gone.join(", ")
        );
        return Err(Refusal::new(KIND.not_found, message));
    }
    let logs = &mut call.here().ec2.flow_logs;
    ids.iter().for_each(|id| drop(logs.remove(id)));
    Ok(json!({ "unsuccessful": [] }))
}

/// The flow logs whose role is gone or may not write to their group.
fn failing(world: &World, region: &str) -> Vec<String> {
    let Some(here) = world.regions.get(region) else {
        return Vec::new();
    };
    let may = |role: &str, group: &str| {
        let Some(role) = iam::role(world, role) else {
            return false;
        };
        let resource = format!(
            "arn:aws:logs:{region}:{}:log-group:{group}:*",
            world.account
        );
        ["logs:CreateLogStream", "logs:PutLogEvents"]
            .iter()
            .all(|action| {
                let context = BTreeMap::new();
                let request = iam::Request {
                    action,
                    resource: &resource,
                    context,
                };
                iam::evaluate(world, role, &request) == Verdict::Allowed
            })
    };
    let logs = here.ec2.flow_logs.iter();
    let fails = logs.filter(|(_, log)| match &log.destination {
        Destination::Logs { group, role } => !may(role, group),
        Destination::Bucket { .. } => false,
    });
    fails.map(|(id, _)| id.clone()).collect()
}

impl Resource for FlowLog {
    const KIND: &'static Kind = &KIND;
    const FILTERS: &'static [(&'static str, &'static str)] = &[
        ("deliver-log-status", "deliverLogsStatus"),
        ("flow-log-id", "flowLogId"),
        ("log-destination-type", "logDestinationType"),
        ("log-group-name", "logGroupName"),
        ("resource-id", "resourceId"),
        ("traffic-type", "trafficType"),
    ];

    fn all(ec2: &Ec2) -> &BTreeMap<String, FlowLog> {
        &ec2.flow_logs
    }

    fn created(&self) -> Millis {
        self.created
    }

    fn tags(&self) -> &Tags {
        &self.tags
    }

    fn show(&self, id: &str, view: &View<'_>) -> Value {
        let mut shown = json!({
            "flowLogId": id,
            "flowLogStatus": "ACTIVE",
            "resourceId": self.resource,
            "trafficType": self.traffic,
            "logFormat": self.format,
            "maxAggregationInterval": self.interval,
            "deliverLogsStatus": "SUCCESS",
            "creationTime": self.created.iso8601(),
            "tagSet": self.tags.to_list("key", "value"),
        });
        match &self.destination {
            Destination::Logs { group, role } => {
                let (region, account) = (view.region, &view.account);
                shown["logDestinationType"] = json!("cloud-watch-logs");
                shown["logGroupName"] = json!(group);
                let arn = format!("arn:aws:logs:{region}:{account}:log-group:{group}");
                shown["logDestination"] = json!(arn);
                shown["deliverLogsPermissionArn"] = json!(role);
            }
            Destination::Bucket {
                arn,
                parquet,
                hive,
                hourly,
            } => {
                shown["logDestinationType"] = json!("s3");
                shown["logDestination"] = json!(arn);
                shown["destinationOptions"] = json!({
                    "fileFormat": if *parquet { "parquet" } else { "plain-text" },
                    "hiveCompatiblePartitions": hive,
                    "perHourPartition": hourly,
                });
            }
        }
        shown
    }
}
