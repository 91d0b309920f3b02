//! What ECS asks of IAM: whether it may act as a role.

use serde_json::Value;
use std::time::Duration;

use crate::iam;
use crate::world::World;

/// The principal that tasks assume their roles as.
const TASKS: &str = "ecs-tasks.amazonaws.com";
/// The principal of the service-linked role.
pub(super) const SERVICE: &str = "ecs.amazonaws.com";

/// Why a task cannot have one of its roles, in AWS's words (boto3 #1878, terraform-aws-ecs-fargate #58); `None` if it
/// can. A role that was made a moment ago may not be known yet (`Timing::iam_propagation`).
pub(super) fn unassumable(world: &World, arn: &str) -> Option<String> {
    let delay = Duration::from_millis(world.timing.iam_propagation);
    let usable = iam::role(world, arn)
        .is_some_and(|role| role.created + delay <= world.now && trusts(&role.trust, TASKS));
    if usable {
        return None;
    }
    Some(format!(
        "ECS was unable to assume the role '{arn}' that was provided for this task. Please verify that the role being passed has the proper trust relationship and permissions and that your IAM user has permissions to pass this role."
    ))
}

/// Whether a trust policy lets the service assume the role. Conditions are taken as met.
pub(crate) fn trusts(policy: &str, service: &str) -> bool {
    let Ok(policy) = serde_json::from_str::<Value>(policy) else {
        return false;
    };
    let statements = many(&policy["Statement"]);
    statements.into_iter().any(|statement| {
        let assumes = ["sts:AssumeRole", "sts:*", "*"];
        statement["Effect"] == "Allow"
            && many(&statement["Action"])
                .into_iter()
                .any(|it| assumes.iter().any(|one| it == one))
            && many(&statement["Principal"]["Service"])
                .into_iter()
                .any(|it| it == service)
    })
}

/// IAM documents write one thing plainly and several as a list.
fn many(value: &Value) -> Vec<&Value> {
    match value {
        Value::Array(items) => items.iter().collect(),
        Value::Null => Vec::new(),
        one => vec![one],
    }
}

/// Whether ECS may act in the account at all.
pub(super) fn linked(world: &World) -> bool {
    iam::has_service_linked_role(world, SERVICE)
}

/// The role that a service with a balancer or interfaces reports.
pub(super) fn linked_arn(world: &World) -> String {
    format!(
        "arn:aws:iam::{}:role/aws-service-role/{SERVICE}/AWSServiceRoleForECS",
        world.account
    )
}
