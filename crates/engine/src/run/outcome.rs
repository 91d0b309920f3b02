//! How a run ends, and what the state is then.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Mode, Progress, Run, Stage, Then, UndoStage};
use crate::address::Instance;
use crate::document::Document;
use crate::plan::{Action, Phase, Step};
use crate::state::{Record, State};

/// How a run ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// What was wanted is there, and nothing else.
    Converged,
    /// It failed, and everything is as it was before.
    RolledBack,
    /// It failed, and something could not be put back.
    Stuck,
    /// It failed, and what is there stays for the next plan to go on from.
    Kept,
    /// Another plan takes over from what is there.
    Replanned,
    /// What was wanted is there; something that was to go is still there.
    LeftBehind,
}

impl Run {
    /// How the run ends if nothing is left to do, or none while something is.
    pub(super) fn ending(&self) -> Option<Outcome> {
        let steps = || self.steps.values();
        match &self.mode {
            Mode::Collecting => {
                let collect = self
                    .plan
                    .steps
                    .iter()
                    .filter(|(_, s)| s.phase == Phase::Collect);
                let stages: Vec<_> = collect.map(|(i, _)| (i, self.steps[i].stage)).collect();
                let going = |(instance, stage): &(&Instance, Stage)| match stage {
                    Stage::Done | Stage::Failed => false,
                    Stage::Waiting => !self.blocked(instance),
                    Stage::Sending | Stage::Unclear | Stage::Settling => true,
                };
                if stages.iter().any(going) {
                    return None;
                }
                let all = stages.iter().all(|(_, stage)| *stage == Stage::Done);
                Some(if all {
                    Outcome::Converged
                } else {
                    Outcome::LeftBehind
                })
            }
            Mode::Stopping(Then::Keep | Then::Replan)
                if self.steps.iter().any(|(instance, step)| match step.stage {
                    Stage::Sending | Stage::Unclear => true,
                    Stage::Settling => self.deletes(instance),
                    _ => false,
                }) =>
            {
                None
            }
            Mode::Stopping(Then::Keep) => Some(Outcome::Kept),
            Mode::Stopping(Then::Replan) => Some(Outcome::Replanned),
            Mode::Undoing => {
                let mut outcome = Outcome::RolledBack;
                for undo in steps().filter_map(|step| step.undo.as_ref()) {
                    match undo.stage {
                        UndoStage::Done => {}
                        UndoStage::Failed => outcome = Outcome::Stuck,
                        _ => return None,
                    }
                }
                Some(outcome)
            }
            Mode::Converging | Mode::Stopping(Then::Undo) | Mode::Ended(_) => None,
        }
    }

    /// Whether a step waits for one that will never be done.
    fn blocked(&self, instance: &Instance) -> bool {
        self.plan.steps[instance].all_needs().any(|need| {
            match self.steps.get(&need.step).map(|progress| progress.stage) {
                Some(Stage::Failed) | None => true,
                Some(Stage::Waiting) => self.blocked(&need.step),
                Some(_) => false,
            }
        })
    }

    /// The state as this run leaves it, or has left it so far, from the state that it began with.
    pub fn state(&self, base: &State) -> State {
        let mut state = State {
            serial: base.serial + 1,
            ..base.clone()
        };
        // What a committed plan says nothing of is dropped; until then it stays.
        state
            .resources
            .retain(|instance, _| !self.committed() && !self.plan.steps.contains_key(instance));
        for (instance, record) in &self.plan.kept {
            let before = base.resources.get(instance);
            state
                .resources
                .insert(instance.clone(), self.kept(record, before));
        }
        for (instance, step) in &self.plan.steps {
            let before = base.resources.get(instance);
            if let Some(record) = self.record_of(instance, step, &self.steps[instance], before) {
                state.resources.insert(instance.clone(), record);
            }
        }
        state
    }

    fn committed(&self) -> bool {
        use Outcome::{Converged, LeftBehind};
        matches!(
            self.mode,
            Mode::Collecting | Mode::Ended(Converged | LeftBehind)
        )
    }

    /// What the plan keeps may use what this run was to make, and did not, or has unmade.
    fn kept(&self, record: &Record, before: Option<&Record>) -> Record {
        match (before, &self.mode) {
            (Some(before), Mode::Ended(Outcome::RolledBack)) => before.clone(),
            (Some(before), _) if !self.committed() => Record {
                needs: record.needs.union(&before.needs).cloned().collect(),
                ..record.clone()
            },
            _ => record.clone(),
        }
    }

    fn record_of(
        &self,
        instance: &Instance,
        step: &Step,
        progress: &Progress,
        before: Option<&Record>,
    ) -> Option<Record> {
        let undo = progress.undo.as_ref();
        let undone = undo.filter(|undo| undo.stage == UndoStage::Done);
        let done = progress.stage == Stage::Done && undo.is_none();
        let now = |outputs: &Document| Record {
            kind: step.kind.clone(),
            spec: self.spec(instance),
            outputs: outputs.clone(),
            ownership: progress.ownership,
            needs: step.needs.clone(),
            references: step.references.clone(),
            settled: done,
        };
        match step.action {
            Action::Create if undone.is_some() || !progress.there => None,
            Action::Create => progress.outputs.as_ref().map(now),
            Action::Update if undone.is_some() || !(progress.touched || self.committed()) => {
                let settled = |record: Record| Record {
                    settled: record.settled || done,
                    outputs: progress
                        .outputs
                        .clone()
                        .filter(|_| done)
                        .unwrap_or(record.outputs),
                    ..record
                };
                match before {
                    Some(before) => Some(settled(before.clone())),
                    None => step.outputs.as_ref().map(now),
                }
            }
            Action::Update => progress.outputs.as_ref().map(|outputs| Record {
                needs: match before {
                    Some(before) if !self.committed() => {
                        step.needs.union(&before.needs).cloned().collect()
                    }
                    _ => step.needs.clone(),
                },
                ..now(outputs)
            }),
            Action::Delete if done => None,
            Action::Delete => before.map(|before| Record {
                spec: match undone {
                    Some(undo) => undo.spec.clone(),
                    None => before.spec.clone(),
                },
                outputs: progress.outputs.as_ref().unwrap_or(&before.outputs).clone(),
                ..before.clone()
            }),
        }
    }
}
