//! How new tasks take the place of old ones.

/// How many tasks run while they are replaced, and what happens when new ones do not come up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deploy {
    /// Percent of `count` that run at least.
    pub minimum_healthy: u32,
    /// Percent of `count` that run at most.
    pub maximum: u32,
    /// Does ECS go back to the last release that came up?
    pub rollback: bool,
}
