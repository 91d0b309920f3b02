//! The JSON Schema of an environment's overlay: that of the whole file, where nothing must be there.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

/// What an environment cannot differ in: the format, the app that it is an environment of, and environments.
const FIXED: [&str; 3] = ["version", "app", "environments"];

const ENVIRONMENT: &str = "EnvironmentSection";

/// Gives the environment's definition the keys of the file, and each definition that demands a key a second form
/// that does not.
pub(crate) fn add_overlays(schema: &mut Value) {
    let Some(definitions) = schema.get("$defs").and_then(Value::as_object).cloned() else {
        return;
    };
    let keys = schema.get("properties").and_then(Value::as_object).cloned();
    let keys = keys.unwrap_or_default();
    let mut reached = BTreeSet::new();
    for below in keys.values() {
        reach(below, &definitions, &mut reached);
    }
    let relaxed: BTreeSet<_> = demanding(&definitions)
        .intersection(&reached)
        .cloned()
        .collect();
    let keys: Vec<_> = keys
        .into_iter()
        .filter(|(key, _)| !FIXED.contains(&key.as_str()))
        .map(|(key, mut below)| {
            relax(&mut below, &relaxed);
            (key, below)
        })
        .collect();
    let Some(all) = schema.get_mut("$defs").and_then(Value::as_object_mut) else {
        return;
    };
    for name in &relaxed {
        let mut definition = definitions[name].clone();
        relax(&mut definition, &relaxed);
        all.insert(overlay(name), definition);
    }
    if let Some(Value::Object(own)) = all
        .get_mut(ENVIRONMENT)
        .and_then(|environment| environment.get_mut("properties"))
    {
        own.extend(keys);
    }
}

/// The definitions that demand a key, or lead to one that does.
fn demanding(definitions: &Map<String, Value>) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    loop {
        let before = found.len();
        for (name, definition) in definitions {
            let demands = definition.get("required").is_some();
            let leads = || {
                let mut changed = definition.clone();
                relax(&mut changed, &found);
                changed != *definition
            };
            if name != ENVIRONMENT && !found.contains(name) && (demands || leads()) {
                found.insert(name.clone());
            }
        }
        if found.len() == before {
            return found;
        }
    }
}

/// The definitions that a schema leads to, but for what is in lists.
fn reach(schema: &Value, definitions: &Map<String, Value>, reached: &mut BTreeSet<String>) {
    let reference = schema.get("$ref").and_then(Value::as_str);
    if let Some(name) = reference.and_then(|it| it.strip_prefix("#/$defs/"))
        && let Some(definition) = definitions.get(name)
        && reached.insert(name.to_owned())
    {
        reach(definition, definitions, reached);
    }
    let properties = schema.get("properties").and_then(Value::as_object);
    let below = properties.into_iter().flat_map(Map::values);
    for below in below.chain(schema.get("additionalProperties")) {
        reach(below, definitions, reached);
    }
}

/// Takes away what must be there, and leads to the relaxed forms. What is in a list stays: it is replaced as a whole.
fn relax(schema: &mut Value, relaxed: &BTreeSet<String>) {
    let Value::Object(schema) = schema else {
        return;
    };
    schema.remove("required");
    schema.remove("minProperties");
    if let Some(Value::String(reference)) = schema.get_mut("$ref")
        && let Some(name) = reference.strip_prefix("#/$defs/")
        && relaxed.contains(name)
    {
        *reference = format!("#/$defs/{}", overlay(name));
    }
    if let Some(Value::Object(properties)) = schema.get_mut("properties") {
        properties
            .values_mut()
            .for_each(|below| relax(below, relaxed));
    }
    if let Some(below) = schema.get_mut("additionalProperties") {
        relax(below, relaxed);
    }
}

fn overlay(name: &str) -> String {
    format!("{name}Overlay")
}
