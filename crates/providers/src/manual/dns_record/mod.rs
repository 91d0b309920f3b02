//! `manual.dns.record`: a record that somebody sets by hand, wherever the domain's name servers
//! are.
//!
//! Nothing is sent. What has to be set is said as long as public resolvers do not show it, and
//! the record is ready as soon as they do.

#[cfg(feature = "live")]
mod live;
mod spelling;
#[cfg(test)]
mod tests;

use ashore_engine::input::Input;
use ashore_engine::kind::{Impact, Kind, Observed, Patience, Replacement, Request};
use serde::{Deserialize, Serialize};

use crate::aws::patience;

/// A record to be set by hand.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct ManualRecord {
    /// The full name. Cannot be changed.
    pub name: Input<String>,
    /// `CNAME`, `A`, `AAAA`, `TXT`. Where a CNAME cannot be, whatever leads to the same addresses
    /// (`ALIAS`, `ANAME`, a flattened CNAME) will do.
    pub record_type: String,
    /// Where it has to point.
    pub content: Input<String>,
}

/// What has been asked for.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Outputs {
    /// The full name.
    pub name: String,
    /// `CNAME`, …
    pub record_type: String,
    /// Where it has to point.
    pub content: String,
}

/// What is asked of a person. It is said, and nothing is sent.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// To set the record.
    Request,
    /// To take it away.
    Withdraw,
}

impl Kind for ManualRecord {
    const NAME: &'static str = "manual.dns.record";
    const PATIENCE: Patience = patience::MANUAL;
    type Outputs = Outputs;
    type Change = Change;

    fn changes(&self, observed: Option<&Observed<Self>>) -> Vec<Change> {
        let is_set = observed.is_some_and(|there| self.points_as(&there.spec));
        (!is_set).then_some(Change::Request).into_iter().collect()
    }

    fn removal(_: &Observed<Self>) -> Vec<Change> {
        vec![Change::Withdraw]
    }

    fn replaced_by(&self, observed: &Observed<Self>) -> Option<Replacement> {
        let name = |spec: &Self| spec.name.known().map(|name| spelling::name(name));
        let same = name(self).is_some() && name(self) == name(&observed.spec);
        Replacement::because((!same).then_some("name")).or_none()
    }

    fn request(change: &Change) -> Request {
        match change {
            Change::Request => Request::new("manual:RequestRecord"),
            Change::Withdraw => Request::new("manual:WithdrawRecord").impact(Impact::Outage(
                "the name leads nowhere until you have taken the record away".into(),
            )),
        }
    }

    fn owned(mut self, by: &[&Self]) -> Self {
        // Resolvers spell things their own way: what means the same is the same.
        let name = |spec: &Self| spec.name.known().map(|name| spelling::name(name));
        let named = by.iter().find(|spec| name(spec) == name(&self));
        let written = named.map(|spec| spec.name.clone());
        let pointing = by.iter().find(|spec| spec.points_as(&self));
        let content = pointing.map(|spec| spec.content.clone());
        self.name = written.unwrap_or(self.name);
        self.content = content.unwrap_or(self.content);
        self
    }
}

impl ManualRecord {
    fn points_as(&self, other: &Self) -> bool {
        let content = |spec: &Self| {
            let content = spec.content.known();
            content.map(|content| spelling::content(&spec.record_type, content))
        };
        let same = content(self).is_some() && content(self) == content(other);
        same && self.record_type == other.record_type
    }
}
