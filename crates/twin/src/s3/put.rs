//! PutObject.

use serde_json::{Value, json};

use super::bucket::Versioning;
use super::condition::Write;
use super::object::{self, About, Content, Version};
use super::{enter, refuse};
use crate::operation::{Answer, Call};
use crate::refusal::Refusal;
use crate::wire::HEADERS;

/// The longest key [S3 guide: object keys].
const KEY: usize = 1024;

/// `PutObject`
pub(super) fn put_object(call: &mut Call<'_>) -> Answer {
    let (mut input, name) = enter::enter(call)?;
    let key = input.required("Key")?;
    check_key(&key)?;
    let condition = Write::read(&mut input)?;
    let bucket = enter::find(call.world, &name)?;
    let about = About::read(call.world, bucket, &mut input)?;
    let checksum = object::read_checksum(&mut input, &call.body)?;
    input.finish()?;
    condition.check(bucket, &key)?;
    let bytes = std::mem::take(&mut call.body);
    let content = Content {
        etag: object::etag(&bytes),
        blob: call.world.blobs.keep(bytes),
        about,
        checksum: Some(checksum.clone()),
        parts: None,
    };
    let mut headers = json!({
        "etag": content.etag,
        checksum.algorithm.header(): checksum.value,
        "x-amz-checksum-type": checksum.kind(),
    });
    let mut put = |name: &str, value: Value| headers[name] = value;
    content.about.show_encryption(&mut put);
    headers["x-amz-version-id"] = json!(store(call, &name, &key, Some(content))?);
    Ok(json!({ HEADERS: headers }))
}

/// Puts a version on top of a key, or a delete marker, and gives its id if the bucket has versions.
pub(super) fn store(
    call: &mut Call<'_>,
    name: &str,
    key: &str,
    content: Option<Content>,
) -> Result<Option<String>, Refusal> {
    let modified = call.now();
    let versioning = enter::find(call.world, name)?.versioning;
    let id = match versioning {
        Versioning::Enabled => call.world.ids.letters(32),
        Versioning::Never | Versioning::Suspended => "null".to_owned(),
    };
    let version = Version {
        id: id.clone(),
        modified,
        content,
    };
    let replaced = enter::find_mut(call.world, name)?.add(key, version);
    if let Some(replaced) = replaced {
        replaced.release(&mut call.world.blobs);
    }
    Ok((versioning != Versioning::Never).then_some(id))
}

pub(super) fn check_key(key: &str) -> Result<(), Refusal> {
    match key.len() > KEY {
        true => Err(Refusal::new("KeyTooLongError", "Your key is too long")
            .because("Size", key.len().to_string())
            .because("MaxSizeAllowed", KEY.to_string())),
        false if key.is_empty() => Err(refuse::request("The key is empty.")),
        false => Ok(()),
    }
}
