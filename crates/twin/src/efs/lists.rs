//! How EFS pages, and how it spells ids.

use serde_json::{Map, Value, json};

use super::refuse;
use crate::input::Input;
use crate::operation::Answer;
use crate::page;
use crate::refusal::Refusal;

/// Which part of a listing is asked for, and what the answer calls the rest of it.
pub(super) struct Window {
    limit: Option<i64>,
    token: Option<String>,
    next: &'static str,
}

impl Window {
    /// `MaxItems` and `Marker`, as the older operations have them.
    pub(super) fn marked(input: &mut Input) -> Result<Window, Refusal> {
        Window::read(input, ["MaxItems", "Marker"], "NextMarker")
    }

    /// `MaxResults` and `NextToken`.
    pub(super) fn tokened(input: &mut Input) -> Result<Window, Refusal> {
        Window::read(input, ["MaxResults", "NextToken"], "NextToken")
    }

    fn read(input: &mut Input, names: [&str; 2], next: &'static str) -> Result<Window, Refusal> {
        let limit = input.number(names[0])?;
        let token = input.text(names[1])?;
        if limit.is_some_and(|limit| limit < 1) {
            return Err(refuse::bad(format!("{} must be at least 1.", names[0])));
        }
        Ok(Window { limit, token, next })
    }

    /// A hundred rows at the most.
    pub(super) fn answer(self, list: &str, rows: Vec<Value>) -> Answer {
        let limit = self.limit.unwrap_or(100).min(100);
        let (rows, next) = page::page(rows, Some(limit), self.token)?;
        let mut answer = Map::new();
        answer.insert(list.to_owned(), json!(rows));
        answer.insert(self.next.to_owned(), json!(next));
        Ok(Value::Object(answer))
    }
}

/// An id, given plainly or at the end of an ARN.
pub(super) fn id(given: &str) -> &str {
    match given.starts_with("arn:") {
        true => given.rsplit('/').next().unwrap_or(given),
        false => given,
    }
}

/// A member whose value is one of these words.
pub(super) fn one_of(
    input: &mut Input,
    name: &str,
    words: &[&str],
) -> Result<Option<String>, Refusal> {
    match input.text(name)? {
        Some(word) if !words.contains(&word.as_str()) => Err(refuse::bad(format!(
            "1 validation error detected: Value '{word}' at '{name}' failed to satisfy constraint: Member must satisfy enum value set: [{}]",
            words.join(", ")
        ))),
        word => Ok(word),
    }
}
