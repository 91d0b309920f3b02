//! `aws.acm.certificate`: a public certificate, validated through DNS.
//!
//! It is named at once, names its validation records some seconds later, and is ready when ACM
//! has issued it. The records wait for their names, and the listener for the certificate.
//! `*.example.com` and `example.com` share one record: there are as many records as
//! [`Certificate::validated`] has names.

pub mod caa;
#[cfg(feature = "live")]
mod live;
#[cfg(feature = "live")]
mod reasons;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use ashore_engine::input::Output;
use ashore_engine::kind::{Kind, Observed, Patience, Replacement, Request};
use serde::{Deserialize, Serialize};

use crate::aws::patience;
use crate::aws::tags::Tags;
use crate::dns;

/// A certificate.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Certificate {
    /// The name that it is for. Cannot be changed.
    pub domain: String,
    /// Further names that it is for, [`Certificate::NAMES_MAX`] with the first. Cannot be changed.
    pub names: Vec<String>,
    /// The region that it is in, if not that of the stack: a distribution's is in us-east-1. Cannot
    /// be changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// The user's tags.
    pub tags: Tags,
}

/// What AWS tells of a certificate.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Outputs {
    /// Its ARN.
    pub arn: String,
    /// The records that show who owns the names, by [`Certificate::validated`] name. Known some
    /// seconds after the request.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub validation: BTreeMap<String, ValidationRecord>,
    /// Why it will never be of use again, if so: `FAILED`, `EXPIRED`, …
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dead: Option<String>,
}

/// The CNAME that shows who owns a name.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ValidationRecord {
    /// Its name, `_….hello.example.com.`.
    pub name: String,
    /// What it points to, `_….acm-validations.aws.`.
    pub value: String,
}

impl Certificate {
    /// How many names a certificate can have, unless AWS has raised it for the account [ACM
    /// quotas: domain names per certificate].
    pub const NAMES_MAX: usize = 10;

    /// Its ARN.
    pub const ARN: Output<Self, String> = Output::new("arn");

    /// The name of the record that validates this one of its names.
    pub fn validation_name(name: &str) -> Output<Self, String> {
        Output::within("validation", &validated(name), "name")
    }

    /// The target of the record that validates this one of its names.
    pub fn validation_value(name: &str) -> Output<Self, String> {
        Output::within("validation", &validated(name), "value")
    }

    /// The names that have a validation record of their own, each once: wildcards share that of
    /// the domain that they are in.
    pub fn validated(&self) -> BTreeSet<String> {
        let names = [&self.domain].into_iter().chain(&self.names);
        names.map(|name| validated(name)).collect()
    }
}

/// The name under which ACM validates a name [ACM guide: DNS validation].
fn validated(name: &str) -> String {
    let bare = name.strip_prefix("*.").unwrap_or(name);
    dns::name(bare)
}

/// One request.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// `RequestCertificate`, under a token that ACM remembers for an hour.
    Request,
    /// `AddTagsToCertificate`.
    Tag,
    /// `RemoveTagsFromCertificate`.
    Untag(Vec<String>),
    /// `DeleteCertificate`. Refused as long as a balancer uses it, and for a while after.
    Delete,
}

impl Kind for Certificate {
    const NAME: &'static str = "aws.acm.certificate";
    const PATIENCE: Patience = patience::CERTIFICATE;
    type Outputs = Outputs;
    type Change = Change;

    fn changes(&self, observed: Option<&Observed<Self>>) -> Vec<Change> {
        let Some(Observed { spec: before, .. }) = observed else {
            return vec![Change::Request];
        };
        let mut changes = Vec::new();
        changes.extend(self.tags.requests(&before.tags, Change::Tag, Change::Untag));
        changes
    }

    fn removal(_: &Observed<Self>) -> Vec<Change> {
        vec![Change::Delete]
    }

    fn replaced_by(&self, observed: &Observed<Self>) -> Option<Replacement> {
        let before = &observed.spec;
        let fields = [
            ("domain", self.domain != before.domain),
            ("names", self.further() != before.further()),
            ("region", self.region != before.region),
            ("status", observed.outputs.dead.is_some()),
        ];
        let fields = fields.into_iter().filter(|(_, differs)| *differs);
        Replacement::because(fields.map(|(field, _)| field)).or_none()
    }

    fn request(change: &Change) -> Request {
        const ON: &str = "certificate/*";
        match change {
            Change::Request => Request::new("acm:RequestCertificate").on("*"),
            Change::Tag => Request::new("acm:AddTagsToCertificate").on(ON),
            Change::Untag(_) => Request::new("acm:RemoveTagsFromCertificate").on(ON),
            Change::Delete => Request::new("acm:DeleteCertificate").on(ON),
        }
    }

    fn owned(mut self, by: &[&Self]) -> Self {
        self.tags = self.tags.owned(by.iter().map(|spec| &spec.tags));
        self
    }
}

impl Certificate {
    /// The names beside the domain, each once. ACM counts the domain among them.
    fn further(&self) -> BTreeSet<&str> {
        let names = self.names.iter().map(String::as_str);
        names.filter(|name| *name != self.domain).collect()
    }
}
