//! Pushing an image, by ECR's own API rather than the registry's.
//!
//! Both need the same permissions, and a client of the API needs neither a login nor a builder that reaches the
//! registry: it goes the way of every other request, also in a sandbox.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};

use ashore_engine::failure::{Class, Failure};
use aws_sdk_ecr::primitives::Blob as Bytes;
use aws_sdk_ecr::types::LayerAvailability;
use futures_util::stream::{self, StreamExt, TryStreamExt};

use super::local::{Blob, Local, MANIFEST, digests};
use super::stored::{Stored, stored};
use crate::aws::live::Aws;
use crate::aws::live::failure::{failure, not_visible_yet, required};

const PUT: &str = "ecr:PutImage";
const UPLOAD: &str = "ecr:UploadLayerPart";

/// Layers that are uploaded at the same time. More fill memory, not the line: each has a part of 10 MiB in it.
const AT_ONCE: usize = 4;
/// The size of a part: not less than 5 MiB, but for the last one, and not more than 10 [ECR service quotas: layer parts].
const PART: usize = 10 << 20;
/// How many digests one question may have [ECR API: BatchCheckLayerAvailability].
const ASKED: usize = 100;

/// Puts the image of this digest under a tag. What is not in the repository is uploaded from this machine.
pub(super) async fn put(
    aws: &Aws,
    repository: &str,
    digest: &str,
    tag: &str,
) -> Result<(), Failure> {
    let (manifest, media_type) = match stored(aws, repository, digest).await? {
        Some(Stored {
            manifest,
            media_type,
            ..
        }) => (manifest, media_type),
        None => {
            let local = aws.images.get(digest).ok_or_else(|| not_here(digest))?;
            upload(aws, repository, &local).await?;
            (local.manifest.clone(), MANIFEST.to_string())
        }
    };
    let put = aws.ecr.put_image().repository_name(repository);
    let put = put.image_manifest(manifest).image_digest(digest);
    let put = put.image_manifest_media_type(media_type).image_tag(tag);
    match put.send().await.map_err(|e| failure(PUT, e)) {
        Ok(_) => Ok(()),
        // That tag is on that image.
        Err(error) if error.code == "ImageAlreadyExistsException" => Ok(()),
        Err(error) => Err(not_visible_yet(error)),
    }
}

/// Uploads what the repository does not have.
async fn upload(aws: &Aws, repository: &str, image: &Local) -> Result<(), Failure> {
    const CHECK: &str = "ecr:BatchCheckLayerAvailability";
    let all: Vec<&str> = digests(image).into_iter().collect();
    let mut missing: Vec<&str> = Vec::new();
    for some in all.chunks(ASKED) {
        let check = aws.ecr.batch_check_layer_availability();
        let check = check.repository_name(repository);
        let digests = some.iter().map(ToString::to_string).collect();
        let checked = check.set_layer_digests(Some(digests)).send().await;
        let checked = checked.map_err(|e| not_visible_yet(failure(CHECK, e)))?;
        let there: Vec<String> = checked
            .layers
            .unwrap_or_default()
            .into_iter()
            .filter(|it| it.layer_availability == Some(LayerAvailability::Available))
            .filter_map(|layer| layer.layer_digest)
            .collect();
        missing.extend(some.iter().filter(|it| !there.iter().any(|has| has == *it)));
    }
    let uploads = missing.into_iter().filter_map(|digest| {
        let blob = image.blobs.get(digest)?;
        Some(upload_one(aws, repository, digest, blob))
    });
    let uploads = stream::iter(uploads).buffer_unordered(AT_ONCE);
    uploads.try_collect::<Vec<()>>().await.map(drop)
}

async fn upload_one(aws: &Aws, repository: &str, digest: &str, blob: &Blob) -> Result<(), Failure> {
    const INITIATE: &str = "ecr:InitiateLayerUpload";
    const COMPLETE: &str = "ecr:CompleteLayerUpload";
    let initiate = aws.ecr.initiate_layer_upload().repository_name(repository);
    let begun = initiate.send().await;
    let begun = begun.map_err(|e| not_visible_yet(failure(INITIATE, e)))?;
    let id = required(INITIATE, begun.upload_id)?;
    let mut from = 0;
    while from < blob.size {
        let part = part(blob, from)?;
        let next = from + part.len() as u64;
        let send = aws.ecr.upload_layer_part().repository_name(repository);
        let send = send.upload_id(&id).part_first_byte(place(from));
        let send = send.part_last_byte(place(next - 1));
        let sent = send.layer_part_blob(Bytes::new(part)).send().await;
        sent.map_err(|e| failure(UPLOAD, e))?;
        from = next;
    }
    let complete = aws.ecr.complete_layer_upload().repository_name(repository);
    let complete = complete.upload_id(&id).layer_digests(digest);
    match complete.send().await.map_err(|e| failure(COMPLETE, e)) {
        Ok(_) => Ok(()),
        // Two images of one run can have a layer in common.
        Err(error) if error.code == "LayerAlreadyExistsException" => Ok(()),
        Err(error) => Err(error),
    }
}

fn part(blob: &Blob, from: u64) -> Result<Vec<u8>, Failure> {
    let read = || {
        let mut file = File::open(&blob.path)?;
        file.seek(SeekFrom::Start(from))?;
        let mut bytes = Vec::new();
        file.take(PART as u64).read_to_end(&mut bytes)?;
        match bytes.is_empty() {
            true => Err(std::io::ErrorKind::UnexpectedEof.into()),
            false => Ok(bytes),
        }
    };
    read().map_err(|error: std::io::Error| {
        let why = format!("{} cannot be read: {error}", blob.path.display());
        Failure::new(Class::Invalid, UPLOAD, "Unreadable", why)
    })
}

fn place(byte: u64) -> i64 {
    i64::try_from(byte).unwrap_or(i64::MAX)
}

/// It was in the repository when the plan was made, or was built by a run that is over.
fn not_here(digest: &str) -> Failure {
    let why = format!("the image {digest} is neither in the repository nor on this machine");
    Failure::new(Class::Invalid, PUT, "ImageNotHere", why)
        .with_advice("run the same command again: the image is looked up, or built, anew")
}
