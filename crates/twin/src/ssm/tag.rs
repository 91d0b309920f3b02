//! Tags of parameters.

use serde_json::{Value, json};

use super::parameter::Parameter;
use crate::input::Input;
use crate::operation::{Answer, Call};
use crate::refusal::Refusal;
use crate::tags::Tags;

pub(super) fn add(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let id = read_id(&mut input)?;
    if !input.has("Tags") {
        return Err(input.missing("Tags"));
    }
    let tags = Tags::from_list(input.objects("Tags")?, "Key", "Value")?;
    input.finish()?;
    let parameter = find(call, &id)?;
    parameter.tags = parameter.tags.with(tags, "TooManyTagsError")?;
    Ok(Value::Null)
}

/// Keys that are not there are passed over.
pub(super) fn remove(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let id = read_id(&mut input)?;
    let keys = input.texts("TagKeys")?;
    input.finish()?;
    find(call, &id)?.tags.retain(|key, _| !keys.contains(key));
    Ok(Value::Null)
}

pub(super) fn list(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let id = read_id(&mut input)?;
    input.finish()?;
    let tags = find(call, &id)?.tags.to_list("Key", "Value");
    Ok(json!({ "TagList": tags }))
}

const OTHERS: [&str; 9] = [
    "Document",
    "ManagedInstance",
    "MaintenanceWindow",
    "PatchBaseline",
    "OpsItem",
    "OpsMetadata",
    "Automation",
    "Association",
    "CloudConnector",
];

/// Reads `ResourceType`, of which the twin has parameters, and `ResourceId`.
fn read_id(input: &mut Input) -> Result<String, Refusal> {
    let kind = input.required("ResourceType")?;
    let id = input.required("ResourceId")?;
    match kind.as_str() {
        "Parameter" => Ok(id),
        other if OTHERS.contains(&other) => Err(Refusal::not_implemented(format_args!(
            "ResourceType={other}"
        ))),
        _ => Err(Refusal::new("InvalidResourceType", "Invalid Resource Type")),
    }
}

fn find<'a>(call: &'a mut Call<'_>, id: &str) -> Result<&'a mut Parameter, Refusal> {
    let found = call.here().ssm.find_mut(id);
    found.ok_or_else(|| Refusal::new("InvalidResourceId", "Invalid Resource Id"))
}
