//! Compares a parsed document with the JSON Schema: keys, types, choices and bounds.
//!
//! What is wrong is reported and taken out of the document, so that what is left always fits the types
//! of `schema.rs` and the rules of `validate/` can still be checked on it. It knows the small part of
//! JSON Schema that those types produce, and nothing of what the keys mean.

use std::collections::BTreeSet;

use serde_json::{Map, Value};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::codes::Code;
use crate::diagnostic::Diagnostic;
use crate::did_you_mean::did_you_mean;
use crate::located::Span;
use crate::planned::{is_planned_key, is_planned_value, planned_interpolation};

/// What the comparison found.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    /// Every mistake.
    pub(crate) diagnostics: Vec<Diagnostic>,
    /// The keys that were taken out or are missing, so that nobody complains about them again.
    pub(crate) spoiled: BTreeSet<String>,
}

/// Compares, reports and prunes.
pub(crate) fn check_structure(document: &mut DeTable<'_>, schema: &Value) -> Findings {
    let mut check = Check {
        root: schema,
        findings: Findings::default(),
    };
    check.table(&[], schema, document, 0..0);
    check.findings
}

/// A key path as messages write it. Keys of the user's that need quotes get them.
pub(crate) fn dotted(path: &[&str]) -> String {
    path.iter()
        .map(|key| quoted(key))
        .collect::<Vec<_>>()
        .join(".")
}

fn quoted(key: &str) -> String {
    let bare = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if !key.is_empty() && key.chars().all(bare) {
        key.to_owned()
    } else {
        format!("{key:?}")
    }
}

struct Check<'s> {
    root: &'s Value,
    findings: Findings,
}

impl<'s> Check<'s> {
    fn table(&mut self, path: &[&str], schema: &'s Value, table: &mut DeTable<'_>, name: Span) {
        let known = schema.get("properties").and_then(Value::as_object);
        let any = schema
            .get("additionalProperties")
            .filter(|schema| schema.is_object());

        for required in schema
            .get("required")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
        {
            let Some(key) = required.as_str().filter(|key| !table.contains_key(*key)) else {
                continue;
            };
            self.missing(
                &[path, &[key]].concat(),
                known.and_then(|known| known.get(key)),
                &name,
            );
        }

        let mut wrong = BTreeSet::new();
        for (key, value) in table.iter_mut() {
            let word: &str = key.get_ref();
            let path = [path, &[word]].concat();
            let fits = match known.and_then(|known| known.get(word)).or(any) {
                Some(schema) => self.value(&path, self.resolve(schema), value, key.span()),
                None => {
                    self.unknown(&path, known, key.span());
                    false
                }
            };
            if !fits {
                wrong.insert(word.to_owned());
                self.findings.spoiled.insert(dotted(&path));
            }
        }
        for key in &wrong {
            table.remove(key.as_str());
        }
    }

    /// Says whether the value may stay. A table stays without its own mistakes.
    fn value(
        &mut self,
        path: &[&str],
        schema: &'s Value,
        value: &mut Spanned<DeValue<'_>>,
        name: Span,
    ) -> bool {
        let span = value.span();
        match (type_of(schema), value.get_mut()) {
            ("object", DeValue::Table(table)) => {
                self.table(path, schema, table, name);
                true
            }
            ("array", DeValue::Array(array)) => {
                let items = schema.get("items").map(|items| self.resolve(items));
                let mut fits = true;
                for item in array.iter() {
                    fits &= items.is_none_or(|items| self.scalar(path, items, item));
                }
                fits
            }
            ("object" | "array", other) => {
                let advice = advice(type_of(schema), other);
                self.wrong_type(path, schema, other, span, advice);
                false
            }
            _ => self.scalar(path, schema, value),
        }
    }

    fn scalar(&mut self, path: &[&str], schema: &'s Value, value: &Spanned<DeValue<'_>>) -> bool {
        let span = value.span();
        match (type_of(schema), value.get_ref()) {
            ("string", DeValue::String(text)) => self.text(path, schema, text, span),
            ("boolean", DeValue::Boolean(_)) => true,
            ("integer", DeValue::Integer(written)) => {
                let number = i64::from_str_radix(written.as_str(), written.radix()).ok();
                self.bounds(path, schema, number, span)
            }
            ("number", DeValue::Integer(_)) => true,
            ("number", DeValue::Float(written)) => {
                let finite = written.as_str().parse::<f64>().is_ok_and(f64::is_finite);
                if !finite {
                    self.bounds(path, schema, None, span);
                }
                finite
            }
            (expected, other) => {
                let advice = advice(expected, other);
                self.wrong_type(path, schema, other, span, advice);
                false
            }
        }
    }

    fn text(&mut self, path: &[&str], schema: &Value, text: &str, span: Span) -> bool {
        if let Some(planned) = planned_interpolation(text) {
            self.findings.diagnostics.push(
                Diagnostic::new(
                    Code::NotSupportedYet,
                    span,
                    format!(
                        "`{planned}` in `{}` is known but not supported by this version",
                        dotted(path)
                    ),
                )
                .help("write the value itself"),
            );
            return false;
        }
        let choices = choices(schema);
        if choices.is_empty() || choices.contains(&text) {
            return true;
        }
        let listed = choices
            .iter()
            .map(|choice| format!("`{choice}`"))
            .collect::<Vec<_>>()
            .join(", ");
        let (code, message) = if is_planned_value(path, text) {
            let message = format!(
                "`{} = {text:?}` is known but not supported by this version",
                dotted(path)
            );
            (Code::NotSupportedYet, message)
        } else {
            (
                Code::NotAChoice,
                format!("`{}` cannot be {text:?}", dotted(path)),
            )
        };
        let mut diagnostic = Diagnostic::new(code, span, message);
        if let Some(near) = did_you_mean(text, choices.iter().copied()) {
            diagnostic = diagnostic.label(format!("did you mean `{near}`?"));
        }
        self.findings
            .diagnostics
            .push(diagnostic.help(format!("this version has: {listed}")));
        false
    }

    fn bounds(&mut self, path: &[&str], schema: &Value, number: Option<i64>, span: Span) -> bool {
        let least = schema.get("minimum").and_then(Value::as_i64);
        let most = schema.get("maximum").and_then(Value::as_i64);
        let inside = |number: i64| {
            least.is_none_or(|least| number >= least) && most.is_none_or(|most| number <= most)
        };
        if number.is_some_and(inside) {
            return true;
        }
        let range = match (least, most) {
            (Some(least), Some(most)) => format!("from {least} to {most}"),
            (Some(least), None) => format!("of at least {least}"),
            (None, Some(most)) => format!("of at most {most}"),
            (None, None) => "of ordinary size".to_owned(),
        };
        self.findings.diagnostics.push(
            Diagnostic::new(
                Code::OutOfRange,
                span,
                format!("`{}` is out of range", dotted(path)),
            )
            .label(format!("must be a number {range}")),
        );
        false
    }

    fn missing(&mut self, path: &[&str], schema: Option<&'s Value>, name: &Span) {
        let key = path.last().copied().unwrap_or_default();
        let mut diagnostic = Diagnostic::new(
            Code::MissingKey,
            name.clone(),
            format!("`{}` is missing", dotted(path)),
        );
        let example = schema.and_then(|schema| schema.get("examples")?.get(0));
        if let Some(example) = example {
            diagnostic =
                diagnostic.help(format!("write for example: {key} = {}", in_toml(example)));
        } else if type_of(schema.unwrap_or(&Value::Null)) == "object" {
            diagnostic =
                diagnostic.help(format!("write a section for it: [{}.NAME]", dotted(path)));
        }
        self.findings.spoiled.insert(dotted(path));
        self.findings.diagnostics.push(diagnostic);
    }

    fn unknown(&mut self, path: &[&str], known: Option<&Map<String, Value>>, span: Span) {
        let key = path.last().copied().unwrap_or_default();
        let written = dotted(path);
        let diagnostic = if is_planned_key(path) {
            let what = if path.len() == 1 {
                "the section"
            } else {
                "the key"
            };
            Diagnostic::new(
                Code::NotSupportedYet,
                span,
                format!("{what} `{written}` is known but not supported by this version"),
            )
            .help("take it out, or use a version that has it")
        } else {
            let diagnostic =
                Diagnostic::new(Code::UnknownKey, span, format!("unknown key `{written}`"));
            let siblings = || known.into_iter().flatten().map(|(key, _)| key.as_str());
            let elsewhere = self.places_of(key);
            if let Some(near) = did_you_mean(key, siblings()) {
                diagnostic.label(format!("did you mean `{near}`?"))
            } else if !elsewhere.is_empty() {
                diagnostic.help(format!("`{key}` belongs in {}", elsewhere.join(" or ")))
            } else {
                let listed = siblings()
                    .map(|key| format!("`{key}`"))
                    .collect::<Vec<_>>()
                    .join(", ");
                diagnostic.help(format!("keys that can stand here: {listed}"))
            }
        };
        self.findings.diagnostics.push(diagnostic);
    }

    fn wrong_type(
        &mut self,
        path: &[&str],
        schema: &Value,
        value: &DeValue<'_>,
        span: Span,
        advice: Option<String>,
    ) {
        let written = dotted(path);
        // An image taken from another service is a table in the design.
        if is_planned_table(path, value) {
            self.findings.diagnostics.push(Diagnostic::new(
                Code::NotSupportedYet,
                span,
                format!("a table as `{written}` is known but not supported by this version"),
            ));
            return;
        }
        let mut diagnostic = Diagnostic::new(
            Code::WrongType,
            span,
            format!("`{written}` must be {}", article(type_of(schema))),
        )
        .label(format!("this is {}", article(value.type_str())));
        if let Some(advice) = advice {
            diagnostic = diagnostic.help(advice);
        }
        self.findings.diagnostics.push(diagnostic);
    }

    /// The sections in which a key of this name can stand.
    fn places_of(&self, key: &str) -> Vec<String> {
        let mut places = Vec::new();
        self.walk(self.root, &mut Vec::new(), &mut |path, properties| {
            if properties.contains_key(key) {
                places.push(if path.is_empty() {
                    "the top of the file".to_owned()
                } else {
                    format!("[{}]", path.join("."))
                });
            }
        });
        places
    }

    fn walk(
        &self,
        schema: &'s Value,
        path: &mut Vec<&'s str>,
        visit: &mut impl FnMut(&[&'s str], &Map<String, Value>),
    ) {
        // The schema is a tree of three levels; the bound is for the day when it is not.
        const DEEPEST: usize = 8;
        if path.len() > DEEPEST {
            return;
        }
        if let Some(properties) = schema.get("properties").and_then(Value::as_object) {
            visit(path, properties);
            for (key, below) in properties {
                path.push(key);
                self.walk(self.resolve(below), path, visit);
                path.pop();
            }
        }
        if let Some(any) = schema
            .get("additionalProperties")
            .filter(|any| any.is_object())
        {
            path.push("NAME");
            self.walk(self.resolve(any), path, visit);
            path.pop();
        }
    }

    /// Follows `$ref`, which is always to the schema's own definitions.
    fn resolve(&self, schema: &'s Value) -> &'s Value {
        schema
            .get("$ref")
            .and_then(Value::as_str)
            .and_then(|reference| self.root.pointer(reference.strip_prefix('#')?))
            .unwrap_or(schema)
    }
}

fn is_planned_table(path: &[&str], value: &DeValue<'_>) -> bool {
    matches!(path, ["services", _, "image"]) && value.is_table()
}

/// The JSON Schema name of the type; an enum whose variants are documented one by one has none.
fn type_of(schema: &Value) -> &str {
    schema
        .get("type")
        .and_then(Value::as_str)
        .unwrap_or("string")
}

/// The strings that a schema allows; empty where it allows every one.
fn choices(schema: &Value) -> Vec<&str> {
    let listed = schema
        .get("enum")
        .and_then(Value::as_array)
        .into_iter()
        .flatten();
    let one_by_one = schema
        .get("oneOf")
        .and_then(Value::as_array)
        .into_iter()
        .flatten();
    let one_by_one = one_by_one.filter_map(|choice| choice.get("const"));
    listed.chain(one_by_one).filter_map(Value::as_str).collect()
}

/// How to write a value of the wrong type so that it has the right one.
fn advice(expected: &str, value: &DeValue<'_>) -> Option<String> {
    let written = match value {
        DeValue::Integer(number) if number.radix() == 10 => number.as_str().to_owned(),
        DeValue::Float(number) => number.as_str().to_owned(),
        DeValue::Boolean(yes) => yes.to_string(),
        DeValue::Datetime(time) => time.to_string(),
        DeValue::String(text) => {
            return match expected {
                "integer" if text.parse::<i64>().is_ok() => {
                    Some(format!("write it without quotes: {text}"))
                }
                "number" if text.parse::<f64>().is_ok_and(f64::is_finite) => {
                    Some(format!("write it without quotes: {text}"))
                }
                "boolean" if matches!(text.as_ref(), "true" | "false") => {
                    Some(format!("write it without quotes: {text}"))
                }
                "array" => {
                    let words: Vec<_> = text
                        .split_whitespace()
                        .map(|word| format!("{word:?}"))
                        .collect();
                    Some(format!("write a list: [{}]", words.join(", ")))
                }
                _ => None,
            };
        }
        _ => return None,
    };
    (expected == "string").then(|| format!("write it in quotes: \"{written}\""))
}

/// A type with its article, in TOML's words for both JSON Schema's and TOML's names.
fn article(name: &str) -> &'static str {
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

/// A value from the schema's examples, as TOML writes it. For scalars and lists of them JSON does too.
fn in_toml(example: &Value) -> String {
    match example {
        Value::Array(items) => {
            format!(
                "[{}]",
                items.iter().map(in_toml).collect::<Vec<_>>().join(", ")
            )
        }
        scalar => scalar.to_string(),
    }
}
