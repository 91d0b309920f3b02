//! The run: entries in, commands out. No clock, no IO, no async.
//!
//! A run changes only by [`Run::record`], live and after a crash: feeding the entries of an
//! unfinished journal to a fresh run gives the run that was interrupted.

mod entry;
mod next;
mod outcome;
mod record;

use std::collections::BTreeMap;

use serde_json::Value;

use crate::address::{Instance, Mark, RunId};
use crate::document::Document;
use crate::failure::Failure;
use crate::input::{Ref, resolve};
use crate::kind::PlannedRequest;
use crate::plan::{Action, Need, Plan, Step, Until};
use crate::state::Ownership;

pub use entry::{Entry, Then};
pub use next::Command;
pub use outcome::Outcome;
pub use record::IllegalEntry;

/// The carrying out of one plan.
#[derive(Clone, PartialEq, Debug)]
pub struct Run {
    id: RunId,
    plan: Plan,
    mode: Mode,
    steps: BTreeMap<Instance, Progress>,
}

/// Where a run as a whole stands.
#[derive(Clone, PartialEq, Debug)]
pub enum Mode {
    /// Towards what is wanted, and it can still be undone.
    Converging,
    /// Past the commit point: only goes forward.
    Collecting,
    /// Starts nothing new; finds out what is in flight.
    Stopping(Then),
    /// Back to what was there.
    Undoing,
    /// Over.
    Ended(Outcome),
}

/// Where one step stands.
#[derive(Clone, PartialEq, Debug)]
pub struct Progress {
    /// The way forward.
    pub stage: Stage,
    /// The requests that are left to do, from `next` on.
    pub requests: Vec<PlannedRequest>,
    /// The first request that is not answered.
    pub next: usize,
    /// What the cloud has told so far.
    pub outputs: Option<Document>,
    /// Whether it is known to be there, or to have been: outputs alone may tell only of what it
    /// displaces.
    pub there: bool,
    /// Whose it turned out to be.
    pub ownership: Ownership,
    /// Whether it has yet to look at what is there before its first request.
    pub looks: bool,
    /// Whether a request was announced: from then on it may be there.
    pub touched: bool,
    /// Whether the outcome of a request was ever in doubt.
    pub doubted: bool,
    /// Why it failed, if it did.
    pub failure: Option<Failure>,
    /// The way back, once the run takes it.
    pub undo: Option<Undo>,
}

/// Where a step stands on its way forward.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Stage {
    /// The next request waits for its needs.
    Waiting,
    /// A request was announced; its outcome is not recorded.
    Sending,
    /// A request's outcome is unknown: we have to look.
    Unclear,
    /// All requests are answered; not ready, or not gone, yet.
    Settling,
    /// Ready, or gone.
    Done,
    /// Given up.
    Failed,
}

/// Where a step stands on its way back.
#[derive(Clone, PartialEq, Debug)]
pub struct Undo {
    /// The way back.
    pub stage: UndoStage,
    /// What the requests lead to.
    pub spec: Document,
    /// The requests.
    pub requests: Vec<PlannedRequest>,
    /// The first that is not answered.
    pub next: usize,
}

/// How far back a step is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum UndoStage {
    /// We have to look at what is there.
    Due,
    /// The next request can be sent.
    Waiting,
    /// A request was announced; its outcome is not recorded.
    Sending,
    /// All are answered; not gone, or not ready, yet.
    Settling,
    /// As it was before.
    Done,
    /// Given up: it stays as it is, and a person has to look.
    Failed,
}

impl Run {
    /// The run of a plan, with nothing done yet.
    pub fn new(id: RunId, plan: Plan) -> Self {
        let steps = plan
            .steps
            .iter()
            .map(|(instance, step)| (instance.clone(), Progress::before(step)))
            .collect();
        Self {
            id,
            plan,
            mode: Mode::Converging,
            steps,
        }
    }

    /// Its id.
    pub fn id(&self) -> &RunId {
        &self.id
    }

    /// Its plan.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// Where it stands as a whole.
    pub fn mode(&self) -> &Mode {
        &self.mode
    }

    /// Where each step stands.
    pub fn steps(&self) -> &BTreeMap<Instance, Progress> {
        &self.steps
    }

    /// What is planned for a step, and where it stands.
    ///
    /// # Panics
    /// If the plan has no such step: our own mistake.
    pub fn step(&self, instance: &Instance) -> (&Step, &Progress) {
        (&self.plan.steps[instance], &self.steps[instance])
    }

    /// The mark of a step's resource.
    pub fn mark(&self, instance: &Instance) -> Mark {
        Mark {
            stack: self.plan.stack.clone(),
            instance: instance.clone(),
            run: self.id.clone(),
        }
    }

    /// The step's spec with every value that is known by now.
    pub fn spec(&self, instance: &Instance) -> Document {
        resolve(&self.plan.steps[instance].spec, &|reference| {
            self.value(reference)
        })
    }

    /// A step's pre-image in which values that came from other resources are those of today: what
    /// it used may have been taken away by this run and made again, with other outputs.
    pub fn refreshed(&self, instance: &Instance) -> Option<Document> {
        let step = &self.plan.steps[instance];
        let mut pre_image = step.pre_image.clone()?;
        for (field, reference) in &step.references {
            let used = step
                .needs
                .iter()
                .find(|need| need.address == reference.address);
            let Some((before, now)) =
                used.and_then(|used| self.made_again(used, &reference.output))
            else {
                continue;
            };
            if let Some(member) = pre_image.0.get_mut(field) {
                replace(member, before, now);
            }
        }
        Some(pre_image)
    }

    /// What an output was before this run took its resource away, and what it is since the
    /// resource was made again.
    fn made_again(&self, used: &Instance, output: &str) -> Option<(&Value, &Value)> {
        let before = self.plan.steps.get(used)?.outputs.as_ref()?.get(output)?;
        let now = self.steps.get(used)?.outputs.as_ref()?.get(output)?;
        (before != now).then_some((before, now))
    }

    /// Whether a need is met.
    pub fn met(&self, need: &Need) -> bool {
        let Some(progress) = self.steps.get(&need.step) else {
            return false;
        };
        match &need.until {
            Until::Output(output) => progress
                .outputs
                .as_ref()
                .is_some_and(|outputs| outputs.get(output).is_some()),
            Until::Sent => matches!(progress.stage, Stage::Settling | Stage::Done),
            Until::Done => progress.stage == Stage::Done,
        }
    }

    fn value(&self, reference: &Ref) -> Option<Value> {
        let (maker, _) = self.plan.maker(&reference.address)?;
        self.steps[maker]
            .outputs
            .as_ref()?
            .get(&reference.output)
            .cloned()
    }
}

fn replace(value: &mut Value, before: &Value, now: &Value) {
    match value {
        _ if value == before => value.clone_from(now),
        Value::Object(members) => members.values_mut().for_each(|v| replace(v, before, now)),
        Value::Array(items) => items.iter_mut().for_each(|v| replace(v, before, now)),
        _ => {}
    }
}

impl Progress {
    fn before(step: &Step) -> Self {
        Self {
            stage: Stage::Waiting,
            requests: step.requests.clone(),
            next: 0,
            outputs: step.outputs.clone(),
            there: step.action != Action::Create,
            ownership: step.ownership,
            looks: step.looks,
            touched: false,
            doubted: false,
            failure: None,
            undo: None,
        }
    }

    /// The request that is due or in flight.
    pub fn request(&self) -> Option<&PlannedRequest> {
        match &self.undo {
            Some(undo) => undo.requests.get(undo.next),
            None => self.requests.get(self.next),
        }
    }
}
