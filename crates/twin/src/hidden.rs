//! A value that is nobody's business: it never shows in the request log, in refusals or in debug output.

use serde::{Deserialize, Serialize};

/// The value of a secret or a parameter. It is written plainly into the saved world, and so into what `/_twin/state`
/// shows: a twin that goes on after a restart has to give the value out again, and a key beside the file would hide
/// nothing. Secrets in a twin are therefore as safe as its folder, and should be made up.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Hidden(pub(crate) String);

impl std::fmt::Debug for Hidden {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Hidden")
    }
}

#[cfg(test)]
mod tests {
    use super::Hidden;

    #[test]
    fn debug_output_does_not_tell() {
        assert!(!format!("{:?}", Hidden("canary".to_owned())).contains("canary"));
    }
}
