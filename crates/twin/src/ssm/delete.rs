//! DeleteParameter and DeleteParameters. A name can be used again at once [SSM API: DeleteParameter advises to wait 30
//! seconds; the twin does not refuse what AWS only advises against].

use serde_json::{Value, json};

use super::refuse;
use crate::operation::{Answer, Call};

pub(super) fn one(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let name = input.required("Name")?;
    input.finish()?;
    if remove(call, &name) {
        return Ok(Value::Null);
    }
    Err(refuse::not_found(&name))
}

/// What is not there is listed, not refused [SSM API: DeleteParameters InvalidParameters].
pub(super) fn several(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let names = refuse::names(&mut input)?;
    input.finish()?;
    let (deleted, invalid): (Vec<String>, Vec<String>) =
        names.into_iter().partition(|name| remove(call, name));
    Ok(json!({ "DeletedParameters": deleted, "InvalidParameters": invalid }))
}

fn remove(call: &mut Call<'_>, name: &str) -> bool {
    let parameters = &mut call.here().ssm;
    let name = parameters.find(name).map(|found| found.name.clone());
    name.is_some_and(|name| parameters.parameters.remove(&name).is_some())
}
