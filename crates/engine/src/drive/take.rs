//! Taking in what workers answer: each answer becomes an entry, and sometimes a pause.

use std::time::Duration;

use super::tries::Attempt;
use super::work::{Answer, Completed, Settled};
use super::{DriveError, Driving, Since, Suspension, World};
use crate::address::Instance;
use crate::document::Document;
use crate::event::Event;
use crate::failure::{Class, Failure};
use crate::kind::{Patience, PlannedRequest};
use crate::plan::Action;
use crate::retry::{self, Next};
use crate::run::{Entry, Run, Stage, UndoStage};

impl Driving<'_> {
    /// Takes in what a worker answered.
    pub(super) fn take(
        &mut self,
        run: &mut Run,
        world: &mut World<'_>,
        Completed { step, answer }: Completed,
    ) -> Result<(), DriveError> {
        match answer {
            Answer::Rested => Ok(()),
            Answer::Sent(answer) => {
                self.tries.sent(&step, self.clock.now());
                match answer {
                    Ok(outputs) => self.answered(run, world, step, outputs),
                    Err(failure) => self.not_sent(run, world, step, failure),
                }
            }
            Answer::Looked(Ok(entry)) => self.looked(run, world, step, entry),
            Answer::Settled(Ok(settled)) => self.settled(run, world, step, settled),
            Answer::Looked(Err(failure)) | Answer::Settled(Err(failure)) => {
                self.not_read(run, world, step, failure)
            }
        }
    }

    fn answered(
        &mut self,
        run: &mut Run,
        world: &mut World<'_>,
        step: Instance,
        outputs: Document,
    ) -> Result<(), DriveError> {
        self.tries.succeeded(&step, Attempt::Send);
        let request = run.steps()[&step].request();
        let operation = request
            .map(|request| request.operation.clone())
            .unwrap_or_default();
        let answered = Entry::Answered {
            step: step.clone(),
            outputs,
        };
        self.record(run, world, &[answered])?;
        (world.report)(&Event::Answered { step, operation });
        Ok(())
    }

    fn not_sent(
        &mut self,
        run: &mut Run,
        world: &mut World<'_>,
        step: Instance,
        failure: Failure,
    ) -> Result<(), DriveError> {
        let (planned, progress) = run.step(&step);
        let undo = progress.undo.is_some();
        let removes =
            (planned.action == Action::Delete) != undo && planned.action != Action::Update;
        if failure.class == Class::Gone && removes {
            let outputs = progress.outputs.clone().unwrap_or_default();
            return self.answered(run, world, step, outputs); // what was to go is gone
        }
        // What was to be put back is gone, or is there again: a look tells.
        let class = match failure.class {
            Class::Gone if undo => Class::Exists,
            class => class,
        };
        let patience = self.provider(&planned.kind)?.named().patience;
        let next = self.decide(run, &step, Attempt::Send, class, &patience);
        let refused = Entry::Refused {
            step: step.clone(),
            failure: failure.clone(),
        };
        let unclear = Entry::Unclear {
            step: step.clone(),
            failure: failure.clone(),
        };
        match next {
            Next::Resend(after) => {
                self.record(run, world, &[refused])?;
                self.rest(world, step, failure, after);
            }
            Next::Look(after) => {
                self.record(run, world, &[unclear])?;
                self.rest(world, step, failure, after);
            }
            Next::Pause => {
                self.record(run, world, &[refused])?;
                self.suspended = Some(Suspension::Credentials(failure));
            }
            Next::GiveUp if failure.class == Class::Unknown => {
                self.record(run, world, &[unclear])?;
                self.tries.give_up(&step, failure);
            }
            Next::GiveUp => {
                self.record(run, world, &[refused])?;
                self.fail(run, world, step, failure)?;
            }
        }
        Ok(())
    }

    fn looked(
        &mut self,
        run: &mut Run,
        world: &mut World<'_>,
        step: Instance,
        entry: Entry,
    ) -> Result<(), DriveError> {
        self.tries.succeeded(&step, Attempt::Read);
        let doubtful = run.steps()[&step].request().cloned();
        if let Entry::UndoPlanned { foreign, .. } = &entry
            && !foreign.is_empty()
        {
            (world.report)(&Event::Theirs {
                step: step.clone(),
                fields: foreign.clone(),
            });
        }
        self.record(run, world, &[entry])?;
        let left: Option<&PlannedRequest> = run.steps()[&step].request();
        if left.is_none() || left != doubtful.as_ref() {
            self.tries.succeeded(&step, Attempt::Send); // it was applied
            return Ok(());
        }
        match self.tries.given_up(&step) {
            Some(failure) => self.fail(run, world, step, failure),
            None => Ok(()),
        }
    }

    /// A look or a poll failed: it is repeated, unless that is of no use.
    fn not_read(
        &mut self,
        run: &mut Run,
        world: &mut World<'_>,
        step: Instance,
        failure: Failure,
    ) -> Result<(), DriveError> {
        let (planned, progress) = run.step(&step);
        let patience = self.provider(&planned.kind)?.named().patience;
        let settling = match &progress.undo {
            Some(undo) => undo.stage == UndoStage::Settling,
            None => progress.stage != Stage::Unclear,
        };
        let there = progress.there;
        // What we made a moment ago and cannot be read is not visible yet.
        let class = match failure.class {
            Class::Gone => Class::Eventual,
            class => class,
        };
        match self.decide(run, &step, Attempt::Read, class, &patience) {
            Next::Resend(after) | Next::Look(after) => {
                self.rest(world, step, failure, after);
                Ok(())
            }
            Next::Pause => {
                self.suspended = Some(Suspension::Credentials(failure));
                Ok(())
            }
            // Somebody else's object bears the name: then our request was not applied.
            Next::GiveUp if settling || there || failure.class == Class::Exists => {
                self.fail(run, world, step, failure)
            }
            // Giving the step up would lose what it may have made. The journal knows of it.
            Next::GiveUp => {
                self.suspended = Some(Suspension::Blind(step, failure));
                Ok(())
            }
        }
    }

    fn decide(
        &mut self,
        run: &Run,
        step: &Instance,
        attempt: Attempt,
        class: Class,
        patience: &Patience,
    ) -> Next {
        let draw = |count| run.mark(step).token(&format!("attempt {count}"));
        let now = self.clock.now();
        self.tries.failed(step, attempt, class, now, patience, draw)
    }

    fn rest(&mut self, world: &mut World<'_>, step: Instance, failure: Failure, after: Duration) {
        let after = retry::rest(after, &failure);
        self.pause(&step, after);
        (world.report)(&Event::Retrying {
            step,
            failure,
            after,
        });
    }

    fn settled(
        &mut self,
        run: &mut Run,
        world: &mut World<'_>,
        step: Instance,
        settled: Settled,
    ) -> Result<(), DriveError> {
        self.tries.succeeded(&step, Attempt::Read);
        let (planned, progress) = run.step(&step);
        let action = planned.action;
        let undo = progress.undo.is_some();
        let known = progress.outputs.clone();
        let patience = self.provider(&planned.kind)?.named().patience;
        let now = self.clock.now();
        let since = self.since.entry(step.clone()).or_insert(Since {
            work: now,
            settling: None,
        });
        let settling = *since.settling.get_or_insert(now);
        let elapsed = now.saturating_sub(since.work);
        match settled {
            Settled::There(outputs) if undo => {
                self.record(
                    run,
                    world,
                    &[Entry::Undone {
                        step: step.clone(),
                        outputs,
                    }],
                )?;
                (world.report)(&Event::Undone { step });
            }
            Settled::There(outputs) => {
                let outputs = outputs.or(known).unwrap_or_default(); // of what is gone, the last known
                self.record(
                    run,
                    world,
                    &[Entry::Done {
                        step: step.clone(),
                        outputs,
                    }],
                )?;
                (world.report)(&Event::Done {
                    step,
                    action,
                    elapsed,
                });
            }
            Settled::Not {
                outputs,
                why,
                look_after,
            } => {
                if let Some(outputs) = outputs.filter(|outputs| known.as_ref() != Some(outputs)) {
                    self.record(
                        run,
                        world,
                        &[Entry::Named {
                            step: step.clone(),
                            outputs,
                        }],
                    )?;
                }
                let gone = (action == Action::Delete) != (undo && action != Action::Update);
                let (deadline, what) = match gone {
                    true => (patience.gone, "gone"),
                    false => (patience.ready, "ready"),
                };
                if now.saturating_sub(settling) >= deadline {
                    let failure = Failure::new(
                        Class::Dependency,
                        format!("wait until {what}"),
                        "TimedOut",
                        format!("not {what} after {} s: {why}", deadline.as_secs()),
                    );
                    return self.fail(run, world, step, failure);
                }
                (world.report)(&Event::Waiting {
                    step: step.clone(),
                    action,
                    why,
                    elapsed,
                    undo,
                });
                self.pause(&step, look_after);
            }
            Settled::Failed(failure) => self.fail(run, world, step, failure)?,
        }
        Ok(())
    }

    fn fail(
        &mut self,
        run: &mut Run,
        world: &mut World<'_>,
        step: Instance,
        failure: Failure,
    ) -> Result<(), DriveError> {
        if run.steps()[&step].undo.is_some() {
            return self.fail_undo(run, world, step, failure);
        }
        let action = run.plan().steps[&step].action;
        let failed = Entry::Failed {
            step: step.clone(),
            failure: failure.clone(),
        };
        self.record(run, world, &[failed])?;
        (world.report)(&Event::Failed {
            step,
            action,
            failure,
        });
        Ok(())
    }

    pub(super) fn fail_undo(
        &mut self,
        run: &mut Run,
        world: &mut World<'_>,
        step: Instance,
        failure: Failure,
    ) -> Result<(), DriveError> {
        let failed = Entry::UndoFailed {
            step: step.clone(),
            failure: failure.clone(),
        };
        self.record(run, world, &[failed])?;
        (world.report)(&Event::UndoFailed { step, failure });
        Ok(())
    }
}
