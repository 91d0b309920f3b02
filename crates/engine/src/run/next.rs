//! What a run wants to be done next.

use super::{Mode, Outcome, Progress, Run, Stage, Then, UndoStage};
use crate::address::Instance;
use crate::plan::{Action, Phase, Step};

/// Something that may be done now. The driver starts each once and records what comes of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Command {
    /// Announce and send the next request of a step, forward or back.
    Send(Instance),
    /// Find out what a request of unknown outcome has left.
    Look(Instance),
    /// See whether a step is ready, or gone.
    Settle(Instance),
    /// Find out what puts a step back.
    PlanUndo(Instance),
    /// See whether a step is back.
    SettleUndo(Instance),
    /// Give a step up whose undo can never start.
    AbandonUndo(Instance),
    /// A step has failed: start nothing new.
    Stop,
    /// Everything reversible is done.
    Commit,
    /// What is in flight is known; put everything back.
    Undo,
    /// Nothing is left to do.
    End(Outcome),
}

impl Run {
    /// Everything that may be done now. Pure: asking twice gives the same answer.
    pub fn next(&self) -> Vec<Command> {
        match &self.mode {
            Mode::Ended(_) => Vec::new(),
            Mode::Converging if self.failed() => vec![Command::Stop],
            Mode::Converging if self.converged() => vec![Command::Commit],
            Mode::Converging => self.forward(Phase::Converge),
            Mode::Collecting => self.or_end(self.forward(Phase::Collect)),
            Mode::Stopping(then) => {
                let looks = self.looks();
                let in_flight = self.steps.values().any(|step| step.stage == Stage::Sending);
                match then {
                    _ if in_flight => looks,
                    Then::Undo => vec![Command::Undo], // each undo looks for itself
                    Then::Keep | Then::Replan => self.or_end(looks),
                }
            }
            Mode::Undoing => self.or_end(self.backward()),
        }
    }

    fn failed(&self) -> bool {
        self.steps
            .values()
            .any(|progress| progress.stage == Stage::Failed)
    }

    fn or_end(&self, commands: Vec<Command>) -> Vec<Command> {
        match self.ending() {
            Some(outcome) if commands.is_empty() => vec![Command::End(outcome)],
            _ => commands,
        }
    }

    fn forward(&self, phase: Phase) -> Vec<Command> {
        self.plan
            .steps
            .iter()
            .filter(|(_, step)| step.phase == phase)
            .filter_map(|(instance, step)| self.forward_step(instance, step))
            .collect()
    }

    fn forward_step(&self, instance: &Instance, step: &Step) -> Option<Command> {
        let progress = &self.steps[instance];
        match progress.stage {
            Stage::Waiting => match progress.request() {
                Some(request) => {
                    let mut needs = step.needs_of(request, !progress.touched).into_iter();
                    let command = match progress.looks {
                        true => Command::Look(instance.clone()),
                        false => Command::Send(instance.clone()),
                    };
                    needs.all(|need| self.met(need)).then_some(command)
                }
                None => {
                    let met = step.all_needs().all(|need| self.met(need));
                    met.then(|| Command::Settle(instance.clone()))
                }
            },
            Stage::Unclear => Some(Command::Look(instance.clone())),
            Stage::Settling => Some(Command::Settle(instance.clone())),
            Stage::Sending | Stage::Done | Stage::Failed => None,
        }
    }

    /// What finds out what is in flight: also deletes that were accepted, whose names are taken
    /// until they are through.
    fn looks(&self) -> Vec<Command> {
        let in_flight = |(instance, progress): (&Instance, &Progress)| match progress.stage {
            Stage::Unclear => Some(Command::Look(instance.clone())),
            Stage::Settling if self.deletes(instance) => Some(Command::Settle(instance.clone())),
            _ => None,
        };
        self.steps.iter().filter_map(in_flight).collect()
    }

    pub(super) fn deletes(&self, instance: &Instance) -> bool {
        self.plan.steps[instance].action == Action::Delete
    }

    fn backward(&self) -> Vec<Command> {
        self.steps
            .iter()
            .filter_map(|(instance, progress)| {
                let undo = progress.undo.as_ref()?;
                match undo.stage {
                    UndoStage::Due => match self.freed(instance) {
                        Freed::Yes => Some(Command::PlanUndo(instance.clone())),
                        Freed::Never => Some(Command::AbandonUndo(instance.clone())),
                        Freed::NotYet => None,
                    },
                    UndoStage::Waiting => Some(Command::Send(instance.clone())),
                    UndoStage::Settling => Some(Command::SettleUndo(instance.clone())),
                    UndoStage::Sending | UndoStage::Done | UndoStage::Failed => None,
                }
            })
            .collect()
    }

    /// Whether everything that this run built on the step is put back.
    ///
    /// What took a step's place is put back first, too: the two cannot be there at once.
    fn freed(&self, instance: &Instance) -> Freed {
        let mut freed = Freed::Yes;
        for (user, step) in &self.plan.steps {
            let mut needs = step.all_needs().filter(|need| need.step == *instance);
            let Some(first) = needs.next().filter(|_| user != instance) else {
                continue;
            };
            // What was not there yet when the user stopped is not used by it; it has to be looked
            // at all the same, as nobody may know whether it is there by now.
            let used = self.met(first) || needs.any(|need| self.met(need));
            match self.steps[user].undo.as_ref().map(|undo| undo.stage) {
                None | Some(UndoStage::Done) => {}
                // What could not be taken away again holds on to the step, and so does what could
                // not be changed back: it uses what it was changed to use. What could not be made
                // again holds on to nothing.
                Some(UndoStage::Failed) if used && step.action != Action::Delete => {
                    return Freed::Never;
                }
                Some(UndoStage::Failed) => {}
                Some(_) => freed = Freed::NotYet,
            }
        }
        freed
    }
}

enum Freed {
    Yes,
    NotYet,
    Never,
}
