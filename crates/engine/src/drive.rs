//! The one loop that acts: ask the run what may start, write it down, do it, record what came of
//! it, tell the reporter.
//!
//! The loop owns all state. Workers get what they need by value and answer with values. Retries
//! are decided in [`crate::retry`] and nowhere else.

mod stop;
mod take;
mod tries;
mod work;

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::time::Duration;

use futures_util::future::LocalBoxFuture;
use futures_util::stream::{FuturesUnordered, StreamExt};
use futures_util::{FutureExt, select_biased};

use crate::address::Instance;
use crate::clock::Clock;
use crate::event::Event;
use crate::failure::{Class, Failure};
use crate::journal::Journal;
use crate::kind::{Context, LiveKind, Providers, Wait};
use crate::run::{Command, Entry, IllegalEntry, Outcome, Run, Then};

pub use stop::Stop;
use tries::Tries;
use work::{Answer, Completed};

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
        sends: FuturesUnordered::new(),
        reads: FuturesUnordered::new(),
        pauses: FuturesUnordered::new(),
        busy: BTreeSet::new(),
        tries: Tries::new(began),
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

type Flights<'a> = FuturesUnordered<LocalBoxFuture<'a, Completed>>;

struct Driving<'a> {
    providers: &'a Providers,
    clock: &'a dyn Clock,
    wait: Wait,
    /// Requests. They are always seen through.
    sends: Flights<'a>,
    /// Looks and polls. They can be dropped at any time.
    reads: Flights<'a>,
    /// Steps that rest before their next attempt.
    pauses: Flights<'a>,
    /// Steps that are in one of these.
    busy: BTreeSet<Instance>,
    tries: Tries,
    /// Since when a step has been at work, and since when it has been settling.
    since: BTreeMap<Instance, Since>,
    suspended: Option<Suspension>,
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
            if self.suspended.is_some() {
                self.drop_reads();
            }
            if self.sends.is_empty()
                && let Some(why) = self.suspended.take()
            {
                return Ok(Ended::Suspended(why));
            }
            let completed = select_biased! {
                completed = self.sends.select_next_some() => completed,
                completed = self.reads.select_next_some() => completed,
                completed = self.pauses.select_next_some() => completed,
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
                    Command::Stop => {
                        let then = world.on_failure;
                        self.record(run, world, &[Entry::Stopping { then }])?;
                        (world.report)(&Event::Stopping { then });
                        turned = true;
                    }
                    Command::Commit => {
                        self.record(run, world, &[Entry::Committed])?;
                        (world.report)(&Event::Committed);
                        turned = true;
                    }
                    Command::Undo => {
                        // No request is in flight; what a read says now is about the way forward.
                        self.drop_reads();
                        self.tries.clear();
                        self.since.clear();
                        self.record(run, world, &[Entry::Undoing])?;
                        (world.report)(&Event::Undoing);
                        turned = true;
                    }
                    Command::End(outcome) => {
                        self.drop_reads();
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
                    Command::Send(step) => {
                        if self.free(&step, sends.len()) {
                            sends.push(step);
                        }
                    }
                    Command::Look(step)
                    | Command::Settle(step)
                    | Command::PlanUndo(step)
                    | Command::SettleUndo(step) => {
                        if self.free(&step, sends.len()) {
                            self.read(run, &step)?;
                        }
                    }
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

    /// Whether a step may start something. Those that rest take nobody's place.
    fn free(&self, step: &Instance, more: usize) -> bool {
        let flying = self.sends.len() + self.reads.len() + more;
        flying < IN_FLIGHT_MAX && !self.busy.contains(step)
    }

    fn drop_reads(&mut self) {
        for dropped in [&mut self.reads, &mut self.pauses] {
            *dropped = FuturesUnordered::new();
        }
        // Only what is sent is still busy, and nothing is asked of it before its answer.
        if self.sends.is_empty() {
            self.busy.clear();
        }
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
            self.tries.sent(step, self.clock.now());
            let flight = self.flight(step, async move { Answer::Sent(sending.await) });
            self.sends.push(flight);
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
            refreshed: run.refreshed(step),
            quiet: self.quiet(&progress, &planned.kind, step)?,
            planned,
            progress,
        };
        let flight = self.flight(step, work::read(subject));
        self.reads.push(flight);
        Ok(())
    }

    /// How long the reads of a step may still tell of the time before its last request.
    fn quiet(
        &self,
        progress: &crate::run::Progress,
        kind: &str,
        step: &Instance,
    ) -> Result<Duration, DriveError> {
        if !progress.touched {
            return Ok(Duration::ZERO);
        }
        let window = self.provider(kind)?.named().patience.absence;
        let passed = self.tries.since_sent(step, self.clock.now());
        Ok(window.saturating_sub(passed))
    }

    fn flight(
        &mut self,
        step: &Instance,
        work: impl Future<Output = Answer> + 'a,
    ) -> LocalBoxFuture<'a, Completed> {
        let now = self.clock.now();
        self.since.entry(step.clone()).or_insert(Since {
            work: now,
            settling: None,
        });
        self.busy.insert(step.clone());
        let step = step.clone();
        async move {
            Completed {
                step,
                answer: work.await,
            }
        }
        .boxed_local()
    }

    fn pause(&mut self, step: &Instance, pause: Duration) {
        let clock = self.clock;
        let flight = self.flight(step, async move {
            clock.sleep(pause).await;
            Answer::Rested
        });
        self.pauses.push(flight);
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
