//! Tags of objects.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::object::{self, Content, Version};
use super::{document, enter, get, refuse, settings};
use crate::operation::{Answer, Call};
use crate::refusal::Refusal;
use crate::tags::Tags;
use crate::wire::{HEADERS, ROOT, STATUS};

/// `GetObjectTagging`
pub(super) fn get(call: &mut Call<'_>) -> Answer {
    let (mut input, name) = enter::enter(call)?;
    let key = input.required("Key")?;
    let id = input.text("versionId")?;
    input.raw("content-type");
    input.finish()?;
    let bucket = enter::find(call.world, &name)?;
    let (version, content) = get::find(bucket, &key, id.as_deref())?;
    let tags = content.about.tags.to_list("Key", "Value");
    Ok(json!({
        ROOT: "Tagging",
        HEADERS: { "x-amz-version-id": version.shown_id(bucket) },
        "TagSet": { "Tag": tags },
    }))
}

/// `PutObjectTagging`
pub(super) fn put(call: &mut Call<'_>) -> Answer {
    let (mut input, name) = enter::enter(call)?;
    let key = input.required("Key")?;
    let id = input.text("versionId")?;
    settings::drop_checksums(&mut input);
    input.finish()?;
    let body = std::mem::take(&mut call.body);
    let value = document::read(&body, "Tagging", &document::TAGGING)?;
    let mut tags = BTreeMap::new();
    for tag in value["TagSet"]["Tag"].as_array().into_iter().flatten() {
        let part = |name: &str| tag[name].as_str().unwrap_or_default().to_owned();
        if tags.insert(part("Key"), part("Value")).is_some() {
            let message = "Cannot provide multiple Tags with the same key";
            return Err(Refusal::new("InvalidTag", message));
        }
    }
    set(call, &name, &key, id.as_deref(), object::object_tags(tags)?)?;
    Ok(json!({}))
}

/// `DeleteObjectTagging`
pub(super) fn delete(call: &mut Call<'_>) -> Answer {
    let (mut input, name) = enter::enter(call)?;
    let key = input.required("Key")?;
    let id = input.text("versionId")?;
    input.raw("content-type");
    input.finish()?;
    set(call, &name, &key, id.as_deref(), Tags::default())?;
    Ok(json!({ STATUS: 204 }))
}

fn set(
    call: &mut Call<'_>,
    name: &str,
    key: &str,
    id: Option<&str>,
    tags: Tags,
) -> Result<Value, Refusal> {
    let bucket = enter::find(call.world, name)?;
    let wanted = get::find(bucket, key, id)?.0.id.clone();
    let versions = enter::find_mut(call.world, name)?.objects.get_mut(key);
    let version = versions.and_then(|it| it.iter_mut().find(|it| it.id == wanted));
    match version {
        Some(Version {
            content: Some(Content { about, .. }),
            ..
        }) => about.tags = tags,
        _ => return Err(refuse::no_key(key)),
    }
    Ok(Value::Null)
}
