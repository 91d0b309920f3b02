//! Bounds of numbers, and lists that the query protocol writes as one text.

use super::refuse;
use crate::input::Input;
use crate::refusal::Refusal;

/// A whole number within bounds.
pub(super) fn number(
    input: &mut Input,
    name: &str,
    range: std::ops::RangeInclusive<i64>,
) -> Result<Option<u32>, Refusal> {
    let Some(number) = input.number(name)? else {
        return Ok(None);
    };
    match u32::try_from(number) {
        Ok(whole) if range.contains(&number) => Ok(Some(whole)),
        _ => Err(refuse::validation(format!(
            "1 validation error detected: Value '{number}' at '{name}' failed to satisfy constraint: Member must have value between {} and {}",
            range.start(),
            range.end()
        ))),
    }
}

/// The page that a Describe call asks for.
pub(super) fn page_of(input: &mut Input) -> Result<(Option<i64>, Option<String>), Refusal> {
    let limit = number(input, "MaxRecords", 1..=100)?;
    Ok((
        Some(i64::from(limit.unwrap_or(50))),
        input.text("NextToken")?,
    ))
}
