//! `aws.ec2.key_pair`: the public half of a key that lets its owner into EC2 instances. The
//! private half stays with him; AWS and Ashore never see it.

#[cfg(feature = "live")]
mod live;
#[cfg(test)]
mod tests;

use ashore_engine::input::Output;
use ashore_engine::kind::{Kind, Observed, Patience, Replacement, Request};
use serde::{Deserialize, Serialize};

use crate::aws::tags::Tags;
use crate::aws::{names, patience};

/// The longest name [EC2 API: ImportKeyPair].
const NAME_MAX: usize = 255;

/// An imported public key.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct KeyPair {
    /// Its name, unique in the region. Cannot be changed.
    pub name: String,
    /// The key as OpenSSH writes it, kind and digits; a comment behind them is nobody's business.
    /// Cannot be changed.
    pub public_key: String,
    /// The user's tags.
    pub tags: Tags,
}

/// What AWS tells of a key pair.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Outputs {
    /// `key-…`.
    pub id: String,
    /// Its name.
    pub name: String,
}

impl KeyPair {
    /// Its name.
    pub const NAME_: Output<Self, String> = Output::new("name");
}

/// One request.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// `ImportKeyPair`. It has no token; its name is taken once it is there.
    Import,
    /// `CreateTags`.
    Tag,
    /// `DeleteTags`.
    Untag(Vec<String>),
    /// `DeleteKeyPair`. Who is let in by it already stays let in.
    Delete,
}

impl Kind for KeyPair {
    const NAME: &'static str = "aws.ec2.key_pair";
    const PATIENCE: Patience = patience::EC2;
    const LOOKS_BEFORE: bool = true;
    type Outputs = Outputs;
    type Change = Change;

    fn changes(&self, observed: Option<&Observed<Self>>) -> Vec<Change> {
        let Some(Observed { spec, .. }) = observed else {
            return vec![Change::Import];
        };
        let changes = self.tags.requests(&spec.tags, Change::Tag, Change::Untag);
        changes.collect()
    }

    fn removal(_: &Observed<Self>) -> Vec<Change> {
        vec![Change::Delete]
    }

    fn replaced_by(&self, observed: &Observed<Self>) -> Option<Replacement> {
        let there = &observed.spec;
        let fields = [
            ("name", self.name != there.name),
            (
                "public_key",
                bare(&self.public_key) != bare(&there.public_key),
            ),
        ];
        let differ = fields.into_iter().filter(|(_, differs)| *differs);
        Replacement::because(differ.map(|(field, _)| field)).or_none()
    }

    fn request(change: &Change) -> Request {
        match change {
            Change::Import => Request::new("ec2:ImportKeyPair"),
            Change::Tag => Request::new("ec2:CreateTags"),
            Change::Untag(_) => Request::new("ec2:DeleteTags"),
            Change::Delete => Request::new("ec2:DeleteKeyPair"),
        }
        .on("key-pair/*")
    }

    fn owned(mut self, by: &[&Self]) -> Self {
        for spec in by {
            if bare(&self.public_key) == bare(&spec.public_key) {
                self.public_key.clone_from(&spec.public_key);
            }
        }
        self.tags = self.tags.owned(by.iter().map(|spec| &spec.tags));
        self
    }

    fn at_generation(&mut self, generation: u32) {
        self.name = names::generation(&self.name, generation, NAME_MAX);
    }
}

/// Kind and digits of a key: AWS puts a comment of its own behind them.
fn bare(key: &str) -> Vec<&str> {
    key.split_whitespace().take(2).collect()
}
