//! The JSON Schema of the manifest, made from the types in `schema.rs`.
//!
//! Editors read it, and so does `structure.rs`: what an editor underlines and what `ashore check` reports
//! come from one description.

use schemars::Schema;
use schemars::generate::SchemaSettings;
use schemars::transform::{Transform, transform_subschemas};
use serde_json::Value;

use crate::overlay_schema::add_overlays;
use crate::schema::File;

/// The JSON Schema (draft 2020-12) of `ashore.toml`.
pub fn json_schema() -> Value {
    let mut schema = SchemaSettings::draft2020_12()
        .with_transform(WithoutNull)
        .with_transform(Unwrapped)
        .into_generator()
        .into_root_schema_for::<File>()
        .to_value();
    add_overlays(&mut schema);
    schema
}

/// TOML has no null, so a key that may be left out is not one that may be null.
#[derive(Clone, Debug)]
struct WithoutNull;

impl Transform for WithoutNull {
    fn transform(&mut self, schema: &mut Schema) {
        if let Some(Value::Array(types)) = schema.get_mut("type") {
            types.retain(|name| name != "null");
            if let [only] = types.as_slice() {
                let only = only.clone();
                schema.insert("type".to_owned(), only);
            }
        }
        if let Some(Value::Array(choices)) = schema.get_mut("anyOf") {
            choices.retain(|choice| choice.get("type").is_none_or(|name| name != "null"));
            if let [Value::Object(only)] = choices.as_slice() {
                let only = only.clone();
                schema.remove("anyOf");
                for (key, value) in only {
                    schema.insert(key, value);
                }
            }
        }
        transform_subschemas(self, schema);
    }
}

/// Doc comments break their lines where the source does, and editors would too.
#[derive(Clone, Debug)]
struct Unwrapped;

impl Transform for Unwrapped {
    fn transform(&mut self, schema: &mut Schema) {
        if let Some(Value::String(description)) = schema.get_mut("description") {
            let paragraphs = description
                .split("\n\n")
                .map(|text| text.replace('\n', " "));
            *description = paragraphs.collect::<Vec<_>>().join("\n\n");
        }
        transform_subschemas(self, schema);
    }
}
