//! The AWS query protocol: form-encoded parameters, XML answers. EC2 shares the decoding.

use serde_json::{Map, Value};

use super::{times, xml};
use crate::refusal::Refusal;

/// The operation's name and the parameters as a tree: `Filter.1.Value.2` and `Tags.member.1.Key` become lists and
/// structures, scalars stay strings.
pub(super) fn decode(body: &[u8], version: &str) -> Result<(String, Map<String, Value>), Refusal> {
    let mut root = Map::new();
    for (name, value) in form_urlencoded::parse(body) {
        let mut path: Vec<&str> = name.split('.').collect();
        let Some(last) = path.pop() else { continue };
        let mut at = &mut root;
        for part in path {
            let next = at.entry(part).or_insert_with(|| Value::Object(Map::new()));
            // `Tags=` (an empty list) next to `Tags.member.1` cannot be.
            let Value::Object(next) = next else {
                return Err(malformed(&name));
            };
            at = next;
        }
        if at
            .insert(last.to_owned(), Value::String(value.into_owned()))
            .is_some()
        {
            return Err(malformed(&name));
        }
    }
    let operation = match root.remove("Action") {
        Some(Value::String(operation)) => operation,
        _ => {
            return Err(Refusal::new(
                "MissingAction",
                "The request must contain the parameter Action",
            ));
        }
    };
    match root.remove("Version") {
        Some(Value::String(asked)) if asked == version => {}
        Some(asked) => {
            return Err(Refusal::not_implemented(format_args!(
                "API version {asked} of {operation}"
            )));
        }
        None => {
            let message = "The request must contain the parameter Version";
            return Err(Refusal::new("MissingParameter", message));
        }
    }
    Ok((
        operation,
        root.into_iter()
            .map(|(name, value)| (name, lists(value)))
            .collect(),
    ))
}

pub(super) fn answer(
    operation: &str,
    namespace: &str,
    value: &mut Value,
    request_id: &str,
) -> String {
    times::spell(value, times::iso);
    let mut out = String::with_capacity(512);
    out.push('<');
    out.push_str(operation);
    out.push_str("Response xmlns=\"");
    out.push_str(namespace);
    out.push_str("\">");
    xml::element(&mut out, &format!("{operation}Result"), value, "member");
    out.push_str("<ResponseMetadata><RequestId>");
    out.push_str(request_id);
    out.push_str("</RequestId></ResponseMetadata></");
    out.push_str(operation);
    out.push_str("Response>");
    out
}

pub(super) fn refusal(refusal: &Refusal, namespace: &str, request_id: &str) -> String {
    let mut out = String::with_capacity(256);
    out.push_str("<ErrorResponse xmlns=\"");
    out.push_str(namespace);
    out.push_str("\"><Error><Type>");
    out.push_str(if refusal.status < 500 {
        "Sender"
    } else {
        "Receiver"
    });
    out.push_str("</Type><Code>");
    xml::escape(&mut out, &refusal.code);
    out.push_str("</Code><Message>");
    xml::escape(&mut out, &refusal.message);
    out.push_str("</Message></Error><RequestId>");
    out.push_str(request_id);
    out.push_str("</RequestId></ErrorResponse>");
    out
}

fn malformed(name: &str) -> Refusal {
    Refusal::new(
        "MalformedQueryString",
        format!("The parameter {name} is given twice."),
    )
}

/// Turns structures whose names are all numbers, and those with nothing but a `member`, into lists.
fn lists(value: Value) -> Value {
    let Value::Object(mut fields) = value else {
        return value;
    };
    if fields.len() == 1
        && let Some(member) = fields.remove("member")
    {
        return match lists(member) {
            Value::Array(items) => Value::Array(items),
            other => Value::Array(vec![other]),
        };
    }
    let numbered: Option<Vec<u32>> = fields.keys().map(|name| name.parse().ok()).collect();
    match numbered {
        Some(mut numbers) if !numbers.is_empty() => {
            numbers.sort_unstable();
            let items = numbers
                .iter()
                .filter_map(|number| fields.remove(&number.to_string()));
            Value::Array(items.map(lists).collect())
        }
        _ => Value::Object(
            fields
                .into_iter()
                .map(|(name, value)| (name, lists(value)))
                .collect(),
        ),
    }
}
