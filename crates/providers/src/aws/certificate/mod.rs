//! `aws.acm.certificate`: a public certificate, validated through DNS.
//!
//! It is named at once, names its validation record some seconds later, and is ready when ACM
//! has issued it. The record waits for the name, and the listener for the certificate.

#[cfg(feature = "live")]
mod live;
#[cfg(feature = "live")]
mod reasons;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use ashore_engine::input::Output;
use ashore_engine::kind::{Kind, Observed, Patience, Replacement, Request};
use serde::{Deserialize, Serialize};

use crate::aws::patience;
use crate::aws::tags::Tags;

/// A certificate.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Certificate {
    /// The name that it is for. Cannot be changed.
    pub domain: String,
    /// Further names that share its validation record, as `*.example.com` does with
    /// `example.com`. Cannot be changed.
    pub names: Vec<String>,
    /// The user's tags.
    pub tags: Tags,
}

/// What AWS tells of a certificate.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Outputs {
    /// Its ARN.
    pub arn: String,
    /// The name of the CNAME that shows who owns the domain. Known some seconds after the
    /// request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub validation_name: Option<String>,
    /// What that CNAME points to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub validation_value: Option<String>,
    /// Why it will never be of use again, if so: `FAILED`, `EXPIRED`, …
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dead: Option<String>,
}

impl Certificate {
    /// Its ARN.
    pub const ARN: Output<Self, String> = Output::new("arn");
    /// The name of its validation record.
    pub const VALIDATION_NAME: Output<Self, String> = Output::new("validation_name");
    /// The target of its validation record.
    pub const VALIDATION_VALUE: Output<Self, String> = Output::new("validation_value");
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
        if let Some(tags) = self.tags.changes(&before.tags) {
            changes.extend((!tags.set.is_empty()).then_some(Change::Tag));
            changes.extend((!tags.unset.is_empty()).then_some(Change::Untag(tags.unset)));
        }
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
