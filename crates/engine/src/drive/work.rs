//! What workers do: one request, one look or one poll each. They own what they need.

use std::time::Duration;

use futures_util::{FutureExt, select_biased};

use crate::address::Instance;
use crate::clock::Clock;
use crate::document::{Document, restoration};
use crate::failure::{Class, Failure};
use crate::kind::{Context, Found, Gone, LiveKind, ObservedDocument, PlannedRequest, Readiness};
use crate::plan::{Action, Step};
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
    pub(super) refreshed: Option<Document>,
    pub(super) planned: Step,
    pub(super) progress: Progress,
}

/// The read that the step is due for.
pub(super) async fn read(subject: Subject<'_>) -> Answer {
    match &subject.progress.undo {
        None if subject.progress.stage == Stage::Unclear => Answer::Looked(subject.look().await),
        None => Answer::Settled(subject.settle().await),
        Some(undo) if undo.stage == UndoStage::Due => Answer::Looked(subject.plan_undo().await),
        Some(_) => Answer::Settled(subject.settle_undo().await),
    }
}

impl Subject<'_> {
    /// What a request of unknown outcome has left, and what is still to do.
    async fn look(&self) -> Result<Entry, Failure> {
        let step = self.cx.mark.instance.clone();
        let looked = |outputs, ownership, requests| Entry::Looked {
            step: step.clone(),
            outputs,
            ownership,
            requests,
        };
        if self.planned.action == Action::Delete {
            return Ok(match self.observed().await? {
                None => looked(self.progress.outputs.clone(), Ownership::Ours, Vec::new()),
                Some(observed) => {
                    let requests = self.internal(self.provider.removal(&observed))?;
                    looked(Some(observed.outputs), Ownership::Ours, requests)
                }
            });
        }
        let outputs = match &self.progress.outputs {
            Some(outputs) if self.planned.displaces.is_empty() => outputs.clone(),
            _ => match self.found().await? {
                Found::Ours(outputs) => outputs,
                Found::Shared(outputs) => {
                    return Ok(looked(Some(outputs), Ownership::Shared, Vec::new()));
                }
                Found::Absent => {
                    let requests = self.internal(self.provider.changes(&self.spec, None))?;
                    let before = self.planned.outputs.clone();
                    return Ok(looked(before, self.planned.ownership, requests));
                }
                Found::Displaces { outputs, .. } if !self.planned.displaces.is_empty() => {
                    let requests = self.internal(self.provider.changes(&self.spec, None))?;
                    return Ok(looked(Some(outputs), self.planned.ownership, requests));
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
                Ok(looked(
                    Some(observed.outputs),
                    self.planned.ownership,
                    requests,
                ))
            }
            None => Err(Failure::new(
                Class::Eventual,
                "look",
                "NotVisible",
                "it was named by the cloud and cannot be read",
            )),
        }
    }

    /// Looks by mark. Absence is believed only when two looks agree on it, with the kind's
    /// consistency window between them: a create may not be visible at once.
    async fn found(&self) -> Result<Found<Document>, Failure> {
        let first = self.provider.find(&self.spec, &self.cx).await?;
        if first != Found::Absent {
            return Ok(first);
        }
        self.clock
            .sleep(self.provider.named().patience.absence)
            .await;
        self.provider.find(&self.spec, &self.cx).await
    }

    /// Looks by what is known of it.
    async fn observed(&self) -> Result<Option<ObservedDocument>, Failure> {
        match &self.progress.outputs {
            Some(outputs) => self.provider.observe(outputs).await,
            None => Ok(None),
        }
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
                // It was not there when the plan was made. A second miss, and its record goes.
                match self.provider.observe(outputs).await? {
                    None => Ok(Settled::There(None)),
                    Some(_) => Ok(Settled::Failed(Failure::new(
                        Class::Eventual,
                        "look",
                        "Reappeared",
                        "it was not there when the plan was made, and is there now",
                    ))),
                }
            }
            (Some(outputs), Action::Delete) => self.gone(outputs).await,
            (Some(outputs), _) if self.progress.ownership == Ownership::Shared => {
                Ok(Settled::There(Some(outputs.clone())))
            }
            (Some(outputs), _) => self.ready(&self.spec, outputs).await,
        }
    }

    async fn plan_undo(&self) -> Result<Entry, Failure> {
        let planned = |outputs, spec, requests, foreign| Entry::UndoPlanned {
            step: self.cx.mark.instance.clone(),
            outputs,
            spec,
            requests,
            foreign,
        };
        let pre_image = self.planned.pre_image.as_ref().unwrap_or(&self.spec);
        match self.planned.action {
            Action::Create => {
                let nothing = || Ok(planned(None, self.spec.clone(), Vec::new(), Vec::new()));
                let outputs = match &self.progress.outputs {
                    _ if self.progress.ownership == Ownership::Shared => return nothing(),
                    Some(outputs) if self.planned.displaces.is_empty() => outputs.clone(),
                    _ => match self.found().await? {
                        Found::Ours(outputs) => outputs,
                        _ => return nothing(),
                    },
                };
                match self.provider.observe(&outputs).await? {
                    None => nothing(),
                    Some(observed) => {
                        let requests = self.internal(self.provider.removal(&observed))?;
                        let outputs = Some(observed.outputs);
                        Ok(planned(outputs, self.spec.clone(), requests, Vec::new()))
                    }
                }
            }
            Action::Update => match self.observed().await? {
                None => Ok(planned(None, pre_image.clone(), Vec::new(), Vec::new())),
                Some(observed) => {
                    let observed = self.owned(observed)?;
                    let (restored, foreign) = restoration(pre_image, &self.spec, &observed.spec);
                    let requests =
                        self.internal(self.provider.changes(&restored, Some(&observed)))?;
                    Ok(planned(Some(observed.outputs), restored, requests, foreign))
                }
            },
            Action::Delete => {
                let spec = self.refreshed.as_ref().unwrap_or(pre_image).clone();
                let there = match self.observed().await? {
                    Some(observed) => Some(observed),
                    // An earlier try of this undo may have made it again already.
                    None => match self.provider.find(&spec, &self.cx).await? {
                        Found::Ours(outputs) => self.provider.observe(&outputs).await?,
                        _ => None,
                    },
                };
                let requests = self.internal(self.provider.changes(&spec, there.as_ref()))?;
                let outputs = there.map(|observed| observed.outputs);
                Ok(planned(outputs, spec, requests, Vec::new()))
            }
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

/// An answer that does not come in time is an unknown outcome.
async fn within<T>(
    clock: &dyn Clock,
    limit: Duration,
    operation: &str,
    work: impl Future<Output = Result<T, Failure>>,
) -> Result<T, Failure> {
    select_biased! {
        answer = Box::pin(work).fuse() => answer,
        () = clock.sleep(limit).fuse() => Err(Failure::new(
            Class::Unknown,
            operation,
            "TimedOut",
            format!("no answer within {} s", limit.as_secs()),
        )),
    }
}
