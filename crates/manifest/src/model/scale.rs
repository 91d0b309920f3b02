//! How the number of tasks follows the load.

use super::Seconds;

/// Bounds, and what is kept within them. At least one metric is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scale {
    /// So many tasks at least, and to begin with.
    pub min: u32,
    /// So many at most.
    pub max: u32,
    /// Percent of the tasks' cpu.
    pub cpu: Option<u32>,
    /// Percent of the tasks' memory.
    pub memory: Option<u32>,
    /// Requests a minute to each task, where there is a load balancer.
    pub requests_per_target: Option<u32>,
    /// Rest after tasks were added.
    pub out_cooldown: Seconds,
    /// Rest after tasks were taken away.
    pub in_cooldown: Seconds,
}
