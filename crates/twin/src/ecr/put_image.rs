//! Putting an image into a repository, by `PutImage` or by a push.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::image::Image;
use super::manifest::{self, Manifest};
use super::repository::{self, Repository};
use super::{expiry, refuse};
use crate::blobs::sha256;
use crate::clock::Millis;
use crate::operation::{Answer, Call};
use crate::refusal::Refusal;

/// Tags on one image [ECR guide: service quotas].
const TAGS: usize = 1000;

/// An image that is to be put.
pub(super) struct New {
    pub(super) manifest: String,
    pub(super) media_type: Option<String>,
    pub(super) tag: Option<String>,
    /// The digest that the client expects.
    pub(super) digest: Option<String>,
    pub(super) now: Millis,
}

/// `PutImage`
pub(super) fn put_image(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let (name, registry) = repository::named(call, &mut input)?;
    let new = New {
        manifest: input.required("imageManifest")?,
        media_type: input.text("imageManifestMediaType")?,
        tag: input.text("imageTag")?,
        digest: input.text("imageDigest")?,
        now: call.now(),
    };
    input.finish()?;
    let repository = repository::find(call, &name, &registry)?;
    let (manifest, tag) = (new.manifest.clone(), new.tag.clone());
    let (digest, media_type) = put(repository, new)?;
    expiry::plan(call.world, &call.region, &name);
    Ok(json!({ "image": {
        "registryId": registry,
        "repositoryName": name,
        "imageId": { "imageDigest": digest, "imageTag": tag },
        "imageManifest": manifest,
        "imageManifestMediaType": media_type,
    } }))
}

/// Puts an image, and gives its digest and type.
pub(super) fn put(repository: &mut Repository, new: New) -> Result<(String, String), Refusal> {
    let manifest = Manifest::read(&new.manifest, new.media_type.as_deref());
    let manifest =
        manifest.ok_or_else(|| refuse::parameter("ImageManifest", "Invalid JSON syntax"))?;
    if let Some(tag) = new.tag.as_ref().filter(|tag| !manifest::is_tag(tag)) {
        return Err(refuse::parameter(
            "imageTag",
            format_args!(
                "'{tag}' must satisfy regular expression '[a-zA-Z0-9_][a-zA-Z0-9._-]{{0,127}}'"
            ),
        ));
    }
    let digest = format!("sha256:{}", sha256(new.manifest.as_bytes()));
    if new.digest.is_some_and(|expected| expected != digest) {
        return Err(Refusal::new(
            "ImageDigestDoesNotMatchException",
            "The provided digest does not match the digest of the provided image manifest.",
        ));
    }
    check_parts(repository, &manifest)?;
    check_tag(repository, &digest, new.tag.as_deref())?;
    let ordinal = repository.images.values().map(|it| it.ordinal + 1).max();
    if let Some(tag) = &new.tag {
        for image in repository.images.values_mut() {
            image.tags.remove(tag);
        }
    }
    let image = repository
        .images
        .entry(digest.clone())
        .or_insert_with(|| Image {
            digest: digest.clone(),
            manifest: new.manifest,
            media_type: manifest.media_type.clone(),
            tags: BTreeSet::new(),
            pushed: new.now,
            ordinal: ordinal.unwrap_or_default(),
        });
    image.tags.extend(new.tag);
    Ok((digest, manifest.media_type))
}

/// What a manifest names has to be there before it [ECR API: PutImage].
fn check_parts(repository: &Repository, manifest: &Manifest) -> Result<(), Refusal> {
    let at = format!(
        "in the repository with name '{}' in registry with id '{}'",
        repository.name,
        repository.registry()
    );
    let lacking = |digests: Vec<&String>| {
        let digests: Vec<Value> = digests.into_iter().map(|it| json!(it)).collect();
        Value::from(digests).to_string().replace('"', "")
    };
    let layers = manifest.layers.iter().map(|(digest, _)| digest);
    let layers: Vec<_> = layers
        .filter(|digest| !repository.layers.contains_key(*digest))
        .collect();
    if !layers.is_empty() {
        let message = format!(
            "Layers with digests '{}' do not exist {at}",
            lacking(layers)
        );
        return Err(Refusal::new("LayersNotFoundException", message));
    }
    let children = manifest.children.iter().map(|(digest, _)| digest);
    let children: Vec<_> = children
        .filter(|digest| !repository.images.contains_key(*digest))
        .collect();
    if !children.is_empty() {
        let message = format!(
            "Images with digests '{}' required for pushing image into repository with name '{}' in the registry with id '{}' do not exist",
            lacking(children),
            repository.name,
            repository.registry()
        );
        return Err(Refusal::new("ReferencedImagesNotFoundException", message));
    }
    Ok(())
}

/// The sentences stand in docker/build-push-action #1042 and aws-sdk #750.
fn check_tag(repository: &Repository, digest: &str, tag: Option<&str>) -> Result<(), Refusal> {
    let (name, registry) = (&repository.name, repository.registry());
    let Some(tag) = tag else {
        if repository.images.contains_key(digest) {
            let message = format!(
                "Image with digest '{digest}' already exists in the repository with name '{name}' in registry with id '{registry}'"
            );
            return Err(Refusal::new("ImageAlreadyExistsException", message));
        }
        return Ok(());
    };
    match repository.tagged(tag) {
        Some(image) if image.digest == digest => {
            let message = format!(
                "Image with digest '{digest}' and tag '{tag}' already exists in the repository with name '{name}' in registry with id '{registry}'"
            );
            Err(Refusal::new("ImageAlreadyExistsException", message))
        }
        Some(_) if repository.mutability.fixes(tag) => {
            let message = format!(
                "The image tag '{tag}' already exists in the '{name}' repository and cannot be overwritten because the tag is immutable."
            );
            Err(Refusal::new("ImageTagAlreadyExistsException", message))
        }
        _ => match repository.images.get(digest) {
            Some(image) if image.tags.len() >= TAGS => {
                let message = format!("An image has at most {TAGS} tags.");
                Err(Refusal::new("LimitExceededException", message))
            }
            _ => Ok(()),
        },
    }
}
