//! How Cloud Map pages and filters, and how it spells ids.

use serde_json::{Map, Value, json};

use super::refuse;
use crate::input::Input;
use crate::operation::Answer;
use crate::page;
use crate::refusal::Refusal;
use crate::tags::Tags;

/// Which part of a listing is asked for.
pub(super) struct Window {
    limit: i64,
    token: Option<String>,
}

impl Window {
    pub(super) fn read(input: &mut Input) -> Result<Window, Refusal> {
        let limit = input.number("MaxResults")?.unwrap_or(100);
        let token = input.text("NextToken")?;
        if !(1..=100).contains(&limit) {
            return Err(refuse::input("MaxResults must be between 1 and 100."));
        }
        Ok(Window { limit, token })
    }

    pub(super) fn answer(self, list: &str, rows: Vec<Value>) -> Answer {
        let (rows, next) = page::page(rows, Some(self.limit), self.token)?;
        let mut answer = Map::new();
        answer.insert(list.to_owned(), json!(rows));
        answer.insert("NextToken".to_owned(), json!(next));
        Ok(Value::Object(answer))
    }
}

/// What a listing is to leave out: by equality, or by several values of which one must fit.
pub(super) struct Filters(Vec<(String, Vec<String>)>);

impl Filters {
    pub(super) fn read(input: &mut Input, known: &[&str]) -> Result<Filters, Refusal> {
        let mut filters = Vec::new();
        for mut filter in input.objects("Filters")? {
            let name = filter.required("Name")?;
            let values = filter.texts("Values")?;
            let condition = filter.text("Condition")?.unwrap_or_else(|| "EQ".to_owned());
            filter.finish()?;
            if !known.contains(&name.as_str()) {
                return Err(refuse::input(format!("Unknown filter {name}.")));
            }
            match (condition.as_str(), values.len()) {
                ("EQ", 1) | ("IN", 1..) => filters.push((name, values)),
                ("EQ" | "IN", _) => {
                    return Err(refuse::input(format!(
                        "The filter {name} has a wrong number of values."
                    )));
                }
                (other, _) => {
                    return Err(Refusal::not_implemented(format_args!(
                        "the filter condition {other}"
                    )));
                }
            }
        }
        Ok(Filters(filters))
    }

    /// Whether something fits; `of` says what it has under a filter's name.
    pub(super) fn fit(&self, of: impl Fn(&str) -> String) -> bool {
        self.0
            .iter()
            .all(|(name, values)| values.contains(&of(name)))
    }
}

/// An id, given plainly or at the end of an ARN.
pub(super) fn id(given: &str) -> &str {
    match given.starts_with("arn:") {
        true => given.rsplit('/').next().unwrap_or(given),
        false => given,
    }
}

pub(super) fn tags(input: &mut Input) -> Result<Tags, Refusal> {
    Tags::from_list(input.objects("Tags")?, "Key", "Value")
}

/// Descriptions and request ids have limits [service model: ResourceDescription, ResourceId].
pub(super) fn text(
    input: &mut Input,
    name: &str,
    longest: usize,
) -> Result<Option<String>, Refusal> {
    match input.text(name)? {
        Some(text) if text.chars().count() > longest => Err(refuse::input(format!(
            "{name} must not have more than {longest} characters."
        ))),
        text => Ok(text),
    }
}

/// Seconds that resolvers may keep an answer.
pub(super) fn ttl(input: &mut Input) -> Result<i64, Refusal> {
    let ttl = input.number("TTL")?.ok_or_else(|| input.missing("TTL"))?;
    match (0..=i64::from(i32::MAX)).contains(&ttl) {
        true => Ok(ttl),
        false => Err(refuse::input("TTL must be between 0 and 2147483647.")),
    }
}
