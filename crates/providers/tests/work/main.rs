//! What starts tasks by the clock, and what tells somebody, against the twin, through the real SDK, in virtual time.

mod alarms;
mod dashboards;
mod discovery;
mod logs;
mod schedules;
#[path = "../tasks/stage.rs"]
#[allow(dead_code, reason = "not every stage waits or crashes")]
mod stage;

use ashore_providers::aws::tags::Tags;

fn tags(team: &str) -> Tags {
    Tags([("team".to_string(), team.to_string())].into())
}
