//! What members a definition has, read from the table beside this file.

use std::collections::BTreeMap;
use std::sync::LazyLock;

/// Which of the two definitions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Definition {
    Task,
    Service,
}

impl Definition {
    /// As messages call it.
    pub(crate) fn noun(self) -> &'static str {
        match self {
            Definition::Task => "a task definition",
            Definition::Service => "a service definition",
        }
    }

    /// Its shape in the table.
    pub(crate) fn shape(self) -> &'static str {
        match self {
            Definition::Task => "RegisterTaskDefinitionRequest",
            Definition::Service => "CreateServiceRequest",
        }
    }
}

/// What a value has to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Type {
    Text,
    Integer,
    Number,
    Truth,
    /// Texts by names of the user's choice.
    Texts,
    List(Box<Type>),
    /// Another line of the table.
    Named(String),
}

/// A line of the table with what is under it.
#[derive(Clone, Debug)]
pub(crate) enum Shape {
    /// One of these words.
    Words(Vec<&'static str>),
    /// An object with these members.
    Members(Vec<Member>),
}

#[derive(Clone, Debug)]
pub(crate) struct Member {
    pub(crate) name: &'static str,
    /// Must it be there?
    pub(crate) required: bool,
    pub(crate) of: Type,
}

/// The shapes, by name.
pub(crate) static SHAPES: LazyLock<BTreeMap<&'static str, Shape>> =
    LazyLock::new(|| table(include_str!("shapes.txt")));

/// The members of an object; none where the shape is no object.
pub(crate) fn members(shape: &str) -> &'static [Member] {
    match SHAPES.get(shape) {
        Some(Shape::Members(members)) => members,
        _ => &[],
    }
}

/// AWS's own page on a member: what it means, its values, and where it can be used.
pub(crate) fn page(shape: &str, member: &str) -> String {
    const PAGES: &str = "https://docs.aws.amazon.com/AmazonECS/latest/APIReference";
    match shape.strip_suffix("Request") {
        Some(operation) => {
            format!("{PAGES}/API_{operation}.html#ECS-{operation}-request-{member}")
        }
        None => format!("{PAGES}/API_{shape}.html#ECS-Type-{shape}-{member}"),
    }
}

fn table(text: &'static str) -> BTreeMap<&'static str, Shape> {
    let mut shapes = BTreeMap::new();
    let mut last = "";
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        if let Some(member) = line.strip_prefix("    ") {
            let (name, of) = member.split_once(' ').unwrap_or((member, "text"));
            let member = Member {
                name: name.trim_end_matches('!'),
                required: name.ends_with('!'),
                of: type_of(of),
            };
            if let Some(Shape::Members(members)) = shapes.get_mut(last) {
                members.push(member);
            }
        } else if let Some((name, words)) = line.split_once(" = ") {
            shapes.insert(name, Shape::Words(words.split(' ').collect()));
        } else {
            last = line;
            shapes.insert(line, Shape::Members(Vec::new()));
        }
    }
    shapes
}

fn type_of(written: &str) -> Type {
    match written {
        "text" => Type::Text,
        "integer" => Type::Integer,
        "number" => Type::Number,
        "truth" => Type::Truth,
        "{text}" => Type::Texts,
        written => match written
            .strip_prefix('[')
            .and_then(|it| it.strip_suffix(']'))
        {
            Some(item) => Type::List(Box::new(type_of(item))),
            None => Type::Named(written.to_owned()),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(of: &Type) -> Option<&str> {
        match of {
            Type::Named(name) => Some(name),
            Type::List(item) => named(item),
            _ => None,
        }
    }

    #[test]
    fn every_shape_that_is_named_is_there() {
        for shape in SHAPES.values() {
            let Shape::Members(members) = shape else {
                continue;
            };
            assert!(!members.is_empty());
            for member in members {
                if let Some(name) = named(&member.of) {
                    assert!(SHAPES.contains_key(name), "{name}");
                }
            }
        }
        for definition in [Definition::Task, Definition::Service] {
            assert!(members(definition.shape()).len() > 10);
        }
    }
}
