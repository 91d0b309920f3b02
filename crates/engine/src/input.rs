//! Inputs: a value known now, or an output of another resource.
//!
//! Passing a reference *is* the dependency; nobody writes edges.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use crate::address::Address;
use crate::document::{Document, path};

/// The member name by which a reference is known in a document.
pub(crate) const REFERENCE: &str = "$ref";

/// A value known now, or an output of another resource that will be known in time.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Input<T> {
    /// Known now.
    Known(T),
    /// An output of another resource.
    Ref(Ref),
}

/// A kind asked for a value that its request needs and that is not known yet. The plan's needs
/// make this impossible; it is our own mistake where it happens.
#[derive(Debug, thiserror::Error)]
#[error("`{0}` is not known yet")]
pub struct NotKnown(pub String);

impl<T> Input<T> {
    /// The value, if it is known.
    pub fn known(&self) -> Option<&T> {
        match self {
            Self::Known(value) => Some(value),
            Self::Ref(_) => None,
        }
    }

    /// The value that a request needs.
    ///
    /// # Errors
    /// If it is still a reference.
    pub fn value(&self) -> Result<&T, NotKnown> {
        match self {
            Self::Known(value) => Ok(value),
            Self::Ref(reference) => Err(NotKnown(reference.to_string())),
        }
    }
}

impl<T> From<T> for Input<T> {
    fn from(value: T) -> Self {
        Self::Known(value)
    }
}

impl<T: Default> Default for Input<T> {
    fn default() -> Self {
        Self::Known(T::default())
    }
}

/// Which output of which resource, and from when on it may be used.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub struct Ref {
    /// The resource.
    pub address: Address,
    /// The member of its outputs.
    pub output: String,
    /// Whether the output may be used as soon as it is named.
    pub when: When,
}

impl fmt::Display for Ref {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.address, self.output)
    }
}

/// From when on an output may be used, or a resource counts as passed.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum When {
    /// As soon as the cloud has named it.
    Named,
    /// Once its resource is ready: usable, not just accepted.
    Ready,
}

/// An output that a kind declares: its member name, its kind and its type.
pub struct Output<K, T> {
    field: Cow<'static, str>,
    of: PhantomData<fn() -> (K, T)>,
}

impl<K, T> Output<K, T> {
    /// The output that stands in the member of that name.
    pub const fn new(field: &'static str) -> Self {
        Self {
            field: Cow::Borrowed(field),
            of: PhantomData,
        }
    }

    /// The output in the member `inner` of what a map in the member `field` holds under `key`: a
    /// kind that is told the same of many names has one such output for each of them.
    pub fn within(field: &'static str, key: &str, inner: &'static str) -> Self {
        Self {
            field: Cow::Owned(path(&[field, key, inner])),
            of: PhantomData,
        }
    }

    /// The member name, or the path to a member within members.
    pub fn field(&self) -> &str {
        &self.field
    }

    /// A reference to this output of the resource at `address`.
    pub fn of<U>(&self, address: &Address, when: When) -> Input<U> {
        Input::Ref(Ref {
            address: address.clone(),
            output: self.field.to_string(),
            when,
        })
    }
}

impl<T: Serialize> Serialize for Input<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Known(value) => value.serialize(serializer),
            Self::Ref(reference) => {
                std::collections::BTreeMap::from([(REFERENCE, reference)]).serialize(serializer)
            }
        }
    }
}

impl<'de, T: serde::de::DeserializeOwned> Deserialize<'de> for Input<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        use serde::de::Error;
        let value = Value::deserialize(deserializer)?;
        match value.get(REFERENCE) {
            Some(reference) => Ref::deserialize(reference)
                .map(Self::Ref)
                .map_err(D::Error::custom),
            None => serde_json::from_value(value)
                .map(Self::Known)
                .map_err(D::Error::custom),
        }
    }
}

/// The references in one top-level member of a spec, with the member's name.
pub fn references(spec: &Document) -> Vec<(String, Ref)> {
    let mut found = Vec::new();
    if let Value::Object(members) = &spec.0 {
        for (field, value) in members {
            walk(value, &mut |reference| {
                found.push((field.clone(), reference))
            });
        }
    }
    found
}

fn walk(value: &Value, visit: &mut impl FnMut(Ref)) {
    match value {
        Value::Object(members) => match members.get(REFERENCE) {
            Some(reference) => visit(
                Ref::deserialize(reference).expect("only `Input` writes the reference member"),
            ),
            None => members.values().for_each(|value| walk(value, visit)),
        },
        Value::Array(items) => items.iter().for_each(|value| walk(value, visit)),
        _ => {}
    }
}

/// The spec with each reference replaced by its value where `known` has one.
pub fn resolve(spec: &Document, known: &impl Fn(&Ref) -> Option<Value>) -> Document {
    Document(resolved(&spec.0, known))
}

fn resolved(value: &Value, known: &impl Fn(&Ref) -> Option<Value>) -> Value {
    match value {
        Value::Object(members) => match members.get(REFERENCE) {
            Some(reference) => Ref::deserialize(reference)
                .ok()
                .and_then(|reference| known(&reference))
                .unwrap_or_else(|| value.clone()),
            None => Value::Object(
                members
                    .iter()
                    .map(|(k, v)| (k.clone(), resolved(v, known)))
                    .collect(),
            ),
        },
        Value::Array(items) => {
            Value::Array(items.iter().map(|value| resolved(value, known)).collect())
        }
        _ => value.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[derive(Serialize, Deserialize, PartialEq, Debug, Clone)]
    struct Spec {
        name: String,
        net: Input<String>,
        subnets: Vec<Input<String>>,
    }

    fn spec() -> Spec {
        let net: Output<(), String> = Output::new("id");
        Spec {
            name: "x".into(),
            net: net.of(&"network/net".into(), When::Named),
            subnets: vec![
                "subnet-1".to_string().into(),
                net.of(&"s".into(), When::Ready),
            ],
        }
    }

    #[test]
    fn a_spec_with_references_reads_back_as_it_was_written() {
        assert_eq!(Document::of(&spec()).read::<Spec>().unwrap(), spec());
    }

    #[test]
    fn references_are_found_with_their_member() {
        let found = references(&Document::of(&spec()));
        let names: Vec<_> = found.iter().map(|(f, r)| format!("{f}={r}")).collect();
        assert_eq!(names, ["net=network/net.id", "subnets=s.id"]);
    }

    #[test]
    fn resolving_replaces_only_what_is_known() {
        let document = resolve(&Document::of(&spec()), &|reference| {
            (reference.address.as_str() == "s").then(|| json!("subnet-2"))
        });
        let read: Spec = document.read().unwrap();
        assert_eq!(read.subnets[1], Input::Known("subnet-2".to_string()));
        assert!(read.net.known().is_none());
    }
}
