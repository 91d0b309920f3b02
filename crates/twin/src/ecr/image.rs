//! An image in a repository, and the ways of naming it.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::manifest::{self, Manifest};
use super::repository::Repository;
use crate::clock::Millis;
use crate::input::Input;
use crate::refusal::Refusal;

#[derive(Serialize, Deserialize, Debug)]
pub(super) struct Image {
    pub(super) digest: String,
    /// As it was pushed: the digest is that of these bytes.
    pub(super) manifest: String,
    pub(super) media_type: String,
    pub(super) tags: BTreeSet<String>,
    pub(super) pushed: Millis,
    /// Numbers images that were pushed at the same time.
    pub(super) ordinal: u64,
}

/// What a request calls an image.
#[derive(Debug, Clone)]
pub(super) struct ImageId {
    pub(super) digest: Option<String>,
    pub(super) tag: Option<String>,
}

/// Why an image cannot be had: code and sentence.
pub(super) type Failure = (&'static str, String);

impl Image {
    pub(super) fn read(&self) -> Option<Manifest> {
        Manifest::read(&self.manifest, Some(&self.media_type))
    }
}

impl ImageId {
    /// A list of them.
    pub(super) fn list(input: &mut Input) -> Result<Vec<ImageId>, Refusal> {
        let mut ids = Vec::new();
        for mut id in input.objects("imageIds")? {
            ids.push(ImageId {
                digest: id.text("imageDigest")?,
                tag: id.text("imageTag")?,
            });
            id.finish()?;
        }
        if ids.len() > 100 {
            return Err(super::refuse::parameter(
                "imageIds",
                "Member must have length less than or equal to 100",
            ));
        }
        Ok(ids)
    }

    /// A list that has to be there.
    pub(super) fn some(input: &mut Input) -> Result<Vec<ImageId>, Refusal> {
        if !input.has("imageIds") {
            return Err(input.missing("imageIds"));
        }
        let ids = ImageId::list(input)?;
        match ids.is_empty() {
            true => Err(super::refuse::parameter(
                "imageIds",
                "Member must have length greater than or equal to 1",
            )),
            false => Ok(ids),
        }
    }

    pub(super) fn show(&self) -> Value {
        json!({ "imageDigest": self.digest, "imageTag": self.tag })
    }

    /// The image that is meant [ECR API: ImageFailure].
    pub(super) fn find<'a>(&self, repository: &'a Repository) -> Result<&'a Image, Failure> {
        let absent = || ("ImageNotFound", "Requested image not found".to_owned());
        match (&self.digest, &self.tag) {
            (None, None) => Err((
                "MissingDigestAndTag",
                "Invalid request parameters: both tag and digest cannot be null".to_owned(),
            )),
            (Some(digest), _) if !manifest::is_digest(digest) => Err((
                "InvalidImageDigest",
                "Invalid request parameters: image digest should satisfy the regex '[a-zA-Z0-9-_+.]+:[a-fA-F0-9]+'".to_owned(),
            )),
            (Some(digest), tag) => {
                let image = repository.images.get(digest).ok_or_else(absent)?;
                match tag {
                    Some(tag) if !image.tags.contains(tag) => Err((
                        "ImageTagDoesNotMatchDigest",
                        "Requested tag and digest do not refer to the same image".to_owned(),
                    )),
                    _ => Ok(image),
                }
            }
            (None, Some(tag)) => repository.tagged(tag).ok_or_else(absent),
        }
    }
}

impl Repository {
    /// The image that bears a tag.
    pub(super) fn tagged(&self, tag: &str) -> Option<&Image> {
        self.images.values().find(|image| image.tags.contains(tag))
    }

    /// The lists that name this image, by digest.
    pub(super) fn lists_of(&self, digest: &str) -> Vec<&String> {
        let names = |image: &&Image| {
            image
                .read()
                .is_some_and(|manifest| manifest.children.iter().any(|(child, _)| child == digest))
        };
        let lists = self.images.values().filter(names);
        lists.map(|image| &image.digest).collect()
    }
}
