//! Timestamps in the answers of services that speak several protocols, each of which spells them in its own way.

use serde_json::{Value, json};

use crate::clock::Millis;

/// The one member of a structure that stands for a time.
const MARK: &str = "$time";

/// A time in an answer; the protocol spells it.
pub(crate) fn timestamp(at: Millis) -> Value {
    json!({ MARK: at.0 })
}

/// Replaces every time by what the protocol writes for it.
pub(super) fn spell(value: &mut Value, how: fn(Millis) -> Value) {
    if let Some(at) = marked(value) {
        *value = how(at);
        return;
    }
    match value {
        Value::Object(fields) => fields.values_mut().for_each(|value| spell(value, how)),
        Value::Array(items) => items.iter_mut().for_each(|value| spell(value, how)),
        _ => {}
    }
}

/// As XML has them.
pub(super) fn iso(at: Millis) -> Value {
    let whole = at.iso8601();
    match at.0 % 1000 {
        0 => json!(whole),
        part => json!(format!("{}.{part:03}Z", whole.trim_end_matches('Z'))),
    }
}

/// As JSON has them: whole seconds without a fraction.
pub(super) fn number(at: Millis) -> Value {
    match at.0 % 1000 {
        0 => json!(at.0 / 1000),
        _ => json!(at.epoch_seconds()),
    }
}

/// The seconds of a value that is a time.
pub(super) fn seconds(value: &Value) -> Option<Value> {
    marked(value).map(number)
}

fn marked(value: &Value) -> Option<Millis> {
    match value {
        Value::Object(fields) if fields.len() == 1 => fields.get(MARK)?.as_u64().map(Millis),
        _ => None,
    }
}
