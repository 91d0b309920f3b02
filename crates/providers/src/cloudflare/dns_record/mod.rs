//! `cloudflare.dns.record`: a name, and where it points.
//!
//! A record has no name of its own that we could choose: its key is what stands at the hostname,
//! its mark is in the comment. What somebody else has put there is an error that names it, unless
//! the manifest says `take_over`: then it is displaced in one batch, kept in the outputs as long
//! as the record lives, and put back in one batch when the record goes.

#[cfg(feature = "live")]
mod claim;
#[cfg(feature = "live")]
mod live;
mod record;
mod spelling;
#[cfg(test)]
mod tests;

use std::time::Duration;

use ashore_engine::input::{Input, Output};
use ashore_engine::kind::{Impact, Kind, Lingering, Observed, Replacement, Request};
use serde::{Deserialize, Serialize};

use super::comment;
use crate::dns;
pub use record::Record;

/// What a record lives that says "automatic" [Cloudflare DNS docs: time to live].
const AUTOMATIC: Duration = Duration::from_secs(300);

/// A DNS record.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct DnsRecord {
    /// The zone's id. Cannot be changed.
    pub zone_id: String,
    /// The full name. Cannot be changed.
    pub name: Input<String>,
    /// `A`, `AAAA`, `CNAME`, `TXT`. Cannot be changed.
    pub record_type: String,
    /// Where it points.
    pub content: Input<String>,
    /// Seconds; 1 is automatic, which proxied records always are.
    pub ttl: u32,
    /// Whether Cloudflare stands before it. Never for validation records: ACM would not see them.
    pub proxied: bool,
    /// Whether it may displace what somebody else has put at that name.
    pub take_over: bool,
    /// The user's note. It stands behind the mark, as far as there is room.
    pub comment: String,
}

/// What Cloudflare tells of a record, and what only we know.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Outputs {
    /// Its id. None as long as only what it will displace is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Its zone's id.
    pub zone_id: String,
    /// What stood at its name before it, all writable fields.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub displaced: Vec<Record>,
    /// Whether somebody has taken our mark out of its comment. It is ours all the same.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unmarked: bool,
}

impl DnsRecord {
    /// Its id.
    pub const ID: Output<Self, String> = Output::new("id");
}

/// One request.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// `POST`. It has no token; a lost one is found again by its comment.
    Create,
    /// `POST …/batch`: what is displaced goes, and the record comes, or neither.
    TakeOver,
    /// `PATCH`: tags and settings that others have given it stay.
    Update,
    /// `DELETE`.
    Delete,
    /// `POST …/batch`: the record goes, and what it displaced comes back, or neither.
    Restore,
}

impl Kind for DnsRecord {
    const NAME: &'static str = "cloudflare.dns.record";
    const LOOKS_BEFORE: bool = true;
    type Outputs = Outputs;
    type Change = Change;

    fn changes(&self, observed: Option<&Observed<Self>>) -> Vec<Change> {
        match observed {
            None if self.take_over => vec![Change::TakeOver],
            None => vec![Change::Create],
            Some(there) => {
                let before = &there.spec;
                let differs = !self.points_as(before)
                    || self.ttl() != before.ttl()
                    || self.proxied != before.proxied
                    || comment::note(&self.comment) != comment::note(&before.comment)
                    || there.outputs.unmarked;
                differs.then_some(Change::Update).into_iter().collect()
            }
        }
    }

    fn removal(observed: &Observed<Self>) -> Vec<Change> {
        vec![match observed.outputs.displaced.as_slice() {
            [] => Change::Delete,
            _ => Change::Restore,
        }]
    }

    fn replaced_by(&self, observed: &Observed<Self>) -> Option<Replacement> {
        let before = &observed.spec;
        let moved = self.zone_id != before.zone_id || !self.is_named_as(before);
        let fields = [
            ("zone_id", self.zone_id != before.zone_id),
            ("name", !self.is_named_as(before)),
            ("record_type", self.record_type != before.record_type),
        ];
        let fields = fields.into_iter().filter(|(_, differs)| *differs);
        let replacement = Replacement::because(fields.map(|(field, _)| field));
        // A CNAME suffers no address at its name, nor an address a CNAME [RFC 1034 3.6.2; error
        // 81053].
        let alias = |spec: &Self| spec.record_type == "CNAME";
        let excludes = !moved && alias(self) != alias(before);
        if excludes {
            return replacement.in_its_place().or_none();
        }
        replacement.or_none()
    }

    fn request(change: &Change) -> Request {
        match change {
            Change::Create => Request::new("cloudflare:POST /zones/{zone_id}/dns_records"),
            Change::TakeOver => Request::new("cloudflare:POST /zones/{zone_id}/dns_records/batch")
                .impact(Impact::Brief(
                    "resolvers may give the old answer until its TTL is over".into(),
                )),
            Change::Update => {
                Request::new("cloudflare:PATCH /zones/{zone_id}/dns_records/{dns_record_id}")
                    .uses(&["content"])
                    .impact(Impact::Brief(
                        "resolvers may give the old answer until its TTL is over".into(),
                    ))
            }
            Change::Delete => {
                Request::new("cloudflare:DELETE /zones/{zone_id}/dns_records/{dns_record_id}")
                    .impact(Impact::Outage("the name does not resolve any more".into()))
            }
            Change::Restore => Request::new("cloudflare:POST /zones/{zone_id}/dns_records/batch")
                .impact(Impact::Outage(
                    "the name points again to where it pointed before".into(),
                )),
        }
    }

    /// What is proxied leads to Cloudflare, which forgets the way on at once.
    fn lingers(&self) -> Option<Lingering> {
        let time = match self.ttl() {
            _ if self.proxied => return None,
            1 => AUTOMATIC,
            seconds => Duration::from_secs(seconds.into()),
        };
        dns::lingers(self.name.known()?, &self.record_type, time)
    }

    fn can_be_found(&self) -> bool {
        self.name.known().is_some()
    }

    fn owned(mut self, by: &[&Self]) -> Self {
        // Cloudflare spells things its own way. What means the same as we have written is what
        // we have written: else every final dot would count as somebody else's change.
        let spelt = |same: &dyn Fn(&Self, &Self) -> bool| {
            let found = by.iter().find(|spec| same(spec, &self));
            found.map(|spec| (*spec).clone())
        };
        let name = spelt(&|spec, seen| spec.is_named_as(seen)).map(|spec| spec.name);
        let content = spelt(&|spec, seen| spec.points_as(seen)).map(|spec| spec.content);
        let ttl = spelt(&|spec, seen| spec.ttl() == seen.ttl()).map(|spec| spec.ttl);
        let text =
            spelt(&|spec, seen| comment::note(&spec.comment) == comment::note(&seen.comment))
                .map(|spec| spec.comment);
        self.name = name.unwrap_or(self.name);
        self.content = content.unwrap_or(self.content);
        self.ttl = ttl.unwrap_or(self.ttl);
        self.comment = text.unwrap_or(self.comment);
        // Not a matter of the cloud: it says what we may do, not what is there.
        if let Some(wanted) = by.first() {
            self.take_over = wanted.take_over;
        }
        self
    }
}

impl DnsRecord {
    /// Seconds, as Cloudflare has them: what is proxied is automatic, whatever was asked for.
    fn ttl(&self) -> u32 {
        if self.proxied { 1 } else { self.ttl }
    }

    fn is_named_as(&self, other: &Self) -> bool {
        let name = |spec: &Self| spec.name.known().map(|name| spelling::name(name));
        name(self).is_some() && name(self) == name(other)
    }

    fn points_as(&self, other: &Self) -> bool {
        let content = |spec: &Self| {
            let content = spec.content.known();
            content.map(|content| spelling::content(&spec.record_type, content))
        };
        content(self).is_some() && content(self) == content(other)
    }
}
