//! What a user is told when a command cannot do what it was asked.

use ashore_engine::document::Malformed;
use ashore_engine::drive::DriveError;
use ashore_engine::failure::{Class, Failure};
use ashore_engine::plan::PlanError;
use ashore_engine::state::folder::FolderError;
use ashore_manifest::{Diagnostic, Files};
use serde::Serialize;

use crate::exit::Exit;

/// Every error has a stable code, a cause, the state that the world is left in, and what to do.
#[derive(Debug, Serialize)]
pub(crate) struct CommandError {
    /// Stable: people search for it, scripts look at it.
    pub(crate) code: String,
    /// What went wrong, in one line.
    pub(crate) message: String,
    /// Why, from the outside in.
    pub(crate) causes: Vec<String>,
    /// What is left behind.
    pub(crate) state: String,
    /// What to do next.
    pub(crate) advice: Vec<String>,
    #[serde(skip)]
    pub(crate) exit: Exit,
    /// Mistakes in the manifest, shown in its text.
    #[serde(skip)]
    pub(crate) mistakes: Option<Mistakes>,
}

/// Mistakes in a manifest, with the text that they point into.
#[derive(Debug)]
pub(crate) struct Mistakes {
    pub(crate) file: String,
    pub(crate) text: String,
    /// The other files that it names.
    pub(crate) files: Files,
    pub(crate) diagnostics: Vec<Diagnostic>,
}

pub(crate) const NOTHING_CHANGED: &str = "nothing was changed";

impl CommandError {
    pub(crate) fn new(code: &str, message: impl Into<String>) -> Self {
        Self {
            code: code.to_string(),
            message: message.into(),
            causes: Vec::new(),
            state: NOTHING_CHANGED.to_string(),
            advice: Vec::new(),
            exit: Exit::Failed,
            mistakes: None,
        }
    }

    pub(crate) fn cause(mut self, cause: impl Into<String>) -> Self {
        self.causes.push(cause.into());
        self
    }

    pub(crate) fn advice(mut self, advice: impl Into<String>) -> Self {
        self.advice.push(advice.into());
        self
    }

    pub(crate) fn state(mut self, state: impl Into<String>) -> Self {
        self.state = state.into();
        self
    }

    pub(crate) fn exit(mut self, exit: Exit) -> Self {
        self.exit = exit;
        self
    }

    /// A request that failed outside a run: nothing was changed by it.
    pub(crate) fn of_failure(what: &str, failure: &Failure) -> Self {
        let (code, exit) = match failure.class {
            Class::Auth => ("E0401", Exit::Auth),
            Class::Denied => ("E0402", Exit::Auth),
            Class::Unsent | Class::Unknown => ("E0403", Exit::Failed),
            Class::Throttled => ("E0404", Exit::Failed),
            _ => ("E0405", Exit::Failed),
        };
        let mut error = Self::new(code, what).exit(exit).cause(failure.to_string());
        error
            .causes
            .extend(failure.request_id.iter().map(|id| format!("request {id}")));
        error.causes.extend(failure.evidence.iter().cloned());
        error.advice.extend(failure.advice.iter().cloned());
        error
    }

    /// Everything that stands in the way of a plan.
    pub(crate) fn of_plan(errors: &[PlanError]) -> Self {
        let first = errors.first().map_or("E0290", PlanError::code);
        let mut error = match errors {
            [one] => Self::new(first, one.to_string()),
            more => Self::new(first, format!("{} things stand in the way", more.len())),
        };
        if errors.len() > 1 {
            let lines = errors
                .iter()
                .map(|each| format!("[{}] {each}", each.code()));
            error.causes.extend(lines);
        }
        for each in errors {
            let advice = each.advice();
            if !error.advice.contains(&advice) {
                error.advice.push(advice);
            }
        }
        error.exit(Exit::Refused)
    }

    /// An answer that could not be read or written down.
    pub(crate) fn io(code: &str, what: String, error: &std::io::Error) -> Self {
        Self::new(code, what).cause(error.to_string())
    }
}

impl From<FolderError> for CommandError {
    fn from(error: FolderError) -> Self {
        let mut told = Self::new(error.code(), error.to_string());
        told.causes = causes(&error);
        match &error {
            FolderError::Locked { .. } => told
                .advice("wait until it ends; the lock goes with its process")
                .exit(Exit::Locked),
            FolderError::State { .. } | FolderError::Journal { .. } => told.advice(
                "use the version of ashore that wrote it, or put the file back from a copy",
            ),
            FolderError::OtherStack { .. } => {
                told.advice("each stack has a folder of its own: check --env and `app`")
            }
            FolderError::Io { .. } => told.advice("check the folder's rights and the disk's space"),
        }
    }
}

impl From<DriveError> for CommandError {
    fn from(error: DriveError) -> Self {
        let mut told = Self::new("E0390", error.to_string());
        told.causes = causes(&error);
        told.state("what was in flight is in the journal; nothing was sent after it")
            .advice("mend the disk, then run the same command again: it goes on where it stopped")
            .exit(Exit::Partial)
    }
}

impl From<Malformed> for CommandError {
    fn from(error: Malformed) -> Self {
        let mut told = Self::new("E0204", error.to_string());
        told.causes = causes(&error);
        told.advice("use the version of ashore that wrote this state, or a newer one")
    }
}

fn causes(error: &dyn std::error::Error) -> Vec<String> {
    let mut causes = Vec::new();
    let mut at = error.source();
    while let Some(cause) = at {
        causes.push(cause.to_string());
        at = cause.source();
    }
    causes
}
