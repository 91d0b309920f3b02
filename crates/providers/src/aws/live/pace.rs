//! How often a wait looks.

use std::time::Duration;

/// The first looks come this close together: what is ready at once is seen at once.
const AT_LEAST: Duration = Duration::from_millis(500);

/// When to look again after so long a wait: after half of it, so that short waits are short,
/// and never less often than every `at_most`.
pub(crate) fn look_after(waited: Duration, at_most: Duration) -> Duration {
    (waited / 2).clamp(AT_LEAST, at_most)
}
