//! Tags of distributions.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::distribution::Distribution;
use super::{refuse, shapes};
use crate::operation::{Answer, Call};
use crate::refusal::Refusal;
use crate::tags::Tags;
use crate::wire::{ROOT, STATUS};

/// `TagResource`
pub(super) fn tag(call: &mut Call<'_>) -> Answer {
    let arn = resource(call)?;
    let body = std::mem::take(&mut call.body);
    let tags = read(&refuse::read(&body, "Tags", &shapes::TAGS)?)?;
    let distribution = find(call, &arn)?;
    distribution.tags = distribution.tags.with(tags, "InvalidTagging")?;
    Ok(json!({ STATUS: 204 }))
}

/// `UntagResource`
pub(super) fn untag(call: &mut Call<'_>) -> Answer {
    let arn = resource(call)?;
    let body = std::mem::take(&mut call.body);
    let keys = refuse::read(&body, "TagKeys", &shapes::TAG_KEYS)?;
    let keys = keys["Items"]["Key"].as_array().cloned().unwrap_or_default();
    let distribution = find(call, &arn)?;
    distribution
        .tags
        .retain(|key, _| !keys.iter().any(|it| it == key));
    Ok(json!({ STATUS: 204 }))
}

/// `ListTagsForResource`
pub(super) fn list_tags(call: &mut Call<'_>) -> Answer {
    call.body.clear();
    let arn = resource(call)?;
    let tags = find(call, &arn)?.tags.to_list("Key", "Value");
    Ok(json!({ ROOT: "Tags", "Items": { "Tag": tags } }))
}

/// The tags of a `Tags` document.
pub(super) fn read(document: &Value) -> Result<Tags, Refusal> {
    let mut tags = BTreeMap::new();
    for tag in document["Items"]["Tag"].as_array().into_iter().flatten() {
        let part = |name: &str| tag[name].as_str().unwrap_or_default().to_owned();
        if tags.insert(part("Key"), part("Value")).is_some() {
            let message = "Duplicate tag keys are not allowed.";
            return Err(Refusal::new("InvalidTagging", message));
        }
    }
    Tags::from_map(tags, "InvalidTagging", "InvalidTagging")
}

fn resource(call: &mut Call<'_>) -> Result<String, Refusal> {
    let mut input = std::mem::take(&mut call.input);
    let arn = input.required("Resource")?;
    input.finish()?;
    Ok(arn)
}

fn find<'a>(call: &'a mut Call<'_>, arn: &str) -> Result<&'a mut Distribution, Refusal> {
    if !arn.starts_with("arn:aws:cloudfront::") {
        return Err(refuse::argument(format!(
            "{arn} is not the ARN of a CloudFront resource."
        )));
    }
    let mut all = call.world.cloudfront.distributions.values_mut();
    all.find(|it| it.arn == arn).ok_or_else(|| {
        let message = "The specified resource does not exist.";
        Refusal::new("NoSuchResource", message).status(404)
    })
}
