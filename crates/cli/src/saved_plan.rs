//! A plan in a file: written by `plan --out`, applied by `up --plan`.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::Path;

use ashore_engine::document::Document;
use ashore_engine::plan::{Plan, check};
use ashore_engine::state::State;
use serde::{Deserialize, Serialize};

use crate::error::CommandError;
use crate::exit::Exit;

/// What is in the file.
#[derive(Serialize, Deserialize)]
struct SavedPlan {
    format: u32,
    /// A digest of the resources that the plan stands on.
    state: String,
    plan: Plan,
}

const FORMAT: u32 = 1;

/// Writes the plan, for its owner alone: it says what the journal says.
pub(crate) fn save(path: &Path, plan: &Plan, state: &State) -> Result<(), CommandError> {
    let name = path.display();
    let saved = SavedPlan {
        format: FORMAT,
        state: digest(state),
        plan: plan.clone(),
    };
    let text = serde_json::to_string_pretty(&saved).map_err(std::io::Error::from);
    let written = text.and_then(|text| private(path)?.write_all(text.as_bytes()));
    written.map_err(|error| {
        CommandError::io("E0608", format!("`{name}` cannot be written"), &error)
            .advice("name a file in a folder that you may write to")
    })
}

fn private(path: &Path) -> std::io::Result<std::fs::File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Reads a plan that still fits: the manifest and the stack are what they were, and nothing in it
/// contradicts the state.
pub(crate) fn load(path: &Path, state: &State, wanted: &str) -> Result<Plan, CommandError> {
    let name = path.display();
    let text = std::fs::read_to_string(path)
        .map_err(|error| CommandError::io("E0609", format!("`{name}` cannot be read"), &error))?;
    let saved: SavedPlan = serde_json::from_str(&text).map_err(|error| {
        CommandError::new("E0610", format!("`{name}` is no plan of this version"))
            .cause(error.to_string())
            .advice("make it again with `ashore plan --out`")
    })?;
    let flaws = check::check(&saved.plan, state, &ashore_providers::kinds());
    let stale = if saved.format != FORMAT {
        Some("another version of ashore wrote it".to_string())
    } else if saved.plan.wanted != wanted {
        Some("the manifest has changed since".to_string())
    } else if saved.plan.serial != state.serial || saved.state != digest(state) {
        Some("the stack has changed since, or a run was undone".to_string())
    } else {
        flaws.first().map(ToString::to_string)
    };
    match stale {
        None => Ok(saved.plan),
        Some(why) => Err(
            CommandError::new("E0706", format!("`{name}` does not fit any more"))
                .cause(why)
                .advice("make it again with `ashore plan --out`")
                .exit(Exit::Refused),
        ),
    }
}

fn digest(state: &State) -> String {
    Document::of(&state.resources).digest()
}
