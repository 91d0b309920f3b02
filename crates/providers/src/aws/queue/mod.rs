//! `aws.sqs.queue`: messages that wait for somebody to do something with them.

#[cfg(feature = "live")]
mod live;
#[cfg(test)]
mod tests;

use ashore_engine::input::{Input, Output};
use ashore_engine::kind::{Impact, Kind, Observed, Patience, Replacement, Request};
use serde::{Deserialize, Serialize};

use crate::aws::tags::Tags;
use crate::aws::{names, patience};

/// The longest name [SQS API: CreateQueue].
pub const NAME_MAX: usize = 80;

/// A standard queue, encrypted with keys of SQS's own.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Queue {
    /// Its name, unique in account and region. Cannot be changed.
    pub name: String,
    /// For so long a message that somebody has received is hidden from everybody else.
    pub visibility_timeout_seconds: u32,
    /// For so long a message is kept that nobody deletes.
    pub retention_seconds: u32,
    /// Where a message goes that was received too often.
    pub dead_letter: Option<DeadLetter>,
    /// Whether messages are encrypted where they lie, with keys of SQS's own.
    pub encrypted: bool,
    /// Whether whoever comes without TLS is refused, by a policy that says just that.
    pub tls_only: bool,
    /// The user's tags.
    pub tags: Tags,
}

/// Where a message goes that was received too often.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct DeadLetter {
    /// The ARN of a queue of the same account and region.
    pub queue: Input<String>,
    /// After it was received so often and never deleted, 1 to 1000 times.
    pub after: u32,
}

/// What AWS tells of a queue.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Outputs {
    /// What every call names it by.
    pub url: String,
    /// Its ARN.
    pub arn: String,
    /// Its name, by which CloudWatch knows it.
    pub name: String,
}

impl Queue {
    /// Its URL.
    pub const URL: Output<Self, String> = Output::new("url");
    /// Its ARN.
    pub const ARN: Output<Self, String> = Output::new("arn");
    /// Its name.
    pub const NAME_: Output<Self, String> = Output::new("name");
}

/// One request.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// `CreateQueue`, with all of it. The same once more is no error.
    Create,
    /// `SetQueueAttributes`: all that it is.
    Configure,
    /// `TagQueue`.
    Tag,
    /// `UntagQueue`.
    Untag(Vec<String>),
    /// `DeleteQueue`, with the messages in it. Its name is free a minute later.
    Delete,
}

impl Kind for Queue {
    const NAME: &'static str = "aws.sqs.queue";
    const PATIENCE: Patience = patience::QUEUE;
    const LOOKS_BEFORE: bool = true;
    const TELLS: &'static [(&'static str, &'static str)] = &[("url", "url")];
    type Outputs = Outputs;
    type Change = Change;

    fn changes(&self, observed: Option<&Observed<Self>>) -> Vec<Change> {
        let Some(Observed { spec: there, .. }) = observed else {
            return vec![Change::Create];
        };
        let untagged = Self {
            tags: there.tags.clone(),
            name: there.name.clone(),
            ..self.clone()
        };
        let configure = (untagged != *there).then_some(Change::Configure);
        let tags = self.tags.requests(&there.tags, Change::Tag, Change::Untag);
        configure.into_iter().chain(tags).collect()
    }

    fn removal(_: &Observed<Self>) -> Vec<Change> {
        vec![Change::Delete]
    }

    fn replaced_by(&self, observed: &Observed<Self>) -> Option<Replacement> {
        Replacement::because((self.name != observed.spec.name).then_some("name")).or_none()
    }

    fn request(change: &Change) -> Request {
        let request = |operation| Request::new(operation).on("{name}");
        match change {
            Change::Create => request("sqs:CreateQueue"),
            Change::Configure => request("sqs:SetQueueAttributes"),
            Change::Tag => request("sqs:TagQueue"),
            Change::Untag(_) => request("sqs:UntagQueue"),
            Change::Delete => request("sqs:DeleteQueue").impact(Impact::DataLoss(
                "the messages in it are deleted with it".into(),
            )),
        }
    }

    fn owned(mut self, by: &[&Self]) -> Self {
        self.tags = self.tags.owned(by.iter().map(|spec| &spec.tags));
        self
    }

    fn at_generation(&mut self, generation: u32) {
        self.name = names::generation(&self.name, generation, NAME_MAX);
    }
}
