//! `aws.secretsmanager.secret`: what containers are given and nobody else may see.
//!
//! The spec says where a value comes from, never the value: that is in the client's vault, for as
//! long as the process lives. What is in the cloud is told by the id of its current version, which
//! is ours to choose ([`Version`]): whether it was written by us, and from what.

#[cfg(feature = "live")]
mod described;
#[cfg(feature = "live")]
mod live;
#[cfg(feature = "live")]
mod random;
#[cfg(feature = "live")]
pub mod vault;
mod version;

use ashore_engine::input::Output;
use ashore_engine::kind::{Impact, Kind, Observed, Replacement, Request};
use serde::{Deserialize, Serialize};

use crate::aws::names;
use crate::aws::tags::Tags;

#[cfg(feature = "live")]
pub(crate) use described::stays_at;
pub use version::Version;

/// The longest name [Secrets Manager API: CreateSecret].
pub const NAME_MAX: usize = 512;
/// The shortest time for which a deleted secret can be restored [Secrets Manager API:
/// DeleteSecret].
pub const RECOVERY_DAYS_MIN: u32 = 7;

/// … and the longest.
#[cfg(feature = "live")]
const RECOVERY_DAYS_MAX: u32 = 30;

/// A secret, encrypted with the account's own key for Secrets Manager.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Secret {
    /// Its name, unique in account and region. A hyphen and six characters at the end look like
    /// the end of an ARN to AWS. Cannot be changed.
    pub name: String,
    /// For a person.
    pub description: String,
    /// Where its value comes from.
    pub content: Content,
    /// Whether it can be had back once it is deleted.
    pub recovery: Recovery,
    /// Whether its days are numbered. What is wanted is not; what is found may be.
    #[serde(default)]
    pub scheduled_for_deletion: bool,
    /// The user's tags.
    pub tags: Tags,
}

/// Where a value comes from.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Content {
    /// The user gives it.
    Given {
        /// From where, in words.
        source: String,
    },
    /// We make it, once. A value that somebody else puts in its place stands.
    Generated {
        /// How many letters and digits.
        length: u32,
    },
    /// That version, whatever it holds: what is found and is not what is wanted.
    Version {
        /// The version's id.
        id: String,
    },
}

/// Whether a secret can be had back once it is deleted.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Recovery {
    /// It cannot. The user has the value elsewhere: nothing is lost.
    None,
    /// For so many days it can: nobody else has the value.
    Days(u32),
}

/// What AWS tells of a secret.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Outputs {
    /// Its ARN, which ends in a hyphen and six characters of chance.
    pub arn: String,
    /// Its name.
    pub name: String,
    /// The id of the current version, if it has a value.
    pub version: Option<String>,
}

impl Secret {
    /// Its ARN.
    pub const ARN: Output<Self, String> = Output::new("arn");
    /// Its name.
    pub const NAME_: Output<Self, String> = Output::new("name");
    /// The id of the current version.
    pub const VERSION: Output<Self, String> = Output::new("version");
}

/// One request.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// `CreateSecret`, with the value and a token. Names are unique.
    Create,
    /// `RestoreSecret`: its days are numbered no longer.
    Restore,
    /// `PutSecretValue`: a version more, which becomes the current one.
    Put,
    /// `UpdateSecretVersionStage`: that version becomes the current one again.
    Stage {
        /// The one that is to be current.
        to: String,
        /// The one that is now.
        from: Option<String>,
    },
    /// `UpdateSecret`, of the description alone.
    Describe,
    /// `TagResource`.
    Tag,
    /// `UntagResource`.
    Untag(Vec<String>),
    /// `DeleteSecret` with the shortest recovery: as it was found.
    Schedule,
    /// `DeleteSecret`.
    Delete(Recovery),
}

impl Content {
    /// The request that brings this content where `there` is. A value that somebody else has put
    /// in the place of a generated one was put there on purpose, and stands.
    fn change(&self, there: &Self, current: Option<&String>) -> Option<Change> {
        let differs = match (self, there) {
            (Self::Given { .. }, Self::Given { .. }) => false,
            (Self::Generated { length }, Self::Generated { length: has }) => length != has,
            (Self::Generated { length }, Self::Version { id }) => match Version::of(id) {
                Version::Generated { length: has } => *length != has,
                Version::Given => true,
                Version::Foreign => false,
            },
            (Self::Version { id }, there) => {
                let is = matches!(there, Self::Version { id: has } if id == has);
                return (!is && current != Some(id)).then(|| Change::Stage {
                    to: id.clone(),
                    from: current.cloned(),
                });
            }
            _ => true,
        };
        differs.then_some(Change::Put)
    }
}

impl Kind for Secret {
    const NAME: &'static str = "aws.secretsmanager.secret";
    const LOOKS_BEFORE: bool = true;
    type Outputs = Outputs;
    type Change = Change;

    fn changes(&self, observed: Option<&Observed<Self>>) -> Vec<Change> {
        let Some(Observed {
            spec: there,
            outputs,
        }) = observed
        else {
            return vec![Change::Create];
        };
        if self.scheduled_for_deletion && there.scheduled_for_deletion {
            return Vec::new(); // nothing can be changed in it
        }
        let restore = there.scheduled_for_deletion.then_some(Change::Restore);
        let mut changes: Vec<Change> = restore.into_iter().collect();
        let current = outputs.version.as_ref();
        changes.extend(self.content.change(&there.content, current));
        changes.extend((self.description != there.description).then_some(Change::Describe));
        let tags = self.tags.changes(&there.tags).unwrap_or_default();
        let tag = !tags.set.is_empty() || self.recovery != there.recovery;
        changes.extend(tag.then_some(Change::Tag));
        changes.extend((!tags.unset.is_empty()).then_some(Change::Untag(tags.unset)));
        changes.extend(self.scheduled_for_deletion.then_some(Change::Schedule));
        changes
    }

    /// A value that we have not written may be nowhere else: it can always be had back.
    fn removal(observed: &Observed<Self>) -> Vec<Change> {
        let there = &observed.spec;
        let current = observed.outputs.version.as_deref();
        let foreign = current.is_some_and(|id| Version::of(id) == Version::Foreign);
        let recovery = match there.recovery {
            Recovery::None if foreign => Recovery::Days(RECOVERY_DAYS_MIN),
            recovery => recovery,
        };
        match recovery {
            // Its deletion was accepted before.
            Recovery::Days(_) if there.scheduled_for_deletion => Vec::new(),
            recovery => vec![Change::Delete(recovery)],
        }
    }

    fn replaced_by(&self, observed: &Observed<Self>) -> Option<Replacement> {
        Replacement::because((self.name != observed.spec.name).then_some("name")).or_none()
    }

    fn request(change: &Change) -> Request {
        let stopping = "what reads it fails until it is restored";
        match change {
            Change::Create => Request::new("secretsmanager:CreateSecret"),
            Change::Restore => Request::new("secretsmanager:RestoreSecret"),
            Change::Put => Request::new("secretsmanager:PutSecretValue"),
            Change::Stage { .. } => Request::new("secretsmanager:UpdateSecretVersionStage"),
            Change::Describe => Request::new("secretsmanager:UpdateSecret"),
            Change::Tag => Request::new("secretsmanager:TagResource"),
            Change::Untag(_) => Request::new("secretsmanager:UntagResource"),
            Change::Schedule | Change::Delete(Recovery::Days(_)) => {
                Request::new("secretsmanager:DeleteSecret").impact(Impact::Outage(stopping.into()))
            }
            Change::Delete(Recovery::None) => Request::new("secretsmanager:DeleteSecret").impact(
                Impact::Outage("what reads it fails; its value stays with you alone".into()),
            ),
        }
        // An ARN ends in six characters of chance [service authorization reference].
        .on("secret:{name}-??????")
    }

    /// What needs no request to become what is wanted is what is wanted: a value is the same
    /// whatever the words for its source. Only the first spec counts: what was written before it
    /// is a version to go back to, and no value to be made again.
    fn owned(mut self, by: &[&Self]) -> Self {
        if let Some(wanted) = by.first().map(|spec| &spec.content) {
            let version = matches!(wanted, Content::Version { .. });
            if !version && wanted.change(&self.content, None).is_none() {
                self.content = wanted.clone();
            }
        }
        self.tags = self.tags.owned(by.iter().map(|spec| &spec.tags));
        self
    }

    fn at_generation(&mut self, generation: u32) {
        self.name = names::generation(&self.name, generation, NAME_MAX);
    }
}

#[cfg(test)]
mod tests;
