//! What a classic balancer thinks of the instances that a service's tasks run on.

use std::collections::BTreeSet;

use ashore_engine::failure::Failure;

use crate::aws::live::Aws;
use crate::aws::live::failure::failure;

const OPERATION: &str = "elasticloadbalancing:DescribeInstanceHealth";

/// How many instances are sent requests; of `ours` alone, if some are named. What is said of the
/// others goes to `others`.
pub(super) async fn in_service(
    aws: &Aws,
    balancer: &str,
    ours: Option<&BTreeSet<String>>,
    others: &mut Vec<String>,
) -> Result<usize, Failure> {
    let describe = aws.classic.describe_instance_health();
    let answer = describe.load_balancer_name(balancer).send().await;
    let answer = answer.map_err(|e| failure(OPERATION, e))?;
    let mut serve = 0;
    for told in answer.instance_states.unwrap_or_default() {
        let id = told.instance_id.unwrap_or_default();
        if ours.is_some_and(|ours| !ours.contains(&id)) {
            continue;
        }
        let state = told.state.unwrap_or_default();
        if state == "InService" {
            serve += 1;
        } else {
            let why = told.description.unwrap_or_default();
            others.push(format!("{id} {state}: {why}"));
        }
    }
    Ok(serve)
}

/// The instances of `i-…:port`: each has one of the tasks, as the port is the same on all of them.
pub(super) fn instances(bindings: &BTreeSet<String>) -> BTreeSet<String> {
    let ids = bindings.iter().filter_map(|it| it.split_once(':'));
    ids.map(|(id, _)| id.to_string()).collect()
}
