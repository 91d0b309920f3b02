//! Where a service's image comes from, and the repositories that it may come from.

use std::collections::{BTreeMap, BTreeSet};

use super::{ImageReference, Name};
use crate::located::Located;

/// Where a service's image comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Image {
    /// A registry that is nothing of ours.
    Reference(ImageReference),
    /// One of the manifest's repositories, into which somebody pushes it.
    Stored {
        /// Which repository.
        repository: Located<Name>,
        /// The tag of the image.
        tag: String,
    },
    /// It is built.
    Built(Build),
}

impl Image {
    /// The reference, if that is where it comes from.
    pub fn reference(&self) -> Option<&ImageReference> {
        match self {
            Image::Reference(reference) => Some(reference),
            Image::Stored { .. } | Image::Built(_) => None,
        }
    }
}

/// What an image is built from, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Build {
    /// The folder that the build sees, from the manifest's own.
    pub context: String,
    /// The file that says how, from the context; none: the builder's own.
    pub dockerfile: Option<String>,
    /// The stage to build up to; none: the last one.
    pub target: Option<String>,
    /// Build arguments.
    pub args: BTreeMap<String, String>,
    /// `linux/arm64`, perhaps with a variant.
    pub platform: String,
    /// The one of the manifest's repositories that it is pushed to; none: one of the service's own.
    pub repository: Option<Located<Name>>,
}

/// A repository for images.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repository {
    /// How many images are kept, besides those that a release uses.
    pub keep: u32,
    /// Whether tags stay where they are.
    pub immutable: bool,
    /// Whether images are scanned as they are pushed.
    pub scan: bool,
    /// ARN of the key that encrypts them; none: ECR's own.
    pub kms_key: Option<String>,
    /// Who may pull besides.
    pub pull: BTreeSet<Principal>,
    /// Who may push and pull besides.
    pub push: BTreeSet<Principal>,
    /// Whether it goes with its images.
    pub delete: bool,
}

/// Somebody who is allowed something.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Principal {
    /// Everybody in the stack's own account.
    OwnAccount,
    /// Everybody in that account.
    Account(String),
    /// The role or user of that ARN.
    Arn(String),
}
