//! Documents: values at rest. Typed at the edges, JSON between them.

use std::fmt;

use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// A canonical JSON value (object keys are ordered), as it lies in state, journal and plan.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Document(pub Value);

/// A document does not have the shape of the kind that reads it: written by another version, or
/// edited by hand.
#[derive(Debug, thiserror::Error)]
#[error("a stored document does not have the shape of `{expected}`")]
pub struct Malformed {
    /// The type that was to be read.
    pub expected: &'static str,
    /// Where it went wrong.
    #[source]
    pub source: serde_json::Error,
}

impl Document {
    /// Writes a value down.
    ///
    /// # Panics
    /// If the value cannot be JSON (a map with keys that are no strings): our own mistake.
    pub fn of<T: Serialize>(value: &T) -> Self {
        Self(serde_json::to_value(value).expect("specs, outputs and changes are plain JSON"))
    }

    /// Reads it back.
    ///
    /// # Errors
    /// If the shape is not that of `T`.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T, Malformed> {
        T::deserialize(&self.0).map_err(|source| Malformed {
            expected: std::any::type_name::<T>(),
            source,
        })
    }

    /// The member of that name, or at that [`path`], if it is there and not null.
    pub fn get(&self, field: &str) -> Option<&Value> {
        let found = match field.contains('/') {
            true => self.0.pointer(&format!("/{field}")),
            false => self.0.get(field),
        };
        found.filter(|value| !value.is_null())
    }

    /// A digest of the canonical text, in hex.
    pub fn digest(&self) -> String {
        blake3::hash(self.0.to_string().as_bytes()).to_hex()[..32].to_string()
    }
}

/// The way to a member within members, as [`Document::get`] takes it: a JSON pointer without its
/// first slash [RFC 6901]. Where it is a single name, it is that name.
pub fn path(members: &[&str]) -> String {
    let escaped = members
        .iter()
        .map(|name| name.replace('~', "~0").replace('/', "~1"));
    escaped.collect::<Vec<_>>().join("/")
}

/// What is told now; and where nothing is told (null, or empty), what was known before.
pub fn told_over(now: &Document, known: Option<&Document>) -> Document {
    let (Value::Object(now_members), Some(Value::Object(known))) = (&now.0, known.map(|k| &k.0))
    else {
        return now.clone();
    };
    let mut members = known.clone();
    let tells = |value: &Value| match value {
        Value::Null => false,
        Value::Array(items) => !items.is_empty(),
        Value::Object(members) => !members.is_empty(),
        _ => true,
    };
    for (name, value) in now_members {
        if tells(value) || !members.contains_key(name) {
            members.insert(name.clone(), value.clone());
        }
    }
    Document(Value::Object(members))
}

/// A place in a document, `rules.0.port`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct FieldPath(pub String);

impl fmt::Display for FieldPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One place where two documents differ.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Difference {
    /// Where.
    pub at: FieldPath,
    /// The value there now; none if there is none.
    pub observed: Option<Value>,
    /// The value that is wanted; none if none is.
    pub desired: Option<Value>,
}

/// Where `desired` differs from `observed`, place by place, in order. Null and absent are one.
pub fn differences(observed: &Document, desired: &Document) -> Vec<Difference> {
    let mut found = Vec::new();
    compare(&mut found, "", Some(&observed.0), Some(&desired.0));
    found
}

fn compare(
    found: &mut Vec<Difference>,
    at: &str,
    observed: Option<&Value>,
    desired: Option<&Value>,
) {
    let observed = observed.filter(|value| !value.is_null());
    let desired = desired.filter(|value| !value.is_null());
    match (observed, desired) {
        (Some(Value::Object(left)), Some(Value::Object(right))) if !is_reference(right) => {
            let keys: std::collections::BTreeSet<_> = left.keys().chain(right.keys()).collect();
            for key in keys {
                compare(found, &join(at, key), left.get(key), right.get(key));
            }
        }
        (Some(Value::Array(left)), Some(Value::Array(right))) => {
            for index in 0..left.len().max(right.len()) {
                let at = join(at, &index.to_string());
                compare(found, &at, left.get(index), right.get(index));
            }
        }
        (left, right) if left == right => {}
        (left, right) => found.push(Difference {
            at: FieldPath(at.to_string()),
            observed: left.cloned(),
            desired: right.cloned(),
        }),
    }
}

fn is_reference(object: &Map<String, Value>) -> bool {
    object.contains_key(crate::input::REFERENCE)
}

fn join(at: &str, key: &str) -> String {
    if at.is_empty() {
        key.to_string()
    } else {
        format!("{at}.{key}")
    }
}

/// What an undo writes: the pre-image, but only in the places where the cloud still has what we
/// wrote, or had before we wrote it: an update of several requests may have been cut off between
/// two. Places that somebody else has changed since keep their value and are named in the second
/// half of the answer.
pub fn restoration(
    pre_image: &Document,
    written: &Document,
    observed: &Document,
) -> (Document, Vec<FieldPath>) {
    let mut foreign = Vec::new();
    let three = (Some(&pre_image.0), Some(&written.0), Some(&observed.0));
    let restored = restore(&mut foreign, "", three).unwrap_or(Value::Null);
    (Document(restored), foreign)
}

type Place<'a> = Option<&'a Value>;

fn restore(
    foreign: &mut Vec<FieldPath>,
    at: &str,
    (before, wrote, now): (Place<'_>, Place<'_>, Place<'_>),
) -> Option<Value> {
    let told = |value: Place<'_>| value.is_some_and(|value| !value.is_null());
    if now == before || now == wrote || !(told(now) || told(before)) {
        return before.cloned();
    }
    match (before, now) {
        (Some(Value::Object(was)), Some(Value::Object(is))) => {
            let keys: std::collections::BTreeSet<_> = was.keys().chain(is.keys()).collect();
            let place = |key: &String| {
                let three = (was.get(key), wrote.and_then(|w| w.get(key)), is.get(key));
                Some((key.clone(), restore(foreign, &join(at, key), three)?))
            };
            Some(Value::Object(keys.into_iter().filter_map(place).collect()))
        }
        (Some(Value::Array(was)), Some(Value::Array(is))) => {
            let wrote = wrote.and_then(Value::as_array);
            let ours = |item: &Value| wrote.is_some_and(|wrote| wrote.contains(item));
            // What is missing was taken away by us only if we did not write it.
            let stays = |item: &&Value| is.contains(item) || !ours(item);
            let theirs = |item: &&Value| !was.contains(item) && !ours(item);
            let added: Vec<Value> = is.iter().filter(theirs).cloned().collect();
            if !added.is_empty() || !was.iter().all(|item| stays(&item)) {
                foreign.push(FieldPath(at.to_string()));
            }
            let kept = was.iter().filter(stays).cloned();
            Some(Value::Array(kept.chain(added).collect()))
        }
        _ => {
            foreign.push(FieldPath(at.to_string()));
            now.cloned()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn differing(observed: Value, desired: Value) -> Vec<String> {
        differences(&Document(observed), &Document(desired))
            .into_iter()
            .map(|difference| difference.at.0)
            .collect()
    }

    #[test]
    fn equal_documents_do_not_differ_and_null_is_absent() {
        assert!(differing(json!({"a": 1, "b": null}), json!({"a": 1})).is_empty());
    }

    #[test]
    fn differences_name_the_innermost_place() {
        let observed = json!({"rules": [{"port": 80}, {"port": 443}], "name": "x"});
        let desired = json!({"rules": [{"port": 80}, {"port": 444}, {"port": 1}], "name": "x"});
        assert_eq!(differing(observed, desired), ["rules.1.port", "rules.2"]);
    }

    #[test]
    fn a_path_leads_to_a_member_within_members() {
        let told = Document(json!({"of": {"a.b/c": {"name": "x"}, "d": {"name": null}}}));
        assert_eq!(told.get(&path(&["of", "a.b/c", "name"])), Some(&json!("x")));
        assert_eq!(told.get(&path(&["of", "d", "name"])), None);
        assert_eq!(told.get("of/e/name"), None);
        assert_eq!(path(&["of"]), "of");
    }

    #[test]
    fn a_restoration_keeps_what_somebody_else_changed() {
        let (restored, foreign) = restoration(
            &Document(json!({"ttl": 60, "content": "old", "comment": "a"})),
            &Document(json!({"ttl": 60, "content": "ours", "comment": "b"})),
            &Document(json!({"ttl": 300, "content": "ours", "comment": "b"})),
        );
        assert_eq!(
            restored.0,
            json!({"ttl": 300, "content": "old", "comment": "a"})
        );
        assert_eq!(foreign, [FieldPath("ttl".into())]);
    }

    #[test]
    fn a_restoration_of_a_half_applied_update_is_the_pre_image() {
        let before = json!({"uses": {"a": "1", "b": "2"}, "rules": [80, 443]});
        let wrote = json!({"uses": {"b": "3", "c": "4"}, "rules": [443, 8080]});
        let half = [
            json!({"uses": {"b": "2"}, "rules": [80, 443]}),
            json!({"uses": {"b": "3"}, "rules": [443]}),
            json!({"uses": {"b": "3", "c": "4"}, "rules": [80, 443, 8080]}),
        ];
        for now in half {
            let (restored, foreign) = restoration(
                &Document(before.clone()),
                &Document(wrote.clone()),
                &Document(now),
            );
            assert_eq!((restored.0, foreign), (before.clone(), Vec::new()));
        }
    }

    #[test]
    fn a_restoration_of_a_list_keeps_what_somebody_else_added() {
        let (restored, foreign) = restoration(
            &Document(json!({"rules": [80]})),
            &Document(json!({"rules": [443]})),
            &Document(json!({"rules": [443, 22]})),
        );
        assert_eq!(restored.0, json!({"rules": [80, 22]}));
        assert_eq!(foreign, [FieldPath("rules".into())]);
    }

    #[test]
    fn what_is_not_told_any_more_stays_known() {
        let known = Document(json!({"id": null, "displaced": ["x"], "name": "old"}));
        let now = Document(json!({"id": "1", "displaced": [], "name": "new"}));
        let told = json!({"id": "1", "displaced": ["x"], "name": "new"});
        assert_eq!(told_over(&now, Some(&known)).0, told);
    }
}
