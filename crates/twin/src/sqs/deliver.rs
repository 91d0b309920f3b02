//! What other services put into queues.

use super::{queue, send};
use crate::iam;
use crate::resource_policy;
use crate::world::World;

/// Puts a message into the queue of that ARN for a service, if the queue's policy lets it. False: it did not.
pub(crate) fn deliver(
    world: &mut World,
    region: &str,
    arn: &str,
    principal: &str,
    source: &str,
    body: String,
) -> bool {
    let Some(name) = named(world, region, arn) else {
        return false;
    };
    let context = resource_policy::source_context(&world.account, source, true);
    let request = iam::Request {
        action: "sqs:SendMessage",
        resource: arn,
        context,
    };
    let queue = queue::find(world, region, &name);
    let policy = queue.and_then(|queue| queue.set.get("Policy").cloned());
    if !policy.is_some_and(|policy| resource_policy::service_may(&policy, principal, &request)) {
        return false;
    }
    send::put(world, region, &name, body, principal, None);
    true
}

/// Puts a message into a queue as somebody of the account whose own policies allow it.
pub(crate) fn deliver_as_own(world: &mut World, region: &str, arn: &str, body: String) -> bool {
    let Some(name) = named(world, region, arn) else {
        return false;
    };
    let sender = world.account.clone();
    send::put(world, region, &name, body, &sender, None);
    true
}

fn named(world: &mut World, region: &str, arn: &str) -> Option<String> {
    let place = format!("arn:aws:sqs:{region}:{}:", world.account);
    let name = arn.strip_prefix(&place)?.to_owned();
    let queue = queue::find(world, region, &name)?;
    queue.deleted.is_none().then_some(name)
}
