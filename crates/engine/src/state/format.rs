//! The state at rest: one document with its version, one upgrade file per version.

mod v1;

use serde::Deserialize;

use super::State;

/// The version that this build writes.
pub const VERSION: u32 = v1::VERSION;

/// Why a state cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum FormatError {
    /// Not one of ours, or damaged.
    #[error("the state cannot be read")]
    Unreadable(#[from] serde_json::Error),
    /// What is written does not have the checksum that was written with it.
    #[error("the state is damaged: its checksum does not fit")]
    Damaged,
    /// A newer version wrote it.
    #[error("the state has format {found}, and this version knows formats up to {known}")]
    Newer {
        /// The version found.
        found: u32,
        /// The newest known.
        known: u32,
    },
}

#[derive(Deserialize)]
struct Header {
    format: u32,
}

/// Reads a state of any version that was ever written.
///
/// # Errors
/// If it is no state, is damaged, or a newer version wrote it.
pub fn read(text: &str) -> Result<State, FormatError> {
    let header: Header = serde_json::from_str(text)?;
    match header.format {
        v1::VERSION => v1::read(text),
        found => Err(FormatError::Newer {
            found,
            known: VERSION,
        }),
    }
}

/// Writes a state in the newest version.
pub fn write(state: &State) -> String {
    v1::write(state)
}
