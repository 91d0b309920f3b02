//! Tags of buckets: put all at once.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{document, enter, settings};
use crate::operation::{Answer, Call};
use crate::refusal::Refusal;
use crate::tags::Tags;
use crate::wire::{ROOT, STATUS};

/// `PutBucketTagging`
pub(super) fn put_bucket_tagging(call: &mut Call<'_>) -> Answer {
    let (mut input, name) = enter::enter(call)?;
    settings::drop_checksums(&mut input);
    input.finish()?;
    let body = std::mem::take(&mut call.body);
    let value = document::read(&body, "Tagging", &document::TAGGING)?;
    let tags = tags(&value["TagSet"])?;
    enter::find_mut(call.world, &name)?.tags = tags;
    Ok(json!({ STATUS: 204 }))
}

/// `GetBucketTagging`
pub(super) fn get_bucket_tagging(call: &mut Call<'_>) -> Answer {
    let (input, name) = enter::enter(call)?;
    input.finish()?;
    let tags = &enter::find(call.world, &name)?.tags;
    if tags.is_empty() {
        return Err(Refusal::new("NoSuchTagSet", "The TagSet does not exist")
            .status(404)
            .because("BucketName", &name));
    }
    let tags = tags.to_list("Key", "Value");
    Ok(json!({ ROOT: "Tagging", "TagSet": { "Tag": tags } }))
}

/// `DeleteBucketTagging`
pub(super) fn delete_bucket_tagging(call: &mut Call<'_>) -> Answer {
    let (input, name) = enter::enter(call)?;
    input.finish()?;
    enter::find_mut(call.world, &name)?.tags = Tags::default();
    Ok(json!({ STATUS: 204 }))
}

/// The tags of a `TagSet`.
pub(super) fn tags(set: &Value) -> Result<Tags, Refusal> {
    let mut tags = BTreeMap::new();
    for tag in set["Tag"].as_array().into_iter().flatten() {
        let part = |name: &str| tag[name].as_str().unwrap_or_default().to_owned();
        if tags.insert(part("Key"), part("Value")).is_some() {
            let message = "Cannot provide multiple Tags with the same key";
            return Err(Refusal::new("InvalidTag", message).because("TagKey", part("Key")));
        }
    }
    Tags::from_map(tags, "InvalidTag", "InvalidTag")
}
