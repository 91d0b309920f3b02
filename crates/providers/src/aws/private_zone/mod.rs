//! `aws.route53.private_zone`: names that are answered within networks and nowhere else.

#[cfg(feature = "live")]
mod live;

use ashore_engine::input::{Input, Output};
use ashore_engine::kind::{Impact, Kind, Observed, Patience, Replacement, Request};
use serde::{Deserialize, Serialize};

use crate::aws::patience;
use crate::aws::tags::{MARK_KEYS, Tags};

/// Tags of one request [Route 53 API: ChangeTagsForResource].
const TAGS_AT_ONCE: usize = 10;

/// A private hosted zone. Others may let it answer in networks of theirs: those are not ours.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct PrivateZone {
    /// Its domain: lower case, no final dot. Cannot be changed.
    pub domain: String,
    /// The VPCs that it answers in, at least one.
    pub vpcs: Vec<Input<String>>,
    /// The region that these are in.
    pub region: String,
    /// The user's tags.
    pub tags: Tags,
}

/// What AWS tells of a zone.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Outputs {
    /// `Z…`.
    pub id: String,
}

impl PrivateZone {
    /// Its id.
    pub const ID: Output<Self, String> = Output::new("id");
}

/// One request.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// `CreateHostedZone`, answering in the first VPC. Tags come after.
    Create,
    /// `AssociateVPCWithHostedZone`, with the VPC at this place of the spec.
    Associate(usize),
    /// `DisassociateVPCFromHostedZone`.
    Disassociate(String),
    /// `ChangeTagsForResource`: sets the tags of these keys.
    Tag(Vec<String>),
    /// `ChangeTagsForResource`: takes the tags of these keys away.
    Untag(Vec<String>),
    /// `DeleteHostedZone`. Refused while somebody's records are in it.
    Delete,
}

impl PrivateZone {
    fn tagging(
        keys: impl IntoIterator<Item = String>,
        change: fn(Vec<String>) -> Change,
    ) -> Vec<Change> {
        let keys: Vec<String> = keys.into_iter().collect();
        let requests = keys.chunks(TAGS_AT_ONCE);
        requests.map(|keys| change(keys.to_vec())).collect()
    }
}

impl Kind for PrivateZone {
    const NAME: &'static str = "aws.route53.private_zone";
    const PATIENCE: Patience = patience::ROUTE53;
    type Outputs = Outputs;
    type Change = Change;

    fn changes(&self, observed: Option<&Observed<Self>>) -> Vec<Change> {
        let Some(Observed { spec: there, .. }) = observed else {
            let keys = MARK_KEYS.map(str::to_string).into_iter();
            let keys = keys.chain(self.tags.0.keys().cloned());
            let more = (1..self.vpcs.len()).map(Change::Associate);
            let create = [Change::Create].into_iter().chain(more);
            return create.chain(Self::tagging(keys, Change::Tag)).collect();
        };
        let missing = self.vpcs.iter().enumerate();
        let missing = missing.filter(|(_, vpc)| !there.vpcs.contains(vpc));
        let mut changes: Vec<Change> = missing.map(|(at, _)| Change::Associate(at)).collect();
        let surplus = there.vpcs.iter().filter(|vpc| !self.vpcs.contains(vpc));
        let surplus = surplus.filter_map(|vpc| vpc.known().cloned());
        changes.extend(surplus.map(Change::Disassociate));
        let tags = self.tags.changes(&there.tags).unwrap_or_default();
        changes.extend(Self::tagging(tags.set.into_keys(), Change::Tag));
        changes.extend(Self::tagging(tags.unset, Change::Untag));
        changes
    }

    fn removal(_: &Observed<Self>) -> Vec<Change> {
        vec![Change::Delete]
    }

    fn replaced_by(&self, observed: &Observed<Self>) -> Option<Replacement> {
        let there = &observed.spec;
        let fields = [
            ("domain", self.domain != there.domain),
            ("region", self.region != there.region),
        ];
        let differ = fields.into_iter().filter(|(_, differs)| *differs);
        Replacement::because(differ.map(|(field, _)| field)).or_none()
    }

    fn request(change: &Change) -> Request {
        const ON: &str = "hostedzone/*";
        match change {
            Change::Create => Request::new("route53:CreateHostedZone").on("*"),
            Change::Associate(_) => Request::new("route53:AssociateVPCWithHostedZone").on(ON),
            Change::Disassociate(_) => Request::new("route53:DisassociateVPCFromHostedZone").on(ON),
            Change::Tag(_) | Change::Untag(_) => {
                Request::new("route53:ChangeTagsForResource").on(ON)
            }
            Change::Delete => Request::new("route53:DeleteHostedZone")
                .on(ON)
                .impact(Impact::Outage("its names are answered no more".into())),
        }
    }

    fn owned(mut self, by: &[&Self]) -> Self {
        self.vpcs
            .retain(|vpc| by.iter().any(|spec| spec.vpcs.contains(vpc)));
        if let Some(first) = by.first() {
            let place = |vpc: &Input<String>| first.vpcs.iter().position(|it| it == vpc);
            self.vpcs
                .sort_by_key(|vpc| place(vpc).unwrap_or(usize::MAX));
        }
        self.tags = self.tags.owned(by.iter().map(|spec| &spec.tags));
        self
    }
}
