//! Compares a parsed document with the JSON Schema: keys, types, choices and bounds.
//!
//! What is wrong is reported and taken out of the document, so that what is left always fits the types
//! of `schema.rs` and the rules of `validate/` can still be checked on it. It knows nothing of what the
//! keys mean.

mod shape;
mod words;

use std::collections::BTreeSet;

use serde_json::Value;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use self::shape::Shape;
use self::words::{advice, article, in_toml, listed};
use crate::codes::Code;
use crate::diagnostic::Diagnostic;
use crate::did_you_mean::did_you_mean;
use crate::located::Span;
use crate::planned::{is_planned_key, is_planned_table, is_planned_value, planned_interpolation};

/// What the comparison found.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    /// Every mistake.
    pub(crate) diagnostics: Vec<Diagnostic>,
    /// The keys that were taken out, are missing, or were most likely meant by a misspelt one: nobody need
    /// complain about them again.
    pub(crate) spoiled: BTreeSet<String>,
}

/// Compares, reports and prunes.
pub(crate) fn check_structure(document: &mut DeTable<'_>, schema: &Value) -> Findings {
    let mut findings = Findings::default();
    findings.table(&[], Shape::root(schema), document, 0..0);
    findings
}

/// A key path as messages write it. Keys that need quotes in TOML get them.
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

impl Findings {
    /// `name` is where the table's own name stands, to point at for what is missing in it.
    fn table(&mut self, path: &[&str], shape: Shape<'_>, table: &mut DeTable<'_>, name: Span) {
        let mut wrong = BTreeSet::new();
        for (key, value) in table.iter_mut() {
            let word: &str = key.get_ref();
            let path = [path, &[word]].concat();
            let fits = match shape.key(word) {
                Some(below) => self.value(&path, below, value, key.span()),
                None => {
                    self.unknown(&path, shape, key.span());
                    false
                }
            };
            if !fits {
                self.spoiled.insert(dotted(&path));
                wrong.insert(word.to_owned());
            }
        }
        for key in shape.required().filter(|key| !table.contains_key(*key)) {
            self.missing(&[path, &[key]].concat(), shape, &name);
        }
        for key in wrong {
            table.remove(key.as_str());
        }
    }

    /// Says whether the value may stay. A table stays, without what is wrong in it.
    fn value(
        &mut self,
        path: &[&str],
        shape: Shape<'_>,
        value: &mut Spanned<DeValue<'_>>,
        name: Span,
    ) -> bool {
        match (shape.type_name(), value.get_mut()) {
            ("object", DeValue::Table(table)) => {
                self.table(path, shape, table, name);
                true
            }
            ("array", DeValue::Array(array)) => {
                let Some(below) = shape.item() else {
                    return true;
                };
                let mut fits = true;
                for (index, item) in array.iter().enumerate() {
                    fits &= self.scalar(
                        &Place {
                            path,
                            index: Some(index),
                        },
                        below,
                        item,
                    );
                }
                fits
            }
            _ => self.scalar(&Place { path, index: None }, shape, value),
        }
    }

    fn scalar(
        &mut self,
        place: &Place<'_>,
        shape: Shape<'_>,
        value: &Spanned<DeValue<'_>>,
    ) -> bool {
        let span = value.span();
        match (shape.type_name(), value.get_ref()) {
            ("string", DeValue::String(text)) => self.text(place, shape, text, span),
            ("boolean", DeValue::Boolean(_)) | ("number", DeValue::Integer(_)) => true,
            ("integer", DeValue::Integer(written)) => {
                let number = i64::from_str_radix(written.as_str(), written.radix()).ok();
                self.number(place, shape, number, span)
            }
            ("number", DeValue::Float(written)) => {
                let finite = written.as_str().parse::<f64>().is_ok_and(f64::is_finite);
                finite || self.number(place, shape, None, span)
            }
            (_, other) => {
                self.wrong_type(place, shape, other, span);
                false
            }
        }
    }

    fn text(&mut self, place: &Place<'_>, shape: Shape<'_>, text: &str, span: Span) -> bool {
        if let Some(planned) = planned_interpolation(text) {
            let message =
                format!("`{planned}` in `{place}` is known but not supported by this version");
            self.diagnostics.push(
                Diagnostic::new(Code::NotSupportedYet, span, message)
                    .help("write the value itself"),
            );
            return false;
        }
        let choices = shape.choices();
        if choices.is_empty() || choices.contains(&text) {
            return true;
        }
        let diagnostic = if is_planned_value(place.path, text) {
            let message =
                format!("`{place} = {text:?}` is known but not supported by this version");
            Diagnostic::new(Code::NotSupportedYet, span, message)
        } else {
            Diagnostic::new(
                Code::NotAChoice,
                span,
                format!("`{place}` cannot be {text:?}"),
            )
        };
        let diagnostic = match did_you_mean(text, choices.iter().copied()) {
            Some(near) => diagnostic.label(format!("did you mean `{near}`?")),
            None => diagnostic,
        };
        let help = format!("this version has: {}", listed(choices.into_iter()));
        self.diagnostics.push(diagnostic.help(help));
        false
    }

    fn number(
        &mut self,
        place: &Place<'_>,
        shape: Shape<'_>,
        number: Option<i64>,
        span: Span,
    ) -> bool {
        let (least, most) = shape.bounds();
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
        self.diagnostics.push(
            Diagnostic::new(Code::OutOfRange, span, format!("`{place}` is out of range"))
                .label(format!("must be a number {range}")),
        );
        false
    }

    fn wrong_type(&mut self, place: &Place<'_>, shape: Shape<'_>, value: &DeValue<'_>, span: Span) {
        if value.is_table() && is_planned_table(place.path) {
            let message =
                format!("a table as `{place}` is known but not supported by this version");
            self.diagnostics.push(
                Diagnostic::new(Code::NotSupportedYet, span, message)
                    .help("write the value itself"),
            );
            return;
        }
        let expected = shape.type_name();
        let message = format!("`{place}` must be {}", article(expected));
        let diagnostic = Diagnostic::new(Code::WrongType, span, message)
            .label(format!("this is {}", article(value.type_str())));
        self.diagnostics.push(match advice(expected, value) {
            Some(advice) => diagnostic.help(advice),
            None => diagnostic,
        });
    }

    fn unknown(&mut self, path: &[&str], shape: Shape<'_>, span: Span) {
        let (written, key) = (dotted(path), path.last().copied().unwrap_or_default());
        if is_planned_key(path) {
            let what = if path.len() == 1 { "section" } else { "key" };
            let message =
                format!("the {what} `{written}` is known but not supported by this version");
            self.diagnostics.push(
                Diagnostic::new(Code::NotSupportedYet, span, message)
                    .help("take it out, or use a version that has it"),
            );
            return;
        }
        let diagnostic =
            Diagnostic::new(Code::UnknownKey, span, format!("unknown key `{written}`"));
        let siblings: Vec<&str> = shape.keys().collect();
        let places = shape.whole().places_of(key);
        self.diagnostics.push(
            if let Some(near) = did_you_mean(key, siblings.iter().copied()) {
                let above = &path[..path.len() - 1];
                self.spoiled.insert(dotted(&[above, &[near]].concat()));
                diagnostic.label(format!("did you mean `{near}`?"))
            } else if !places.is_empty() {
                diagnostic.help(format!("`{key}` belongs in {}", places.join(" or ")))
            } else {
                diagnostic.help(format!(
                    "keys that can stand here: {}",
                    listed(siblings.into_iter())
                ))
            },
        );
    }

    fn missing(&mut self, path: &[&str], shape: Shape<'_>, name: &Span) {
        let (written, key) = (dotted(path), path.last().copied().unwrap_or_default());
        if !self.spoiled.insert(written.clone()) {
            return; // A misspelt key was told, and it was this one.
        }
        let help = match shape.example(key) {
            Some(example) => format!("write for example: {key} = {}", in_toml(example)),
            None => format!("write a section for it: [{written}.NAME]"),
        };
        self.diagnostics.push(
            Diagnostic::new(
                Code::MissingKey,
                name.clone(),
                format!("`{written}` is missing"),
            )
            .help(help),
        );
    }
}

/// A key, or one item of the list that it holds.
struct Place<'p> {
    path: &'p [&'p str],
    index: Option<usize>,
}

impl std::fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&dotted(self.path))?;
        match self.index {
            Some(index) => write!(f, "[{index}]"),
            None => Ok(()),
        }
    }
}
