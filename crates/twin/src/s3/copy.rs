//! CopyObject.

use percent_encoding::percent_decode_str;
use serde_json::json;

use super::condition::{Read, Write};
use super::object::{self, About, Content};
use super::{enter, get, put, refuse};
use crate::input::Input;
use crate::operation::{Answer, Call};
use crate::refusal::Refusal;
use crate::wire::{HEADERS, ROOT};

/// `CopyObject`
pub(super) fn copy_object(call: &mut Call<'_>) -> Answer {
    let (mut input, name) = enter::enter(call)?;
    let key = input.required("Key")?;
    put::check_key(&key)?;
    let source = input.required("x-amz-copy-source")?;
    let from = Source::parse(&source)?;
    let replace = directive(&mut input, "x-amz-metadata-directive")?;
    let retag = directive(&mut input, "x-amz-tagging-directive")?;
    let condition = Write::read(&mut input)?;
    let read = Read::asked(&mut input, "x-amz-copy-source-")?;
    let algorithm = input.text("x-amz-checksum-algorithm")?;
    let explicit = ["x-amz-server-side-encryption", "x-amz-storage-class"]
        .iter()
        .any(|name| input.has(name));
    let mut about = About::read(call.world, enter::find(call.world, &name)?, &mut input)?;
    input.finish()?;
    let origin = enter::find(call.world, &from.bucket)?;
    let (version, content) = get::find(origin, &from.key, from.version.as_deref())?;
    read.check(version, content)
        .map_err(|refusal| match refusal.status {
            304 => refuse::precondition("x-amz-copy-source-If-None-Match"),
            _ => refusal,
        })?;
    let same = from.bucket == name && from.key == key && from.version.is_none();
    if same && !replace && !explicit {
        return Err(refuse::request(
            "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
        ));
    }
    condition.check(enter::find(call.world, &name)?, &key)?;
    if !replace {
        about.headers = content.about.headers.clone();
        about.metadata = content.about.metadata.clone();
    }
    if !retag {
        about.tags = content.about.tags.clone();
    }
    let source_version = version.shown_id(origin).map(str::to_owned);
    let (blob, mut checksum) = (content.blob.clone(), content.checksum.clone());
    let bytes = call.world.blobs.read(&blob);
    // A new checksum is of the whole object.
    let wanted = algorithm.as_deref().and_then(object_algorithm);
    let known = checksum.as_ref().filter(|it| !it.composite);
    if let Some(algorithm) = wanted.filter(|it| known.is_none_or(|known| known.algorithm != *it)) {
        checksum = Some(super::checksum::Checksum {
            algorithm,
            value: algorithm.of(&bytes),
            composite: false,
        });
    }
    let copy = Content {
        etag: object::etag(&bytes),
        blob: call.world.blobs.share(&blob),
        about,
        checksum: checksum.clone(),
        parts: None,
    };
    let etag = copy.etag.clone();
    let mut headers = json!({ "x-amz-copy-source-version-id": source_version });
    let mut show = |name: &str, value: serde_json::Value| headers[name] = value;
    copy.about.show_encryption(&mut show);
    headers["x-amz-version-id"] = json!(put::store(call, &name, &key, Some(copy))?);
    let mut answer = json!({
        ROOT: "CopyObjectResult",
        HEADERS: headers,
        "ETag": etag,
        "LastModified": call.now().iso8601(),
    });
    if let Some(checksum) = checksum {
        answer[checksum.algorithm.member()] = json!(checksum.value);
        answer["ChecksumType"] = json!(checksum.kind());
    }
    call.body.clear();
    Ok(answer)
}

fn object_algorithm(word: &str) -> Option<super::checksum::Algorithm> {
    super::checksum::Algorithm::named(word)
}

struct Source {
    bucket: String,
    key: String,
    version: Option<String>,
}

impl Source {
    /// `/bucket/key?versionId=…`, encoded as in a URL.
    fn parse(text: &str) -> Result<Source, Refusal> {
        let (path, version) = match text.split_once("?versionId=") {
            Some((path, version)) => (path, Some(version.to_owned())),
            None => (text, None),
        };
        let path = percent_decode_str(path).decode_utf8_lossy().into_owned();
        let found = path.trim_start_matches('/').split_once('/');
        match found {
            Some((bucket, key)) if !bucket.is_empty() && !key.is_empty() => Ok(Source {
                bucket: bucket.to_owned(),
                key: key.to_owned(),
                version,
            }),
            _ => Err(refuse::argument(
                "x-amz-copy-source",
                text,
                "Copy Source must mention the source bucket and key: sourcebucket/sourcekey",
            )),
        }
    }
}

/// Whether what is said of the source is replaced.
fn directive(input: &mut Input, name: &str) -> Result<bool, Refusal> {
    match input.text(name)?.as_deref() {
        None | Some("COPY") => Ok(false),
        Some("REPLACE") => Ok(true),
        Some(other) => Err(refuse::argument(name, other, "Unknown metadata directive.")),
    }
}
