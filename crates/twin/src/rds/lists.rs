//! RDS names the members of its lists, in requests (`SubnetIds.SubnetIdentifier.1`) as in answers (`<DBInstance>`); and
//! how it pages and filters.

use serde_json::{Map, Value, json};

use super::refuse;
use crate::input::Input;
use crate::operation::Answer;
use crate::page;
use crate::refusal::Refusal;
use crate::tags::Tags;

/// A list of strings whose members have a name.
pub(super) fn texts(input: &mut Input, name: &str, member: &str) -> Result<Vec<String>, Refusal> {
    if !input.is_structure(name) {
        return input.texts(name);
    }
    let Some(mut list) = input.object(name)? else {
        return Ok(Vec::new());
    };
    let items = list.texts(member)?;
    list.finish()?;
    Ok(items)
}

/// A list of structures whose members have a name.
pub(super) fn objects(input: &mut Input, name: &str, member: &str) -> Result<Vec<Input>, Refusal> {
    if !input.is_structure(name) {
        return input.objects(name);
    }
    let Some(mut list) = input.object(name)? else {
        return Ok(Vec::new());
    };
    let items = list.objects(member)?;
    list.finish()?;
    Ok(items)
}

/// The tags of a create or tag request.
pub(super) fn tags(input: &mut Input) -> Result<Tags, Refusal> {
    Tags::from_list(objects(input, "Tags", "Tag")?, "Key", "Value")
}

/// A list of an answer whose members have this name.
pub(super) fn named(member: &str, items: impl IntoIterator<Item = Value>) -> Value {
    let items: Vec<Value> = items.into_iter().collect();
    Value::Object(Map::from_iter([(
        format!("#{member}"),
        Value::Array(items),
    )]))
}

/// The tags of an answer.
pub(super) fn tag_list(tags: &Tags) -> Value {
    let tags = tags.iter();
    named(
        "Tag",
        tags.map(|(key, value)| json!({"Key": key, "Value": value})),
    )
}

/// What a listing is to leave out. The values of one filter are alternatives, all filters must fit.
pub(super) struct Filters(Vec<(String, Vec<String>)>);

impl Filters {
    /// Reads `Filters`, of which only these names are known.
    pub(super) fn read(input: &mut Input, known: &[&str]) -> Result<Filters, Refusal> {
        let mut filters = Vec::new();
        for mut filter in objects(input, "Filters", "Filter")? {
            let name = filter.required("Name")?;
            let values = texts(&mut filter, "Values", "Value")?;
            filter.finish()?;
            if !known.contains(&name.as_str()) {
                return Err(refuse::value(format!("Unrecognized filter name: {name}")));
            }
            if values.is_empty() {
                return Err(refuse::value(format!("The filter {name} has no values.")));
            }
            filters.push((name, values));
        }
        Ok(Filters(filters))
    }

    /// Whether something fits; `of` says what it has under a filter's name.
    pub(super) fn fit(&self, of: impl Fn(&str) -> Vec<String>) -> bool {
        self.0.iter().all(|(name, values)| {
            let has = of(name);
            values.iter().any(|value| has.contains(value))
        })
    }
}

/// Which part of a listing is asked for.
pub(super) struct Window {
    limit: i64,
    marker: Option<String>,
}

impl Window {
    /// Twenty to a hundred rows [RDS API: MaxRecords].
    pub(super) fn read(input: &mut Input) -> Result<Window, Refusal> {
        let limit = input.number("MaxRecords")?.unwrap_or(100);
        let marker = input.text("Marker")?;
        if !(20..=100).contains(&limit) {
            return Err(refuse::value(format!(
                "Invalid value {limit} for MaxRecords. Must be between 20 and 100"
            )));
        }
        Ok(Window { limit, marker })
    }

    /// `list` is what the answer calls the rows, `member` what it calls each.
    pub(super) fn answer(self, list: &str, member: &str, rows: Vec<Value>) -> Answer {
        let (rows, next) = page::page(rows, Some(self.limit), self.marker)?;
        Ok(json!({ list: named(member, rows), "Marker": next }))
    }
}
