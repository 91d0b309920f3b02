//! What happens, as it happens: moving lines on a terminal, plain lines elsewhere, events for
//! programs.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use ashore_engine::address::Instance;
use ashore_engine::event::Event;
use ashore_engine::kind::Kind;
use ashore_engine::plan::{Action, Plan};
use ashore_engine::run::{Outcome, Then};
use ashore_providers::manual::dns_record::ManualRecord;
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

use super::elapsed;
use super::plan::staying;
use crate::printer::Printer;

/// A step that is still waiting says so this often where lines cannot be rewritten.
const HEARTBEAT: Duration = Duration::from_secs(30);

/// Shows events.
pub(crate) struct Progress<'a> {
    printer: &'a mut Printer,
    running: BTreeMap<Instance, ProgressBar>,
    lines: Option<MultiProgress>,
    /// When each waiting step was last heard of.
    heard: BTreeMap<Instance, Duration>,
    /// What somebody is to do by hand, step by step, and what was last said of it.
    by_hand: BTreeMap<Instance, String>,
    /// Why each step is being tried again.
    retrying: BTreeMap<Instance, String>,
    /// What nobody wants any more, and stays in the cloud as it is.
    staying: BTreeSet<Instance>,
    width: usize,
}

impl<'a> Progress<'a> {
    pub(crate) fn new(printer: &'a mut Printer, plan: &Plan) -> Self {
        let widths = plan.steps.keys().map(|step| step.to_string().len());
        let by_hand = plan.steps.iter();
        let by_hand = by_hand.filter(|(_, step)| step.kind == ManualRecord::NAME);
        Self {
            by_hand: by_hand
                .map(|(step, _)| (step.clone(), String::new()))
                .collect(),
            lines: printer.live.then(MultiProgress::new),
            running: BTreeMap::new(),
            heard: BTreeMap::new(),
            retrying: BTreeMap::new(),
            staying: staying(plan).map(|(step, _)| step.clone()).collect(),
            width: widths.max().unwrap_or(0),
            printer,
        }
    }

    /// Shows one.
    pub(crate) fn show(&mut self, event: &Event) {
        self.printer.event(event);
        match event {
            Event::RunStarted {
                run,
                steps,
                resumed,
            } => {
                let verb = if *resumed { "resumed" } else { "started" };
                self.say(format!(
                    "run {run} {verb}, {}",
                    super::count(*steps, "step")
                ));
            }
            Event::Sending {
                step,
                action,
                operation,
                undo,
            } => {
                let verb = doing(*action, *undo);
                if self.lines.is_some() || !self.retrying.contains_key(step) {
                    self.update(step, format!("{verb:<10} {operation}"));
                }
            }
            Event::Answered { step, .. } => {
                self.retrying.remove(step);
            }
            Event::Retrying {
                step,
                failure,
                after,
            } => {
                let why = format!("{}: {}", failure.code, failure.message);
                let text = format!("again in {}: {why}", elapsed(*after));
                // What clears by itself is repeated every few seconds: one line of it will do.
                let said = self.retrying.insert(step.clone(), failure.code.clone());
                if self.lines.is_some() || said.as_ref() != Some(&failure.code) {
                    self.update(step, text);
                }
            }
            Event::Waiting {
                step,
                action,
                why,
                elapsed,
                undo,
            } => {
                let verb = doing(*action, *undo);
                let told = self.tell(step, why, *elapsed);
                let why = if told { "waiting for that" } else { why };
                if self.lines.is_some() || self.is_due(step, *elapsed) {
                    let elapsed = super::elapsed(*elapsed);
                    self.update(step, format!("{verb:<10} {elapsed} {why}"));
                }
            }
            Event::Done {
                step,
                action,
                elapsed,
            } => {
                let (glyph, done) = match self.staying.contains(step) {
                    true => ('=', "left"),
                    false => ('✔', done(*action)),
                };
                let text = format!("{done:<10} {}", super::elapsed(*elapsed));
                self.end(step, glyph, &text);
            }
            Event::Failed { step, failure, .. } => self.end(step, '✘', &failure.to_string()),
            Event::Stopping { then } => self.say(match then {
                Then::Undo => "stopping; everything will be put back".to_string(),
                Then::Keep => "stopping; what is there stays".to_string(),
                Then::Replan => "finding out what is there".to_string(),
            }),
            Event::Committed => {}
            Event::Undoing => self.say("putting everything back".to_string()),
            Event::Theirs { step, fields } => {
                // In a line of its own: what moves is taken off the terminal in the end.
                let fields: Vec<String> = fields.iter().map(ToString::to_string).collect();
                let width = self.width;
                let fields = fields.join(", ");
                self.say(format!(
                    "! {:<width$}  {fields} was changed by somebody else and stays",
                    step.to_string()
                ));
            }
            Event::Undone { step } => self.end(step, '↩', "put back"),
            Event::UndoFailed { step, failure } => {
                self.end(step, '✘', &format!("not put back: {failure}"));
            }
            Event::Ended { outcome, elapsed } => {
                let word = match outcome {
                    Outcome::Converged => "done",
                    Outcome::RolledBack => "put back",
                    Outcome::Stuck => "stuck",
                    Outcome::Kept => "failed",
                    Outcome::Replanned => "known again",
                    Outcome::LeftBehind => "done, with something left behind",
                };
                self.say(format!("{word} in {}", super::elapsed(*elapsed)));
            }
            Event::Suspended { why } => self.say(format!("paused: {why}")),
        }
    }

    /// Takes what moves off the terminal.
    pub(crate) fn finish(&mut self) {
        for bar in self.running.values() {
            bar.finish_and_clear();
        }
        self.running.clear();
    }

    /// Says what somebody is to do, whole and at once, and again only when it is something else. Whether it is such a
    /// thing at all.
    fn tell(&mut self, step: &Instance, why: &str, now: Duration) -> bool {
        let Some(said) = self.by_hand.get_mut(step) else {
            return false;
        };
        if said != why {
            why.clone_into(said);
            let width = self.width;
            self.heard.insert(step.clone(), now);
            self.say(format!("! {:<width$}  {why}", step.to_string()));
        }
        true
    }

    fn is_due(&mut self, step: &Instance, now: Duration) -> bool {
        let heard = self.heard.entry(step.clone()).or_default();
        let due = now.saturating_sub(*heard) >= HEARTBEAT;
        if due {
            *heard = now;
        }
        due
    }

    fn update(&mut self, step: &Instance, text: String) {
        let width = self.width;
        match &self.lines {
            Some(lines) => {
                let bar = self.running.entry(step.clone()).or_insert_with(|| {
                    let bar = lines.add(ProgressBar::new_spinner());
                    if let Ok(style) = ProgressStyle::with_template("  {spinner} {wide_msg}") {
                        bar.set_style(style);
                    }
                    bar.enable_steady_tick(Duration::from_millis(120));
                    bar
                });
                bar.set_message(format!("{:<width$}  {text}", step.to_string()));
            }
            None => self
                .printer
                .say(format!("  {:<width$}  {text}", step.to_string())),
        }
    }

    fn end(&mut self, step: &Instance, glyph: char, text: &str) {
        if let Some(bar) = self.running.remove(step) {
            bar.finish_and_clear();
        }
        self.heard.remove(step);
        self.retrying.remove(step);
        let width = self.width;
        self.say(format!("{glyph} {:<width$}  {text}", step.to_string()));
    }

    fn say(&mut self, text: String) {
        match &self.lines {
            Some(lines) => lines.suspend(|| self.printer.say(text)),
            None => self.printer.say(text),
        }
    }
}

fn doing(action: Action, undo: bool) -> &'static str {
    match (action, undo) {
        (_, true) => "putting back",
        (Action::Create, _) => "creating",
        (Action::Update, _) => "updating",
        (Action::Delete, _) => "deleting",
    }
}

fn done(action: Action) -> &'static str {
    match action {
        Action::Create => "created",
        Action::Update => "updated",
        Action::Delete => "deleted",
    }
}
