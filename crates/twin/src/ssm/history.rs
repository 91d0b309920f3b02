//! GetParameterHistory.

use serde_json::{Value, json};

use super::refuse;
use crate::operation::{Answer, Call};
use crate::page;

pub(super) fn get(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let name = input.required("Name")?;
    let decrypt = input.boolean("WithDecryption")?.unwrap_or(false);
    let limit = refuse::limit(&mut input, 50)?;
    let token = input.text("NextToken")?;
    input.finish()?;
    let parameter = call.here().ssm.find(&name);
    let parameter = parameter.ok_or_else(|| refuse::not_found(&name))?;
    let rows = parameter.versions.iter().map(|(number, version)| {
        let mut row = parameter.metadata(*number, version);
        row["Value"] = json!(parameter.shown(*number, version, decrypt));
        row["Labels"] = json!([]);
        row
    });
    let rows: Vec<Value> = rows.collect();
    let (rows, next) = page::page(rows, limit, token)?;
    Ok(json!({ "Parameters": rows, "NextToken": next }))
}
