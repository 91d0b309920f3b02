//! The one loop that acts: ask the run what may start, write it down, do it, record what came of
//! it, tell the reporter.
//!
//! The loop owns all state. Workers get what they need by value and answer with values. Retries
//! are decided in [`crate::retry`] and nowhere else.

mod stop;
mod work;

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::time::Duration;

use futures_util::future::LocalBoxFuture;
use futures_util::stream::{FuturesUnordered, StreamExt};
use futures_util::{FutureExt, select_biased};

use crate::address::Instance;
use crate::clock::Clock;
use crate::document::Document;
use crate::event::Event;
use crate::failure::{Class, Failure};
use crate::journal::Journal;
use crate::kind::{Context, LiveKind, Providers, Wait};
use crate::plan::Action;
use crate::retry::{self, Next};
use crate::run::{Command, Entry, IllegalEntry, Mode, Outcome, Run, Then};

pub use stop::Stop;
use work::{Answer, Completed, Settled};

/// Everything that the loop acts on.
pub struct World<'a> {
    /// The kinds' effect halves.
    pub providers: &'a Providers,
    /// Where entries become durable.
    pub journal: &'a mut dyn Journal,
    /// Measures and waits.
    pub clock: &'a dyn Clock,
    /// Is told what happens.
    pub report: &'a mut dyn FnMut(&Event),
    /// Says when somebody wants the run to pause.
    pub stop: &'a Stop,
    /// How far rollouts are waited for.
    pub wait: Wait,
    /// What comes after a failure before the commit point.
    pub on_failure: Then,
}

/// How the loop ended.
#[derive(Debug, PartialEq)]
pub enum Ended {
    /// The run is over.
    Over(Outcome),
    /// The run pauses; its journal is open, and the next command goes on with it.
    Suspended(Suspension),
}

/// Why a run pauses.
#[derive(Debug, PartialEq)]
pub enum Suspension {
    /// Somebody asked for it.
    Interrupted,
    /// Our credentials do not count any more.
    Credentials(Failure),
    /// What a request has left cannot be found out.
    Blind(Instance, Failure),
}

/// The loop itself cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum DriveError {
    /// An entry may not be durable. Nothing that it announces was done.
    #[error("the journal cannot be written")]
    Journal(#[source] io::Error),
    /// The run and its driver disagree: our own mistake.
    #[error("the run refused an entry")]
    Illegal(#[from] IllegalEntry),
    /// The plan names a kind that this version does not have.
    #[error("this version does not know the kind `{0}`")]
    UnknownKind(String),
}

/// Requests and looks in flight at once. Above it the clouds' own limits are the brake.
const IN_FLIGHT_MAX: usize = 64;

/// Carries the run on until it is over or has to pause.
///
/// # Errors
/// If the journal cannot be written. What was announced before is still done and can be found
/// again from the journal.
pub async fn drive(run: &mut Run, world: &mut World<'_>) -> Result<Ended, DriveError> {
    let began = world.clock.now();
    let mut driving = Driving {
        providers: world.providers,
        clock: world.clock,
        wait: world.wait,
        flights: FuturesUnordered::new(),
        busy: BTreeSet::new(),
        tries: BTreeMap::new(),
        since: BTreeMap::new(),
        suspended: None,
    };
    let ended = driving.run(run, world).await?;
    let elapsed = world.clock.now().saturating_sub(began);
    (world.report)(&match &ended {
        Ended::Over(outcome) => Event::Ended {
            outcome: *outcome,
            elapsed,
        },
        Ended::Suspended(why) => Event::Suspended {
            why: format!("{why}"),
        },
    });
    Ok(ended)
}

struct Driving<'a> {
    providers: &'a Providers,
    clock: &'a dyn Clock,
    wait: Wait,
    flights: FuturesUnordered<LocalBoxFuture<'a, Completed>>,
    /// Steps with something in flight, or pausing.
    busy: BTreeSet<Instance>,
    /// Failed attempts in a row.
    tries: BTreeMap<Instance, Tries>,
    /// Since when a step has been at work, and since when it has been settling.
    since: BTreeMap<Instance, Since>,
    suspended: Option<Suspension>,
}

struct Tries {
    count: u32,
    first: Duration,
}

struct Since {
    work: Duration,
    settling: Option<Duration>,
}

impl<'a> Driving<'a> {
    async fn run(&mut self, run: &mut Run, world: &mut World<'_>) -> Result<Ended, DriveError> {
        loop {
            if world.stop.requested() && self.suspended.is_none() {
                self.suspended = Some(Suspension::Interrupted);
            }
            if self.suspended.is_none()
                && let Some(outcome) = self.start(run, world)?
            {
                return Ok(Ended::Over(outcome));
            }
            if self.flights.is_empty()
                && let Some(why) = self.suspended.take()
            {
                return Ok(Ended::Suspended(why));
            }
            let completed = select_biased! {
                completed = self.flights.select_next_some() => completed,
                () = world.stop.wait().fuse() => continue,
            };
            self.busy.remove(&completed.step);
            self.take(run, world, completed)?;
        }
    }

    /// Starts everything that may start. Requests that start together are written down together.
    fn start(
        &mut self,
        run: &mut Run,
        world: &mut World<'_>,
    ) -> Result<Option<Outcome>, DriveError> {
        loop {
            let mut sends = Vec::new();
            let mut turned = false;
            for command in run.next() {
                match command {
                    Command::Commit => {
                        self.record(run, world, &[Entry::Committed])?;
                        (world.report)(&Event::Committed);
                        turned = true;
                    }
                    Command::Undo => {
                        self.record(run, world, &[Entry::Undoing])?;
                        (world.report)(&Event::Undoing);
                        self.tries.clear();
                        self.since.clear();
                        turned = true;
                    }
                    Command::End(outcome) => {
                        if !self.flights.is_empty() {
                            continue; // pauses that nobody waits for any more
                        }
                        self.record(run, world, &[Entry::Ended { outcome }])?;
                        return Ok(Some(outcome));
                    }
                    Command::AbandonUndo(step) => {
                        let failure = Failure::new(
                            Class::Dependency,
                            "undo",
                            "StillUsed",
                            "what was built on it could not be put back",
                        );
                        self.fail_undo(run, world, step, failure)?;
                        turned = true;
                    }
                    Command::Send(step) if self.free(&step) => sends.push(step),
                    Command::Look(step)
                    | Command::Settle(step)
                    | Command::PlanUndo(step)
                    | Command::SettleUndo(step)
                        if self.free(&step) =>
                    {
                        self.read(run, &step)?;
                    }
                    _ => {}
                }
            }
            if !sends.is_empty() {
                self.announce_and_send(run, world, &sends)?;
            }
            if !turned {
                return Ok(None);
            }
        }
    }

    fn free(&self, step: &Instance) -> bool {
        !self.busy.contains(step) && self.busy.len() < IN_FLIGHT_MAX
    }

    fn announce_and_send(
        &mut self,
        run: &mut Run,
        world: &mut World<'_>,
        sends: &[Instance],
    ) -> Result<(), DriveError> {
        let operation = |step: &Instance| {
            run.steps()[step]
                .request()
                .map(|request| request.operation.clone())
                .unwrap_or_default()
        };
        let entries: Vec<Entry> = sends
            .iter()
            .map(|step| Entry::Sending {
                step: step.clone(),
                operation: operation(step),
            })
            .collect();
        let requests: Vec<_> = sends
            .iter()
            .map(|step| run.steps()[step].request().cloned())
            .collect();
        self.record(run, world, &entries)?;
        for (step, request) in sends.iter().zip(requests) {
            let Some(request) = request else { continue };
            let (planned, progress) = run.step(step);
            let undo = progress.undo.as_ref();
            (world.report)(&Event::Sending {
                step: step.clone(),
                action: planned.action,
                operation: request.operation.clone(),
                undo: undo.is_some(),
            });
            let spec = undo.map_or_else(|| run.spec(step), |undo| undo.spec.clone());
            let sending = work::send(work::Sending {
                provider: self.provider(&planned.kind)?,
                clock: self.clock,
                cx: self.context(run, step),
                spec,
                request,
                outputs: progress.outputs.clone(),
            });
            self.launch(step, async move { Answer::Sent(sending.await) });
        }
        Ok(())
    }

    /// Starts the read that a step is due for.
    fn read(&mut self, run: &Run, step: &Instance) -> Result<(), DriveError> {
        let planned = run.plan().steps[step].clone();
        let progress = run.steps()[step].clone();
        let subject = work::Subject {
            provider: self.provider(&planned.kind)?,
            clock: self.clock,
            cx: self.context(run, step),
            spec: run.spec(step),
            refreshed: planned
                .pre_image
                .as_ref()
                .map(|pre_image| run.refreshed(pre_image, &planned.references)),
            planned,
            progress,
        };
        self.launch(step, work::read(subject));
        Ok(())
    }

    fn launch(&mut self, step: &Instance, work: impl Future<Output = Answer> + 'a) {
        let now = self.clock.now();
        self.since.entry(step.clone()).or_insert(Since {
            work: now,
            settling: None,
        });
        self.busy.insert(step.clone());
        let step = step.clone();
        self.flights.push(
            async move {
                Completed {
                    step,
                    answer: work.await,
                }
            }
            .boxed_local(),
        );
    }

    fn pause(&mut self, step: &Instance, pause: Duration) {
        let clock = self.clock;
        self.launch(step, async move {
            clock.sleep(pause).await;
            Answer::Rested
        });
    }

    /// Takes in what a worker answered.
    fn take(
        &mut self,
        run: &mut Run,
        world: &mut World<'_>,
        Completed { step, answer }: Completed,
    ) -> Result<(), DriveError> {
        match answer {
            Answer::Rested => Ok(()),
            Answer::Sent(Ok(outputs)) => self.answered(run, world, step, outputs),
            Answer::Sent(Err(failure)) => self.not_sent(run, world, step, failure),
            Answer::Looked(Ok(entry)) => {
                self.tries.remove(&step);
                if let Entry::UndoPlanned { foreign, .. } = &entry
                    && !foreign.is_empty()
                {
                    (world.report)(&Event::Undone {
                        step,
                        foreign: foreign.clone(),
                    });
                }
                self.record(run, world, &[entry])
            }
            Answer::Looked(Err(failure)) => self.not_read(run, world, step, failure),
            Answer::Settled(Ok(settled)) => self.settled(run, world, step, settled),
            Answer::Settled(Err(failure)) => self.not_read(run, world, step, failure),
        }
    }

    fn answered(
        &mut self,
        run: &mut Run,
        world: &mut World<'_>,
        step: Instance,
        outputs: Document,
    ) -> Result<(), DriveError> {
        self.tries.remove(&step);
        let request = run.steps()[&step].request();
        let operation = request
            .map(|request| request.operation.clone())
            .unwrap_or_default();
        self.record(
            run,
            world,
            &[Entry::Answered {
                step: step.clone(),
                outputs,
            }],
        )?;
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
        let patience = self.provider(&planned.kind)?.named().patience;
        let next = self.decide(run, &step, &failure, &patience);
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
                (world.report)(&Event::Retrying {
                    step: step.clone(),
                    failure,
                    after,
                });
                self.pause(&step, after);
            }
            Next::Look(after) => {
                self.record(run, world, &[unclear])?;
                (world.report)(&Event::Retrying {
                    step: step.clone(),
                    failure,
                    after,
                });
                self.pause(&step, after);
            }
            Next::Pause => {
                self.record(run, world, &[refused])?;
                self.suspended = Some(Suspension::Credentials(failure));
            }
            Next::GiveUp if failure.class == Class::Unknown => {
                self.record(run, world, &[unclear])?;
                self.suspended = Some(Suspension::Blind(step, failure));
            }
            Next::GiveUp => {
                self.record(run, world, &[refused])?;
                self.fail(run, world, step, failure)?;
            }
        }
        Ok(())
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
            Some(undo) => undo.stage == crate::run::UndoStage::Settling,
            None => progress.stage != crate::run::Stage::Unclear,
        };
        let known = progress.outputs.is_some();
        match self.decide(run, &step, &failure, &patience) {
            Next::Resend(after) | Next::Look(after) => {
                (world.report)(&Event::Retrying {
                    step: step.clone(),
                    failure,
                    after,
                });
                self.pause(&step, after);
                Ok(())
            }
            Next::Pause => {
                self.suspended = Some(Suspension::Credentials(failure));
                Ok(())
            }
            // Somebody else's object bears the name: then our request was not applied.
            Next::GiveUp if settling || known || failure.class == Class::Exists => {
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
        failure: &Failure,
        patience: &crate::kind::Patience,
    ) -> Next {
        let now = self.clock.now();
        let tries = self.tries.entry(step.clone()).or_insert(Tries {
            count: 0,
            first: now,
        });
        tries.count += 1;
        let waited = now.saturating_sub(tries.first);
        let jitter = jitter(&run.mark(step).token(&format!("attempt {}", tries.count)));
        retry::next(failure.class, tries.count, waited, patience, jitter)
    }

    fn settled(
        &mut self,
        run: &mut Run,
        world: &mut World<'_>,
        step: Instance,
        settled: Settled,
    ) -> Result<(), DriveError> {
        self.tries.remove(&step);
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
                (world.report)(&Event::Undone {
                    step,
                    foreign: Vec::new(),
                });
            }
            Settled::There(outputs) => {
                let outputs = outputs.unwrap_or_default();
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
        if *run.mode() == Mode::Converging {
            let then = world.on_failure;
            self.record(run, world, &[Entry::Stopping { then }])?;
            (world.report)(&Event::Stopping { then });
        }
        Ok(())
    }

    fn fail_undo(
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

    /// Makes entries durable, then takes them in.
    fn record(
        &mut self,
        run: &mut Run,
        world: &mut World<'_>,
        entries: &[Entry],
    ) -> Result<(), DriveError> {
        world.journal.append(entries).map_err(DriveError::Journal)?;
        for entry in entries {
            run.record(entry)?;
        }
        Ok(())
    }

    fn provider(&self, kind: &str) -> Result<&'a dyn LiveKind, DriveError> {
        match self.providers.get(kind) {
            Some(provider) => Ok(provider.as_ref()),
            None => Err(DriveError::UnknownKind(kind.to_string())),
        }
    }

    fn context(&self, run: &Run, step: &Instance) -> Context {
        let settling = self.since.get(step).and_then(|since| since.settling);
        Context {
            mark: run.mark(step),
            wait: self.wait,
            waited: settling.map_or(Duration::ZERO, |since| {
                self.clock.now().saturating_sub(since)
            }),
        }
    }
}

/// A number from 0 to 1 that differs from step to step and attempt to attempt.
fn jitter(token: &str) -> f64 {
    let digest = blake3::hash(token.as_bytes());
    f64::from(u16::from_le_bytes([
        digest.as_bytes()[0],
        digest.as_bytes()[1],
    ])) / f64::from(u16::MAX)
}

impl std::fmt::Display for Suspension {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Interrupted => f.write_str("it was asked to stop"),
            Self::Credentials(failure) => write!(f, "the credentials do not count: {failure}"),
            Self::Blind(step, failure) => {
                write!(
                    f,
                    "what the last request of {step} has left cannot be found out: {failure}"
                )
            }
        }
    }
}
