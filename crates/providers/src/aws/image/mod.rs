//! `aws.ecr.image`: an image that a release uses, in a repository of ours.
//!
//! It is pushed if we have built it, and it bears a tag of ours for as long as a release could need it, so that the
//! repository's lifecycle policy leaves it alone (`repository/lifecycle.rs`). Images accumulate as task definitions do:
//! the last ten stay, and lose that tag after them. The images themselves are never deleted here; what becomes of them
//! is the repository's business.

#[cfg(feature = "live")]
mod live;
#[cfg(feature = "live")]
pub mod local;
#[cfg(feature = "live")]
mod push;
#[cfg(feature = "live")]
pub mod stored;
#[cfg(test)]
mod tests;

use ashore_engine::input::{Input, Output};
use ashore_engine::kind::{Kind, Observed, Patience, Replacement, Request};
use serde::{Deserialize, Serialize};

use super::repository::lifecycle::LIVE;
use crate::aws::{names, patience};

/// The longest tag [ECR API: PutImage].
const TAG_MAX: usize = 128;

/// How the tags begin that say what an image was built from.
const BUILT: &str = "ashore-build-";

/// An image that a release uses.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Image {
    /// The repository's name.
    pub repository: Input<String>,
    /// `sha256:` and 64 hexadecimal digits: which image.
    pub digest: String,
    /// The tag that keeps it from being expired ([`live_tag`]).
    pub live_tag: String,
    /// The tag that tells what it was built from, if we have built it ([`built_tag`]).
    pub built_tag: Option<String>,
}

/// The tag of an image that this container runs. It is a part of the digest, so that it never moves: tags may be
/// immutable.
pub fn live_tag(container: &str, digest: &str) -> String {
    format!("{LIVE}{container}-{}", shortened(digest))
}

/// The tag of what was built as the image that the builder calls so. The same content has the same id, so that nothing
/// is pushed twice.
pub fn built_tag(id: &str) -> String {
    let id = id.rsplit(':').next().unwrap_or(id);
    format!("{BUILT}{id}")
}

/// Whether a tag is one of ours, and says nothing to a person.
pub fn is_ours(tag: &str) -> bool {
    tag.starts_with(LIVE) || tag.starts_with(BUILT)
}

fn shortened(digest: &str) -> &str {
    let digest = digest.rsplit(':').next().unwrap_or(digest);
    digest.get(..16).unwrap_or(digest)
}

/// What ECR tells of an image.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Outputs {
    /// The repository's name.
    pub repository: String,
    /// `sha256:` and 64 hexadecimal digits.
    pub digest: String,
    /// The tag that keeps it from being expired.
    pub live_tag: String,
    /// The tag that tells what it was built from.
    pub built_tag: Option<String>,
}

impl Image {
    /// Which image.
    pub const DIGEST: Output<Self, String> = Output::new("digest");
}

/// One request.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// `PutImage` under the tag that keeps it. What the image is made of is uploaded before, if it is not there: nobody
    /// sees that until the image is put.
    Put,
    /// `PutImage` under the tag that tells what it was built from.
    Name,
    /// `BatchDeleteImage`, of the tag that keeps it. The image stays as long as it has another one.
    Release,
}

impl Kind for Image {
    const NAME: &'static str = "aws.ecr.image";
    const PATIENCE: Patience = patience::IMAGE;
    /// As many as there are task definitions that use them.
    const KEEPS: usize = 10;
    type Outputs = Outputs;
    type Change = Change;

    fn changes(&self, observed: Option<&Observed<Self>>) -> Vec<Change> {
        let named = match observed {
            None => self.built_tag.is_some().then_some(Change::Name),
            Some(there) => (self.built_tag.is_some() && self.built_tag != there.spec.built_tag)
                .then_some(Change::Name),
        };
        let put = observed.is_none().then_some(Change::Put);
        put.into_iter().chain(named).collect()
    }

    fn removal(_: &Observed<Self>) -> Vec<Change> {
        vec![Change::Release]
    }

    fn replaced_by(&self, observed: &Observed<Self>) -> Option<Replacement> {
        let there = &observed.spec;
        let differing = [
            ("repository", self.repository != there.repository),
            ("digest", self.digest != there.digest),
            ("live_tag", self.live_tag != there.live_tag),
        ];
        let differing = differing.into_iter().filter(|(_, differs)| *differs);
        Replacement::because(differing.map(|(field, _)| field)).or_none()
    }

    fn request(change: &Change) -> Request {
        match change {
            Change::Put | Change::Name => Request::new("ecr:PutImage"),
            Change::Release => Request::new("ecr:BatchDeleteImage"),
        }
        .on("repository/{name}")
    }

    /// A tag that tells what it was built from stays when it is not wanted: it is true.
    fn owned(mut self, by: &[&Self]) -> Self {
        if by.first().is_some_and(|wanted| wanted.built_tag.is_none()) {
            self.built_tag = None;
        }
        self
    }

    fn can_be_found(&self) -> bool {
        matches!(self.repository, Input::Known(_))
    }

    fn at_generation(&mut self, generation: u32) {
        self.live_tag = names::generation(&self.live_tag, generation, TAG_MAX);
    }
}
