//! Tags of certificates.

use serde_json::{Value, json};

use super::named;
use crate::operation::{Answer, Call};
use crate::refusal::Refusal;
use crate::tags::Tags;
use crate::world::World;

pub(super) fn add_tags_to_certificate(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let arn = input.required("CertificateArn")?;
    let tags = Tags::from_list(input.objects("Tags")?, "Key", "Value")?;
    input.finish()?;
    none_is_wrong(&tags)?;
    let found = named(&mut call.here().acm, &arn)?;
    found.tags = found.tags.with(tags, "TooManyTagsException")?;
    Ok(Value::Null)
}

/// A tag that names a value is removed only if it has that value [ACM API: RemoveTagsFromCertificate].
pub(super) fn remove_tags_from_certificate(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let arn = input.required("CertificateArn")?;
    let mut unwanted = Vec::new();
    for mut tag in input.objects("Tags")? {
        unwanted.push((tag.required("Key")?, tag.text("Value")?));
        tag.finish()?;
    }
    input.finish()?;
    let found = named(&mut call.here().acm, &arn)?;
    found.tags.retain(|key, value| {
        let goes = |(name, only): &(String, Option<String>)| {
            name == key && only.as_ref().is_none_or(|v| v == value)
        };
        !unwanted.iter().any(goes)
    });
    Ok(Value::Null)
}

pub(super) fn list_tags_for_certificate(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let arn = input.required("CertificateArn")?;
    input.finish()?;
    let found = named(&mut call.here().acm, &arn)?;
    Ok(json!({"Tags": found.tags.to_list("Key", "Value")}))
}

/// Everything of the region that has tags.
pub(crate) fn tagged<'a>(world: &'a World, region: &str) -> Vec<(String, &'a Tags)> {
    let Some(here) = world.regions.get(region) else {
        return Vec::new();
    };
    here.acm
        .certificates
        .values()
        .map(|found| (found.arn.clone(), &found.tags))
        .collect()
}

fn none_is_wrong(tags: &Tags) -> Result<(), Refusal> {
    if tags.is_empty() {
        return Err(Refusal::new(
            "InvalidParameterException",
            "At least one tag must be specified",
        ));
    }
    Ok(())
}
