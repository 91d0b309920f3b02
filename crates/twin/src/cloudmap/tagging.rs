//! Tags of namespaces and services, by their ARN.

use serde_json::json;

use super::{CloudMap, lists};
use crate::operation::{Answer, Call};
use crate::refusal::Refusal;
use crate::tags::Tags;

pub(super) fn tag(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let arn = input.required("ResourceARN")?;
    if !input.has("Tags") {
        return Err(input.missing("Tags"));
    }
    let tags = lists::tags(&mut input)?;
    input.finish()?;
    let found = of(&mut call.here().cloudmap, &arn)?;
    *found = found.with(tags, "TooManyTagsException")?;
    Ok(json!({}))
}

pub(super) fn untag(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let arn = input.required("ResourceARN")?;
    let keys = input.texts("TagKeys")?;
    input.finish()?;
    of(&mut call.here().cloudmap, &arn)?.retain(|key, _| !keys.contains(key));
    Ok(json!({}))
}

pub(super) fn list(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let arn = input.required("ResourceARN")?;
    input.finish()?;
    let tags = of(&mut call.here().cloudmap, &arn)?;
    Ok(json!({ "Tags": tags.to_list("Key", "Value") }))
}

fn of<'a>(map: &'a mut CloudMap, arn: &str) -> Result<&'a mut Tags, Refusal> {
    let namespaces = map
        .namespaces
        .values_mut()
        .filter(|it| it.ready && it.arn == arn);
    let services = map.services.values_mut().filter(|it| it.arn == arn);
    let namespaces = namespaces.map(|it| &mut it.tags);
    let mut all = namespaces.chain(services.map(|it| &mut it.tags));
    all.next().ok_or_else(|| {
        let message = format!("The resource {arn} was not found.");
        Refusal::new("ResourceNotFoundException", message).status(404)
    })
}
