//! What a target gets of an event: all of it, a part, or a text made of parts.

use serde_json::Value;

use super::target::What;

/// The text that is handed over.
pub(super) fn of(what: &What, event: &Value) -> String {
    match what {
        What::Whole => event.to_string(),
        What::Constant(text) => text.clone(),
        What::Path(path) => at(event, path).map(Value::to_string).unwrap_or_default(),
        What::Template { paths, template } => {
            let mut text = template.clone();
            for (name, path) in paths {
                let value = path.as_str().and_then(|path| at(event, path));
                let plain = match value {
                    Some(Value::String(text)) => text.clone(),
                    Some(other) => other.to_string(),
                    None => String::new(),
                };
                // In quotes a text stands as it is, without them it brings its own.
                let bare = value.map(Value::to_string).unwrap_or_default();
                let quoted = format!("\"<{name}>\"");
                text = text.replace(&quoted, &format!("\"{plain}\""));
                let alone = text.trim_start().starts_with('{');
                text = text.replace(&format!("<{name}>"), if alone { &bare } else { &plain });
            }
            text
        }
    }
}

/// `$.detail.group`, `$.resources[0]`.
fn at<'a>(event: &'a Value, path: &str) -> Option<&'a Value> {
    let mut value = event;
    for part in path
        .strip_prefix('$')?
        .split('.')
        .filter(|part| !part.is_empty())
    {
        let (name, index) = match part.split_once('[') {
            Some((name, index)) => (name, index.strip_suffix(']')?.parse::<usize>().ok()),
            None => (part, None),
        };
        value = value.get(name)?;
        if let Some(index) = index {
            value = value.get(index)?;
        }
    }
    Some(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn parts() {
        let event = json!({ "detail": { "group": "web", "code": 1 }, "resources": ["a", "b"] });
        let template = |paths: Value, template: &str| What::Template {
            paths: paths.as_object().cloned().unwrap_or_default(),
            template: template.to_owned(),
        };
        let paths =
            || json!({ "g": "$.detail.group", "c": "$.detail.code", "r": "$.resources[1]" });
        for (what, expected) in [
            (What::Constant("{}".to_owned()), "{}"),
            (What::Path("$.detail.group".to_owned()), "\"web\""),
            (
                template(paths(), "\"<g> ended with <c>\""),
                "\"web ended with 1\"",
            ),
            (
                template(paths(), "{\"group\": \"<g>\", \"code\": <c>, \"of\": <r>}"),
                "{\"group\": \"web\", \"code\": 1, \"of\": \"b\"}",
            ),
        ] {
            assert_eq!(of(&what, &event), expected);
        }
    }
}
