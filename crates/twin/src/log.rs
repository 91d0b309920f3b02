//! The request log: what was asked, and what became of it.

use serde::{Deserialize, Serialize};

use crate::clock::Millis;

/// One request.
#[derive(Serialize, Deserialize, Debug, Clone, PartialEq)]
pub struct Entry {
    /// Counts from 1.
    pub n: u64,
    /// When, on the twin's clock.
    pub time: Millis,
    /// The service's name.
    pub service: String,
    /// The operation's name, as far as it was understood.
    pub operation: String,
    /// The region it was signed for.
    pub region: String,
    /// Whether the operation can change the world.
    pub mutating: bool,
    /// The idempotency token that it carried.
    pub token: Option<String>,
    /// The resource that it names or made, as far as that can be told from the outside.
    pub resource: Option<String>,
    /// `ok`, or the code of the refusal.
    pub outcome: String,
    /// Whether its effect took place; false for refusals and for faults before it.
    pub applied: bool,
    /// The fault that struck it.
    pub fault: Option<String>,
}
