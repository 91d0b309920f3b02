//! `aws.ecr.repository`: where images are pushed to and pulled from.

pub mod lifecycle;
#[cfg(feature = "live")]
mod live;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use ashore_engine::input::Output;
use ashore_engine::kind::{Impact, Kind, Observed, Patience, Replacement, Request};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::aws::iam_role::policy;
use crate::aws::patience;
use crate::aws::tags::Tags;

/// The longest name [ECR API: CreateRepository].
pub const NAME_MAX: usize = 256;

/// A repository of private images.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Repository {
    /// Its name. Cannot be changed.
    pub name: String,
    /// Whether a tag can be moved to another image.
    pub mutability: Mutability,
    /// Whether an image is scanned when it is pushed. Where the registry as a whole is set to enhanced scanning, that
    /// counts instead [ECR guide: image scanning].
    pub scan_on_push: bool,
    /// ARN of the KMS key that encrypts the images; none: ECR's own AES-256. Cannot be changed.
    pub kms_key: Option<String>,
    /// Which images expire by themselves ([`lifecycle::keep`]); none: none.
    pub lifecycle: Option<Value>,
    /// Who else may push and pull: a policy document.
    pub policy: Option<Value>,
    /// What becomes of it, and of what it holds, once nobody wants it.
    pub removal: Removal,
    /// The user's tags.
    pub tags: Tags,
}

/// Whether a tag can be moved to another image, and the patterns of tags for which it is the other way round.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Mutability {
    /// Whether tags stay where they are.
    pub immutable: bool,
    /// Patterns, with `*`.
    pub except: BTreeSet<String>,
}

impl Mutability {
    /// With no exceptions.
    pub fn of(immutable: bool) -> Self {
        Self {
            immutable,
            except: BTreeSet::new(),
        }
    }
}

/// What becomes of a repository once nobody wants it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Removal {
    /// It stays with its images; an empty one goes.
    Retain,
    /// It goes, with its images.
    Delete,
}

/// What AWS tells of a repository.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Outputs {
    /// Its name.
    pub name: String,
    /// Its ARN.
    pub arn: String,
    /// What images of it are called, before the tag or digest.
    pub uri: String,
    /// Whether there is any image in it.
    pub holds_images: bool,
}

impl Repository {
    /// Its name.
    pub const NAME_: Output<Self, String> = Output::new("name");
    /// Its ARN.
    pub const ARN: Output<Self, String> = Output::new("arn");
    /// What images of it are called, before the tag or digest.
    pub const URI: Output<Self, String> = Output::new("uri");
}

/// One request.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// `CreateRepository`. Names are unique.
    Create,
    /// `PutImageTagMutability`.
    Mutability,
    /// `PutImageScanningConfiguration`.
    Scanning,
    /// `PutLifecyclePolicy`.
    Lifecycle,
    /// `DeleteLifecyclePolicy`.
    ExpireNone,
    /// `SetRepositoryPolicy`.
    Policy,
    /// `DeleteRepositoryPolicy`.
    NoPolicy,
    /// `TagResource`, also of how it is removed.
    Tag,
    /// `UntagResource`.
    Untag(Vec<String>),
    /// `DeleteRepository`.
    Delete {
        /// Whether images in it go with it.
        images: bool,
    },
}

impl Kind for Repository {
    const NAME: &'static str = "aws.ecr.repository";
    const PATIENCE: Patience = patience::REPOSITORY;
    const LOOKS_BEFORE: bool = true;
    const TELLS: &'static [(&'static str, &'static str)] = &[("uri", "uri")];
    type Outputs = Outputs;
    type Change = Change;

    fn changes(&self, observed: Option<&Observed<Self>>) -> Vec<Change> {
        let Some(Observed { spec: there, .. }) = observed else {
            let lifecycle = self.lifecycle.is_some().then_some(Change::Lifecycle);
            let policy = self.policy.is_some().then_some(Change::Policy);
            let create = [Change::Create].into_iter();
            return create.chain(lifecycle).chain(policy).collect();
        };
        let mut changes = Vec::new();
        if self.mutability != there.mutability {
            changes.push(Change::Mutability);
        }
        if self.scan_on_push != there.scan_on_push {
            changes.push(Change::Scanning);
        }
        if self.lifecycle != there.lifecycle {
            changes.push(match self.lifecycle {
                Some(_) => Change::Lifecycle,
                None => Change::ExpireNone,
            });
        }
        match (&self.policy, &there.policy) {
            (Some(wanted), Some(there)) if policy::same(wanted, there) => {}
            (Some(_), _) => changes.push(Change::Policy),
            (None, Some(_)) => changes.push(Change::NoPolicy),
            (None, None) => {}
        }
        let tags = self.tags.changes(&there.tags).unwrap_or_default();
        let tag = !tags.set.is_empty() || self.removal != there.removal;
        changes.extend(tag.then_some(Change::Tag));
        changes.extend((!tags.unset.is_empty()).then_some(Change::Untag(tags.unset)));
        changes
    }

    /// What is to be retained and holds images stays as it is.
    fn removal(observed: &Observed<Self>) -> Vec<Change> {
        let images = observed.outputs.holds_images;
        match observed.spec.removal {
            Removal::Retain if images => Vec::new(),
            Removal::Retain | Removal::Delete => vec![Change::Delete { images }],
        }
    }

    /// Its name is in every reference to its images, so that no other can take its place beside it.
    fn replaced_by(&self, observed: &Observed<Self>) -> Option<Replacement> {
        let there = &observed.spec;
        let differing = [
            ("name", self.name != there.name),
            ("kms_key", self.kms_key != there.kms_key),
        ];
        let differing = differing.into_iter().filter(|(_, differs)| *differs);
        let replacement = Replacement::because(differing.map(|(field, _)| field));
        match self.name == there.name {
            true => replacement.in_its_place().or_none(),
            false => replacement.or_none(),
        }
    }

    fn request(change: &Change) -> Request {
        match change {
            Change::Create => Request::new("ecr:CreateRepository"),
            Change::Mutability => Request::new("ecr:PutImageTagMutability"),
            Change::Scanning => Request::new("ecr:PutImageScanningConfiguration"),
            Change::Lifecycle => Request::new("ecr:PutLifecyclePolicy"),
            Change::ExpireNone => Request::new("ecr:DeleteLifecyclePolicy"),
            Change::Policy => Request::new("ecr:SetRepositoryPolicy"),
            Change::NoPolicy => Request::new("ecr:DeleteRepositoryPolicy"),
            Change::Tag => Request::new("ecr:TagResource"),
            Change::Untag(_) => Request::new("ecr:UntagResource"),
            Change::Delete { images: false } => Request::new("ecr:DeleteRepository"),
            Change::Delete { images: true } => Request::new("ecr:DeleteRepository")
                .impact(Impact::DataLoss("its images go with it".into())),
        }
        .on("repository/{name}")
    }

    fn owned(mut self, by: &[&Self]) -> Self {
        // The same policy in other words is what is wanted.
        let wanted = by.first().and_then(|spec| spec.policy.as_ref());
        if let (Some(wanted), Some(there)) = (wanted, &self.policy)
            && policy::same(wanted, there)
        {
            self.policy = Some(wanted.clone());
        }
        self.tags = self.tags.owned(by.iter().map(|spec| &spec.tags));
        self
    }
}
