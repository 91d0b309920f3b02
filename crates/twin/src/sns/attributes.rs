//! Attributes: maps in the query protocol, and the refusals about them.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::input::Input;
use crate::refusal::Refusal;
use crate::wire::ENTRIES;

/// Reads `Attributes.entry.1.key` and `.value`.
pub(super) fn read(input: &mut Input) -> Result<BTreeMap<String, String>, Refusal> {
    let mut attributes = BTreeMap::new();
    let Some(mut map) = input.object("Attributes")? else {
        return Ok(attributes);
    };
    for mut entry in map.objects("entry")? {
        let key = entry.required("key")?;
        let value = entry.text("value")?.unwrap_or_default();
        entry.finish()?;
        attributes.insert(key, value);
    }
    map.finish()?;
    Ok(attributes)
}

/// The answer that shows them.
pub(super) fn answer(attributes: BTreeMap<&str, String>) -> Value {
    let entries = attributes.into_iter();
    let entries = entries.map(|(key, value)| json!({ "key": key, "value": value }));
    json!({ "Attributes": { ENTRIES: entries.collect::<Vec<_>>() } })
}

/// A policy as far as it must be one.
pub(super) fn check_policy(text: &str) -> Result<(), Refusal> {
    let policy = serde_json::from_str::<Value>(text).unwrap_or_default();
    match &policy["Statement"] {
        Value::Array(_) | Value::Object(_) => Ok(()),
        _ => Err(invalid("Policy Error: null")),
    }
}

/// `Invalid parameter: …`, as every refusal of this code begins.
pub(super) fn invalid(what: &str) -> Refusal {
    Refusal::new("InvalidParameter", format!("Invalid parameter: {what}"))
}
