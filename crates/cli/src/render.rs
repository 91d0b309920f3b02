//! Plans, events and errors, as text or as documents. Nothing here writes.

pub(crate) mod doctor;
pub(crate) mod failure;
pub(crate) mod plan;
pub(crate) mod progress;
pub(crate) mod status;

use ashore_engine::document::Document;
use ashore_engine::run::{Mode, Run, Stage};

/// `1 service`, `2 services`.
pub(crate) fn count(number: usize, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {noun}{plural}")
}

/// The most telling of a resource's outputs, for people.
pub(crate) fn id(outputs: &Document) -> String {
    ["id", "arn", "name"]
        .iter()
        .find_map(|field| outputs.get(field)?.as_str())
        .unwrap_or_default()
        .to_string()
}

/// What there is to know of a run that was not finished.
pub(crate) fn open_run(run: &Run) -> String {
    let steps = run.steps();
    let done = steps
        .values()
        .filter(|step| step.stage == Stage::Done)
        .count();
    let mode = match run.mode() {
        Mode::Converging => "was interrupted",
        Mode::Collecting => "was interrupted past its commit point",
        Mode::Stopping(_) => "had failed and was stopping",
        Mode::Undoing => "was being undone",
        Mode::Ended(_) => "is over and was not closed",
    };
    format!(
        "run {} {mode}: {done} of {} done. `ashore up` goes on with it, `ashore up --undo` undoes \
         it.",
        run.id(),
        count(steps.len(), "step"),
    )
}

/// Seconds, for people: `8s`, `1m 38s`.
pub(crate) fn elapsed(duration: std::time::Duration) -> String {
    let seconds = duration.as_secs();
    match (seconds / 60, seconds % 60) {
        (0, 0..10) => format!("{:.1}s", duration.as_secs_f64()),
        (0, seconds) => format!("{seconds}s"),
        (minutes, seconds) => format!("{minutes}m {seconds:02}s"),
    }
}
