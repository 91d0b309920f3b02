//! Tags of file systems and access points.

use serde_json::{Value, json};

use super::{Efs, access_point, file_system, lists, refuse};
use crate::input::Input;
use crate::operation::{Answer, Call};
use crate::refusal::Refusal;
use crate::tags::Tags;

pub(super) fn tag(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let given = input.required("ResourceId")?;
    if !input.has("Tags") {
        return Err(input.missing("Tags"));
    }
    let tags = Tags::from_list(input.objects("Tags")?, "Key", "Value")?;
    input.finish()?;
    let found = of(&mut call.here().efs, &given)?;
    *found = found.with(tags, "BadRequest")?;
    Ok(Value::Null)
}

pub(super) fn untag(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let given = input.required("ResourceId")?;
    let keys = read_keys(&mut input)?;
    input.finish()?;
    if keys.is_empty() {
        return Err(refuse::bad("At least one tag key must be specified."));
    }
    of(&mut call.here().efs, &given)?.retain(|key, _| !keys.contains(key));
    Ok(Value::Null)
}

pub(super) fn list(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let given = input.required("ResourceId")?;
    let window = lists::Window::tokened(&mut input)?;
    input.finish()?;
    let tags = of(&mut call.here().efs, &given)?;
    let rows = tags
        .iter()
        .map(|(key, value)| json!({ "Key": key, "Value": value }));
    window.answer("Tags", rows.collect())
}

/// One key in the query is one key, several are a list.
fn read_keys(input: &mut Input) -> Result<Vec<String>, Refusal> {
    match input.raw("tagKeys") {
        None => Ok(Vec::new()),
        Some(Value::String(key)) => Ok(vec![key]),
        Some(Value::Array(keys)) => Ok(keys
            .iter()
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect()),
        Some(_) => Err(refuse::bad("tagKeys must be strings.")),
    }
}

fn of<'a>(efs: &'a mut Efs, given: &str) -> Result<&'a mut Tags, Refusal> {
    let id = lists::id(given);
    if id.starts_with("fsap-") {
        return Ok(&mut access_point::find(efs, id)?.tags);
    }
    if id.starts_with("fs-") {
        return Ok(&mut file_system::find(efs, id)?.tags);
    }
    Err(refuse::bad(format!(
        "'{given}' is neither a file system nor an access point."
    )))
}
