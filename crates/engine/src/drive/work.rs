//! What workers do: one request, one look or one poll each. They own what they need.

use std::time::Duration;

use crate::address::Instance;
use crate::clock::Clock;
use crate::document::{Document, FieldPath, restoration, told_over};
use crate::failure::{Class, Failure};
use crate::kind::{
    Context, Found, Gone, Lingering, LiveKind, ObservedDocument, PlannedRequest, Readiness,
};
use crate::plan::{Action, Phase, Step};
use crate::retry::within;
use crate::run::{Entry, Progress, Stage, UndoStage};
use crate::state::Ownership;

/// What came of a piece of work.
pub(super) struct Completed {
    pub(super) step: Instance,
    pub(super) answer: Answer,
}

pub(super) enum Answer {
    /// A request.
    Sent(Result<Document, Failure>),
    /// A look; what is to be recorded.
    Looked(Result<Entry, Failure>),
    /// A poll.
    Settled(Result<Settled, Failure>),
    /// A pause is over.
    Rested,
}

pub(super) enum Settled {
    /// Ready, or gone (then without outputs).
    There(Option<Document>),
    /// Not yet.
    Not {
        outputs: Option<Document>,
        why: String,
        look_after: Duration,
    },
    /// Never.
    Failed(Failure),
}

/// One request.
pub(super) struct Sending<'a> {
    pub(super) provider: &'a dyn LiveKind,
    pub(super) clock: &'a dyn Clock,
    pub(super) cx: Context,
    pub(super) spec: Document,
    pub(super) request: PlannedRequest,
    pub(super) outputs: Option<Document>,
}

pub(super) async fn send(work: Sending<'_>) -> Result<Document, Failure> {
    let Sending {
        provider,
        clock,
        cx,
        spec,
        request,
        outputs,
    } = work;
    let limit = provider.named().patience.attempt;
    let sent = provider.send(&spec, &cx, &request.change, outputs.as_ref());
    within(clock, limit, &request.operation, sent).await
}

/// A step that is to be looked at.
pub(super) struct Subject<'a> {
    pub(super) provider: &'a dyn LiveKind,
    pub(super) clock: &'a dyn Clock,
    pub(super) cx: Context,
    pub(super) spec: Document,
    /// The pre-image with today's values of what it uses.
    pub(super) refreshed: Option<Document>,
    /// How long reads may still tell of the time before the last request.
    pub(super) quiet: Duration,
    pub(super) planned: Step,
    pub(super) progress: Progress,
}

/// The read that the step is due for.
pub(super) async fn read(subject: Subject<'_>) -> Answer {
    match &subject.progress.undo {
        None if subject.progress.stage == Stage::Unclear || subject.progress.looks => {
            Answer::Looked(subject.in_time(subject.look()).await)
        }
        None => Answer::Settled(subject.settle().await),
        Some(undo) if undo.stage == UndoStage::Due => {
            Answer::Looked(subject.in_time(subject.plan_undo()).await)
        }
        Some(_) => Answer::Settled(subject.settle_undo().await),
    }
}

impl Subject<'_> {
    /// A look is a few reads and the pauses between them.
    async fn in_time<T>(
        &self,
        look: impl Future<Output = Result<T, Failure>>,
    ) -> Result<T, Failure> {
        self.clock.sleep(self.quiet).await;
        let patience = self.provider.named().patience;
        within(
            self.clock,
            patience.attempt * 4 + patience.absence,
            "look",
            look,
        )
        .await
    }

    /// What a request of unknown outcome has left, and what is still to do.
    async fn look(&self) -> Result<Entry, Failure> {
        let step = self.cx.mark.instance.clone();
        let looked = |outputs, there, ownership, requests| Entry::Looked {
            step: step.clone(),
            outputs,
            there,
            ownership,
            requests,
        };
        let whose = self.planned.ownership;
        if self.planned.action == Action::Delete {
            return Ok(match self.observed().await? {
                None => looked(self.progress.outputs.clone(), true, whose, Vec::new()),
                Some(observed) => {
                    let requests = self.internal(self.provider.removal(&observed))?;
                    looked(Some(observed.outputs), true, whose, requests)
                }
            });
        }
        let outputs = match &self.progress.outputs {
            Some(outputs) if self.progress.there => outputs.clone(),
            _ => match self.found().await? {
                Found::Ours(outputs) => told_over(&outputs, self.progress.outputs.as_ref()),
                Found::Shared(outputs) => {
                    return Ok(looked(Some(outputs), true, Ownership::Shared, Vec::new()));
                }
                Found::Absent => {
                    let requests = self.internal(self.provider.changes(&self.spec, None))?;
                    return Ok(looked(self.planned.outputs.clone(), false, whose, requests));
                }
                Found::Displaces { outputs, .. }
                    if self.planned.looks || !self.planned.displaces.is_empty() =>
                {
                    let requests = self.internal(self.provider.changes(&self.spec, None))?;
                    return Ok(looked(Some(outputs), false, whose, requests));
                }
                Found::Displaces { what, .. } => {
                    return Err(taken(
                        &what.join(", "),
                        "plan again to see what is there now",
                    ));
                }
                Found::Foreign(foreign) => return Err(taken(&foreign.who, &foreign.advice)),
            },
        };
        match self.provider.observe(&outputs).await? {
            Some(observed) => {
                let observed = self.owned(observed)?;
                let requests = self.internal(self.provider.changes(&self.spec, Some(&observed)))?;
                Ok(looked(Some(observed.outputs), true, whose, requests))
            }
            None => Err(unseen()),
        }
    }

    /// Looks by mark. Absence is believed only when two looks agree on it, with the kind's
    /// consistency window between them: a create may not be visible at once.
    async fn found(&self) -> Result<Found<Document>, Failure> {
        self.find(&self.spec).await
    }

    async fn find(&self, spec: &Document) -> Result<Found<Document>, Failure> {
        let first = self.provider.find(spec, &self.cx).await?;
        if first != Found::Absent {
            return Ok(first);
        }
        self.rest().await;
        self.provider.find(spec, &self.cx).await
    }

    /// Looks by what is known of it. Absence is believed as slowly.
    async fn observed(&self) -> Result<Option<ObservedDocument>, Failure> {
        let Some(outputs) = &self.progress.outputs else {
            return Ok(None);
        };
        match self.provider.observe(outputs).await? {
            Some(observed) => Ok(Some(observed)),
            None => {
                self.rest().await;
                self.provider.observe(outputs).await
            }
        }
    }

    async fn rest(&self) {
        let window = self.provider.named().patience.absence;
        self.clock.sleep(window).await;
    }

    fn owned(&self, observed: ObservedDocument) -> Result<ObservedDocument, Failure> {
        let mut by = vec![&self.spec];
        by.extend(self.planned.pre_image.as_ref());
        let spec = self.internal(self.provider.owned(observed.spec, &by))?;
        Ok(ObservedDocument {
            spec,
            outputs: observed.outputs,
        })
    }

    async fn settle(&self) -> Result<Settled, Failure> {
        match (&self.progress.outputs, self.planned.action) {
            (None, _) => Ok(Settled::There(None)),
            (Some(outputs), Action::Delete) if self.planned.requests.is_empty() => {
                if self.planned.pre_image.is_some() {
                    return Ok(Settled::There(None)); // never ours to take away: its record goes
                }
                // It was not there when the plan was made. A second miss, and its record goes once
                // it is no more on its way out, holding what it uses.
                match self.provider.observe(outputs).await? {
                    None => self.gone(outputs).await,
                    Some(_) => Ok(Settled::Failed(Failure::new(
                        Class::Eventual,
                        "look",
                        "Reappeared",
                        "it was not there when the plan was made, and is there now",
                    ))),
                }
            }
            (Some(outputs), Action::Delete) => match self.gone(outputs).await? {
                Settled::There(None) => self.lingers(),
                other => Ok(other),
            },
            (Some(outputs), _) => self.ready(&self.spec, outputs).await,
        }
    }

    /// Whether what it used may go, now that it is gone. What is made in its place waits for
    /// nobody who still comes by way of it.
    fn lingers(&self) -> Result<Settled, Failure> {
        let lingering = match self.planned.phase {
            Phase::Converge => None,
            Phase::Collect => self.internal(self.provider.lingers(&self.spec))?,
        };
        Ok(match lingering {
            Some(Lingering { who, time }) if self.cx.waited < time => Settled::Not {
                outputs: None,
                why: who,
                look_after: time - self.cx.waited,
            },
            _ => Settled::There(None),
        })
    }

    async fn plan_undo(&self) -> Result<Entry, Failure> {
        match self.planned.action {
            Action::Create => self.plan_unmaking().await,
            Action::Update => self.plan_restoring().await,
            Action::Delete => self.plan_remaking().await,
        }
    }

    async fn plan_unmaking(&self) -> Result<Entry, Failure> {
        let planned = |outputs, requests| self.planned(outputs, &self.spec, requests, Vec::new());
        if self.progress.ownership == Ownership::Shared {
            return Ok(planned(None, Vec::new()));
        }
        let observed = if self.progress.there {
            self.observed().await?
        } else {
            match self.found().await? {
                Found::Ours(outputs) => {
                    let outputs = told_over(&outputs, self.progress.outputs.as_ref());
                    Some(self.provider.observe(&outputs).await?.ok_or_else(unseen)?)
                }
                _ => None,
            }
        };
        match observed {
            Some(observed) => {
                let ours = self.owned(observed)?;
                let requests = self.internal(self.provider.unmaking(&ours))?;
                Ok(planned(Some(ours.outputs), requests))
            }
            // It may be on its way out still, and hold what it uses until then.
            None if self.progress.there => Ok(planned(self.progress.outputs.clone(), Vec::new())),
            None => Ok(planned(None, Vec::new())),
        }
    }

    async fn plan_restoring(&self) -> Result<Entry, Failure> {
        let pre_image = self.planned.pre_image.as_ref().unwrap_or(&self.spec);
        let Some(observed) = self.observed().await? else {
            return Ok(self.planned(None, pre_image, Vec::new(), Vec::new()));
        };
        let observed = self.owned(observed)?;
        let (restored, foreign) = restoration(pre_image, &self.spec, &observed.spec);
        let requests = self.internal(self.provider.changes(&restored, Some(&observed)))?;
        Ok(self.planned(Some(observed.outputs), &restored, requests, foreign))
    }

    async fn plan_remaking(&self) -> Result<Entry, Failure> {
        let pre_image = self.planned.pre_image.as_ref().unwrap_or(&self.spec);
        let spec = self.refreshed.as_ref().unwrap_or(pre_image);
        let there = match self.observed().await? {
            Some(observed) => Some(observed),
            None => {
                // The old one must be gone before it can be made again.
                if let Some(outputs) = &self.progress.outputs
                    && let Gone::Held { by, .. } = self.provider.gone(outputs).await?
                {
                    return Err(Failure::new(Class::Dependency, "look", "StillGoing", by));
                }
                // An earlier try of this undo may have made it again already.
                match self.find(spec).await? {
                    Found::Ours(outputs) => {
                        let outputs = told_over(&outputs, self.progress.outputs.as_ref());
                        Some(self.provider.observe(&outputs).await?.ok_or_else(unseen)?)
                    }
                    // What it had displaced is back, and is displaced again.
                    Found::Displaces { outputs, .. } => {
                        let requests = self.internal(self.provider.changes(spec, None))?;
                        return Ok(self.planned(Some(outputs), spec, requests, Vec::new()));
                    }
                    _ => None,
                }
            }
        };
        let requests = self.internal(self.provider.changes(spec, there.as_ref()))?;
        let outputs = there.map(|observed| observed.outputs);
        Ok(self.planned(outputs, spec, requests, Vec::new()))
    }

    fn planned(
        &self,
        outputs: Option<Document>,
        spec: &Document,
        requests: Vec<PlannedRequest>,
        foreign: Vec<FieldPath>,
    ) -> Entry {
        Entry::UndoPlanned {
            step: self.cx.mark.instance.clone(),
            outputs,
            spec: spec.clone(),
            requests,
            foreign,
        }
    }

    async fn settle_undo(&self) -> Result<Settled, Failure> {
        let Some(undo) = &self.progress.undo else {
            return Ok(Settled::There(None));
        };
        match (&self.progress.outputs, self.planned.action) {
            (None, _) => Ok(Settled::There(None)),
            (Some(outputs), Action::Create) => self.gone(outputs).await,
            (Some(outputs), _) => self.ready(&undo.spec, outputs).await,
        }
    }

    async fn ready(&self, spec: &Document, outputs: &Document) -> Result<Settled, Failure> {
        let limit = self.provider.named().patience.attempt;
        let ready = self.provider.ready(spec, &self.cx, outputs);
        Ok(match within(self.clock, limit, "poll", ready).await? {
            Readiness::Ready(outputs) => Settled::There(Some(outputs)),
            Readiness::Pending {
                outputs,
                why,
                look_after,
            } => Settled::Not {
                outputs: Some(outputs),
                why,
                look_after,
            },
            Readiness::Failed(failure) => Settled::Failed(failure),
        })
    }

    async fn gone(&self, outputs: &Document) -> Result<Settled, Failure> {
        let limit = self.provider.named().patience.attempt;
        Ok(
            match within(self.clock, limit, "poll", self.provider.gone(outputs)).await? {
                Gone::Gone => Settled::There(None),
                Gone::Held { by, look_after } => Settled::Not {
                    outputs: None,
                    why: by,
                    look_after,
                },
            },
        )
    }

    /// A document that we wrote ourselves and cannot read: nothing can be done but stop.
    fn internal<T>(&self, read: Result<T, crate::document::Malformed>) -> Result<T, Failure> {
        read.map_err(|error| Failure::internal("engine:read", &error))
    }
}

fn taken(who: &str, advice: &str) -> Failure {
    Failure::new(
        Class::Exists,
        "look",
        "NameTaken",
        format!("{who} is there and does not belong to this stack"),
    )
    .with_advice(advice)
}

fn unseen() -> Failure {
    Failure::new(
        Class::Eventual,
        "look",
        "NotVisible",
        "it was named by the cloud and cannot be read",
    )
}
