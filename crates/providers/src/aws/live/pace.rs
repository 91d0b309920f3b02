//! How often a wait looks.

use std::time::Duration;

/// The first looks come this close together: what is ready at once is seen at once.
const AT_LEAST: Duration = Duration::from_millis(250);

/// When to look again after so long a wait: after a tenth of it, so that no wait takes more than a
/// tenth longer than it must, and never less often than every `at_most`.
pub(crate) fn look_after(waited: Duration, at_most: Duration) -> Duration {
    (waited / 10).clamp(AT_LEAST, at_most)
}
