//! XML bodies of requests as a tree of parameters.

use serde_json::{Map, Value};
use xmlparser::{ElementEnd, Token, Tokenizer};

use crate::refusal::Refusal;

/// The members of the body, whose root must have this name. `lists` says which elements are lists, and what their
/// members are called; everything else is a structure or a scalar, and stands once.
pub(super) fn read(
    body: &[u8],
    root: &str,
    lists: &[(&str, &str)],
) -> Result<Map<String, Value>, Refusal> {
    let text = std::str::from_utf8(body).map_err(|_| malformed("it is not UTF-8"))?;
    let mut open: Vec<Element> = Vec::new();
    for token in Tokenizer::from(text) {
        match token.map_err(malformed)? {
            Token::ElementStart { local, .. } => {
                if open.len() > DEPTH {
                    return Err(malformed("its elements are nested too deeply"));
                }
                open.push(Element::new(local.as_str()));
            }
            Token::Text { text } => {
                if let Some(element) = open.last_mut() {
                    unescape(&mut element.text, text.as_str())?;
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
                    return Err(malformed(format_args!("<{}> is not closed", done.name)));
                }
                let Some(parent) = open.last_mut() else {
                    return done.members(root);
                };
                let name = done.name.clone();
                let value = done.value(lists)?;
                let members = lists.iter().find(|(list, _)| *list == parent.name);
                if let Some((_, member)) = members {
                    if name != *member {
                        return Err(invalid(&format!(
                            "the element '{name}' in '{}'",
                            parent.name
                        )));
                    }
                    parent.items.push(value);
                } else if parent.fields.insert(name.clone(), value).is_some() {
                    return Err(invalid(&format!("a second element '{name}'")));
                }
            }
            _ => {}
        }
    }
    Err(malformed("it ends too early"))
}

/// No request of the modelled services comes near it.
const DEPTH: usize = 32;

struct Element {
    name: String,
    fields: Map<String, Value>,
    items: Vec<Value>,
    text: String,
}

impl Element {
    fn new(name: &str) -> Element {
        Element {
            name: name.to_owned(),
            fields: Map::new(),
            items: Vec::new(),
            text: String::new(),
        }
    }

    fn members(self, root: &str) -> Result<Map<String, Value>, Refusal> {
        if self.name == root {
            return Ok(self.fields);
        }
        // [Route 53 API: seen in stalwartlabs/dns-update #44]
        let message = format!("{} is not valid, expected {root}", self.name);
        Err(Refusal::new("MalformedInput", message))
    }

    fn value(self, lists: &[(&str, &str)]) -> Result<Value, Refusal> {
        if lists.iter().any(|(list, _)| *list == self.name) {
            return Ok(Value::Array(self.items));
        }
        if self.fields.is_empty() {
            return Ok(Value::String(self.text));
        }
        if self.text.trim().is_empty() {
            return Ok(Value::Object(self.fields));
        }
        Err(invalid(&format!(
            "text between the members of '{}'",
            self.name
        )))
    }
}

pub(super) fn unescape(out: &mut String, mut text: &str) -> Result<(), Refusal> {
    while let Some((before, rest)) = text.split_once('&') {
        out.push_str(before);
        let (name, after) = rest
            .split_once(';')
            .ok_or_else(|| malformed("a reference has no end"))?;
        let number = |digits: &str, radix| u32::from_str_radix(digits, radix).ok();
        let character = match name {
            "amp" => Some('&'),
            "lt" => Some('<'),
            "gt" => Some('>'),
            "quot" => Some('"'),
            "apos" => Some('\''),
            _ => match name.strip_prefix('#') {
                Some(code) => match code.strip_prefix('x') {
                    Some(digits) => number(digits, 16),
                    None => number(code, 10),
                }
                .and_then(char::from_u32),
                None => None,
            },
        };
        out.push(character.ok_or_else(|| malformed(format_args!("&{name}; is unknown")))?);
        text = after;
    }
    out.push_str(text);
    Ok(())
}

fn malformed(why: impl std::fmt::Display) -> Refusal {
    Refusal::new(
        "MalformedInput",
        format!("Unable to parse the request: {why}"),
    )
}

fn invalid(what: &str) -> Refusal {
    Refusal::new(
        "InvalidInput",
        format!("Invalid XML ; cvc-complex-type.2.4.a: Invalid content was found: {what}"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const LISTS: &[(&str, &str)] = &[("Tags", "Tag")];

    fn check(body: &str, expected: &Value) {
        let found = read(body.as_bytes(), "R", LISTS).map(Value::Object);
        assert_eq!(found.as_ref(), Ok(expected), "{body}");
    }

    #[test]
    fn bodies_become_trees() {
        check("<R xmlns=\"x\"><A>1</A></R>", &json!({"A": "1"}));
        check("<R><A>&lt;&#65;&#x42;&amp;</A></R>", &json!({"A": "<AB&"}));
        check("<R>\n <S><B>x</B></S>\n</R>", &json!({"S": {"B": "x"}}));
        check("<R><Tags/></R>", &json!({"Tags": []}));
        let two = "<R><Tags><Tag>a</Tag><Tag><K>b</K></Tag></Tags></R>";
        check(two, &json!({"Tags": ["a", {"K": "b"}]}));
        check("<?xml version=\"1.0\"?><!-- c --><R/>", &json!({}));
        check("<R><A><![CDATA[<&]]></A></R>", &json!({"A": "<&"}));
    }

    #[test]
    fn bodies_that_cannot_be() {
        for (body, code) in [
            ("", "MalformedInput"),
            ("<R>", "MalformedInput"),
            ("<R><A></R>", "MalformedInput"),
            ("<R><A>&what;</A></R>", "MalformedInput"),
            ("<Q/>", "MalformedInput"),
            ("<R><A>1</A><A>2</A></R>", "InvalidInput"),
            ("<R><Tags><Other/></Tags></R>", "InvalidInput"),
            ("<R><S>text<B/></S></R>", "InvalidInput"),
        ] {
            let refusal = read(body.as_bytes(), "R", LISTS).expect_err(body);
            assert_eq!(refusal.code, code, "{body}");
        }
    }
}
