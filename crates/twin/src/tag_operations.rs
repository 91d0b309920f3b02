//! `TagResource`, `UntagResource` and `ListTagsForResource` as CloudWatch and EventBridge have them: of whatever has
//! the `ResourceARN`, in lists of `Key` and `Value`. The services say what they have under an ARN.

use serde_json::json;

use crate::operation::{Answer, Call};
use crate::refusal::Refusal;
use crate::tags::Tags;

/// The tags of what has this ARN.
pub(crate) type Find =
    for<'a, 'b, 'c> fn(&'a mut Call<'b>, &'c str) -> Result<&'a mut Tags, Refusal>;

/// `TagResource`; `too_many` is the code for more than fifty.
pub(crate) fn tag(call: &mut Call<'_>, find: Find, too_many: &str) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let arn = input.required("ResourceARN")?;
    if !input.has("Tags") {
        return Err(input.missing("Tags"));
    }
    let tags = Tags::from_list(input.objects("Tags")?, "Key", "Value")?;
    input.finish()?;
    let found = find(call, &arn)?;
    *found = found.with(tags, too_many)?;
    Ok(json!({}))
}

/// `UntagResource`
pub(crate) fn untag(call: &mut Call<'_>, find: Find) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let arn = input.required("ResourceARN")?;
    if !input.has("TagKeys") {
        return Err(input.missing("TagKeys"));
    }
    let keys = input.texts("TagKeys")?;
    input.finish()?;
    find(call, &arn)?.retain(|key, _| !keys.contains(key));
    Ok(json!({}))
}

/// `ListTagsForResource`
pub(crate) fn list(call: &mut Call<'_>, find: Find) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let arn = input.required("ResourceARN")?;
    input.finish()?;
    let tags = find(call, &arn)?.to_list("Key", "Value");
    Ok(json!({ "Tags": tags }))
}
