//! Filters of Describe calls: all must match, one of the values each, `*` and `?` are wildcards.

use serde_json::Value;

use crate::input::Input;
use crate::refusal::Refusal;

/// One filter of a request.
pub(super) struct Filter {
    name: String,
    values: Vec<String>,
}

/// Where the values of a filter stand in a shown resource: a path of member names; lists are walked through.
pub(super) type Table = &'static [(&'static str, &'static str)];

/// Values per call [EC2 API: FilterLimitExceeded].
const LIMIT: usize = 200;

/// Takes `Filter.n.Name` and `Filter.n.Value.m`, and refuses names that the operation does not have.
pub(super) fn read(input: &mut Input, table: Table) -> Result<Vec<Filter>, Refusal> {
    let mut filters = Vec::new();
    for mut each in input.objects("Filter")? {
        let name = each.required("Name")?;
        let values = each.texts("Value")?;
        each.finish()?;
        if !is_tag_filter(&name) && path(&name, table).is_none() {
            return Err(Refusal::new(
                "InvalidParameterValue",
                format!("The filter '{name}' is invalid"),
            ));
        }
        if values.is_empty() {
            return Err(Refusal::new(
                "InvalidParameterValue",
                format!("The filter '{name}' must have at least one value"),
            ));
        }
        filters.push(Filter { name, values });
    }
    if filters
        .iter()
        .map(|filter| filter.values.len())
        .sum::<usize>()
        > LIMIT
    {
        return Err(Refusal::new(
            "FilterLimitExceeded",
            format!("The maximum number of filter values specified on a single call is {LIMIT}"),
        ));
    }
    Ok(filters)
}

/// Whether a shown resource passes all filters.
pub(super) fn passes(filters: &[Filter], table: Table, shown: &Value) -> bool {
    filters.iter().all(|filter| {
        let found = found(&filter.name, table, shown);
        found
            .iter()
            .any(|text| filter.values.iter().any(|pattern| like(pattern, text)))
    })
}

fn is_tag_filter(name: &str) -> bool {
    name == "tag-key" || name.starts_with("tag:")
}

fn path(name: &str, table: Table) -> Option<&'static str> {
    table
        .iter()
        .find(|(known, _)| *known == name)
        .map(|(_, path)| *path)
}

fn found(name: &str, table: Table, shown: &Value) -> Vec<String> {
    let mut texts = Vec::new();
    if name == "tag-key" {
        collect(shown, "tagSet.key", &mut texts);
    } else if let Some(key) = name.strip_prefix("tag:") {
        let tags = shown
            .get("tagSet")
            .and_then(Value::as_array)
            .map(Vec::as_slice);
        for tag in tags
            .unwrap_or_default()
            .iter()
            .filter(|tag| tag["key"] == key)
        {
            collect(tag, "value", &mut texts);
        }
    } else if let Some(path) = path(name, table) {
        collect(shown, path, &mut texts);
    }
    texts
}

fn collect(value: &Value, path: &str, texts: &mut Vec<String>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| collect(item, path, texts)),
        Value::Object(members) => {
            let (first, rest) = path.split_once('.').unwrap_or((path, ""));
            if let Some(member) = members.get(first) {
                collect(member, rest, texts);
            }
        }
        Value::String(text) if path.is_empty() => texts.push(text.clone()),
        Value::Bool(_) | Value::Number(_) if path.is_empty() => texts.push(value.to_string()),
        _ => {}
    }
}

/// Whether `text` is like `pattern`: `*` any characters, `?` one, a backslash takes their meaning away; case counts
/// [EC2 user guide: filtering with wildcards].
fn like(pattern: &str, text: &str) -> bool {
    let pattern = parts(pattern);
    let text: Vec<char> = text.chars().collect();
    // Where to go on from when the characters after the last `*` do not fit: one character further.
    let (mut p, mut t, mut retry) = (0, 0, None);
    while t < text.len() {
        match pattern.get(p) {
            Some(Part::Any) => {
                retry = Some((p + 1, t + 1));
                p += 1;
            }
            Some(Part::One) => (p, t) = (p + 1, t + 1),
            Some(Part::This(c)) if *c == text[t] => (p, t) = (p + 1, t + 1),
            _ => match retry {
                Some((after, from)) => {
                    (p, t) = (after, from);
                    retry = Some((after, from + 1));
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|part| matches!(part, Part::Any))
}

enum Part {
    Any,
    One,
    This(char),
}

fn parts(pattern: &str) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut chars = pattern.chars();
    while let Some(c) = chars.next() {
        parts.push(match c {
            '*' => Part::Any,
            '?' => Part::One,
            '\\' => Part::This(chars.next().unwrap_or('\\')),
            c => Part::This(c),
        });
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::like;

    #[test]
    fn wildcards() {
        for (pattern, text, expect) in [
            ("web", "web", true),
            ("web", "Web", false),
            ("web", "webs", false),
            ("web*", "web-1", true),
            ("*web", "my web", true),
            ("*a*b*", "xxaxxbxx", true),
            ("*a*b*", "xxbxxaxx", false),
            ("a?c", "abc", true),
            ("a?c", "ac", false),
            ("a\\*c", "a*c", true),
            ("a\\*c", "abc", false),
            ("*", "", true),
            ("**b", "ab", true),
            ("", "", true),
        ] {
            assert_eq!(like(pattern, text), expect, "{pattern} on {text}");
        }
    }
}
