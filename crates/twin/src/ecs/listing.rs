//! Pages of ECS: `maxResults` from 1 to 100 [ECS API: ListClusters and the other listings].

use serde_json::Value;

use super::refuse;
use crate::page;
use crate::refusal::Refusal;

/// One page of `items`, of `usual` size unless said otherwise, and the token of the next one.
pub(super) fn page(
    items: Vec<Value>,
    limit: Option<i64>,
    usual: i64,
    token: Option<String>,
) -> Result<(Vec<Value>, Option<String>), Refusal> {
    let limit = limit.unwrap_or(usual);
    if !(1..=100).contains(&limit) {
        return Err(refuse::parameter("maxResults must be between 1 and 100."));
    }
    page::page(items, Some(limit), token)
}

/// Refuses what DescribeX calls do not include.
pub(super) fn check_include(include: &[String], known: &[&str]) -> Result<(), Refusal> {
    match include.iter().find(|word| !known.contains(&word.as_str())) {
        Some(other) => Err(refuse::parameter(format!(
            "include contains an unknown value: {other}"
        ))),
        None => Ok(()),
    }
}
