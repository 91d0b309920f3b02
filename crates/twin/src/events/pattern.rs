//! Event patterns: what is one, and what an event must have to meet it [EventBridge User Guide: event patterns].

use serde_json::{Map, Value};

use crate::refusal::Refusal;

/// Checks a pattern.
pub(super) fn check(text: &str) -> Result<(), Refusal> {
    let wrong = |why: &str| {
        Refusal::new(
            "InvalidEventPatternException",
            format!("Event pattern is not valid. Reason: {why}"),
        )
    };
    let parsed: Value =
        serde_json::from_str(text).map_err(|_| wrong("Filter is not a valid JSON object"))?;
    let Value::Object(fields) = parsed else {
        return Err(wrong("Filter is not an object"));
    };
    if fields.is_empty() {
        return Err(wrong("Empty event pattern is not allowed"));
    }
    check_fields(&fields).map_err(|why| match why {
        Wrong::Reason(why) => wrong(&why),
        Wrong::Unmodelled(what) => {
            Refusal::not_implemented(format_args!("the event pattern's {what}"))
        }
    })
}

enum Wrong {
    Reason(String),
    Unmodelled(String),
}

fn check_fields(fields: &Map<String, Value>) -> Result<(), Wrong> {
    let reason = |why: String| Err(Wrong::Reason(why));
    for (name, value) in fields {
        match value {
            Value::Array(choices) if name == "$or" => {
                for choice in choices {
                    match choice {
                        Value::Object(fields) => check_fields(fields)?,
                        _ => return reason("$or must be an array of objects".to_owned()),
                    }
                }
            }
            Value::Array(choices) if choices.is_empty() => {
                return reason(format!("\"{name}\": Empty arrays are not allowed"));
            }
            Value::Array(choices) => choices.iter().try_for_each(check_matcher)?,
            Value::Object(fields) if fields.is_empty() => {
                return reason(format!("\"{name}\": Empty objects are not allowed"));
            }
            Value::Object(fields) => check_fields(fields)?,
            _ => return reason(format!("\"{name}\" must be an object or an array")),
        }
    }
    Ok(())
}

fn check_matcher(matcher: &Value) -> Result<(), Wrong> {
    let Value::Object(fields) = matcher else {
        return match matcher {
            Value::Array(_) => Err(Wrong::Reason(
                "Match value must be String, number, true, false, or null".to_owned(),
            )),
            _ => Ok(()),
        };
    };
    let Some((name, value)) = fields.iter().next().filter(|_| fields.len() == 1) else {
        return Err(Wrong::Reason(
            "Only one key allowed in match expression".to_owned(),
        ));
    };
    let fits = match name.as_str() {
        "prefix" | "suffix" => value.is_string() || value["equals-ignore-case"].is_string(),
        "equals-ignore-case" | "wildcard" => value.is_string(),
        "exists" => value.is_boolean(),
        "anything-but" => !value.is_null() && !value.is_boolean(),
        "numeric" => value.as_array().is_some_and(|it| matches!(it.len(), 2 | 4)),
        "cidr" => return Err(Wrong::Unmodelled("cidr".to_owned())),
        other => return Err(Wrong::Reason(format!("Unrecognized match type {other}"))),
    };
    match fits {
        true => Ok(()),
        false => Err(Wrong::Reason(format!(
            "{name} match pattern has a wrong value"
        ))),
    }
}

/// Whether an event meets a pattern.
pub(super) fn matches(text: &str, event: &Value) -> bool {
    match serde_json::from_str(text) {
        Ok(Value::Object(fields)) => meets(&fields, event),
        _ => false,
    }
}

fn meets(fields: &Map<String, Value>, event: &Value) -> bool {
    fields.iter().all(|(name, wanted)| match wanted {
        Value::Array(choices) if name == "$or" => choices
            .iter()
            .any(|choice| choice.as_object().is_some_and(|it| meets(it, event))),
        Value::Array(choices) => {
            let found = &event[name];
            let there = event.get(name).is_some();
            choices.iter().any(|it| fits(it, found, there))
        }
        Value::Object(inner) => meets(inner, &event[name]),
        _ => false,
    })
}

/// Of a list any member will do.
fn fits(matcher: &Value, found: &Value, there: bool) -> bool {
    if let Some(exists) = matcher["exists"].as_bool() {
        return exists == there;
    }
    match found {
        Value::Array(items) => items.iter().any(|item| fits(matcher, item, true)),
        found => there && fits_one(matcher, found),
    }
}

fn fits_one(matcher: &Value, found: &Value) -> bool {
    let Some((name, wanted)) = matcher.as_object().and_then(|it| it.iter().next()) else {
        return same(matcher, found);
    };
    let text = found.as_str().unwrap_or_default();
    match name.as_str() {
        "prefix" | "suffix" | "wildcard" | "equals-ignore-case" if !found.is_string() => false,
        "prefix" => match wanted.as_str() {
            Some(wanted) => text.starts_with(wanted),
            None => {
                let wanted = wanted["equals-ignore-case"].as_str().unwrap_or_default();
                text.to_lowercase().starts_with(&wanted.to_lowercase())
            }
        },
        "suffix" => match wanted.as_str() {
            Some(wanted) => text.ends_with(wanted),
            None => {
                let wanted = wanted["equals-ignore-case"].as_str().unwrap_or_default();
                text.to_lowercase().ends_with(&wanted.to_lowercase())
            }
        },
        "equals-ignore-case" => wanted
            .as_str()
            .is_some_and(|it| it.eq_ignore_ascii_case(text)),
        "wildcard" => wanted.as_str().is_some_and(|it| crate::iam::fits(it, text)),
        "anything-but" => match wanted {
            Value::Array(others) => !others.iter().any(|it| same(it, found)),
            Value::Object(_) => !fits_one(wanted, found),
            other => !same(other, found),
        },
        "numeric" => numeric(wanted, found),
        _ => false,
    }
}

fn numeric(wanted: &Value, found: &Value) -> bool {
    let (Some(terms), Some(found)) = (wanted.as_array(), found.as_f64()) else {
        return false;
    };
    terms.chunks(2).all(|term| {
        let bound = term.get(1).and_then(Value::as_f64);
        let (Some(relation), Some(bound)) = (term[0].as_str(), bound) else {
            return false;
        };
        match relation {
            "=" => found == bound,
            ">" => found > bound,
            ">=" => found >= bound,
            "<" => found < bound,
            "<=" => found <= bound,
            _ => false,
        }
    })
}

/// 1 and 1.0 are the same number.
fn same(wanted: &Value, found: &Value) -> bool {
    wanted == found || (wanted.is_number() && wanted.as_f64() == found.as_f64())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn patterns() {
        let event = json!({
            "source": "aws.ecs",
            "resources": ["arn:a", "arn:b"],
            "detail": { "lastStatus": "STOPPED", "code": 1, "group": "service:web" },
        });
        for (pattern, expected) in [
            (json!({ "source": ["aws.ecs"] }), true),
            (json!({ "source": ["aws.ec2", "aws.ecs"] }), true),
            (json!({ "source": ["aws.ec2"] }), false),
            (json!({ "resources": ["arn:b"] }), true),
            (
                json!({ "detail": { "lastStatus": ["STOPPED"], "group": [{ "prefix": "service:" }] } }),
                true,
            ),
            (json!({ "detail": { "lastStatus": ["RUNNING"] } }), false),
            (
                json!({ "detail": { "group": [{ "suffix": "web" }] } }),
                true,
            ),
            (
                json!({ "detail": { "group": [{ "wildcard": "*:w*b" }] } }),
                true,
            ),
            (
                json!({ "detail": { "lastStatus": [{ "anything-but": "RUNNING" }] } }),
                true,
            ),
            (
                json!({ "detail": { "lastStatus": [{ "anything-but": ["STOPPED"] }] } }),
                false,
            ),
            (
                json!({ "detail": { "lastStatus": [{ "equals-ignore-case": "stopped" }] } }),
                true,
            ),
            (
                json!({ "detail": { "code": [{ "numeric": [">", 0, "<=", 1] }] } }),
                true,
            ),
            (json!({ "detail": { "code": [1.0] } }), true),
            (
                json!({ "detail": { "reason": [{ "exists": false }] } }),
                true,
            ),
            (json!({ "detail": { "reason": ["x"] } }), false),
            (
                json!({ "$or": [{ "source": ["x"] }, { "resources": ["arn:a"] }] }),
                true,
            ),
        ] {
            let text = pattern.to_string();
            assert!(check(&text).is_ok(), "{text}");
            assert_eq!(matches(&text, &event), expected, "{text}");
        }
    }

    #[test]
    fn what_is_no_pattern() {
        for text in [
            "x",
            "[]",
            "{}",
            r#"{"source":"aws.ecs"}"#,
            r#"{"source":[]}"#,
            r#"{"detail":{}}"#,
            r#"{"source":[{"likes":"x"}]}"#,
            r#"{"source":[{"prefix":1}]}"#,
            r#"{"source":[["x"]]}"#,
        ] {
            let code = check(text).map_err(|it| it.code);
            assert_eq!(
                code,
                Err("InvalidEventPatternException".to_owned()),
                "{text}"
            );
        }
    }
}
