//! DescribeParameters: everything but the values.

use serde_json::json;

use super::filter::{self, Asker};
use super::refuse;
use crate::operation::{Answer, Call};
use crate::page;

pub(super) fn describe(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let old = filter::read_old(&mut input)?;
    let new = filter::read(&mut input, Asker::Describe)?;
    let limit = refuse::limit(&mut input, 50)?;
    let token = input.text("NextToken")?;
    input.accept("Shared", &[json!(false)])?;
    input.finish()?;
    if !old.is_empty() && !new.is_empty() {
        return Err(refuse::validation(
            "You can use either Filters or ParameterFilters in a single request.",
        ));
    }
    let all = call.here().ssm.parameters.values();
    let rows = all
        .filter(|parameter| old.iter().chain(&new).all(|it| it.fits(parameter)))
        .filter_map(|parameter| {
            let (number, version) = parameter.version(None).ok()?;
            let mut row = parameter.metadata(number, version);
            row["ARN"] = json!(parameter.arn);
            Some(row)
        });
    let (rows, next) = page::page(rows.collect(), limit, token)?;
    Ok(json!({ "Parameters": rows, "NextToken": next }))
}
