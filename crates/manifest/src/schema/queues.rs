//! `[queues.NAME]`.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::defaults;
use crate::located::Located;

/// A queue of messages, encrypted, and closed to whoever comes without TLS.
///
/// A service that `uses` it may send, receive and delete messages. Its container gets the queue's URL as
/// `NAME_QUEUE_URL`.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct QueueSection {
    /// For so long a message that somebody has received is hidden from the others, up to `12h`: longer than the work
    /// on it takes. Default `30s`, as AWS has it.
    #[schemars(extend("default" = defaults::QUEUE_VISIBILITY.to_string()), example = &"5m")]
    pub(crate) visibility_timeout: Option<Located<String>>,

    /// For so long a message is kept that nobody deletes, `1m` to `14d`. Default `4d`, as AWS has it.
    #[schemars(extend("default" = "4d"))]
    pub(crate) retention: Option<Located<String>>,

    /// After a message was received so often and never deleted, it goes to a queue of its own, where it is kept for
    /// `14d`. Default: there is no such queue, and it comes back until its time is over.
    #[schemars(range(min = 1, max = 1000), example = 5)]
    pub(crate) dead_letter_after: Option<Located<u32>>,
}
