//! JSON with the place of every value.
//!
//! serde_json says whether the text is JSON at all; after that reading it again for the places takes no rules.

use std::ops::Range;

use crate::located::{Located, Span};

/// A value and where it stands.
#[derive(Clone, Debug)]
pub(crate) struct Json {
    pub(crate) node: Node,
    pub(crate) span: Span,
}

#[derive(Clone, Debug)]
pub(crate) enum Node {
    Null,
    Truth(bool),
    Number(serde_json::Number),
    Text(String),
    List(Vec<Json>),
    /// In the order of the text; a name may stand there twice.
    Object(Vec<(Located<String>, Json)>),
}

impl Json {
    /// The value of that text; or where it is no JSON any more, and why.
    pub(crate) fn parse(text: &str) -> Result<Json, (Span, String)> {
        if let Err(error) = serde_json::from_str::<serde_json::Value>(text) {
            let at = offset(text, error.line(), error.column());
            let said = error.to_string();
            let said = said.split(" at line ").next().unwrap_or_default();
            return Err((at, said.to_owned()));
        }
        let mut reader = Reader { text, at: 0 };
        Ok(reader.value())
    }

    /// What it is, with an article.
    pub(crate) fn kind(&self) -> &'static str {
        match self.node {
            Node::Null => "null",
            Node::Truth(_) => "true or false",
            Node::Number(_) => "a number",
            Node::Text(_) => "text",
            Node::List(_) => "a list",
            Node::Object(_) => "an object",
        }
    }

    /// The member of that name.
    pub(crate) fn get(&self, name: &str) -> Option<&Json> {
        match &self.node {
            Node::Object(members) => members.iter().find(|(key, _)| key.as_str() == name),
            _ => None,
        }
        .map(|(_, value)| value)
    }

    /// The items of a list; none of anything else.
    pub(crate) fn items(&self) -> &[Json] {
        match &self.node {
            Node::List(items) => items,
            _ => &[],
        }
    }

    /// The text.
    pub(crate) fn text(&self) -> Option<&str> {
        match &self.node {
            Node::Text(text) => Some(text),
            _ => None,
        }
    }
}

/// The character at a line and column as serde_json counts them: from 1, in bytes.
fn offset(text: &str, line: usize, column: usize) -> Span {
    let before: usize = text
        .split_inclusive('\n')
        .take(line.saturating_sub(1))
        .map(str::len)
        .sum();
    let mut at = (before + column.saturating_sub(1)).min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    let length = text[at..].chars().next().map_or(0, char::len_utf8);
    at..at + length
}

/// Reads what is known to be JSON.
struct Reader<'t> {
    text: &'t str,
    at: usize,
}

impl Reader<'_> {
    fn value(&mut self) -> Json {
        let start = self.skip();
        let node = match self.peek() {
            b'{' => self.object(),
            b'[' => self.list(),
            b'"' => Node::Text(self.string()),
            _ => self.word(),
        };
        Json {
            node,
            span: start..self.at,
        }
    }

    fn object(&mut self) -> Node {
        let mut members = Vec::new();
        self.at += 1;
        while self.more(b'}') {
            let start = self.at;
            let name = Located::new(self.string(), start..self.at);
            self.skip();
            self.at += 1; // the colon
            members.push((name, self.value()));
        }
        Node::Object(members)
    }

    fn list(&mut self) -> Node {
        let mut items = Vec::new();
        self.at += 1;
        while self.more(b']') {
            items.push(self.value());
        }
        Node::List(items)
    }

    /// Goes on to the next item, or past the end.
    fn more(&mut self, end: u8) -> bool {
        self.skip();
        if self.peek() == b',' {
            self.at += 1;
            self.skip();
        }
        if self.peek() == end || self.at >= self.text.len() {
            self.at = (self.at + 1).min(self.text.len());
            return false;
        }
        true
    }

    fn string(&mut self) -> String {
        let start = self.at;
        self.at += 1;
        while self.at < self.text.len() && self.peek() != b'"' {
            self.at += if self.peek() == b'\\' { 2 } else { 1 };
        }
        self.at = (self.at + 1).min(self.text.len());
        self.slice(start..self.at)
    }

    fn word(&mut self) -> Node {
        let start = self.at;
        while !matches!(
            self.peek(),
            0 | b',' | b']' | b'}' | b' ' | b'\t' | b'\r' | b'\n'
        ) {
            self.at += 1;
        }
        match self.text.get(start..self.at) {
            Some("true") => Node::Truth(true),
            Some("false") => Node::Truth(false),
            Some(number) => serde_json::from_str(number).map_or(Node::Null, Node::Number),
            None => Node::Null,
        }
    }

    fn slice(&self, range: Range<usize>) -> String {
        let written = self.text.get(range).unwrap_or_default();
        serde_json::from_str(written).unwrap_or_default()
    }

    fn skip(&mut self) -> usize {
        while matches!(self.peek(), b' ' | b'\t' | b'\r' | b'\n') {
            self.at += 1;
        }
        self.at
    }

    fn peek(&self) -> u8 {
        self.text.as_bytes().get(self.at).copied().unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_is_where_it_says() {
        let text = "{ \"a\" : [1, -2.5e3, true, null, \"x\\\"é\\u0041\"],\n \"b\":{}, \"c\": [ ] }";
        let json = Json::parse(text).unwrap();
        assert_eq!(json.span, 0..text.len());
        let items = json.get("a").unwrap().items();
        let written: Vec<_> = items.iter().map(|item| &text[item.span.clone()]).collect();
        assert_eq!(
            written,
            ["1", "-2.5e3", "true", "null", "\"x\\\"é\\u0041\""]
        );
        assert_eq!(items[4].text(), Some("x\"éA"));
        assert!(matches!(json.get("b").unwrap().node, Node::Object(ref it) if it.is_empty()));
        assert!(json.get("c").unwrap().items().is_empty());
    }

    #[test]
    fn what_is_no_json_is_told_with_its_place() {
        for (text, place) in [
            ("{ \"a\": 1, }", 10..11),
            ("[1 2]", 3..4),
            ("", 0..0),
            ("{\"a\": é}", 6..8),
        ] {
            let (span, said) = Json::parse(text).unwrap_err();
            assert_eq!(span, place, "{text}: {said}");
        }
        let deep = "[".repeat(100_000);
        assert!(Json::parse(&deep).is_err());
    }
}
