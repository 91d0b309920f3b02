//! `aws.sns.subscription`: who is told what a topic is told.

#[cfg(feature = "live")]
mod live;

use ashore_engine::input::Input;
use ashore_engine::kind::{Impact, Kind, Observed, Replacement, Request};
use serde::{Deserialize, Serialize};

/// A subscription. Until whoever has the endpoint confirms it, nothing is sent there; AWS asks them.
///
/// It bears no tags: it is a part of its topic, and known there by its endpoint.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Subscription {
    /// The ARN of the topic. Cannot be changed.
    pub topic: Input<String>,
    /// `email` or `https`. Cannot be changed.
    pub protocol: String,
    /// An address or a URL. Cannot be changed.
    pub endpoint: String,
}

/// What AWS tells of a subscription.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Outputs {
    /// The ARN of its topic.
    pub topic: String,
    /// How it is told.
    pub protocol: String,
    /// Where.
    pub endpoint: String,
    /// Its ARN, once it is confirmed.
    pub arn: Option<String>,
}

/// One request.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// `Subscribe`. The same again is answered with what is there.
    Subscribe,
    /// `Unsubscribe`.
    Unsubscribe,
}

impl Kind for Subscription {
    const NAME: &'static str = "aws.sns.subscription";
    type Outputs = Outputs;
    type Change = Change;

    fn changes(&self, observed: Option<&Observed<Self>>) -> Vec<Change> {
        match observed {
            Some(_) => Vec::new(),
            None => vec![Change::Subscribe],
        }
    }

    /// One that nobody has confirmed cannot be ended: it lapses after two days, or goes with its topic [SNS API:
    /// Unsubscribe, Subscribe].
    fn removal(observed: &Observed<Self>) -> Vec<Change> {
        let confirmed = observed.outputs.arn.is_some();
        confirmed
            .then_some(Change::Unsubscribe)
            .into_iter()
            .collect()
    }

    fn replaced_by(&self, observed: &Observed<Self>) -> Option<Replacement> {
        let there = &observed.spec;
        let fields = [
            ("topic", self.topic != there.topic),
            ("protocol", self.protocol != there.protocol),
            ("endpoint", self.endpoint != there.endpoint),
        ];
        let differ = fields.into_iter().filter(|(_, differs)| *differs);
        Replacement::because(differ.map(|(field, _)| field)).or_none()
    }

    fn request(change: &Change) -> Request {
        match change {
            Change::Subscribe => Request::new("sns:Subscribe"),
            Change::Unsubscribe => Request::new("sns:Unsubscribe")
                .impact(Impact::Brief("nobody is told there any more".into())),
        }
        .on("*")
    }

    fn can_be_found(&self) -> bool {
        self.topic.known().is_some()
    }
}
