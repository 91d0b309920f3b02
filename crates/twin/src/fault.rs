//! Faults on demand: what can go wrong between a client and AWS.

use serde::{Deserialize, Serialize};

/// A fault, and which requests it strikes.
#[derive(Serialize, Deserialize, Debug, Clone, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// Only requests to this service.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<String>,
    /// Only requests for this operation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation: Option<String>,
    /// The first matching request to strike, counted from 1 since the fault was set.
    #[serde(default = "one", skip_serializing_if = "Option::is_none")]
    pub nth: Option<u64>,
    /// The first mutating request to strike, counted from 1 over all mutating requests since the fault was set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mutating_nth: Option<u64>,
    /// How many matching requests it strikes from there; 0 for ever.
    #[serde(default = "once")]
    pub times: u64,
    /// Before or after the request takes effect.
    pub side: Side,
    /// What goes wrong.
    pub action: Action,
    /// Matching requests seen so far.
    #[serde(default)]
    pub seen: u64,
}

/// On which side of its effect a fault strikes a request.
#[derive(Serialize, Deserialize, Debug, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// The request has no effect.
    Before,
    /// The request takes effect, only its answer suffers.
    After,
}

/// What goes wrong.
#[derive(Serialize, Deserialize, Debug, Clone, PartialEq)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// No answer ever.
    Hang,
    /// The connection is closed without an answer.
    Drop,
    /// This refusal.
    Refuse {
        /// HTTP status.
        status: u16,
        /// Error code.
        code: String,
        /// Sentence.
        #[serde(default)]
        message: String,
    },
    /// The right answer, this much later (on the twin's clock).
    DelayMs(u64),
    /// An answer that is neither XML nor JSON.
    Garbage,
}

fn one() -> Option<u64> {
    Some(1)
}

fn once() -> u64 {
    1
}
