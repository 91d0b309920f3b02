//! A layer on its way in, piece by piece.

use bytes::{Bytes, BytesMut};
use serde::{Deserialize, Serialize};

use super::repository::Repository;
use crate::blobs::{Blob, Blobs, sha256};
use crate::refusal::Refusal;

#[derive(Serialize, Deserialize, Debug, Default)]
pub(super) struct Upload {
    pub(super) parts: Vec<Blob>,
}

/// What became of an upload.
pub(super) enum Completed {
    /// The layer's digest.
    New(String),
    /// It was there already.
    Known(String),
}

impl Upload {
    /// The number of bytes so far.
    pub(super) fn size(&self) -> u64 {
        self.parts.iter().map(|part| part.size).sum()
    }
}

/// Makes a layer of what was uploaded, if it is what the digest says. What it is not stays an upload.
pub(super) fn complete(
    repository: &mut Repository,
    blobs: &mut Blobs,
    id: &str,
    digest: &str,
) -> Result<Completed, Refusal> {
    let upload = repository.uploads.get(id);
    let upload = upload.ok_or_else(|| no_upload(repository, id))?;
    let mut bytes = BytesMut::new();
    for part in &upload.parts {
        bytes.extend_from_slice(&blobs.read(part));
    }
    if bytes.is_empty() {
        return Err(Refusal::new(
            "EmptyUploadException",
            format!("The upload with id '{id}' contains no layer parts."),
        ));
    }
    let found = format!("sha256:{}", sha256(&bytes));
    if found != digest {
        return Err(Refusal::new(
            "InvalidLayerException",
            format!(
                "The layer digest '{digest}' does not match the digest of the uploaded layer '{found}'."
            ),
        ));
    }
    let known = repository.layers.contains_key(digest);
    if !known {
        let blob = blobs.keep(Bytes::from(bytes));
        repository.layers.insert(found.clone(), blob);
    }
    if let Some(upload) = repository.uploads.remove(id) {
        upload.parts.iter().for_each(|part| blobs.release(part));
    }
    Ok(match known {
        true => Completed::Known(found),
        false => Completed::New(found),
    })
}

pub(super) fn no_upload(repository: &Repository, id: &str) -> Refusal {
    Refusal::new(
        "UploadNotFoundException",
        format!(
            "The upload with id '{id}' does not exist in the repository with name '{}' in registry with id '{}'",
            repository.name,
            repository.registry()
        ),
    )
}
