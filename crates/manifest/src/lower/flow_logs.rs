//! `network.flow_logs`: who spoke with whom, in a log group, by a role that may write there and nowhere else.

use std::collections::{BTreeMap, BTreeSet};

use ashore_engine::graph::Handle;
use ashore_providers::aws::flow_log::FlowLog;
use ashore_providers::aws::iam_role::Role;
use ashore_providers::aws::log_group::LogGroup;
use ashore_providers::aws::vpc::Vpc;
use serde_json::json;

use super::Lowering;
use super::policy::policy;
use crate::model::LogRetention;

impl Lowering<'_> {
    pub(super) fn flow_logs(&mut self, retention: LogRetention, vpc: &Handle<Vpc>) {
        let names = &self.surroundings.names;
        let (region, account) = (names.region.clone(), names.account.clone());
        let group = format!("/ashore/{}/flow-logs", names.stack);
        // [VPC guide: IAM role for publishing flow logs] without the rights to make groups and to list them all: the
        // group is there.
        let resource = format!("arn:aws:logs:{region}:{account}:log-group:{group}:*");
        let write = json!({
            "Effect": "Allow",
            "Action": ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
            "Resource": resource,
        });
        let role = Role {
            name: names.global("flow-logs", 64),
            trust: json!({
                "Version": "2012-10-17",
                "Statement": [{
                    "Effect": "Allow",
                    "Principal": { "Service": "vpc-flow-logs.amazonaws.com" },
                    "Action": "sts:AssumeRole",
                    // Against the confused deputy [VPC guide: IAM role for publishing flow logs].
                    "Condition": { "StringEquals": { "aws:SourceAccount": account } },
                }],
            }),
            managed_policies: BTreeSet::new(),
            inline_policies: BTreeMap::from([("write".to_string(), policy(vec![write]))]),
            tags: self.tags(),
        };
        let group = LogGroup {
            name: group,
            retention_days: match retention {
                LogRetention::Days(days) => days.0,
                LogRetention::Forever => 0,
            },
            key: self.manifest.observability.log_key.clone(),
            retain: self.manifest.observability.retain_logs,
            tags: self.tags(),
        };
        let role = self.graph.add("network/flow_log_role", &role);
        let group = self.graph.add("network/flow_log_group", &group);
        self.graph.add(
            "network/flow_log",
            &FlowLog {
                vpc: vpc.get(Vpc::ID),
                group: group.get(LogGroup::NAME_),
                role: role.ready().get(Role::ARN),
                traffic: "ALL".to_string(),
                interval_seconds: 600,
                tags: self.named_tags("flow-log"),
            },
        );
    }
}
