//! Format 1: `{"format": 1, "checksum": "…", "state": {…}}`.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::FormatError;
use crate::state::State;

pub(super) const VERSION: u32 = 1;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    format: u32,
    checksum: String,
    state: Value,
}

pub(super) fn read(text: &str) -> Result<State, FormatError> {
    let file: File = serde_json::from_str(text)?;
    if file.checksum != checksum(&file.state) {
        return Err(FormatError::Damaged);
    }
    Ok(State::deserialize(&file.state)?)
}

pub(super) fn write(state: &State) -> String {
    let state = serde_json::to_value(state).expect("a state is plain JSON");
    let file = File {
        format: VERSION,
        checksum: checksum(&state),
        state,
    };
    let mut text = serde_json::to_string_pretty(&file).expect("a state is plain JSON");
    text.push('\n');
    text
}

fn checksum(state: &Value) -> String {
    blake3::hash(state.to_string().as_bytes()).to_hex()[..32].to_string()
}
