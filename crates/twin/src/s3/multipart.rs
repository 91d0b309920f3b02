//! Uploads in parts: begun, fed, listed, given up.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::checksum::{Algorithm, Checksum};
use super::object::{self, About};
use super::{bucket, enter, put, refuse};
use crate::blobs::{Blob, Blobs};
use crate::clock::Millis;
use crate::operation::{Answer, Call};
use crate::refusal::Refusal;
use crate::wire::{HEADERS, ROOT, STATUS};

/// [S3 guide: multipart upload limits]
const PARTS: i64 = 10_000;

#[derive(Serialize, Deserialize, Debug)]
pub(super) struct Upload {
    pub(super) key: String,
    pub(super) begun: Millis,
    pub(super) about: About,
    /// The checksum that the parts bear, and whether the object's is made of theirs.
    pub(super) checksum: Option<(Algorithm, bool)>,
    pub(super) parts: BTreeMap<i64, Part>,
}

#[derive(Serialize, Deserialize, Debug)]
pub(super) struct Part {
    pub(super) blob: Blob,
    pub(super) etag: String,
    pub(super) modified: Millis,
    pub(super) checksum: Checksum,
}

impl Upload {
    pub(super) fn release(&self, blobs: &mut Blobs) {
        self.parts
            .values()
            .for_each(|part| blobs.release(&part.blob));
    }
}

/// `CreateMultipartUpload`
pub(super) fn create(call: &mut Call<'_>) -> Answer {
    let (mut input, name) = enter::enter(call)?;
    let key = input.required("Key")?;
    put::check_key(&key)?;
    let algorithm = input.text("x-amz-checksum-algorithm")?;
    let kind = input.text("x-amz-checksum-type")?;
    let about = About::read(call.world, enter::find(call.world, &name)?, &mut input)?;
    input.finish()?;
    let checksum = checksum(algorithm.as_deref(), kind.as_deref())?;
    let id = call.world.ids.letters(64);
    let mut headers = json!({});
    let mut show = |name: &str, value: Value| headers[name] = value;
    about.show_encryption(&mut show);
    if let Some((algorithm, composite)) = checksum {
        headers["x-amz-checksum-algorithm"] = json!(algorithm.name());
        headers["x-amz-checksum-type"] = json!(kind_of(composite));
    }
    let upload = Upload {
        key: key.clone(),
        begun: call.now(),
        about,
        checksum,
        parts: BTreeMap::new(),
    };
    let found = enter::find_mut(call.world, &name)?;
    found.uploads.insert(id.clone(), upload);
    call.body.clear();
    Ok(json!({
        ROOT: "InitiateMultipartUploadResult",
        HEADERS: headers,
        "Bucket": name,
        "Key": key,
        "UploadId": id,
    }))
}

/// Which algorithms make which kind [S3 guide: full object and composite checksums].
fn checksum(
    algorithm: Option<&str>,
    kind: Option<&str>,
) -> Result<Option<(Algorithm, bool)>, Refusal> {
    let Some(word) = algorithm else {
        return match kind {
            None => Ok(None),
            Some(_) => Err(refuse::request(
                "The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header.",
            )),
        };
    };
    let algorithm = Algorithm::named(word)
        .ok_or_else(|| Refusal::not_implemented(format_args!("x-amz-checksum-algorithm={word}")))?;
    let composite = match (algorithm, kind) {
        (Algorithm::Crc64Nvme, None | Some("FULL_OBJECT")) => false,
        (Algorithm::Crc32 | Algorithm::Crc32c, Some("FULL_OBJECT")) => false,
        (Algorithm::Crc64Nvme, Some(other)) | (Algorithm::Sha256, Some(other @ "FULL_OBJECT")) => {
            return Err(refuse::request(format!(
                "The {other} checksum type cannot be used with the {} checksum algorithm.",
                algorithm.name().to_lowercase()
            )));
        }
        (_, None | Some("COMPOSITE")) => true,
        (_, Some(other)) => {
            let message = "Value for x-amz-checksum-type header is invalid.";
            return Err(refuse::argument("x-amz-checksum-type", other, message));
        }
    };
    Ok(Some((algorithm, composite)))
}

/// `UploadPart`
pub(super) fn upload_part(call: &mut Call<'_>) -> Answer {
    let (mut input, name) = enter::enter(call)?;
    let key = input.required("Key")?;
    let id = input.required("uploadId")?;
    let number = input.text("partNumber")?.unwrap_or_default();
    let checksum = object::read_checksum(&mut input, &call.body)?;
    input.raw("content-type");
    input.finish()?;
    let number = number
        .parse::<i64>()
        .ok()
        .filter(|it| (1..=PARTS).contains(it));
    let number = number.ok_or_else(|| {
        let message = "Part number must be an integer between 1 and 10000, inclusive";
        refuse::argument("partNumber", "", message)
    })?;
    find(call, &name, &key, &id)?;
    let (now, bytes) = (call.now(), std::mem::take(&mut call.body));
    let part = Part {
        etag: object::etag(&bytes),
        blob: call.world.blobs.keep(bytes),
        modified: now,
        checksum: checksum.clone(),
    };
    let etag = part.etag.clone();
    let replaced = find(call, &name, &key, &id)?.parts.insert(number, part);
    if let Some(replaced) = replaced {
        call.world.blobs.release(&replaced.blob);
    }
    Ok(json!({ HEADERS: { "etag": etag, checksum.algorithm.header(): checksum.value } }))
}

/// `AbortMultipartUpload`
pub(super) fn abort(call: &mut Call<'_>) -> Answer {
    let (mut input, name) = enter::enter(call)?;
    let key = input.required("Key")?;
    let id = input.required("uploadId")?;
    input.raw("content-type");
    input.finish()?;
    find(call, &name, &key, &id)?;
    if let Some(upload) = enter::find_mut(call.world, &name)?.uploads.remove(&id) {
        upload.release(&mut call.world.blobs);
    }
    Ok(json!({ STATUS: 204 }))
}

/// `ListParts`
pub(super) fn list_parts(call: &mut Call<'_>) -> Answer {
    let (mut input, name) = enter::enter(call)?;
    let key = input.required("Key")?;
    let id = input.required("uploadId")?;
    let limit = input.number("max-parts")?.unwrap_or(1000).clamp(0, 1000);
    let marker = input.number("part-number-marker")?.unwrap_or(0);
    input.raw("content-type");
    input.finish()?;
    let owner = json!({ "ID": bucket::owner(&call.account()) });
    let upload = find(call, &name, &key, &id)?;
    let limit = usize::try_from(limit).unwrap_or_default();
    let mut parts = upload.parts.range(marker.saturating_add(1)..);
    let rows: Vec<(i64, Value)> = parts
        .by_ref()
        .take(limit)
        .map(|(number, part)| {
            let mut row = json!({
                "PartNumber": number,
                "ETag": part.etag,
                "Size": part.blob.size,
                "LastModified": part.modified.iso8601(),
            });
            row[part.checksum.algorithm.member()] = json!(part.checksum.value);
            (*number, row)
        })
        .collect();
    let more = parts.next().is_some();
    let last = rows.last().map(|(number, _)| *number);
    let rows: Vec<Value> = rows.into_iter().map(|(_, row)| row).collect();
    Ok(json!({
        ROOT: "ListPartsResult",
        "Bucket": name,
        "Key": key,
        "UploadId": id,
        "Initiator": owner,
        "Owner": owner,
        "StorageClass": upload.about.class.as_deref().unwrap_or("STANDARD"),
        "PartNumberMarker": marker,
        "NextPartNumberMarker": last.unwrap_or(0),
        "MaxParts": limit,
        "IsTruncated": more,
        "Part": rows,
    }))
}

/// `ListMultipartUploads`
pub(super) fn list_uploads(call: &mut Call<'_>) -> Answer {
    let (mut input, name) = enter::enter(call)?;
    let prefix = input.text("prefix")?.unwrap_or_default();
    let limit = input.number("max-uploads")?.unwrap_or(1000).clamp(1, 1000);
    input.accept("encoding-type", &[json!("url")])?;
    let key_marker = input.text("key-marker")?.unwrap_or_default();
    let id_marker = input.text("upload-id-marker")?.unwrap_or_default();
    input.raw("content-type");
    input.finish()?;
    let owner = json!({ "ID": bucket::owner(&call.account()) });
    let found = enter::find(call.world, &name)?;
    let mut uploads: Vec<(&String, &String, &Upload)> = found
        .uploads
        .iter()
        .map(|(id, upload)| (&upload.key, id, upload))
        .filter(|(key, id, _)| {
            key.starts_with(&prefix) && (key.as_str(), id.as_str()) > (&*key_marker, &*id_marker)
        })
        .collect();
    uploads.sort_by_key(|(key, id, _)| (*key, *id));
    let limit = usize::try_from(limit).unwrap_or(1);
    let more = uploads.len() > limit;
    uploads.truncate(limit);
    let next = uploads.last().filter(|_| more);
    let rows = uploads.iter().map(|(key, id, upload)| {
        json!({
            "Key": key,
            "UploadId": id,
            "Initiated": upload.begun.iso8601(),
            "StorageClass": upload.about.class.as_deref().unwrap_or("STANDARD"),
            "Owner": owner,
            "Initiator": owner,
        })
    });
    Ok(json!({
        ROOT: "ListMultipartUploadsResult",
        "Bucket": name,
        "Prefix": prefix,
        "KeyMarker": key_marker,
        "UploadIdMarker": id_marker,
        "NextKeyMarker": next.map(|(key, _, _)| key),
        "NextUploadIdMarker": next.map(|(_, id, _)| id),
        "MaxUploads": limit,
        "IsTruncated": more,
        "Upload": rows.collect::<Vec<_>>(),
    }))
}

pub(super) fn find<'a>(
    call: &'a mut Call<'_>,
    name: &str,
    key: &str,
    id: &str,
) -> Result<&'a mut Upload, Refusal> {
    let upload = enter::find_mut(call.world, name)?.uploads.get_mut(id);
    let upload = upload.filter(|upload| upload.key == key);
    upload.ok_or_else(|| refuse::no_upload(id))
}

pub(super) fn kind_of(composite: bool) -> &'static str {
    match composite {
        true => "COMPOSITE",
        false => "FULL_OBJECT",
    }
}
