//! GetParametersByPath.

use serde_json::json;

use super::filter::{self, Asker};
use super::{public, refuse};
use crate::operation::{Answer, Call};
use crate::page;

pub(super) fn get(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let path = input.required("Path")?;
    let recursive = input.boolean("Recursive")?.unwrap_or(false);
    let filters = filter::read(&mut input, Asker::ByPath)?;
    let decrypt = input.boolean("WithDecryption")?.unwrap_or(false);
    let limit = refuse::limit(&mut input, 10)?;
    let token = input.text("NextToken")?;
    input.finish()?;
    if !path.starts_with('/') {
        return Err(refuse::validation(
            "The parameter doesn't meet the parameter name requirements. The parameter name must begin with a forward slash \"/\". It can't be prefixed with \"aws\" or \"ssm\" (case-insensitive). It must use only letters, numbers, or the following symbols: . (period), - (hyphen), _ (underscore). Special characters are not allowed. All sub-paths, if specified, must use the forward slash symbol \"/\". Valid example: /get/parameters2-/by1./path0_.",
        ));
    }
    public::refuse_listing(&path)?;
    let all = call.here().ssm.parameters.values();
    let mut rows = Vec::new();
    for parameter in all {
        let fits = filters.iter().all(|filter| filter.fits(parameter));
        if fits && filter::is_under(&parameter.name, &path, recursive) {
            rows.push(parameter.view(None, decrypt)?);
        }
    }
    let (rows, next) = page::page(rows, limit, token)?;
    Ok(json!({ "Parameters": rows, "NextToken": next }))
}
