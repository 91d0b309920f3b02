//! The registry's HTTP API: what `docker push` and `docker pull` speak [OCI distribution specification].
//!
//! It is reached at the twin's own address, by any host name. Blobs are not mounted from other repositories, which ECR
//! does only where it was switched on, and nothing is deleted by this door.

use bytes::Bytes;
use serde_json::{Value, json};

use super::image::Image;
use super::put_image::{self, New};
use super::repository::Repository;
use super::upload::{self, Completed, Upload};
use super::{expiry, manifest};
use crate::clock::Millis;
use crate::input::Input;
use crate::operation::{Answer, Call, Operation, read, write};
use crate::refusal::Refusal;
use crate::wire::{HEADERS, STATUS};

pub(crate) const REGISTRY: &[Operation] = &[
    read("GET /v2/", greet),
    read("GET /v2/{name}/blobs/{digest}", get_blob),
    read("HEAD /v2/{name}/blobs/{digest}", get_blob),
    write("POST /v2/{name}/blobs/uploads/", begin),
    write("PATCH /v2/{name}/blobs/uploads/{id}", add),
    write("PUT /v2/{name}/blobs/uploads/{id}", finish),
    read("GET /v2/{name}/blobs/uploads/{id}", progress),
    write("DELETE /v2/{name}/blobs/uploads/{id}", cancel),
    read("GET /v2/{name}/manifests/{reference}", get_manifest),
    read("HEAD /v2/{name}/manifests/{reference}", get_manifest),
    write("PUT /v2/{name}/manifests/{reference}", put_manifest),
    read("GET /v2/{name}/tags/list", list_tags),
];

fn greet(call: &mut Call<'_>) -> Answer {
    let input = enter(call)?;
    input.finish()?;
    call.body = Bytes::from_static(b"{}");
    Ok(json!({ HEADERS: { "content-type": "application/json; charset=utf-8" } }))
}

fn get_blob(call: &mut Call<'_>) -> Answer {
    let mut input = enter(call)?;
    let name = input.required("{name}")?;
    let digest = input.required("{digest}")?;
    input.finish()?;
    let repository = find(call, &name)?;
    let blob = repository.layers.get(&digest).cloned().ok_or_else(|| {
        Refusal::new("BLOB_UNKNOWN", "Unable to find the layer in the repository").status(404)
    })?;
    bytes_of(
        call,
        &blob.sha256,
        blob.size,
        |call| call.world.blobs.read(&blob),
        "application/octet-stream",
    )
}

fn begin(call: &mut Call<'_>) -> Answer {
    let mut input = enter(call)?;
    let name = input.required("{name}")?;
    let digest = input.text("digest")?;
    // What would be mounted has to be uploaded.
    let mounted = (input.text("mount")?, input.text("from")?);
    input.raw("content-type");
    input.finish()?;
    find(call, &name)?;
    let id = call.world.ids.uuid();
    let repository = find(call, &name)?;
    repository.uploads.insert(id.clone(), Upload::default());
    match (digest, mounted) {
        (Some(digest), (None, _)) => {
            append(call, &name, &id)?;
            completed(call, &name, &id, &digest)
        }
        _ => Ok(going_on(202, &name, &id, 0)),
    }
}

fn add(call: &mut Call<'_>) -> Answer {
    let mut input = enter(call)?;
    let name = input.required("{name}")?;
    let id = input.required("{id}")?;
    let range = input.text("content-range")?;
    input.raw("content-type");
    input.finish()?;
    let size = open(call, &name, &id)?.size();
    let start = range.as_deref().and_then(|range| range.split('-').next());
    if start.is_some_and(|start| start.parse() != Ok(size)) {
        let message = "The requested range is not valid: parts must be contiguous.";
        return Err(Refusal::new("BLOB_UPLOAD_INVALID", message).status(416));
    }
    append(call, &name, &id)?;
    let size = open(call, &name, &id)?.size();
    Ok(going_on(202, &name, &id, size))
}

fn finish(call: &mut Call<'_>) -> Answer {
    let mut input = enter(call)?;
    let name = input.required("{name}")?;
    let id = input.required("{id}")?;
    let digest = input.text("digest")?;
    input.raw("content-type");
    input.raw("content-range");
    input.finish()?;
    let digest = digest.filter(|it| manifest::is_digest(it));
    let digest = digest
        .ok_or_else(|| Refusal::new("DIGEST_INVALID", "The digest is missing or invalid."))?;
    open(call, &name, &id)?;
    append(call, &name, &id)?;
    completed(call, &name, &id, &digest)
}

fn progress(call: &mut Call<'_>) -> Answer {
    let mut input = enter(call)?;
    let name = input.required("{name}")?;
    let id = input.required("{id}")?;
    input.finish()?;
    let size = open(call, &name, &id)?.size();
    Ok(going_on(204, &name, &id, size))
}

fn cancel(call: &mut Call<'_>) -> Answer {
    let mut input = enter(call)?;
    let name = input.required("{name}")?;
    let id = input.required("{id}")?;
    input.finish()?;
    open(call, &name, &id)?;
    if let Some(upload) = find(call, &name)?.uploads.remove(&id) {
        let parts = upload.parts.iter();
        parts.for_each(|part| call.world.blobs.release(part));
    }
    Ok(json!({ STATUS: 204 }))
}

fn get_manifest(call: &mut Call<'_>) -> Answer {
    let mut input = enter(call)?;
    let name = input.required("{name}")?;
    let reference = input.required("{reference}")?;
    input.finish()?;
    let repository = find(call, &name)?;
    let image = by_reference(repository, &reference)
        .ok_or_else(|| Refusal::new("MANIFEST_UNKNOWN", "Requested image not found").status(404))?;
    let (digest, media_type) = (image.digest.clone(), image.media_type.clone());
    let text = image.manifest.clone();
    let digest = digest.trim_start_matches("sha256:");
    let size = text.len() as u64;
    bytes_of(call, digest, size, |_| Bytes::from(text), &media_type)
}

fn put_manifest(call: &mut Call<'_>) -> Answer {
    let mut input = enter(call)?;
    let name = input.required("{name}")?;
    let reference = input.required("{reference}")?;
    let media_type = input.text("content-type")?;
    input.finish()?;
    let text = String::from_utf8(std::mem::take(&mut call.body).to_vec());
    let manifest = text.map_err(|_| Refusal::new("MANIFEST_INVALID", "It is not UTF-8."))?;
    let now = call.now();
    let by_digest = reference.contains(':');
    let new = New {
        manifest,
        media_type,
        tag: (!by_digest).then(|| reference.clone()),
        digest: by_digest.then(|| reference.clone()),
        now,
    };
    let digest = format!("sha256:{}", crate::blobs::sha256(new.manifest.as_bytes()));
    let repository = find(call, &name)?;
    let fixed = !by_digest && repository.mutability.fixes(&reference);
    match put_image::put(repository, new) {
        Ok(_) => expiry::plan(call.world, &call.region, &name),
        // What is there already is pushed without complaint, unless the tag is fixed (moby/buildkit #3776).
        Err(refusal) if refusal.code == "ImageAlreadyExistsException" && !fixed => {}
        Err(refusal) => return Err(translated(refusal, &name, &reference)),
    }
    Ok(json!({ STATUS: 201, HEADERS: {
        "location": format!("/v2/{name}/manifests/{digest}"), "docker-content-digest": digest,
    } }))
}

fn list_tags(call: &mut Call<'_>) -> Answer {
    let mut input = enter(call)?;
    let name = input.required("{name}")?;
    let count = input.number("n")?;
    let last = input.text("last")?;
    input.finish()?;
    let images = find(call, &name)?.images.values();
    let mut tags: Vec<&String> = images.flat_map(|image| &image.tags).collect();
    tags.sort();
    if let Some(last) = &last {
        tags.retain(|tag| *tag > last);
    }
    let count = count.and_then(|count| usize::try_from(count).ok());
    let more = count.is_some_and(|count| count < tags.len());
    tags.truncate(count.unwrap_or(usize::MAX));
    let link = match (more, tags.last(), count) {
        (true, Some(last), Some(count)) => {
            json!(format!(
                "</v2/{name}/tags/list?last={last}&n={count}>; rel=\"next\""
            ))
        }
        _ => Value::Null,
    };
    let body = json!({ "name": name, "tags": tags }).to_string();
    call.body = Bytes::from(body);
    Ok(json!({ HEADERS: { "content-type": "application/json; charset=utf-8", "link": link } }))
}

/// The parameters, unless the token's time is over.
fn enter(call: &mut Call<'_>) -> Result<Input, Refusal> {
    let mut input = std::mem::take(&mut call.input);
    let expires = input.raw("$expires").and_then(|it| it.as_u64());
    if Millis(expires.unwrap_or_default()) <= call.now() {
        let message = "Your authorization token has expired. Reauthenticate and try again.";
        return Err(Refusal::new("DENIED", message).status(403));
    }
    if !matches!(
        call.operation.split_once(' '),
        Some(("PUT" | "PATCH" | "POST", _))
    ) {
        call.body = Bytes::new();
        input.raw("content-type");
    }
    Ok(input)
}

fn find<'a>(call: &'a mut Call<'_>, name: &str) -> Result<&'a mut Repository, Refusal> {
    let account = call.account();
    let repository = call.here().ecr.repositories.get_mut(name);
    repository.ok_or_else(|| {
        let message = format!(
            "The repository with name '{name}' does not exist in the registry with id '{account}'"
        );
        Refusal::new("NAME_UNKNOWN", message).status(404)
    })
}

fn open<'a>(call: &'a mut Call<'_>, name: &str, id: &str) -> Result<&'a mut Upload, Refusal> {
    let upload = find(call, name)?.uploads.get_mut(id);
    upload.ok_or_else(|| {
        let message = "Unable to find the upload.";
        Refusal::new("BLOB_UPLOAD_UNKNOWN", message).status(404)
    })
}

/// Adds the request's body to an upload.
fn append(call: &mut Call<'_>, name: &str, id: &str) -> Result<(), Refusal> {
    let body = std::mem::take(&mut call.body);
    if body.is_empty() {
        return Ok(());
    }
    let blob = call.world.blobs.keep(body);
    open(call, name, id)?.parts.push(blob);
    Ok(())
}

fn completed(call: &mut Call<'_>, name: &str, id: &str, digest: &str) -> Answer {
    let mut blobs = std::mem::take(&mut call.world.blobs);
    let done = find(call, name)
        .and_then(|repository| upload::complete(repository, &mut blobs, id, digest));
    call.world.blobs = blobs;
    let done = done.map_err(|refusal| translated(refusal, name, digest))?;
    let (Completed::New(digest) | Completed::Known(digest)) = done;
    Ok(json!({ STATUS: 201, HEADERS: {
        "location": format!("/v2/{name}/blobs/{digest}"), "docker-content-digest": digest,
    } }))
}

fn by_reference<'a>(repository: &'a Repository, reference: &str) -> Option<&'a Image> {
    match reference.contains(':') {
        true => repository.images.get(reference),
        false => repository.tagged(reference),
    }
}

/// The answer that is some bytes, or for HEAD what could be had.
fn bytes_of(
    call: &mut Call<'_>,
    sha256: &str,
    size: u64,
    bytes: impl FnOnce(&mut Call<'_>) -> Bytes,
    media_type: &str,
) -> Answer {
    if call.operation.starts_with("GET") {
        call.body = bytes(call);
    }
    Ok(json!({ HEADERS: {
        "content-type": media_type,
        "content-length": size,
        "docker-content-digest": format!("sha256:{sha256}"),
    } }))
}

fn going_on(status: u16, name: &str, id: &str, size: u64) -> Value {
    json!({ STATUS: status, HEADERS: {
        "location": format!("/v2/{name}/blobs/uploads/{id}"),
        "docker-upload-uuid": id,
        "range": format!("0-{}", size.saturating_sub(1)),
    } })
}

/// The API's refusals in the registry's words.
fn translated(refusal: Refusal, name: &str, reference: &str) -> Refusal {
    let (code, status) = match refusal.code.as_str() {
        "LayersNotFoundException" | "ReferencedImagesNotFoundException" => {
            ("MANIFEST_BLOB_UNKNOWN", 404)
        }
        "ImageTagAlreadyExistsException" | "LimitExceededException" => ("TAG_INVALID", 400),
        // The same image under a tag that is fixed.
        "ImageAlreadyExistsException" => {
            let message = format!(
                "The image tag '{reference}' already exists in the '{name}' repository and cannot be overwritten because the tag is immutable."
            );
            return Refusal::new("TAG_INVALID", message);
        }
        "UploadNotFoundException" => ("BLOB_UPLOAD_UNKNOWN", 404),
        "InvalidLayerException" | "EmptyUploadException" | "ImageDigestDoesNotMatchException" => {
            ("DIGEST_INVALID", 400)
        }
        _ => ("MANIFEST_INVALID", 400),
    };
    Refusal::new(code, refusal.message).status(status)
}
