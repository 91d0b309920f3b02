//! Parameters that must lie within bounds, refused in the words that the services' common front end has for it.

use serde_json::Value;

use crate::clock::Millis;
use crate::input::Input;
use crate::refusal::Refusal;

/// One of these words.
pub(crate) fn one_of(
    input: &mut Input,
    name: &str,
    words: &[&str],
) -> Result<Option<String>, Refusal> {
    let word = input.text(name)?;
    match word {
        Some(word) if !words.contains(&word.as_str()) => {
            let must = format!("Member must satisfy enum value set: [{}]", words.join(", "));
            Err(refuse(input, &word, name, &must))
        }
        word => Ok(word),
    }
}

/// A text of so many characters.
pub(crate) fn sized(
    input: &mut Input,
    name: &str,
    least: usize,
    most: usize,
) -> Result<Option<String>, Refusal> {
    let Some(text) = input.text(name)? else {
        return Ok(None);
    };
    let length = text.chars().count();
    let must = match length {
        _ if length < least => {
            format!("Member must have length greater than or equal to {least}")
        }
        _ if length > most => format!("Member must have length less than or equal to {most}"),
        _ => return Ok(Some(text)),
    };
    Err(refuse(input, &text, name, &must))
}

/// The same, and it must be there.
pub(crate) fn required(
    input: &mut Input,
    name: &str,
    least: usize,
    most: usize,
) -> Result<String, Refusal> {
    sized(input, name, least, most)?.ok_or_else(|| input.missing(name))
}

/// A whole number within bounds.
pub(crate) fn whole(
    input: &mut Input,
    name: &str,
    least: i64,
    most: i64,
) -> Result<Option<i64>, Refusal> {
    let must = match input.number(name)? {
        Some(number) if number < least => (
            number,
            format!("Member must have value greater than or equal to {least}"),
        ),
        Some(number) if number > most => (
            number,
            format!("Member must have value less than or equal to {most}"),
        ),
        number => return Ok(number),
    };
    Err(refuse(input, &must.0.to_string(), name, &must.1))
}

/// A list of texts, not longer than that.
pub(crate) fn texts(input: &mut Input, name: &str, most: usize) -> Result<Vec<String>, Refusal> {
    let texts = input.texts(name)?;
    if texts.len() > most {
        let list = format!("[{}]", texts.join(", "));
        let must = format!("Member must have length less than or equal to {most}");
        return Err(refuse(input, &list, name, &must));
    }
    Ok(texts)
}

/// A number with a fraction.
pub(crate) fn decimal(input: &mut Input, name: &str) -> Result<Option<f64>, Refusal> {
    let Some(value) = input.raw(name) else {
        return Ok(None);
    };
    let typed = input
        .service()
        .is_some_and(|service| service.protocol.is_typed());
    let number = match &value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) if !typed => text.parse().ok(),
        _ => None,
    };
    match number.filter(|number: &f64| number.is_finite()) {
        Some(number) => Ok(Some(number)),
        None if typed => Err(Refusal::new(
            "SerializationException",
            format!("{name} must be a number, got {value}"),
        )),
        None => Err(input.invalid(format!("{name} must be a number, got {value}"))),
    }
}

/// A time: seconds in JSON and CBOR, ISO 8601 in forms and in the bodies of REST.
pub(crate) fn time(input: &mut Input, name: &str) -> Result<Option<Millis>, Refusal> {
    let Some(value) = input.raw(name) else {
        return Ok(None);
    };
    let at = match &value {
        Value::Number(number) => number.as_f64().map(|seconds| seconds * 1000.0),
        Value::String(text) => text
            .parse::<jiff::Timestamp>()
            .ok()
            .map(|at| at.as_millisecond() as f64),
        _ => None,
    };
    match at {
        Some(at) if at >= 0.0 => Ok(Some(Millis(at.round() as u64))),
        _ => Err(input.invalid(format!("{name} is not a valid timestamp: {value}"))),
    }
}

/// The refusal of a value that breaks a rule.
pub(crate) fn refuse(input: &Input, value: &str, name: &str, must: &str) -> Refusal {
    input.invalid(format!(
        "1 validation error detected: Value '{value}' at '{}' failed to satisfy constraint: {must}",
        lower(name)
    ))
}

/// The front end names members as the services' own code does: with a small first letter.
fn lower(name: &str) -> String {
    let mut letters = name.chars();
    match letters.next() {
        Some(first) => first.to_ascii_lowercase().to_string() + letters.as_str(),
        None => String::new(),
    }
}
