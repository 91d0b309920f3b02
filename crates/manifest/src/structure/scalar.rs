//! One value against its type: text, number, truth.

use toml::Spanned;
use toml::de::DeValue;

use super::shape::Shape;
use super::words::{advice, article, listed};
use super::{Findings, dotted};
use crate::codes::Code;
use crate::diagnostic::Diagnostic;
use crate::did_you_mean::did_you_mean;
use crate::interpolate::has_variable;
use crate::located::Span;
use crate::planned::{is_planned_value, planned_interpolation};

impl Findings {
    pub(super) fn scalar(
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
        if choices.is_empty() || choices.contains(&text) || has_variable(text) {
            return true; // What a variable stands for is looked at when it is known.
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
        let expected = shape.type_name();
        let message = format!("`{place}` must be {}", article(expected));
        let diagnostic = Diagnostic::new(Code::WrongType, span, message)
            .label(format!("this is {}", article(value.type_str())));
        self.diagnostics.push(match advice(expected, value) {
            Some(advice) => diagnostic.help(advice),
            None => diagnostic,
        });
    }
}

/// A key, or one item of the list that it holds.
pub(super) struct Place<'p> {
    pub(super) path: &'p [&'p str],
    pub(super) index: Option<usize>,
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
