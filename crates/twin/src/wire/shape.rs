//! XML documents by shape: what a document may hold, and what it then says as a tree.
//!
//! In the tree flags are booleans and whole numbers numbers. A member that can stand more than once is a list under the
//! member's name, as the writer of answers has it, so that a document can be answered as it was read.

use serde_json::{Map, Value};
use xmlparser::{ElementEnd, Token, Tokenizer};

use super::xml_body;

/// What an element may hold.
#[derive(Debug)]
pub(crate) enum Shape {
    Text,
    Flag,
    Whole,
    /// One of these words.
    Words(&'static [&'static str]),
    Record(&'static [Member]),
}

/// A member of a record.
#[derive(Debug)]
pub(crate) struct Member {
    pub(crate) name: &'static str,
    pub(crate) shape: &'static Shape,
    pub(crate) many: bool,
    pub(crate) required: bool,
}

/// A member that stands at most once.
pub(crate) const fn may(name: &'static str, shape: &'static Shape) -> Member {
    Member {
        name,
        shape,
        many: false,
        required: false,
    }
}

/// A member that has to be there.
pub(crate) const fn must(name: &'static str, shape: &'static Shape) -> Member {
    Member {
        required: true,
        ..may(name, shape)
    }
}

/// A member that can stand more than once.
pub(crate) const fn many(name: &'static str, shape: &'static Shape) -> Member {
    Member {
        many: true,
        ..may(name, shape)
    }
}

/// Why a document does not fit: a sentence.
pub(crate) type Misfit = String;

/// Reads a document whose root has this name, or any if none is given.
pub(crate) fn read(body: &[u8], root: &str, shape: &Shape) -> Result<Value, Misfit> {
    let element = parse(body)?;
    if element.name != root {
        return Err(format!("{} is not valid, expected {root}", element.name));
    }
    value(element, shape)
}

struct Element {
    name: String,
    children: Vec<Element>,
    text: String,
}

/// No document of the modelled services comes near it.
const DEPTH: usize = 32;

fn parse(body: &[u8]) -> Result<Element, Misfit> {
    let text = std::str::from_utf8(body).map_err(|_| "it is not UTF-8".to_owned())?;
    let mut open: Vec<Element> = Vec::new();
    for token in Tokenizer::from(text) {
        match token.map_err(|error| error.to_string())? {
            Token::ElementStart { local, .. } => {
                if open.len() > DEPTH {
                    return Err("its elements are nested too deeply".to_owned());
                }
                open.push(Element {
                    name: local.as_str().to_owned(),
                    children: Vec::new(),
                    text: String::new(),
                });
            }
            Token::Text { text } => {
                if let Some(element) = open.last_mut() {
                    xml_body::unescape(&mut element.text, text.as_str())
                        .map_err(|refusal| refusal.message)?;
                }
            }
            Token::Cdata { text, .. } => {
                if let Some(element) = open.last_mut() {
                    element.text.push_str(text.as_str());
                }
            }
            Token::ElementEnd { end, .. } => {
                if let ElementEnd::Open = end {
                    continue;
                }
                let Some(done) = open.pop() else { break };
                if let ElementEnd::Close(_, name) = end
                    && name.as_str() != done.name
                {
                    return Err(format!("<{}> is not closed", done.name));
                }
                match open.last_mut() {
                    Some(parent) => parent.children.push(done),
                    None => return Ok(done),
                }
            }
            _ => {}
        }
    }
    Err("it ends too early".to_owned())
}

fn value(element: Element, shape: &Shape) -> Result<Value, Misfit> {
    let Element {
        name,
        children,
        text,
    } = element;
    let Shape::Record(members) = shape else {
        if let Some(child) = children.first() {
            return Err(format!("'{}' in '{name}'", child.name));
        }
        return scalar(&name, text, shape);
    };
    if !text.trim().is_empty() {
        return Err(format!("text between the members of '{name}'"));
    }
    let mut fields = Map::new();
    for child in children {
        let member = members.iter().find(|member| member.name == child.name);
        let member = member.ok_or_else(|| format!("the element '{}' in '{name}'", child.name))?;
        let value = value(child, member.shape)?;
        if member.many {
            let list = fields
                .entry(member.name)
                .or_insert_with(|| Value::Array(Vec::new()));
            if let Value::Array(items) = list {
                items.push(value);
            }
        } else if fields.insert(member.name.to_owned(), value).is_some() {
            return Err(format!("a second element '{}' in '{name}'", member.name));
        }
    }
    let lacking = members
        .iter()
        .find(|member| member.required && !fields.contains_key(member.name));
    match lacking {
        Some(member) => Err(format!("'{}' is missing in '{name}'", member.name)),
        None => Ok(Value::Object(fields)),
    }
}

fn scalar(name: &str, text: String, shape: &Shape) -> Result<Value, Misfit> {
    let wrong = |text: &str| format!("'{text}' at '{name}'");
    match shape {
        Shape::Flag => match text.trim() {
            "true" | "TRUE" | "1" => Ok(Value::Bool(true)),
            "false" | "FALSE" | "0" => Ok(Value::Bool(false)),
            other => Err(wrong(other)),
        },
        Shape::Whole => match text.trim().parse::<i64>() {
            Ok(number) => Ok(Value::from(number)),
            Err(_) => Err(wrong(&text)),
        },
        Shape::Words(words) if !words.contains(&text.as_str()) => Err(format!(
            "{}: Member must satisfy enum value set: [{}]",
            wrong(&text),
            words.join(", ")
        )),
        _ => Ok(Value::String(text)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const RULE: Shape = Shape::Record(&[
        must("Status", &Shape::Words(&["On", "Off"])),
        may("Days", &Shape::Whole),
        may("Last", &Shape::Flag),
    ]);
    const RULES: Shape = Shape::Record(&[many("Rule", &RULE), may("Name", &Shape::Text)]);

    #[test]
    fn documents_become_trees() {
        let body = b"<R xmlns='x'><Rule><Status>On</Status><Days>3</Days></Rule>\n<Rule><Status>Off</Status>\
            <Last>true</Last></Rule><Name>a&amp;b</Name></R>";
        let expected = json!({
            "Rule": [{ "Status": "On", "Days": 3 }, { "Status": "Off", "Last": true }], "Name": "a&b",
        });
        assert_eq!(read(body, "R", &RULES), Ok(expected));
        assert_eq!(read(b"<R/>", "R", &RULES), Ok(json!({})));
    }

    #[test]
    fn documents_that_do_not_fit() {
        for body in [
            "",
            "<R>",
            "<Q/>",
            "<R><Other/></R>",
            "<R>text</R>",
            "<R><Name>1</Name><Name>2</Name></R>",
            "<R><Rule/></R>",
            "<R><Rule><Status>Maybe</Status></Rule></R>",
            "<R><Rule><Status>On</Status><Days>x</Days></Rule></R>",
            "<R><Name><A/></Name></R>",
        ] {
            assert!(read(body.as_bytes(), "R", &RULES).is_err(), "{body}");
        }
    }
}
