//! Who has tried what, how often and since when.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::address::Instance;
use crate::failure::{Class, Failure};
use crate::kind::Patience;
use crate::retry::{self, Next};

/// What is tried.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Attempt {
    /// A request.
    Send,
    /// A look or a poll.
    Read,
}

/// Failed attempts in a row, and when each step last sent anything.
pub(super) struct Tries {
    began: Duration,
    failed: BTreeMap<(Instance, Attempt), Row>,
    sent: BTreeMap<Instance, Duration>,
    /// Requests that will not be sent again, whatever a last look says.
    given_up: BTreeMap<Instance, Failure>,
}

struct Row {
    count: u32,
    first: Duration,
}

impl Tries {
    pub(super) fn new(began: Duration) -> Self {
        Self {
            began,
            failed: BTreeMap::new(),
            sent: BTreeMap::new(),
            given_up: BTreeMap::new(),
        }
    }

    /// The way back begins: it has its own attempts.
    pub(super) fn clear(&mut self) {
        self.failed.clear();
        self.given_up.clear();
    }

    /// A request of the step is on its way, or was just answered.
    pub(super) fn sent(&mut self, step: &Instance, now: Duration) {
        self.sent.insert(step.clone(), now);
    }

    /// How long ago the step can have sent anything. Of what another process sent, we know no
    /// more than that it was before we began.
    pub(super) fn since_sent(&self, step: &Instance, now: Duration) -> Duration {
        now.saturating_sub(self.sent.get(step).copied().unwrap_or(self.began))
    }

    /// An attempt succeeded.
    pub(super) fn succeeded(&mut self, step: &Instance, attempt: Attempt) {
        self.failed.remove(&(step.clone(), attempt));
        if attempt == Attempt::Send {
            self.given_up.remove(step);
        }
    }

    /// An attempt failed: what now? `draw` gives a text that differs from attempt to attempt.
    pub(super) fn failed(
        &mut self,
        step: &Instance,
        attempt: Attempt,
        class: Class,
        now: Duration,
        patience: &Patience,
        draw: impl Fn(u32) -> String,
    ) -> Next {
        let key = (step.clone(), attempt);
        let row = self.failed.entry(key).or_insert(Row {
            count: 0,
            first: now,
        });
        row.count += 1;
        let waited = now.saturating_sub(row.first);
        retry::next(
            class,
            row.count,
            waited,
            patience,
            retry::draw(&draw(row.count)),
        )
    }

    /// The request will not be sent again; one look more says whether it was applied.
    pub(super) fn give_up(&mut self, step: &Instance, failure: Failure) {
        self.given_up.insert(step.clone(), failure);
    }

    /// Why the step's request is not sent again, if it is not.
    pub(super) fn given_up(&mut self, step: &Instance) -> Option<Failure> {
        self.given_up.remove(step)
    }
}
