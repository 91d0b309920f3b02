//! Values as XML.

use serde_json::Value;

/// The one member of what is a map in the service's model: a list of `{key, value}`, each of which becomes an `<entry>`
/// [AWS query protocol: map serialization].
pub(crate) const ENTRIES: &str = "$entries";

/// Writes `<name>value</name>`. Lists become `<name><item>…</item></name>` with `item` as the element's name; null is
/// left out. A member that is named `#Name` stands for its list's items, each as `<Name>`, where a service does not call
/// them all `item`.
pub(super) fn element(out: &mut String, name: &str, value: &Value, item: &str) {
    if value.is_null() {
        return;
    }
    if let (Some(name), Value::Array(items)) = (name.strip_prefix('#'), value) {
        items
            .iter()
            .for_each(|value| element(out, name, value, item));
        return;
    }
    open(out, name);
    // Plain ids of security groups in a launch template's interfaces are the one list with a name of its own
    // [botocore: GroupIdStringList].
    let plain = || {
        value
            .as_array()
            .is_some_and(|all| all.iter().all(Value::is_string))
    };
    let item = if name == "groupSet" && plain() {
        "groupId"
    } else {
        item
    };
    content(out, value, item);
    close(out, name);
}

/// Writes what stands between the tags.
pub(super) fn content(out: &mut String, value: &Value, item: &str) {
    match value {
        Value::Null => {}
        Value::Bool(true) => out.push_str("true"),
        Value::Bool(false) => out.push_str("false"),
        Value::Number(number) => out.push_str(&number.to_string()),
        Value::String(text) => escape(out, text),
        Value::Array(items) => items.iter().for_each(|value| match value {
            // An empty structure in a list is still a member of it.
            Value::Null => {
                open(out, item);
                close(out, item);
            }
            value => element(out, item, value, item),
        }),
        Value::Object(fields) => fields.iter().for_each(|(name, value)| match value {
            Value::Array(entries) if name == ENTRIES => entries
                .iter()
                .for_each(|entry| element(out, "entry", entry, item)),
            value => element(out, name, value, item),
        }),
    }
}

/// Writes text with what XML reserves escaped. Control characters that XML 1.0 cannot hold become U+FFFD.
pub(super) fn escape(out: &mut String, text: &str) {
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\r' => out.push_str("&#xD;"),
            '\u{0}'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' => out.push('\u{fffd}'),
            other => out.push(other),
        }
    }
}

pub(super) fn open(out: &mut String, name: &str) {
    out.push('<');
    out.push_str(name);
    out.push('>');
}

pub(super) fn close(out: &mut String, name: &str) {
    out.push_str("</");
    // What follows the name are attributes.
    out.push_str(name.split(' ').next().unwrap_or(name));
    out.push('>');
}
