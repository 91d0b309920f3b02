//! What the JSON Schema says of one place in the document.

use serde_json::{Map, Value};
use toml::de::DeValue;

/// One place in the schema. It reads the small part of JSON Schema that the types of `schema.rs` make.
#[derive(Clone, Copy)]
pub(super) struct Shape<'s> {
    root: &'s Value,
    here: &'s Value,
}

impl<'s> Shape<'s> {
    /// The whole document.
    pub(super) fn root(schema: &'s Value) -> Self {
        Self {
            root: schema,
            here: schema,
        }
    }

    /// Follows `$ref`, which is always to the schema's own definitions.
    fn at(self, schema: &'s Value) -> Self {
        let reference = schema.get("$ref").and_then(Value::as_str);
        let target = reference.and_then(|to| self.root.pointer(to.strip_prefix('#')?));
        Self {
            root: self.root,
            here: target.unwrap_or(schema),
        }
    }

    /// The whole document again.
    pub(super) fn whole(self) -> Self {
        Self::root(self.root)
    }

    /// JSON Schema's name of the type, if there is one; an enum whose variants are documented one by one has none.
    pub(super) fn type_name(self) -> &'s str {
        self.here
            .get("type")
            .and_then(Value::as_str)
            .unwrap_or("string")
    }

    /// The type that a value has to have: where there are several, the one that it has, or the first.
    pub(super) fn type_for(self, value: &DeValue<'_>) -> &'s str {
        let Some(types) = self.here.get("type").and_then(Value::as_array) else {
            return self.type_name();
        };
        let mut types = types.iter().filter_map(Value::as_str);
        let first = types.clone().next().unwrap_or("string");
        let has = match value.type_str() {
            "table" => "object",
            other => other,
        };
        types.find(|name| *name == has).unwrap_or(first)
    }

    /// The keys that have a meaning of their own.
    pub(super) fn keys(self) -> impl Iterator<Item = &'s str> {
        self.properties()
            .into_iter()
            .flatten()
            .map(|(key, _)| key.as_str())
    }

    /// What a key may hold: one of the table's own, or any name where names are the user's.
    pub(super) fn key(self, key: &str) -> Option<Shape<'s>> {
        let own = self.properties().and_then(|properties| properties.get(key));
        own.map(|schema| self.at(schema)).or(self.any_name())
    }

    /// The keys that must be there.
    pub(super) fn required(self) -> impl Iterator<Item = &'s str> {
        let listed = self.here.get("required").and_then(Value::as_array);
        listed.into_iter().flatten().filter_map(Value::as_str)
    }

    /// What each item of a list may be.
    pub(super) fn item(self) -> Option<Shape<'s>> {
        self.here.get("items").map(|items| self.at(items))
    }

    /// The strings that are allowed; empty where every one is.
    pub(super) fn choices(self) -> Vec<&'s str> {
        let list = |key| {
            self.here
                .get(key)
                .and_then(Value::as_array)
                .into_iter()
                .flatten()
        };
        let one_by_one = list("oneOf").filter_map(|choice| choice.get("const"));
        list("enum")
            .chain(one_by_one)
            .filter_map(Value::as_str)
            .collect()
    }

    /// The smallest and the largest number.
    pub(super) fn bounds(self) -> (Option<i64>, Option<i64>) {
        let bound = |key| self.here.get(key).and_then(Value::as_i64);
        (bound("minimum"), bound("maximum"))
    }

    /// The sections in which a key of this name can stand, as headers of the file.
    pub(super) fn places_of(self, key: &str) -> Vec<String> {
        let mut places = Vec::new();
        self.visit(&mut Vec::new(), &mut |path, properties| {
            if properties.contains_key(key) {
                places.push(match path {
                    [] => "the top of the file".to_owned(),
                    path => format!("[{}]", path.join(".")),
                });
            }
        });
        places
    }

    /// A value that may be written for a key of this table.
    pub(super) fn example(self, key: &str) -> Option<&'s Value> {
        // Not through `at`: the example stands with the key, beside a reference to its type.
        self.properties()?.get(key)?.get("examples")?.get(0)
    }

    fn visit(
        self,
        path: &mut Vec<&'s str>,
        seen: &mut impl FnMut(&[&'s str], &Map<String, Value>),
    ) {
        // The schema is a tree of a few levels; the bound is for the day when it is not.
        const DEEPEST: usize = 8;
        if path.len() > DEEPEST {
            return;
        }
        if let Some(properties) = self.properties() {
            seen(path, properties);
            // Everything can stand in an environment too; nobody needs to be told each time.
            for (key, below) in properties.iter().filter(|(key, _)| *key != "environments") {
                path.push(key);
                self.at(below).visit(path, seen);
                path.pop();
            }
        }
        if let Some(any) = self.any_name() {
            path.push("NAME");
            any.visit(path, seen);
            path.pop();
        }
    }

    fn properties(self) -> Option<&'s Map<String, Value>> {
        self.here.get("properties").and_then(Value::as_object)
    }

    fn any_name(self) -> Option<Shape<'s>> {
        let any = self
            .here
            .get("additionalProperties")
            .filter(|schema| schema.is_object());
        any.map(|schema| self.at(schema))
    }
}
