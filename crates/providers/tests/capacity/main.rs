//! What tasks run on, against the twin, through the real SDK, in virtual time.

mod classic;
mod ground;
mod instances;
mod lives;
mod shares;
#[path = "../tasks/stage.rs"]
#[allow(dead_code, reason = "not every stage waits or crashes")]
mod stage;
