//! IAM's paging: `Marker` in, `Marker` and `IsTruncated` out, `MaxItems` 1 to 1000, 100 when absent.

use serde_json::{Map, Value, json};

use super::refuse;
use crate::input::Input;
use crate::operation::Answer;
use crate::page;
use crate::refusal::Refusal;

/// Where a listing starts and how much of it is wanted.
pub(super) struct Window {
    marker: Option<String>,
    size: i64,
}

impl Window {
    /// Reads `Marker` and `MaxItems`.
    pub(super) fn read(input: &mut Input) -> Result<Window, Refusal> {
        let size = input.number("MaxItems")?.unwrap_or(100);
        if !(1..=1000).contains(&size) {
            return Err(refuse::validation(format!(
                "1 validation error detected: Value '{size}' at 'maxItems' failed to satisfy \
                 constraint: Member must have value between 1 and 1000"
            )));
        }
        Ok(Window {
            marker: input.text("Marker")?,
            size,
        })
    }

    /// The answer that holds this window of `items` as `member`, with `IsTruncated` and `Marker`.
    pub(super) fn answer(self, member: &str, items: Vec<Value>) -> Answer {
        let (items, marker) = page::page(items, Some(self.size), self.marker)?;
        let mut answer = Map::new();
        answer.insert(member.into(), Value::Array(items));
        answer.insert("IsTruncated".into(), json!(marker.is_some()));
        answer.insert("Marker".into(), json!(marker));
        Ok(Value::Object(answer))
    }
}
