//! `aws.route53.record`: a name in a Route 53 zone, and where it points.
//!
//! Record sets bear no tags: what says that one is ours is a TXT record beside it,
//! `ashore-owner.<name>`, which is made, changed and deleted in the same batch, and a batch is one
//! transaction [Route 53 API: ChangeResourceRecordSets]. What somebody else has put at the name is
//! an error that names it, unless the manifest says `take_over`: then it goes in the batch in which
//! ours comes, stays in the outputs as long as the record lives, and comes back in the batch in
//! which ours goes.

#[cfg(feature = "live")]
mod batch;
#[cfg(feature = "live")]
mod claim;
#[cfg(feature = "live")]
mod live;
#[cfg(feature = "live")]
mod observed;
mod record_set;
mod spelling;
#[cfg(test)]
mod tests;
#[cfg(feature = "live")]
mod wire;

use std::time::Duration;

use ashore_engine::input::Input;
use ashore_engine::kind::{Impact, Kind, Lingering, Observed, Patience, Replacement, Request};
use serde::{Deserialize, Serialize};

use crate::aws::patience;
use crate::dns;
pub use record_set::{AliasTarget, CidrRouting, GeoLocation, GeoProximity, RecordSet};

/// What an alias of a balancer lives [Route 53 guide: choosing between alias and non-alias records].
const ALIAS: Duration = Duration::from_secs(60);

/// A record in a Route 53 zone.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Route53Record {
    /// The zone's id, `Z…`. Cannot be changed.
    pub zone_id: String,
    /// The full name. Cannot be changed.
    pub name: Input<String>,
    /// `A`, `AAAA`, `CNAME`, `TXT`. Cannot be changed.
    pub record_type: String,
    /// Where it points.
    pub target: Target,
    /// Whether it may displace what somebody else has put at that name.
    pub take_over: bool,
}

/// Where a record points.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// To a load balancer, or another thing of AWS's that has a zone of its own. It costs nothing
    /// to ask, and can stand where a zone begins.
    Alias {
        /// The thing's name.
        dns_name: Input<String>,
        /// The zone that this name is in, which is AWS's.
        zone_id: Input<String>,
        /// Whether an AAAA record stands beside the A record: for what is reached by IPv6 too.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        ipv6: bool,
        /// Whether Route 53 leaves it out of answers while it is unhealthy. Where there is nothing
        /// else to answer with, that helps nobody.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        evaluate_target_health: bool,
    },
    /// To these.
    Values {
        /// Seconds.
        ttl: u32,
        /// Names, addresses or texts.
        values: Vec<Input<String>>,
    },
}

/// What Route 53 tells of a record, and what only we know.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Outputs {
    /// Its zone's id.
    pub zone_id: String,
    /// Its name: lower case, no final dot.
    pub name: String,
    /// `A`, `CNAME`, …
    pub record_type: String,
    /// Whether it has been made. Not as long as only what it will displace is known.
    #[serde(default)]
    pub made: bool,
    /// What its owner record says. None where it is nobody's and everybody's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// The id of its last change, by which Route 53 tells whether all name servers have it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub change: Option<String>,
    /// What stood at its name before it, all writable fields.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub displaced: Vec<RecordSet>,
    /// Whether somebody has taken away or altered the TXT record that says whose it is. It is
    /// ours all the same.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unmarked: bool,
}

/// One request. All of them are `ChangeResourceRecordSets`.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// It and its owner come. There is no token; a lost one is found again by its owner.
    Create,
    /// What is displaced goes, and it and its owner come.
    TakeOver,
    /// It points elsewhere; its owner is written again.
    Update,
    /// It and its owner go.
    Delete,
    /// It and its owner go, and what it displaced comes back.
    Restore,
}

impl Kind for Route53Record {
    const NAME: &'static str = "aws.route53.record";
    const PATIENCE: Patience = patience::ROUTE53;
    const LOOKS_BEFORE: bool = true;
    type Outputs = Outputs;
    type Change = Change;

    fn changes(&self, observed: Option<&Observed<Self>>) -> Vec<Change> {
        match observed {
            None if self.take_over => vec![Change::TakeOver],
            None => vec![Change::Create],
            Some(there) => {
                let differs = !self.points_as(&there.spec) || there.outputs.unmarked;
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
        // One name has one owner.
        match moved {
            true => replacement.or_none(),
            false => replacement.in_its_place().or_none(),
        }
    }

    fn request(change: &Change) -> Request {
        let request = Request::new("route53:ChangeResourceRecordSets").on("hostedzone/*");
        let slow =
            || Impact::Brief("resolvers may give the old answer until its TTL is over".into());
        match change {
            Change::Create => request,
            Change::TakeOver => request.impact(slow()),
            Change::Update => request.impact(slow()),
            Change::Delete => {
                request.impact(Impact::Outage("the name does not resolve any more".into()))
            }
            Change::Restore => request.impact(Impact::Outage(
                "the name points again to where it pointed before".into(),
            )),
        }
    }

    fn lingers(&self) -> Option<Lingering> {
        let time = match &self.target {
            Target::Alias { .. } => ALIAS,
            Target::Values { ttl, .. } => Duration::from_secs((*ttl).into()),
        };
        dns::lingers(self.name.known()?, &self.record_type, time)
    }

    fn owned(mut self, by: &[&Self]) -> Self {
        // Route 53 spells things its own way. What means the same as we have written is what we
        // have written: else every final dot would count as somebody else's change.
        let named = by.iter().find(|spec| spec.is_named_as(&self));
        let name = named.map(|spec| spec.name.clone());
        let pointing = by.iter().find(|spec| spec.points_as(&self));
        let target = pointing.map(|spec| spec.target.clone());
        self.name = name.unwrap_or(self.name);
        self.target = target.unwrap_or(self.target);
        // Not a matter of the cloud: it says what we may do, not what is there.
        if let Some(wanted) = by.first() {
            self.take_over = wanted.take_over;
        }
        self
    }
}

impl Route53Record {
    fn is_named_as(&self, other: &Self) -> bool {
        let name = |spec: &Self| spec.name.known().map(|name| spelling::name(name));
        name(self).is_some() && name(self) == name(other)
    }

    fn points_as(&self, other: &Self) -> bool {
        let target = |spec: &Self| spelling::target(&spec.record_type, &spec.target);
        target(self).is_some() && target(self) == target(other)
    }
}
