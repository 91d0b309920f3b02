//! How the number of tasks follows the load.

use super::{QueueReference, Schedule, Seconds};

/// Bounds, and what is kept within them. At least one metric or one time is there.
#[derive(Clone, Debug, PartialEq, Eq)]
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
    /// Messages of a queue for each task.
    pub queue_depth: Option<QueueDepth>,
    /// Other bounds, from their times on.
    pub schedule: Vec<ScaleSchedule>,
    /// Rest after tasks were added.
    pub out_cooldown: Seconds,
    /// Rest after tasks were taken away.
    pub in_cooldown: Seconds,
}

/// Messages of a queue for each task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueueDepth {
    /// Which queue.
    pub queue: QueueReference,
    /// How many messages.
    pub per_task: u32,
}

/// Other bounds, from some time on. At least one of the two is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScaleSchedule {
    /// When.
    pub cron: Schedule,
    /// By whose clock.
    pub timezone: String,
    /// So many tasks at least.
    pub min: Option<u32>,
    /// So many at most.
    pub max: Option<u32>,
}
