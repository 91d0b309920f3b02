//! A task that is started by the clock.

use super::{QueueReference, Schedule, Service};

/// A task that is started by the clock and ends by itself.
#[derive(Clone, Debug, PartialEq)]
pub struct Job {
    /// What it runs. Nobody reaches it, and how many of it run nobody says.
    pub task: Service,
    /// When it is started.
    pub schedule: Schedule,
    /// By whose clock.
    pub timezone: String,
    /// Is it started at all?
    pub enabled: bool,
    /// How often a start that ECS did not take is tried again.
    pub retries: u32,
    /// The queue that is told of starts that did not succeed.
    pub dead_letter: Option<QueueReference>,
}
