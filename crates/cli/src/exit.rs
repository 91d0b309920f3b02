//! Exit codes are an interface: scripts branch on them.

use ashore_engine::drive::{Ended, Suspension};
use ashore_engine::run::Outcome;

/// How the process ends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Exit {
    /// Done.
    Ok,
    /// Failed.
    Failed,
    /// `plan --detailed-exitcode`: there is something to do.
    Changes,
    /// Failed, and everything is as it was before.
    RolledBack,
    /// The credentials do not count, or do not suffice.
    Auth,
    /// Another command works on the stack.
    Locked,
    /// Something is left that needs attention.
    Partial,
    /// Refused: a guard, a stale plan, a question that nobody can answer.
    Refused,
    /// Interrupted; the same command goes on.
    Interrupted,
}

impl Exit {
    /// The number.
    pub(crate) fn code(self) -> u8 {
        match self {
            Self::Ok => 0,
            Self::Failed => 1,
            Self::Changes => 2,
            Self::RolledBack => 3,
            Self::Auth => 4,
            Self::Locked => 5,
            Self::Partial => 6,
            Self::Refused => 7,
            Self::Interrupted => 130,
        }
    }

    /// How a run that ended so ends the process.
    pub(crate) fn of(ended: &Ended) -> Self {
        match ended {
            Ended::Over(Outcome::Converged | Outcome::Replanned) => Self::Ok,
            Ended::Over(Outcome::RolledBack) => Self::RolledBack,
            Ended::Over(Outcome::Kept) => Self::Failed,
            Ended::Over(Outcome::Stuck | Outcome::LeftBehind) => Self::Partial,
            Ended::Suspended(Suspension::Interrupted) => Self::Interrupted,
            Ended::Suspended(Suspension::Credentials(_)) => Self::Auth,
            Ended::Suspended(Suspension::Blind(..)) => Self::Partial,
        }
    }
}

/// The table of `ashore help`, so that help and code cannot differ.
pub(crate) const TABLE: &str = "\
Exit codes:
  0    done; `plan`: nothing to do, or changes without --detailed-exitcode
  1    failed
  2    wrong usage; `plan --detailed-exitcode`: there are changes
  3    failed, and everything is as it was before
  4    the credentials do not count or do not suffice
  5    another command works on the stack
  6    something is left that needs attention
  7    refused: a guard, a stale plan, a question that nobody can answer
  130  interrupted; the same command goes on";
