//! CompleteMultipartUpload.

use bytes::{Bytes, BytesMut};
use data_encoding::{BASE64, HEXLOWER};
use md5::{Digest, Md5};
use serde_json::{Value, json};

use super::checksum::{Algorithm, Checksum};
use super::condition::Write;
use super::multipart::{self, Part, Upload};
use super::object::Content;
use super::{document, enter, put, refuse};
use crate::input::Input;
use crate::operation::{Answer, Call};
use crate::refusal::Refusal;
use crate::wire::{HEADERS, ROOT};

/// All parts but the last have at least five mebibytes [S3 guide: multipart upload limits].
const SMALLEST: u64 = 5 << 20;

/// `CompleteMultipartUpload`
pub(super) fn complete(call: &mut Call<'_>) -> Answer {
    let (mut input, name) = enter::enter(call)?;
    let key = input.required("Key")?;
    let id = input.required("uploadId")?;
    let condition = Write::read(&mut input)?;
    let expected = expected(&mut input)?;
    let size = input.number("x-amz-mp-object-size")?;
    let kind = input.text("x-amz-checksum-type")?;
    input.raw("content-type");
    input.finish()?;
    let body = std::mem::take(&mut call.body);
    let asked = document::read(&body, "CompleteMultipartUpload", &document::COMPLETE)?;
    condition.check(enter::find(call.world, &name)?, &key)?;
    let upload = multipart::find(call, &name, &key, &id)?;
    let parts = chosen(upload, &asked)?;
    let known = upload
        .checksum
        .map(|(_, composite)| multipart::kind_of(composite));
    if kind.is_some() && known.is_some() && kind.as_deref() != known {
        return Err(refuse::request(
            "The upload was created using another checksum type. The complete request must include the same type.",
        ));
    }
    let blobs: Vec<_> = parts.iter().map(|part| part.blob.clone()).collect();
    let digests = parts.iter().map(|part| part.etag.trim_matches('"'));
    let digests: Vec<u8> = digests
        .flat_map(|hex| HEXLOWER.decode(hex.as_bytes()).unwrap_or_default())
        .collect();
    let etag = format!(
        "\"{}-{}\"",
        HEXLOWER.encode(&Md5::digest(&digests)),
        parts.len()
    );
    let sums: Vec<Checksum> = parts.iter().map(|part| part.checksum.clone()).collect();
    let (about, how, count) = (upload.about.clone(), upload.checksum, parts.len());
    let mut bytes = BytesMut::new();
    for blob in &blobs {
        bytes.extend_from_slice(&call.world.blobs.read(blob));
    }
    let bytes = bytes.freeze();
    if size.is_some_and(|size| size.unsigned_abs() != bytes.len() as u64) {
        return Err(refuse::request(
            "The provided 'x-amz-mp-object-size' header does not match what was computed.",
        ));
    }
    let checksum = of_all(how, &sums, &bytes);
    if let Some((algorithm, value)) = expected
        && (algorithm != checksum.algorithm || value != checksum.value)
    {
        let message = format!(
            "The {} you specified did not match the calculated checksum.",
            algorithm.name()
        );
        return Err(Refusal::new("BadDigest", message));
    }
    let content = Content {
        blob: call.world.blobs.keep(bytes),
        etag: etag.clone(),
        about,
        checksum: Some(checksum.clone()),
        parts: Some(count),
    };
    let mut headers = json!({});
    let mut show = |name: &str, value: Value| headers[name] = value;
    content.about.show_encryption(&mut show);
    if let Some(upload) = enter::find_mut(call.world, &name)?.uploads.remove(&id) {
        upload.release(&mut call.world.blobs);
    }
    headers["x-amz-version-id"] = json!(put::store(call, &name, &key, Some(content))?);
    let region = call.region.clone();
    Ok(json!({
        ROOT: "CompleteMultipartUploadResult",
        HEADERS: headers,
        "Location": format!("https://{name}.s3.{region}.amazonaws.com/{key}"),
        "Bucket": name,
        "Key": key,
        "ETag": etag,
        checksum.algorithm.member(): checksum.value,
        "ChecksumType": checksum.kind(),
    }))
}

/// The parts that are to become the object, in their order.
fn chosen<'a>(upload: &'a Upload, asked: &Value) -> Result<Vec<&'a Part>, Refusal> {
    let asked = asked["Part"]
        .as_array()
        .map(Vec::as_slice)
        .unwrap_or_default();
    if asked.is_empty() {
        return Err(refuse::malformed());
    }
    let number = |part: &Value| part["PartNumber"].as_i64().unwrap_or_default();
    if asked
        .windows(2)
        .any(|two| number(&two[0]) >= number(&two[1]))
    {
        let message =
            "The list of parts was not in ascending order. Parts must be ordered by part number.";
        return Err(Refusal::new("InvalidPartOrder", message));
    }
    let mut parts = Vec::new();
    for one in asked {
        let part = upload.parts.get(&number(one)).filter(|part| {
            let etag = one["ETag"].as_str().unwrap_or_default();
            let sum = one[part.checksum.algorithm.member()].as_str();
            part.etag.trim_matches('"') == etag.trim_matches('"')
                && sum.is_none_or(|sum| sum == part.checksum.value)
        });
        parts.push(part.ok_or_else(|| {
            let message = "One or more of the specified parts could not be found.  The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.";
            Refusal::new("InvalidPart", message).because("PartNumber", number(one).to_string())
        })?);
    }
    let small = parts
        .iter()
        .rev()
        .skip(1)
        .find(|part| part.blob.size < SMALLEST);
    match small {
        Some(part) => Err(Refusal::new(
            "EntityTooSmall",
            "Your proposed upload is smaller than the minimum allowed size",
        )
        .because("ProposedSize", part.blob.size.to_string())
        .because("MinSizeAllowed", SMALLEST.to_string())),
        None => Ok(parts),
    }
}

/// The object's own checksum, or one of its parts' checksums.
fn of_all(how: Option<(Algorithm, bool)>, parts: &[Checksum], bytes: &Bytes) -> Checksum {
    let (algorithm, composite) = how.unwrap_or((Algorithm::Crc64Nvme, false));
    if !composite {
        return Checksum {
            algorithm,
            value: algorithm.of(bytes),
            composite,
        };
    }
    let raw = parts
        .iter()
        .map(|part| BASE64.decode(part.value.as_bytes()));
    let raw: Vec<u8> = raw.flat_map(Result::unwrap_or_default).collect();
    let value = BASE64.encode(&algorithm.raw(&raw));
    Checksum {
        algorithm,
        value: format!("{value}-{}", parts.len()),
        composite,
    }
}

fn expected(input: &mut Input) -> Result<Option<(Algorithm, String)>, Refusal> {
    for algorithm in [
        Algorithm::Crc32,
        Algorithm::Crc32c,
        Algorithm::Crc64Nvme,
        Algorithm::Sha256,
    ] {
        if let Some(value) = input.text(&algorithm.header())? {
            return Ok(Some((algorithm, value)));
        }
    }
    Ok(None)
}
