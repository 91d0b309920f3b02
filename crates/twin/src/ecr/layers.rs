//! Layers by the API: asked for, and uploaded in parts.

use bytes::Bytes;
use data_encoding::BASE64;
use serde_json::json;

use super::repository::{self, Repository};
use super::upload::{self, Completed, Upload};
use super::{manifest, refuse};
use crate::operation::{Answer, Call};
use crate::refusal::Refusal;

/// The size that ECR proposes for a part [ECR API: InitiateLayerUpload], and the smallest one but for the last.
const PART: i64 = 20_971_520;
const SMALLEST: u64 = 5 << 20;

/// `BatchCheckLayerAvailability`
pub(super) fn batch_check_layer_availability(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let (name, registry) = repository::named(call, &mut input)?;
    let digests = input.texts("layerDigests")?;
    input.finish()?;
    if !(1..=100).contains(&digests.len()) {
        return Err(refuse::parameter(
            "layerDigests",
            "Member must have length between 1 and 100",
        ));
    }
    let repository = repository::find(call, &name, &registry)?;
    let (mut layers, mut failures) = (Vec::new(), Vec::new());
    for digest in digests {
        if !manifest::is_digest(&digest) {
            failures.push(json!({
                "layerDigest": digest,
                "failureCode": "InvalidLayerDigest",
                "failureReason": "Invalid layer digest",
            }));
            continue;
        }
        let size = repository.layers.get(&digest).map(|blob| blob.size);
        let state = if size.is_some() {
            "AVAILABLE"
        } else {
            "UNAVAILABLE"
        };
        layers.push(json!({
            "layerDigest": digest,
            "layerAvailability": state,
            "layerSize": size,
            "mediaType": size.map(|_| "application/vnd.docker.image.rootfs.diff.tar.gzip"),
        }));
    }
    Ok(json!({ "layers": layers, "failures": failures }))
}

/// `InitiateLayerUpload`
pub(super) fn initiate_layer_upload(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let (name, registry) = repository::named(call, &mut input)?;
    input.finish()?;
    repository::find(call, &name, &registry)?;
    let id = call.world.ids.uuid();
    let repository = repository::find(call, &name, &registry)?;
    repository.uploads.insert(id.clone(), Upload::default());
    Ok(json!({ "uploadId": id, "partSize": PART }))
}

/// `UploadLayerPart`
pub(super) fn upload_layer_part(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let (name, registry) = repository::named(call, &mut input)?;
    let id = input.required("uploadId")?;
    let first = input.number("partFirstByte")?;
    let last = input.number("partLastByte")?;
    let part = input.required("layerPartBlob")?;
    input.finish()?;
    let part = BASE64.decode(part.as_bytes());
    let part = part.map_err(|_| Refusal::new("SerializationException", "layerPartBlob"))?;
    let repository = repository::find(call, &name, &registry)?;
    let upload = open(repository, &id)?;
    let (size, length) = (upload.size(), part.len() as u64);
    let follows = first.and_then(|first| u64::try_from(first).ok()) == Some(size)
        && last.and_then(|last| u64::try_from(last).ok()) == (size + length).checked_sub(1);
    if !follows || part.is_empty() || length > PART.unsigned_abs() {
        return Err(Refusal::new(
            "InvalidLayerPartException",
            format!(
                "Layer parts must be contiguous and of at most {PART} bytes. The last valid byte received was {}.",
                size.saturating_sub(1)
            ),
        ));
    }
    let blob = call.world.blobs.keep(Bytes::from(part));
    let repository = repository::find(call, &name, &registry)?;
    open(repository, &id)?.parts.push(blob);
    Ok(json!({
        "registryId": registry, "repositoryName": name, "uploadId": id, "lastByteReceived": last,
    }))
}

/// `CompleteLayerUpload`
pub(super) fn complete_layer_upload(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let (name, registry) = repository::named(call, &mut input)?;
    let id = input.required("uploadId")?;
    let digests = input.texts("layerDigests")?;
    input.finish()?;
    let [digest] = &digests[..] else {
        return Err(refuse::parameter(
            "layerDigests",
            "exactly one digest must be specified",
        ));
    };
    let upload = open(repository::find(call, &name, &registry)?, &id)?;
    let mut parts = upload.parts.iter().rev().skip(1);
    if parts.any(|part| part.size < SMALLEST) {
        return Err(Refusal::new(
            "LayerPartTooSmallException",
            "Layer parts must be at least 5 MiB in size.",
        ));
    }
    let mut blobs = std::mem::take(&mut call.world.blobs);
    let done = repository::find(call, &name, &registry)
        .and_then(|repository| upload::complete(repository, &mut blobs, &id, digest));
    call.world.blobs = blobs;
    match done? {
        Completed::New(digest) => Ok(json!({
            "registryId": registry, "repositoryName": name, "uploadId": id, "layerDigest": digest,
        })),
        Completed::Known(digest) => Err(Refusal::new(
            "LayerAlreadyExistsException",
            format!(
                "Layer with digest '{digest}' already exists in the repository with name '{name}' in registry with id '{registry}'"
            ),
        )),
    }
}

fn open<'a>(repository: &'a mut Repository, id: &str) -> Result<&'a mut Upload, Refusal> {
    if !repository.uploads.contains_key(id) {
        return Err(upload::no_upload(repository, id));
    }
    Ok(repository.uploads.entry(id.to_owned()).or_default())
}
