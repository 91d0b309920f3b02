//! Everything that a reporter may show, as it happens. One stream feeds terminal, plain lines,
//! JSON and whatever comes later.

use std::time::Duration;

use schemars::JsonSchema;
use serde::Serialize;

use crate::address::Instance;
use crate::document::FieldPath;
use crate::failure::Failure;
use crate::plan::Action;
use crate::run::{Outcome, Then};

/// The version of the stream: minor grows with additions, major with anything else.
pub const VERSION: &str = "1.0";

/// Something that happened in a run.
#[derive(Clone, PartialEq, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case", tag = "type")]
pub enum Event {
    /// A run begins or is taken up again.
    RunStarted {
        /// Its id.
        run: String,
        /// How many steps it has.
        steps: usize,
        /// Whether another process had begun it.
        resumed: bool,
    },
    /// A request is being sent.
    Sending {
        /// For which step.
        step: Instance,
        /// What happens to the resource.
        action: Action,
        /// `service:Operation`.
        operation: String,
        /// Whether it puts something back.
        undo: bool,
    },
    /// A request was applied.
    Answered {
        /// For which step.
        step: Instance,
        /// `service:Operation`.
        operation: String,
    },
    /// A request failed and will be tried again.
    Retrying {
        /// For which step.
        step: Instance,
        /// Why it failed.
        failure: Failure,
        /// When it is tried again.
        after: Duration,
    },
    /// A step is not ready, or not gone, yet.
    Waiting {
        /// Which step.
        step: Instance,
        /// What happens to the resource.
        action: Action,
        /// The cloud's own word for it, or who holds it.
        why: String,
        /// Since when.
        elapsed: Duration,
        /// Whether it is being put back.
        undo: bool,
    },
    /// A step is ready, or gone.
    Done {
        /// Which step.
        step: Instance,
        /// What happened to the resource.
        action: Action,
        /// How long it took.
        elapsed: Duration,
    },
    /// A step failed.
    Failed {
        /// Which step.
        step: Instance,
        /// What was to happen to the resource.
        action: Action,
        /// Why.
        failure: Failure,
    },
    /// Nothing new is started.
    Stopping {
        /// What comes then.
        then: Then,
    },
    /// Everything reversible is done.
    Committed,
    /// Everything is being put back.
    Undoing,
    /// Of a step that is put back, somebody else has changed members since: theirs stay.
    Theirs {
        /// Which step.
        step: Instance,
        /// Which members.
        fields: Vec<FieldPath>,
    },
    /// A step is as it was before.
    Undone {
        /// Which step.
        step: Instance,
    },
    /// A step could not be put back.
    UndoFailed {
        /// Which step.
        step: Instance,
        /// Why.
        failure: Failure,
    },
    /// The run is over.
    Ended {
        /// How.
        outcome: Outcome,
        /// How long it took.
        elapsed: Duration,
    },
    /// The run pauses and can be resumed.
    Suspended {
        /// Why.
        why: String,
    },
}
