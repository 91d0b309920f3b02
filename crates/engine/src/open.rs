//! What a command does first where an earlier run was not finished. Pure; the command only asks.

use crate::run::{Mode, Outcome, Run, Then};
use crate::state::State;

/// What a command wants of the stack.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Wish<'a> {
    /// That it be as this graph says: its [`crate::graph::Graph::digest`].
    Up {
        /// The digest.
        wanted: &'a str,
    },
    /// That the open run be undone.
    Undo,
    /// That nothing of it be left.
    Down,
    /// Only to know: `plan`, `status` and their like.
    Know,
}

/// What comes first.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum First {
    /// Nothing: no run is open.
    Nothing,
    /// Tell of the open run, and change nothing.
    Tell,
    /// The run's end is recorded: save the state that it leaves (unless that was done), close its
    /// journal, and ask again.
    Close {
        /// How it ended.
        outcome: Outcome,
        /// Whether its state is saved already: the crash came between the two.
        saved: bool,
    },
    /// Carry the run on, and then do this.
    Resume(Next),
    /// Turn the run with [`crate::run::Entry::Stopping`], carry it on, and then do this.
    Turn(Then, Next),
    /// Nothing can be done.
    Refuse(Refusal),
}

/// What comes after the open run has ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Next {
    /// Nothing: it was what the command wanted.
    Enough,
    /// The command itself: survey, plan, run.
    PlanAnew,
}

/// Why nothing can be done.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Refusal {
    /// There is no open run.
    #[error("there is nothing to undo: the last run has ended")]
    NothingToUndo,
    /// The open run only goes forward.
    #[error("the run is past its commit point and cannot be undone any more")]
    PastCommit,
    /// The journal belongs to another state than the one that is there.
    #[error("the journal was begun from state {journal}, and the state is {state}")]
    OtherState {
        /// The serial that the run began from.
        journal: u64,
        /// The serial that is there.
        state: u64,
    },
}

impl Refusal {
    /// The stable code.
    pub fn code(self) -> &'static str {
        match self {
            Self::NothingToUndo => "E0510",
            Self::PastCommit => "E0511",
            Self::OtherState { .. } => "E0512",
        }
    }

    /// What a person can do next.
    pub fn advice(self) -> &'static str {
        match self {
            Self::NothingToUndo => "`plan` says how the stack differs from the manifest",
            Self::PastCommit => "run `up` to finish it, and then `up` with the manifest of before",
            Self::OtherState { .. } => {
                "put the state back that belongs to the journal, from a copy of the folder"
            }
        }
    }
}

/// What a command does first. `up` with the graph of an open run goes on with it; with another
/// one it finds out what is in flight and plans anew from what is there. Once a run is on its way
/// back, or past its commit point, it is seen through before anything else.
pub fn first(open: Option<&Run>, state: &State, wish: Wish<'_>) -> First {
    let Some(run) = open else {
        return match wish {
            Wish::Undo => First::Refuse(Refusal::NothingToUndo),
            Wish::Up { .. } | Wish::Down | Wish::Know => First::Nothing,
        };
    };
    let began = run.plan().serial;
    if let Wish::Know = wish {
        return First::Tell;
    }
    match run.mode() {
        Mode::Ended(outcome) if state.serial == began || state.serial == began + 1 => {
            First::Close {
                outcome: *outcome,
                saved: state.serial == began + 1,
            }
        }
        _ if state.serial != began => First::Refuse(Refusal::OtherState {
            journal: began,
            state: state.serial,
        }),
        mode => go_on(run, mode, wish),
    }
}

fn go_on(run: &Run, mode: &Mode, wish: Wish<'_>) -> First {
    let same = matches!(wish, Wish::Up { wanted } if wanted == run.plan().wanted);
    match (mode, wish) {
        (Mode::Converging, Wish::Undo) => First::Turn(Then::Undo, Next::Enough),
        (Mode::Converging, _) if same => First::Resume(Next::Enough),
        (Mode::Converging, _) => First::Turn(Then::Replan, Next::PlanAnew),
        (Mode::Collecting, Wish::Undo) => First::Refuse(Refusal::PastCommit),
        (Mode::Collecting, _) if same => First::Resume(Next::Enough),
        (Mode::Stopping(Then::Keep | Then::Replan), Wish::Undo) => {
            First::Turn(Then::Undo, Next::Enough)
        }
        (Mode::Stopping(Then::Undo) | Mode::Undoing, Wish::Undo) => First::Resume(Next::Enough),
        (Mode::Collecting | Mode::Stopping(_) | Mode::Undoing | Mode::Ended(_), _) => {
            First::Resume(Next::PlanAnew)
        }
    }
}
