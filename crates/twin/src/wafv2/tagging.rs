//! Tags of web ACLs.

use serde_json::json;

use super::{invalid, missing};
use crate::operation::{Answer, Call};
use crate::tags::Tags;
use crate::world::World;

pub(super) fn list_tags_for_resource(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let arn = input.required("ResourceARN")?;
    // Fifty tags at most are one page, whatever its size.
    input.number("Limit")?;
    input.accept("NextMarker", &[])?;
    input.finish()?;
    let acls = &call.here().wafv2.web_acls;
    let found = acls.get(&arn).ok_or_else(missing)?;
    let tags = found.tags.to_list("Key", "Value");
    Ok(json!({ "TagInfoForResource": { "ResourceARN": arn, "TagList": tags } }))
}

pub(super) fn tag_resource(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let arn = input.required("ResourceARN")?;
    let tags = Tags::from_list(input.objects("Tags")?, "Key", "Value")?;
    input.finish()?;
    if tags.is_empty() {
        return Err(invalid("At least one tag is required", "TAGS", "Tags"));
    }
    let acls = &mut call.here().wafv2.web_acls;
    let found = acls.get_mut(&arn).ok_or_else(missing)?;
    found.tags = found.tags.with(tags, "WAFLimitsExceededException")?;
    Ok(json!({}))
}

pub(super) fn untag_resource(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let arn = input.required("ResourceARN")?;
    let keys = input.texts("TagKeys")?;
    input.finish()?;
    if keys.is_empty() {
        return Err(invalid(
            "At least one tag key is required",
            "TAG_KEYS",
            "TagKeys",
        ));
    }
    let acls = &mut call.here().wafv2.web_acls;
    let found = acls.get_mut(&arn).ok_or_else(missing)?;
    found.tags.retain(|key, _| !keys.contains(key));
    Ok(json!({}))
}

/// Every web ACL of the region with its tags.
pub(crate) fn tagged<'a>(world: &'a World, region: &str) -> Vec<(String, &'a Tags)> {
    let here = world.regions.get(region).map(|here| &here.wafv2);
    let acls = here.into_iter().flat_map(|here| here.web_acls.values());
    acls.map(|it| (it.arn.clone(), &it.tags)).collect()
}
