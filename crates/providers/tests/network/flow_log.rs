//! A flow log, from nothing to nothing.

use std::collections::{BTreeMap, BTreeSet};

use ashore_providers::aws::flow_log::{self, FlowLog};
use ashore_providers::aws::iam_role::Role;
use ashore_providers::aws::tags::Tags;
use serde_json::json;

use crate::in_twin::{InTwin, cx, made};
use crate::life::Life;
use crate::vpc::{network, retagged};

fn role() -> Role {
    Role {
        name: "flow-logs".into(),
        trust: json!({
            "Version": "2012-10-17",
            "Statement": [{
                "Effect": "Allow",
                "Principal": { "Service": "vpc-flow-logs.amazonaws.com" },
                "Action": "sts:AssumeRole",
            }],
        }),
        managed_policies: BTreeSet::new(),
        inline_policies: BTreeMap::new(),
        tags: Tags::default(),
    }
}

#[tokio::test(start_paused = true)]
async fn a_flow_log_from_nothing_to_nothing() {
    let world = InTwin::new().await;
    let (vpc, ec2) = network(&world).await;
    let role = made(&world.aws, &cx("role"), &role()).await;
    let spec = FlowLog {
        vpc: vpc.outputs.id.clone().into(),
        group: "/ashore/hello/flow-logs".to_string().into(),
        role: role.arn.into(),
        traffic: "ALL".into(),
        interval_seconds: 600,
        tags: Tags::default().named("flow-log"),
    };
    let mut log = Life::begin(&world, "flow_log", spec).await;
    let id = log.outputs.id.clone();
    let renamed = retagged(&mut log, &ec2, &id).await;
    assert_eq!(renamed, [flow_log::Change::Tag]);
    log.end().await;
    vpc.end().await;
}
