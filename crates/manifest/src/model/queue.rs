//! Queues.

use super::{Name, Seconds};
use crate::located::Located;

/// A queue of messages.
#[derive(Clone, Debug, PartialEq)]
pub struct Queue {
    /// Its name; its place is the section's.
    pub name: Located<Name>,
    /// For so long a message that was received is hidden from others.
    pub visibility_timeout: Seconds,
    /// For so long a message is kept.
    pub retention: Seconds,
    /// After it was received so often, it goes to a queue of its own.
    pub dead_letter_after: Option<u32>,
}

/// Which queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum QueueReference {
    /// One of the manifest's.
    Ours(Name),
    /// Somebody else's, by its ARN.
    Existing(String),
}
