//! The one way in which a run changes.

use super::{Entry, Mode, Progress, Run, Stage, Then, Undo, UndoStage};
use crate::plan::Phase;

/// An entry that cannot follow what was recorded before: a damaged journal, or our own mistake.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{entry} cannot follow here: {stage}")]
pub struct IllegalEntry {
    /// The entry.
    pub entry: String,
    /// Where the run or the step stands.
    pub stage: String,
}

impl Run {
    /// Takes an entry in.
    ///
    /// # Errors
    /// If the entry cannot follow what was recorded before. The run is unchanged then.
    pub fn record(&mut self, entry: &Entry) -> Result<(), IllegalEntry> {
        match entry.step() {
            Some(instance) => {
                let Some(progress) = self.steps.get_mut(instance) else {
                    return Err(illegal(entry, "the plan has no such step"));
                };
                advance(progress, entry).ok_or_else(|| {
                    let undo = progress.undo.as_ref().map(|undo| undo.stage);
                    illegal(
                        entry,
                        &format!("{instance} is {:?}, undo {undo:?}", progress.stage),
                    )
                })
            }
            None => self
                .turn(entry)
                .ok_or_else(|| illegal(entry, &format!("{:?}", self.mode))),
        }
    }

    fn turn(&mut self, entry: &Entry) -> Option<()> {
        match (entry, &self.mode) {
            (Entry::Begun { run, .. }, Mode::Converging) if *run == self.id => {}
            (Entry::Resumed { .. }, mode) if !matches!(mode, Mode::Ended(_)) => {
                self.steps.values_mut().for_each(interrupt);
            }
            (
                Entry::Stopping { then },
                Mode::Converging | Mode::Stopping(Then::Keep | Then::Replan),
            ) => {
                self.mode = Mode::Stopping(*then);
            }
            (Entry::Undoing, Mode::Stopping(Then::Undo)) => {
                self.mode = Mode::Undoing;
                for progress in self
                    .steps
                    .values_mut()
                    .filter(|progress| progress.may_be_there())
                {
                    let undo = Undo {
                        stage: UndoStage::Due,
                        spec: crate::document::Document::default(),
                        requests: Vec::new(),
                        next: 0,
                    };
                    progress.undo = Some(undo);
                }
            }
            (Entry::Committed, Mode::Converging) if self.converged() => {
                self.mode = Mode::Collecting;
            }
            (Entry::Ended { outcome }, _) if self.ending() == Some(*outcome) => {
                self.mode = Mode::Ended(*outcome);
            }
            _ => return None,
        }
        Some(())
    }

    pub(super) fn converged(&self) -> bool {
        self.plan.steps.iter().all(|(instance, step)| {
            step.phase == Phase::Collect || self.steps[instance].stage == Stage::Done
        })
    }
}

impl Progress {
    /// Whether it is only waited for: all its requests are answered, or it never had any.
    fn settles(&self) -> bool {
        match self.stage {
            Stage::Settling => true,
            Stage::Waiting => self.request().is_none(),
            _ => false,
        }
    }

    /// Whether the run has changed something, or may have, that an undo must look at.
    pub fn may_be_there(&self) -> bool {
        self.touched && (self.doubted || self.there)
    }
}

fn interrupt(progress: &mut Progress) {
    match &mut progress.undo {
        Some(undo) => {
            if matches!(undo.stage, UndoStage::Sending | UndoStage::Waiting) {
                undo.stage = UndoStage::Due;
            }
        }
        None if progress.stage == Stage::Sending => {
            progress.stage = Stage::Unclear;
            progress.doubted = true;
        }
        None => {}
    }
}

fn advance(progress: &mut Progress, entry: &Entry) -> Option<()> {
    if progress.undo.is_some() {
        back(progress, entry)
    } else {
        forward(progress, entry)
    }
}

fn forward(progress: &mut Progress, entry: &Entry) -> Option<()> {
    match (entry, progress.stage) {
        (Entry::Sending { .. }, Stage::Waiting)
            if progress.request().is_some() && !progress.looks =>
        {
            progress.stage = Stage::Sending;
            progress.touched = true;
        }
        (Entry::Answered { outputs, .. }, Stage::Sending) => {
            progress.outputs = Some(outputs.clone());
            progress.there = true;
            progress.next += 1;
            progress.stage = match progress.request() {
                Some(_) => Stage::Waiting,
                None => Stage::Settling,
            };
        }
        (Entry::Refused { .. }, Stage::Sending) => progress.stage = Stage::Waiting,
        (Entry::Unclear { .. }, Stage::Sending) => {
            progress.stage = Stage::Unclear;
            progress.doubted = true;
        }
        (
            Entry::Looked {
                outputs,
                there,
                ownership,
                requests,
                ..
            },
            stage,
        ) if stage == Stage::Unclear || (stage == Stage::Waiting && progress.looks) => {
            progress.looks = false;
            progress.outputs.clone_from(outputs);
            progress.there = *there;
            progress.ownership = *ownership;
            progress.requests.clone_from(requests);
            progress.next = 0;
            progress.stage = if requests.is_empty() {
                Stage::Settling
            } else {
                Stage::Waiting
            };
        }
        (Entry::Named { outputs, .. }, _) if progress.settles() => {
            progress.outputs = Some(outputs.clone());
        }
        (Entry::Done { outputs, .. }, _) if progress.settles() => {
            progress.outputs = Some(outputs.clone());
            progress.stage = Stage::Done;
        }
        (Entry::Failed { failure, .. }, Stage::Waiting | Stage::Settling | Stage::Unclear) => {
            progress.stage = Stage::Failed;
            progress.failure = Some(failure.clone());
        }
        _ => return None,
    }
    Some(())
}

fn back(progress: &mut Progress, entry: &Entry) -> Option<()> {
    let undo = progress.undo.as_mut()?;
    match (entry, undo.stage) {
        (
            Entry::UndoPlanned {
                outputs,
                spec,
                requests,
                ..
            },
            UndoStage::Due,
        ) => {
            progress.outputs.clone_from(outputs);
            progress.there |= outputs.is_some();
            undo.spec = spec.clone();
            undo.requests.clone_from(requests);
            undo.next = 0;
            undo.stage = if requests.is_empty() {
                UndoStage::Settling
            } else {
                UndoStage::Waiting
            };
        }
        (Entry::Sending { .. }, UndoStage::Waiting) => undo.stage = UndoStage::Sending,
        (Entry::Answered { outputs, .. }, UndoStage::Sending) => {
            progress.outputs = Some(outputs.clone());
            undo.next += 1;
            undo.stage = match undo.requests.get(undo.next) {
                Some(_) => UndoStage::Waiting,
                None => UndoStage::Settling,
            };
        }
        (Entry::Refused { .. }, UndoStage::Sending) => undo.stage = UndoStage::Waiting,
        (Entry::Unclear { .. }, UndoStage::Sending) => undo.stage = UndoStage::Due,
        (Entry::Named { outputs, .. }, UndoStage::Settling) => {
            progress.outputs = Some(outputs.clone());
        }
        (Entry::Undone { outputs, .. }, UndoStage::Settling) => {
            progress.outputs.clone_from(outputs);
            undo.stage = UndoStage::Done;
        }
        (
            Entry::UndoFailed { failure, .. },
            UndoStage::Due | UndoStage::Waiting | UndoStage::Settling,
        ) => {
            undo.stage = UndoStage::Failed;
            progress.failure = Some(failure.clone());
        }
        _ => return None,
    }
    Some(())
}

fn illegal(entry: &Entry, stage: &str) -> IllegalEntry {
    let text = match serde_json::to_value(entry) {
        Ok(value) => value["entry"].to_string(),
        Err(_) => "the entry".to_string(),
    };
    IllegalEntry {
        entry: text,
        stage: stage.to_string(),
    }
}
