//! GetObject and HeadObject.

use serde_json::{Value, json};

use super::condition::{Read, http_date};
use super::object::{Content, Version};
use super::{bucket::Bucket, enter, refuse};
use crate::operation::{Answer, Call};
use crate::refusal::Refusal;
use crate::wire::{HEADERS, STATUS};

/// `GetObject`, `HeadObject`
pub(super) fn get_object(call: &mut Call<'_>) -> Answer {
    call.body.clear();
    let (mut input, name) = enter::enter(call)?;
    let key = input.required("Key")?;
    let id = input.text("versionId")?;
    let condition = Read::asked(&mut input, "")?;
    let range = input.text("range")?;
    let checksum = input.text("x-amz-checksum-mode")?;
    input.raw("content-type");
    input.accept("partNumber", &[json!(1)])?;
    input.finish()?;
    let bucket = enter::find(call.world, &name)?;
    let (version, content) = find(bucket, &key, id.as_deref())?;
    condition.check(version, content)?;
    let size = content.blob.size;
    let part = match &range {
        Some(range) => part(range, size)?,
        None => None,
    };
    let whole = part.is_none();
    let with_checksum = whole && checksum.is_some_and(|it| it.eq_ignore_ascii_case("enabled"));
    let mut headers = content.headers(with_checksum);
    let mut put = |name: &str, value: Value| drop(headers.insert(name.to_owned(), value));
    put("last-modified", json!(http_date(version.modified)));
    put("x-amz-version-id", json!(version.shown_id(bucket)));
    let (first, last) = part.unwrap_or((0, size.saturating_sub(1)));
    let length = if size == 0 { 0 } else { last - first + 1 };
    put("content-length", json!(length));
    if !whole {
        put(
            "content-range",
            json!(format!("bytes {first}-{last}/{size}")),
        );
    }
    if call.operation == "GetObject" {
        let bytes = call.world.blobs.read(&content.blob);
        let (first, length) = (usize::try_from(first), usize::try_from(length));
        let (first, length) = (first.unwrap_or_default(), length.unwrap_or_default());
        let end = (first + length).min(bytes.len());
        call.body = bytes.slice(first.min(end)..end);
    }
    Ok(json!({ STATUS: if whole { 200 } else { 206 }, HEADERS: headers }))
}

/// The version that is asked for, or the current one [S3 API: GetObject, on delete markers].
pub(super) fn find<'a>(
    bucket: &'a Bucket,
    key: &str,
    id: Option<&str>,
) -> Result<(&'a Version, &'a Content), Refusal> {
    let versions = bucket.objects.get(key);
    let Some(id) = id else {
        let version = versions.and_then(|it| it.last());
        let version = version.ok_or_else(|| refuse::no_key(key))?;
        return match &version.content {
            Some(content) => Ok((version, content)),
            None => Err(refuse::no_key(key)
                .because("header x-amz-delete-marker", "true")
                .because("header x-amz-version-id", &version.id)),
        };
    };
    let version = versions.and_then(|it| it.iter().find(|version| version.id == id));
    let version = version.ok_or_else(|| {
        Refusal::new("NoSuchVersion", "The specified version does not exist.")
            .status(404)
            .because("Key", key)
            .because("VersionId", id)
    })?;
    match &version.content {
        Some(content) => Ok((version, content)),
        None => {
            let message = "The specified method is not allowed against this resource.";
            Err(Refusal::new("MethodNotAllowed", message)
                .status(405)
                .because("header x-amz-delete-marker", "true"))
        }
    }
}

/// First and last byte of `bytes=0-9`, `bytes=10-` or `bytes=-5`. What is no range asks for everything.
fn part(range: &str, size: u64) -> Result<Option<(u64, u64)>, Refusal> {
    let Some((first, last)) = range
        .strip_prefix("bytes=")
        .and_then(|it| it.split_once('-'))
    else {
        return Ok(None);
    };
    let number = |text: &str| text.parse::<u64>().ok();
    let found = match (number(first), number(last)) {
        (Some(first), Some(last)) if first <= last => {
            Some((first, last.min(size.saturating_sub(1))))
        }
        (Some(first), None) if last.is_empty() => Some((first, size.saturating_sub(1))),
        (None, Some(count)) if first.is_empty() => {
            Some((size.saturating_sub(count), size.saturating_sub(1)))
        }
        _ => return Ok(None),
    };
    match found {
        Some((first, _)) if first >= size => Err(Refusal::new(
            "InvalidRange",
            "The requested range is not satisfiable",
        )
        .status(416)
        .because("RangeRequested", range)
        .because("ActualObjectSize", size.to_string())),
        found => Ok(found),
    }
}
