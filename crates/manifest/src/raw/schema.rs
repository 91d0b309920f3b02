//! JSON Schemas of the two definitions, for editors: every member with AWS's own page on it.

use serde_json::{Map, Value, json};

use super::shapes::{Definition, SHAPES, Shape, Type, page};

/// The JSON Schema (draft 2020-12) of a file that `task_definition` names.
pub fn task_definition_schema() -> Value {
    schema(Definition::Task, "ECS task definition for Ashore")
}

/// The JSON Schema (draft 2020-12) of a file that `service_definition` names.
pub fn service_definition_schema() -> Value {
    schema(Definition::Service, "ECS service definition for Ashore")
}

fn schema(of: Definition, title: &str) -> Value {
    let definitions: Map<String, Value> = SHAPES
        .iter()
        .map(|(name, shape)| ((*name).to_owned(), shape_schema(name, shape)))
        .collect();
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": title,
        "$ref": format!("#/$defs/{}", of.shape()),
        "$defs": definitions,
    })
}

fn shape_schema(name: &str, shape: &Shape) -> Value {
    match shape {
        // A variable may stand for one of the words.
        Shape::Words(words) => json!({
            "anyOf": [{ "enum": words }, { "type": "string", "pattern": r"\$\{.+\}" }],
        }),
        Shape::Members(members) => {
            let properties: Map<String, Value> = members
                .iter()
                .map(|member| {
                    let mut schema = type_schema(&member.of);
                    schema["description"] = json!(page(name, member.name));
                    (member.name.to_owned(), schema)
                })
                .collect();
            let required = members.iter().filter(|member| member.required);
            let required: Vec<_> = required.map(|member| member.name).collect();
            json!({
                "type": "object",
                "properties": properties,
                "required": required,
                "additionalProperties": false,
            })
        }
    }
}

fn type_schema(of: &Type) -> Value {
    match of {
        Type::Text => json!({ "type": "string" }),
        Type::Integer => json!({ "type": "integer" }),
        Type::Number => json!({ "type": "number" }),
        Type::Truth => json!({ "type": "boolean" }),
        Type::Texts => json!({ "type": "object", "additionalProperties": { "type": "string" } }),
        Type::List(item) => json!({ "type": "array", "items": type_schema(item) }),
        Type::Named(name) => json!({ "$ref": format!("#/$defs/{name}") }),
    }
}
