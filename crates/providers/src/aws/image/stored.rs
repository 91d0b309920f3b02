//! Images of a repository, as they are found there.

use std::collections::BTreeSet;

use ashore_engine::failure::{Class, Failure};
use aws_sdk_ecr::types::{ImageIdentifier, TagStatus};
use serde_json::Value;

use super::{is_ours, local};
use crate::aws::live::Aws;
use crate::aws::live::failure::{failure, required};
use crate::aws::live::registry::Registry;

const GET: &str = "ecr:BatchGetImage";

/// What ECR gives back as it is: it would make an old kind of manifest of any other [ECR API: BatchGetImage].
const ACCEPTED: &[&str] = &[
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
    "application/vnd.docker.distribution.manifest.v2+json",
];

/// An image of a repository.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Stored {
    /// `sha256:` and 64 hexadecimal digits.
    pub digest: String,
    pub(super) manifest: String,
    pub(super) media_type: String,
}

/// An image by its tag or digest; none if there is no such image, or no such repository.
pub(super) async fn stored(
    aws: &Aws,
    repository: &str,
    which: &str,
) -> Result<Option<Stored>, Failure> {
    let id = ImageIdentifier::builder();
    let id = match which.contains(':') {
        true => id.image_digest(which),
        false => id.image_tag(which),
    };
    let get = aws.ecr.batch_get_image().repository_name(repository);
    let get = get.image_ids(id.build());
    let accepted = ACCEPTED.iter().map(ToString::to_string).collect();
    let got = get.set_accepted_media_types(Some(accepted)).send().await;
    let got = match got.map_err(|e| failure(GET, e)) {
        Ok(got) => got,
        Err(error) if error.class == Class::Gone => return Ok(None),
        Err(error) => return Err(error),
    };
    // What is not there is told among the failures, with a 200.
    let Some(image) = got.images.unwrap_or_default().into_iter().next() else {
        return Ok(None);
    };
    let id = required(GET, image.image_id)?;
    Ok(Some(Stored {
        digest: required(GET, id.image_digest)?,
        manifest: required(GET, image.image_manifest)?,
        media_type: image.image_manifest_media_type.unwrap_or_default(),
    }))
}

impl Aws {
    /// An image of a repository, by its tag or digest; none if there is no such image, or no such repository.
    ///
    /// # Errors
    /// If ECR cannot be asked.
    pub async fn image(&self, repository: &str, which: &str) -> Result<Option<Stored>, Failure> {
        stored(self, repository, which).await
    }

    /// The platforms that an image is for, `linux/arm64`; none if it does not say so.
    ///
    /// # Errors
    /// If ECR cannot be asked.
    pub async fn platforms(
        &self,
        registry: &Registry,
        repository: &str,
        image: &Stored,
    ) -> Result<BTreeSet<String>, Failure> {
        let manifest: Value = serde_json::from_str(&image.manifest)
            .map_err(|error| Failure::internal(GET, &error))?;
        if let Some(images) = manifest["manifests"].as_array() {
            let platform = |image: &Value| {
                let part = |name: &str| image["platform"][name].as_str();
                // Attestations lie beside the images as images of no platform.
                let (os, architecture) = (part("os")?, part("architecture")?);
                (os != "unknown").then(|| format!("{os}/{architecture}"))
            };
            return Ok(images.iter().filter_map(platform).collect());
        }
        let Some(digest) = manifest["config"]["digest"].as_str() else {
            return Ok(BTreeSet::new());
        };
        let configuration = registry.blob(self, repository, digest).await?;
        let configuration = configuration.unwrap_or_default();
        Ok(local::platform(&configuration).into_iter().collect())
    }

    /// The tags of a repository that people have put there, some hundred at most; none if there is no such repository.
    ///
    /// # Errors
    /// If ECR cannot be asked.
    pub async fn image_tags(&self, repository: &str) -> Result<Option<Vec<String>>, Failure> {
        let list = self.ecr.list_images().repository_name(repository);
        let tagged = aws_sdk_ecr::types::ListImagesFilter::builder()
            .tag_status(TagStatus::Tagged)
            .build();
        let listed = list.filter(tagged).max_results(200).send().await;
        match listed.map_err(|e| failure("ecr:ListImages", e)) {
            Ok(listed) => {
                let ids = listed.image_ids.unwrap_or_default().into_iter();
                let tags = ids.filter_map(|id| id.image_tag);
                Ok(Some(tags.filter(|tag| !is_ours(tag)).collect()))
            }
            Err(error) if error.class == Class::Gone => Ok(None),
            Err(error) => Err(error),
        }
    }
}
