//! Compares a parsed document with the JSON Schema: keys, types, choices and bounds.
//!
//! What is wrong is reported and taken out of the document, so that what is left always fits the types
//! of `schema.rs` and the rules of `validate/` can still be checked on it. It knows nothing of what the
//! keys mean.

mod scalar;
mod shape;
mod words;

use std::collections::BTreeSet;

use serde_json::Value;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use self::scalar::Place;
use self::shape::Shape;
use self::words::{in_toml, listed};
use crate::codes::Code;
use crate::diagnostic::Diagnostic;
use crate::did_you_mean::did_you_mean;
use crate::located::Span;
use crate::planned::is_planned_key;

/// What the comparison found.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    /// Every mistake.
    pub(crate) diagnostics: Vec<Diagnostic>,
    /// The keys that were taken out, are missing, or were most likely meant by a misspelt one: nobody need
    /// complain about them again.
    pub(crate) spoiled: BTreeSet<String>,
    /// Is what is missing told? Not before the environment is merged in: it may have it.
    tells_missing: bool,
}

impl Findings {
    /// Compares what was written, reports and prunes.
    pub(crate) fn written(document: &mut DeTable<'_>, schema: &Value) -> Self {
        let mut findings = Findings::default();
        findings.table(&[], Shape::root(schema), document, 0..0);
        findings
    }

    /// Compares again what has become of it: one environment, with nothing left to be filled in.
    pub(crate) fn merged(&mut self, document: &mut DeTable<'_>, schema: &Value) {
        self.tells_missing = true;
        self.table(&[], Shape::root(schema), document, 0..0);
    }

    /// What was wrong in the overlay of the environment is wrong in the file that it is merged into.
    pub(crate) fn merge_spoiled(&mut self, environment: &str) {
        let overlay = format!("{}.", dotted(&["environments", environment]));
        let merged: Vec<_> = self
            .spoiled
            .iter()
            .filter_map(|path| path.strip_prefix(&overlay).map(str::to_owned))
            .collect();
        self.spoiled.extend(merged);
    }
}

/// A key path as messages write it. Keys that need quotes in TOML get them.
pub(crate) fn dotted(path: &[&str]) -> String {
    let mut written = String::new();
    for key in path {
        if key.starts_with('[') && key.ends_with(']') {
            written.push_str(key); // The place in a list; no key of the schema starts so.
            continue;
        }
        if !written.is_empty() {
            written.push('.');
        }
        written.push_str(&quoted(key));
    }
    written
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
                Some(below) => {
                    let fits = self.value(&path, below, value, key.span());
                    if !fits && below.type_name() == "object" {
                        self.show(shape.example(word), word);
                    }
                    fits
                }
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
        let missing = shape
            .required()
            .filter(|key| self.tells_missing && !table.contains_key(*key))
            .collect::<Vec<_>>();
        for key in missing {
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
        match (shape.type_for(value.get_ref()), value.get_mut()) {
            ("object", DeValue::Table(table)) => {
                self.table(path, shape, table, name);
                true
            }
            ("array", DeValue::Array(array)) => {
                let Some(below) = shape.item() else {
                    return true;
                };
                let mut fits = true;
                for (index, item) in array.iter_mut().enumerate() {
                    let at = item.span();
                    fits &= match item.get_mut() {
                        DeValue::Table(table) if below.type_name() == "object" => {
                            let index = format!("[{index}]");
                            self.table(&[path, &[&index]].concat(), below, table, at);
                            true
                        }
                        _ => {
                            let index = Some(index);
                            self.scalar(&Place { path, index }, below, item)
                        }
                    };
                }
                fits
            }
            _ => self.scalar(&Place { path, index: None }, shape, value),
        }
    }

    /// Adds an example to what was told last: how a table is written is harder to guess than a text.
    fn show(&mut self, example: Option<&Value>, key: &str) {
        if let (Some(example), Some(told)) = (example, self.diagnostics.last_mut())
            && told.code == Code::WrongType
        {
            told.helps
                .push(format!("write for example: {key} = {}", in_toml(example)));
        }
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
