//! What a run writes down.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Outcome;
use crate::address::{Instance, RunId};
use crate::document::{Document, FieldPath};
use crate::failure::Failure;
use crate::kind::PlannedRequest;
use crate::plan::Plan;
use crate::state::Ownership;

/// One line of the journal. An entry that announces an effect is durable before the effect.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "entry")]
pub enum Entry {
    /// The run begins.
    Begun {
        /// Its id.
        run: RunId,
        /// What it will do.
        plan: Box<Plan>,
        /// When, for people.
        at: jiff::Timestamp,
    },
    /// A process took the run up after another was interrupted: what was in flight is unclear.
    Resumed {
        /// When, for people.
        at: jiff::Timestamp,
    },
    /// The next request of a step is about to be sent.
    Sending {
        /// Which step.
        step: Instance,
        /// What is sent, for people.
        operation: String,
    },
    /// It was applied.
    Answered {
        /// Which step.
        step: Instance,
        /// What is known from then on.
        outputs: Document,
    },
    /// It was certainly not applied; it will be sent again, or the step fails.
    Refused {
        /// Which step.
        step: Instance,
        /// Why.
        failure: Failure,
    },
    /// It may have been applied.
    Unclear {
        /// Which step.
        step: Instance,
        /// Why.
        failure: Failure,
    },
    /// We looked, and know again what is there and what is left to do.
    Looked {
        /// Which step.
        step: Instance,
        /// What is there; none if nothing is.
        outputs: Option<Document>,
        /// Whether our own is among it; outputs alone may tell of what it displaces.
        there: bool,
        /// Whose it is.
        ownership: Ownership,
        /// What is left to do.
        requests: Vec<PlannedRequest>,
    },
    /// A resource that is not ready yet has told more of itself.
    Named {
        /// Which step.
        step: Instance,
        /// What is known from then on.
        outputs: Document,
    },
    /// It is ready, or gone.
    Done {
        /// Which step.
        step: Instance,
        /// What is known of it in the end.
        outputs: Document,
    },
    /// It is given up.
    Failed {
        /// Which step.
        step: Instance,
        /// Why.
        failure: Failure,
    },
    /// Nothing new is started.
    Stopping {
        /// What comes then.
        then: Then,
    },
    /// Everything reversible is done; from here the run only goes forward.
    Committed,
    /// What is in flight is known; now everything is put back.
    Undoing,
    /// We looked, and know what puts a step back.
    UndoPlanned {
        /// Which step.
        step: Instance,
        /// What is there; none if nothing is.
        outputs: Option<Document>,
        /// What the requests lead to.
        spec: Document,
        /// What puts it back; nothing if it is as it was.
        requests: Vec<PlannedRequest>,
        /// Members that somebody else has changed since: theirs stay.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        foreign: Vec<FieldPath>,
    },
    /// It is as it was before.
    Undone {
        /// Which step.
        step: Instance,
        /// What is known of it, if it is there.
        outputs: Option<Document>,
    },
    /// It could not be put back.
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
    },
}

/// What comes after a stop.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Then {
    /// Everything is put back.
    Undo,
    /// What is there stays; the next plan goes on from it.
    Keep,
    /// As `Keep`, because another plan takes over, not because anything failed.
    Replan,
}

impl Entry {
    /// The step that the entry is about.
    pub fn step(&self) -> Option<&Instance> {
        match self {
            Self::Sending { step, .. }
            | Self::Answered { step, .. }
            | Self::Refused { step, .. }
            | Self::Unclear { step, .. }
            | Self::Looked { step, .. }
            | Self::Named { step, .. }
            | Self::Done { step, .. }
            | Self::Failed { step, .. }
            | Self::UndoPlanned { step, .. }
            | Self::Undone { step, .. }
            | Self::UndoFailed { step, .. } => Some(step),
            Self::Begun { .. }
            | Self::Resumed { .. }
            | Self::Stopping { .. }
            | Self::Committed
            | Self::Undoing
            | Self::Ended { .. } => None,
        }
    }
}
