//! Types and values in the words of a message.

use serde_json::Value;
use toml::de::DeValue;

/// A type with its article, for both JSON Schema's and TOML's names of types.
pub(super) fn article(name: &str) -> &'static str {
    match name {
        "object" | "table" => "a table",
        "array" => "a list",
        "string" => "a string",
        "integer" => "a whole number",
        "number" => "a number",
        "float" => "a number with a fraction",
        "boolean" => "true or false",
        _ => "a date or time",
    }
}

/// How to write a value of the wrong type so that it has the right one.
pub(super) fn advice(expected: &str, value: &DeValue<'_>) -> Option<String> {
    let written = match value {
        DeValue::String(text) => return advice_for_string(expected, text),
        DeValue::Integer(number) if number.radix() == 10 => number.as_str().to_owned(),
        DeValue::Float(number) => number.as_str().to_owned(),
        DeValue::Boolean(yes) => yes.to_string(),
        DeValue::Datetime(time) => time.to_string(),
        _ => return None,
    };
    (expected == "string").then(|| format!("write it in quotes: \"{written}\""))
}

fn advice_for_string(expected: &str, text: &str) -> Option<String> {
    let reads_as_expected = match expected {
        "integer" => text.parse::<i64>().is_ok(),
        "number" => text.parse::<f64>().is_ok_and(f64::is_finite),
        "boolean" => matches!(text, "true" | "false"),
        "array" => {
            let words: Vec<_> = text
                .split_whitespace()
                .map(|word| format!("{word:?}"))
                .collect();
            return Some(format!("write a list: [{}]", words.join(", ")));
        }
        _ => false,
    };
    reads_as_expected.then(|| format!("write it without quotes: {text}"))
}

/// A value from the schema's examples, as TOML writes it. For scalars JSON writes them so too.
pub(super) fn in_toml(example: &Value) -> String {
    match example {
        Value::Array(items) => {
            format!(
                "[{}]",
                items.iter().map(in_toml).collect::<Vec<_>>().join(", ")
            )
        }
        Value::Object(members) => {
            let members = members
                .iter()
                .map(|(key, value)| format!("{key} = {}", in_toml(value)));
            format!("{{ {} }}", members.collect::<Vec<_>>().join(", "))
        }
        scalar => scalar.to_string(),
    }
}

/// Words in a row, each marked as code.
pub(super) fn listed<'a>(words: impl Iterator<Item = &'a str>) -> String {
    words
        .map(|word| format!("`{word}`"))
        .collect::<Vec<_>>()
        .join(", ")
}
