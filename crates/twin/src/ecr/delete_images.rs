//! Deleting images: by tag the tag goes, and the image with its last one; by digest all of it goes.

use serde_json::json;

use super::expiry;
use super::image::{Failure, ImageId};
use super::repository::{self, Repository};
use crate::blobs::Blob;
use crate::operation::{Answer, Call};

/// `BatchDeleteImage`
pub(super) fn batch_delete_image(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let (name, registry) = repository::named(call, &mut input)?;
    let ids = ImageId::some(&mut input)?;
    input.finish()?;
    let repository = repository::find(call, &name, &registry)?;
    let (mut done, mut failures, mut freed) = (Vec::new(), Vec::new(), Vec::new());
    for id in &ids {
        match delete(repository, id) {
            Ok((ids, blobs)) => {
                done.extend(ids.iter().map(ImageId::show));
                freed.extend(blobs);
            }
            Err((code, reason)) => failures.push(
                json!({ "imageId": id.show(), "failureCode": code, "failureReason": reason }),
            ),
        }
    }
    for blob in &freed {
        call.world.blobs.release(blob);
    }
    // An image that a tag kept from a rule is within its reach without it.
    expiry::plan(call.world, &call.region, &name);
    Ok(json!({ "imageIds": done, "failures": failures }))
}

/// Deletes one, and gives what is gone: its names, and the layers that nothing needs any more.
pub(super) fn delete(
    repository: &mut Repository,
    id: &ImageId,
) -> Result<(Vec<ImageId>, Vec<Blob>), Failure> {
    let image = id.find(repository)?;
    let (digest, tags) = (image.digest.clone(), image.tags.clone());
    let only_tag = id.tag.clone().filter(|_| tags.len() > 1);
    if let Some(tag) = only_tag.filter(|_| id.digest.is_none()) {
        if let Some(image) = repository.images.get_mut(&digest) {
            image.tags.remove(&tag);
        }
        let gone = ImageId {
            digest: Some(digest),
            tag: Some(tag),
        };
        return Ok((vec![gone], Vec::new()));
    }
    let lists = repository.lists_of(&digest);
    if !lists.is_empty() {
        let lists: Vec<&str> = lists.iter().map(|list| list.as_str()).collect();
        return Err((
            "ImageReferencedByManifestList",
            format!(
                "Requested image referenced by manifest list: [{}]",
                lists.join(", ")
            ),
        ));
    }
    let freed = remove(repository, &digest);
    let name = |tag: Option<String>| ImageId {
        digest: Some(digest.clone()),
        tag,
    };
    let names = match tags.is_empty() {
        true => vec![name(None)],
        false => tags.into_iter().map(|tag| name(Some(tag))).collect(),
    };
    Ok((names, freed))
}

/// Takes an image out, and with it the layers that no other image has.
pub(super) fn remove(repository: &mut Repository, digest: &str) -> Vec<Blob> {
    let gone = repository.images.remove(digest);
    let Some(manifest) = gone.and_then(|image| image.read()) else {
        return Vec::new();
    };
    let others: Vec<_> = repository
        .images
        .values()
        .filter_map(|it| it.read())
        .collect();
    let mut freed = Vec::new();
    for (layer, _) in &manifest.layers {
        let needed = others
            .iter()
            .any(|other| other.layers.iter().any(|(it, _)| it == layer));
        if !needed {
            freed.extend(repository.layers.remove(layer));
        }
    }
    freed
}
