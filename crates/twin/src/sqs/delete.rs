//! Deleting and emptying queues.

use std::time::Duration;

use serde_json::Value;

use super::{message, queue};
use crate::operation::{Answer, Call};
use crate::refusal::Refusal;

/// Between two purges [SQS API: PurgeQueue].
const REST: Duration = Duration::from_secs(60);

/// It goes on answering for a while [SQS API: DeleteQueue].
pub(super) fn delete(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let url = queue::read_url(&mut input)?;
    input.finish()?;
    let (now, region) = (call.now(), call.region.clone());
    let queue = queue::named(call, &url)?;
    queue.deleted.get_or_insert(now);
    let name = queue.name.clone();
    call.here().sqs.deleted.entry(name.clone()).or_insert(now);
    message::silence(call.world, &region, &name);
    Ok(Value::Null)
}

pub(super) fn purge(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let url = queue::read_url(&mut input)?;
    input.finish()?;
    let (now, region) = (call.now(), call.region.clone());
    let queue = queue::named(call, &url)?;
    if queue.purged.is_some_and(|at| at + REST > now) {
        return Err(Refusal::new(
            "AWS.SimpleQueueService.PurgeQueueInProgress",
            format!(
                "Only one PurgeQueue operation on {} is allowed every 60 seconds.",
                queue.name
            ),
        ));
    }
    queue.purged = Some(now);
    queue.messages.clear();
    let name = queue.name.clone();
    message::changed(call.world, &region, &name);
    Ok(Value::Null)
}
