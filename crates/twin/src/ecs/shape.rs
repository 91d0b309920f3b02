//! The shape of nested JSON, checked member by member: what the shape does not name is refused.

use serde_json::{Map, Value};

use crate::refusal::Refusal;

/// What a value may look like.
pub(super) enum Shape {
    Text,
    Whole,
    Flag,
    OneOf(&'static [&'static str]),
    Texts,
    Wholes,
    /// String to string.
    Map,
    List(&'static [Member]),
    Struct(&'static [Member]),
}

/// A member of a structure.
pub(super) struct Member {
    pub(super) name: &'static str,
    shape: Shape,
    required: bool,
}

pub(super) const fn may(name: &'static str, shape: Shape) -> Member {
    Member {
        name,
        shape,
        required: false,
    }
}

pub(super) const fn must(name: &'static str, shape: Shape) -> Member {
    Member {
        name,
        shape,
        required: true,
    }
}

/// Checks `value` against `shape` and gives it back without its nulls.
pub(super) fn check(value: Value, shape: &Shape, path: &str) -> Result<Value, Refusal> {
    match (shape, value) {
        (Shape::Text, Value::String(text)) => Ok(Value::String(text)),
        (Shape::Whole, Value::Number(number)) if number.is_i64() => Ok(Value::Number(number)),
        (Shape::Flag, Value::Bool(flag)) => Ok(Value::Bool(flag)),
        (Shape::OneOf(words), Value::String(word)) => one_of(word, words, path),
        (Shape::Texts, Value::Array(items)) => each(items, &Shape::Text, path),
        (Shape::Wholes, Value::Array(items)) => each(items, &Shape::Whole, path),
        (Shape::List(members), Value::Array(items)) => each(items, &Shape::Struct(members), path),
        (Shape::Struct(members), Value::Object(fields)) => structure(fields, members, path),
        (Shape::Map, Value::Object(fields)) => fields
            .into_iter()
            .map(|(key, value)| {
                let at = format!("{path}.{key}");
                Ok((key, check(value, &Shape::Text, &at)?))
            })
            .collect::<Result<Map<_, _>, Refusal>>()
            .map(Value::Object),
        (shape, value) => Err(Refusal::new(
            "SerializationException",
            format!("{path} must be {}, got {value}", describe(shape)),
        )),
    }
}

fn structure(
    mut fields: Map<String, Value>,
    members: &[Member],
    path: &str,
) -> Result<Value, Refusal> {
    let mut clean = Map::new();
    for member in members {
        match fields.remove(member.name).filter(|value| !value.is_null()) {
            Some(value) => {
                let at = format!("{path}.{}", member.name);
                clean.insert(member.name.to_owned(), check(value, &member.shape, &at)?);
            }
            None if member.required => {
                return Err(super::refuse::client(format!(
                    "{path}.{} is required.",
                    member.name
                )));
            }
            None => {}
        }
    }
    match fields.into_iter().find(|(_, value)| !value.is_null()) {
        Some((name, _)) => Err(Refusal::not_implemented(format_args!(
            "parameter {path}.{name}"
        ))),
        None => Ok(Value::Object(clean)),
    }
}

fn each(items: Vec<Value>, shape: &Shape, path: &str) -> Result<Value, Refusal> {
    let checked = items.into_iter().enumerate();
    let checked = checked.map(|(index, item)| check(item, shape, &format!("{path}[{index}]")));
    checked.collect::<Result<Vec<_>, _>>().map(Value::Array)
}

fn one_of(word: String, words: &[&str], path: &str) -> Result<Value, Refusal> {
    if words.contains(&word.as_str()) {
        return Ok(Value::String(word));
    }
    Err(super::refuse::parameter(format!(
        "1 validation error detected: Value '{word}' at '{path}' failed to satisfy constraint: Member must satisfy enum value set: [{}]",
        words.join(", ")
    )))
}

fn describe(shape: &Shape) -> &'static str {
    match shape {
        Shape::Text | Shape::OneOf(_) => "a string",
        Shape::Whole => "an integer",
        Shape::Flag => "a boolean",
        Shape::Texts | Shape::Wholes | Shape::List(_) => "a list",
        Shape::Map => "a map",
        Shape::Struct(_) => "a structure",
    }
}
