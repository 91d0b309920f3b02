//! Faults on demand: what can go wrong between a client and AWS.

use serde::{Deserialize, Serialize};

/// A fault, and which requests it strikes.
#[derive(Serialize, Deserialize, Debug, Clone, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// Only requests to this service.
    #[serde(default)]
    pub service: Option<String>,
    /// Only requests for this operation.
    #[serde(default)]
    pub operation: Option<String>,
    /// Only mutating requests are counted and struck, and this one is the first, counted from 1 since the fault was
    /// set. Replaces `nth`.
    #[serde(default)]
    pub mutating_nth: Option<u64>,
    /// The first matching request to strike, counted from 1 since the fault was set.
    #[serde(default = "once")]
    pub nth: u64,
    /// How many matching requests it strikes from there; 0 for ever.
    #[serde(default = "once")]
    pub times: u64,
    /// Before or after the request takes effect.
    #[serde(default)]
    pub side: Side,
    /// What goes wrong.
    pub action: Action,
}

/// On which side of its effect a fault strikes a request.
#[derive(Serialize, Deserialize, Debug, Clone, Copy, PartialEq, Eq, Default)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// The request has no effect.
    #[default]
    Before,
    /// The request takes effect, only its answer suffers.
    After,
}

/// What goes wrong.
#[derive(Serialize, Deserialize, Debug, Clone, PartialEq)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// No answer ever.
    Hang,
    /// The connection is closed without an answer.
    Drop,
    /// This refusal.
    Refuse {
        /// HTTP status.
        status: u16,
        /// Error code.
        code: String,
        /// Sentence.
        #[serde(default)]
        message: String,
    },
    /// Before: the request arrives and takes effect that much later. After: its answer does. In the client's own time,
    /// since it is the client's timeouts that this is about.
    DelayMs(u64),
    /// An answer that is neither XML nor JSON.
    Garbage,
    /// An HTML page with this status, as edges and proxies send when the API behind them does not answer.
    Page(u16),
}

/// The faults that are set, each with the matching requests that it has seen.
#[derive(Debug, Default)]
pub(crate) struct Faults(Vec<(Fault, u64)>);

/// A fault that strikes the request at hand.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Strike {
    pub(crate) side: Side,
    pub(crate) action: Action,
}

impl Faults {
    pub(crate) fn add(&mut self, fault: Fault) {
        self.0.push((fault, 0));
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    pub(crate) fn list(&self) -> Vec<&Fault> {
        self.0.iter().map(|(fault, _)| fault).collect()
    }

    /// The fault that strikes this request: the first one set whose turn it is. All that match count the request.
    pub(crate) fn strike(
        &mut self,
        service: &str,
        operation: &str,
        mutating: bool,
    ) -> Option<Strike> {
        let mut strike = None;
        self.0.retain_mut(|(fault, seen)| {
            if !fault.matches(service, operation, mutating) {
                return true;
            }
            *seen += 1;
            let first = fault.mutating_nth.unwrap_or(fault.nth).max(1);
            let last = match fault.times {
                0 => u64::MAX,
                times => first.saturating_add(times - 1),
            };
            if strike.is_none() && (first..=last).contains(seen) {
                strike = Some(Strike {
                    side: fault.side,
                    action: fault.action.clone(),
                });
            }
            *seen < last
        });
        strike
    }
}

impl Fault {
    fn matches(&self, service: &str, operation: &str, mutating: bool) -> bool {
        self.service
            .as_deref()
            .is_none_or(|wanted| wanted == service)
            && self
                .operation
                .as_deref()
                .is_none_or(|wanted| wanted == operation)
            && (mutating || self.mutating_nth.is_none())
    }
}

impl Strike {
    /// The strike of a request that was deferred and now goes on.
    pub(crate) fn resumed() -> Strike {
        Strike {
            side: Side::Before,
            action: Action::DelayMs(0),
        }
    }

    /// For the log: `after hang`.
    pub(crate) fn describe(&self) -> String {
        let side = match self.side {
            Side::Before => "before",
            Side::After => "after",
        };
        match &self.action {
            Action::Hang => format!("{side} hang"),
            Action::Drop => format!("{side} drop"),
            Action::Refuse { code, .. } => format!("{side} refuse {code}"),
            Action::DelayMs(_) => format!("{side} delay"),
            Action::Garbage => format!("{side} garbage"),
            Action::Page(status) => format!("{side} page {status}"),
        }
    }
}

fn once() -> u64 {
    1
}
