//! Whether two policy documents say the same.
//!
//! IAM gives a document back as text that was encoded for a URL, and not always in the words in
//! which it was sent: an account becomes the ARN of its root. One value and a list of that one
//! value are the same, and lists have no order [IAM user guide: policy grammar].

use std::collections::BTreeMap;

use serde_json::{Map, Value};

/// Whether two documents say the same.
pub(crate) fn same(left: &Value, right: &Value) -> bool {
    normal(left) == normal(right)
}

/// A document as IAM answers it: percent-encoded [IAM API: GetRole, "URL-encoded compliant with
/// RFC 3986"]. None if that is not what it is.
#[cfg_attr(
    not(feature = "live"),
    allow(dead_code, reason = "asked by the effect half")
)]
pub(super) fn decoded(text: &str) -> Option<Value> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let digit = |byte: u8| char::from(byte).to_digit(16);
        let (high, low) = (digit(rest.next()?)?, digit(rest.next()?)?);
        bytes.push(u8::try_from(high * 16 + low).ok()?);
    }
    serde_json::from_slice(&bytes).ok()
}

/// The members whose values are sets, with or without a list around a single one.
const SETS: &[&str] = &["Action", "NotAction", "Resource", "NotResource"];

fn normal(document: &Value) -> Value {
    let Value::Object(members) = document else {
        return document.clone();
    };
    let mut normal = Map::new();
    for (name, value) in members {
        let value = match name.as_str() {
            "Statement" => set(value, statement),
            // The version of the grammar, not of the document: absent is the old one.
            _ => value.clone(),
        };
        normal.insert(name.clone(), value);
    }
    normal
        .entry("Version")
        .or_insert_with(|| Value::from("2008-10-17"));
    Value::Object(normal)
}

fn statement(statement: &Value) -> Value {
    let Value::Object(members) = statement else {
        return statement.clone();
    };
    let member = |(name, value): (&String, &Value)| {
        let value = match name.as_str() {
            name if SETS.contains(&name) => set(value, Value::clone),
            "Principal" | "NotPrincipal" => principals(value),
            "Condition" => each(value, |keys| each(keys, |values| set(values, word))),
            _ => value.clone(),
        };
        (name.clone(), value)
    };
    Value::Object(members.iter().map(member).collect())
}

/// `"*"` means the same as `{"AWS": "*"}` where it allows [IAM user guide: Principal].
fn principals(value: &Value) -> Value {
    match value {
        Value::String(all) => {
            let everybody: BTreeMap<_, _> = [("AWS", vec![all])].into();
            serde_json::to_value(everybody).unwrap_or_default()
        }
        by_type => each(by_type, |values| set(values, principal)),
    }
}

/// An account's number means its root.
fn principal(value: &Value) -> Value {
    match value.as_str() {
        Some(account) if account.len() == 12 && account.bytes().all(|b| b.is_ascii_digit()) => {
            Value::from(format!("arn:aws:iam::{account}:root"))
        }
        _ => value.clone(),
    }
}

/// Conditions compare text: `true` and `"true"` are one.
fn word(value: &Value) -> Value {
    match value {
        Value::Bool(_) | Value::Number(_) => Value::from(value.to_string()),
        _ => value.clone(),
    }
}

fn each(value: &Value, normal: impl Fn(&Value) -> Value) -> Value {
    match value {
        Value::Object(members) => Value::Object(
            members
                .iter()
                .map(|(name, value)| (name.clone(), normal(value)))
                .collect(),
        ),
        _ => value.clone(),
    }
}

/// A list in one order, without repetitions, also where one value stands without a list.
fn set(value: &Value, normal: impl Fn(&Value) -> Value) -> Value {
    let mut items: Vec<Value> = match value {
        Value::Array(items) => items.iter().map(normal).collect(),
        single => vec![normal(single)],
    };
    items.sort_by_key(Value::to_string);
    items.dedup();
    Value::Array(items)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn with(statement: Value) -> Value {
        json!({"Version": "2012-10-17", "Statement": statement})
    }

    #[test]
    fn wording_and_order_make_no_difference() {
        for (left, right) in [
            (
                json!([{"Action": "a", "Effect": "Allow"}]),
                json!({"Effect": "Allow", "Action": ["a"]}),
            ),
            (
                json!([{"Action": ["a", "b"]}, {"Action": "c"}]),
                json!([{"Action": "c"}, {"Action": ["b", "a", "b"]}]),
            ),
            (
                json!({"Principal": {"AWS": "123456789012"}}),
                json!({"Principal": {"AWS": ["arn:aws:iam::123456789012:root"]}}),
            ),
            (
                json!({"Principal": "*"}),
                json!({"Principal": {"AWS": "*"}}),
            ),
            (
                json!({"Condition": {"Bool": {"aws:SecureTransport": true}}}),
                json!({"Condition": {"Bool": {"aws:SecureTransport": ["true"]}}}),
            ),
        ] {
            assert!(
                same(&with(left.clone()), &with(right.clone())),
                "{left} {right}"
            );
        }
    }

    #[test]
    fn what_says_something_else_differs() {
        for (left, right) in [
            (json!([{"Effect": "Allow"}]), json!([{"Effect": "Deny"}])),
            (json!([{"Action": "a"}]), json!([{"Action": "A"}])),
            (json!([{"Action": "a"}]), json!([{"NotAction": "a"}])),
            (
                json!({"Principal": {"Service": "a"}}),
                json!({"Principal": {"AWS": "a"}}),
            ),
        ] {
            assert!(
                !same(&with(left.clone()), &with(right.clone())),
                "{left} {right}"
            );
        }
    }

    #[test]
    fn documents_come_encoded() {
        let text = "%7B%22Statement%22%3A%5B%5D%2C%22x%22%3A%22%C3%BC%20%2B%22%7D";
        assert_eq!(decoded(text), Some(json!({"Statement": [], "x": "ü +"})));
        assert_eq!(decoded("{\"a\":1}"), Some(json!({"a": 1})));
        assert_eq!(decoded("%7"), None);
        assert_eq!(decoded("%zz"), None);
    }
}
