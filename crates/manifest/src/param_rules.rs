//! What the value of a param may be.

use regex_lite::Regex;
use toml::de::DeValue;

use crate::codes::Code;
use crate::diagnostic::Diagnostic;
use crate::located::{Located, Span};

/// The rules of one param, and where each stands.
#[derive(Debug, Default)]
pub(crate) struct ParamRules {
    of: Of,
    pattern: Option<Located<(Regex, String)>>,
    allowed: Option<Located<Vec<String>>>,
    min: Option<Located<f64>>,
    max: Option<Located<f64>>,
    min_length: Option<Located<u64>>,
    max_length: Option<Located<u64>>,
    message: Option<String>,
}

#[derive(Debug, Default, PartialEq)]
enum Of {
    #[default]
    Text,
    Number(Span),
    Truth(Span),
}

impl ParamRules {
    /// Those of a section. What is wrong in them is told and left out.
    pub(crate) fn read(
        path: &str,
        section: &DeValue<'_>,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Self {
        let mut wrong = |span: Span, message: String, label: &str| {
            let diagnostic = Diagnostic::new(Code::ParamRule, span, message);
            diagnostics.push(diagnostic.label(label.to_owned()));
        };
        let text = |key: &str| {
            let written = section.get(key)?;
            Some((written.get_ref().as_str()?, written.span()))
        };
        let number = |key: &str| {
            let written = section.get(key)?;
            let number = match written.get_ref() {
                DeValue::Integer(whole) => whole.as_str().replace('_', "").parse().ok(),
                DeValue::Float(float) => float.as_str().replace('_', "").parse().ok(),
                _ => None,
            };
            number.map(|number: f64| Located::new(number, written.span()))
        };
        let length = |key: &str| {
            let written = section.get(key)?;
            let length = written.get_ref().as_integer()?;
            let length = length.as_str().replace('_', "").parse().ok()?;
            Some(Located::new(length, written.span()))
        };
        let of = match text("type") {
            Some(("number", span)) => Of::Number(span),
            Some(("truth", span)) => Of::Truth(span),
            _ => Of::Text,
        };
        let pattern = text("pattern").and_then(|(pattern, span)| {
            match Regex::new(&format!("^(?:{pattern})$")) {
                Ok(regex) => Some(Located::new((regex, pattern.to_owned()), span)),
                Err(error) => {
                    let message = format!("`{path}.pattern` is no regular expression");
                    wrong(span, message, &error.to_string());
                    None
                }
            }
        });
        let allowed = section.get("allowed").and_then(|written| {
            let values = written.get_ref().as_array()?.iter();
            let values = values.filter_map(|it| it.get_ref().as_str().map(str::to_owned));
            Some(Located::new(values.collect::<Vec<_>>(), written.span()))
        });
        let mut rules = Self {
            of,
            pattern,
            allowed,
            min: number("min"),
            max: number("max"),
            min_length: length("min_length"),
            max_length: length("max_length"),
            message: text("message").map(|(message, _)| message.to_owned()),
        };
        if !matches!(rules.of, Of::Number(_)) {
            for (key, bound) in [("min", &mut rules.min), ("max", &mut rules.max)] {
                if let Some(bound) = bound.take() {
                    let message = format!("`{path}.{key}` bounds a number, and this is none");
                    wrong(
                        bound.span(),
                        message,
                        "write type = \"number\", or min_length and max_length",
                    );
                }
            }
        }
        if let (Some(min), Some(max)) = (&rules.min, &rules.max)
            && min.get() > max.get()
        {
            let message = format!("`{path}.min` is larger than `{path}.max`");
            wrong(min.span(), message, "no number is between them");
        }
        if let (Some(min), Some(max)) = (&rules.min_length, &rules.max_length)
            && min.get() > max.get()
        {
            let message = format!("`{path}.min_length` is larger than `{path}.max_length`");
            wrong(min.span(), message, "no text is between them");
        }
        rules
    }

    /// Tells the first rule that the value breaks. `shown` is how messages call it: a secret one is not repeated.
    pub(crate) fn check(
        &self,
        value: &str,
        shown: &str,
        at: Option<Span>,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> bool {
        let Some((rule, broken)) = self.broken(value) else {
            return true;
        };
        let message = format!("{shown} is not allowed");
        let diagnostic = match at {
            Some(at) => Diagnostic::new(Code::ParamRefused, at, message).related(rule, "the rule"),
            None => Diagnostic::new(Code::ParamRefused, rule, message),
        };
        let diagnostic = diagnostic.label(broken);
        diagnostics.push(match &self.message {
            Some(message) => diagnostic.help(message.clone()),
            None => diagnostic,
        });
        false
    }

    fn broken(&self, value: &str) -> Option<(Span, String)> {
        let number: Option<f64> = value.parse().ok().filter(|it: &f64| it.is_finite());
        match &self.of {
            Of::Number(span) if number.is_none() => {
                return Some((span.clone(), "must be a number".to_owned()));
            }
            Of::Truth(span) if !matches!(value, "true" | "false") => {
                return Some((span.clone(), "must be true or false".to_owned()));
            }
            _ => {}
        }
        if let Some(allowed) = &self.allowed
            && !allowed.iter().any(|it| it == value)
        {
            let label = format!("must be one of {}", allowed.join(", "));
            return Some((allowed.span(), label));
        }
        if let Some(pattern) = &self.pattern
            && !pattern.0.is_match(value)
        {
            return Some((pattern.span(), format!("must fit {}", pattern.1)));
        }
        if let Some(number) = number {
            if let Some(min) = self.min.as_ref().filter(|min| number < *min.get()) {
                return Some((min.span(), format!("must be {} or more", min.get())));
            }
            if let Some(max) = self.max.as_ref().filter(|max| number > *max.get()) {
                return Some((max.span(), format!("must be {} or less", max.get())));
            }
        }
        let length = value.chars().count() as u64;
        if let Some(min) = self.min_length.as_ref().filter(|min| length < *min.get()) {
            let label = format!("must have {} characters or more", min.get());
            return Some((min.span(), label));
        }
        if let Some(max) = self.max_length.as_ref().filter(|max| length > *max.get()) {
            let label = format!("must have {} characters or less", max.get());
            return Some((max.span(), label));
        }
        None
    }
}
