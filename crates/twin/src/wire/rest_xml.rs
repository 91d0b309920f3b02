//! AWS REST-XML: method and path name the operation, bodies are XML.
//!
//! The path's parameters, the query's and the members of the body become one tree, as in the other protocols. Lists of
//! an answer are written as they stand: `{"Tags": {"Tag": [..]}}` repeats `<Tag>`.

use bytes::Bytes;
use http::Request;
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};

use super::{xml, xml_body};
use crate::refusal::Refusal;

/// How one operation is addressed [the service's model: `http`].
#[derive(Debug, PartialEq, Eq)]
pub struct Route {
    /// The operation's name.
    pub(crate) operation: &'static str,
    /// `GET`, `POST`, …
    pub(crate) method: &'static str,
    /// The path; parts in braces are parameters.
    pub(crate) path: &'static str,
    /// Status of an answer that is no refusal.
    pub(crate) status: u16,
    /// Lists in the body, each with the name of its members.
    pub(crate) lists: &'static [(&'static str, &'static str)],
}

/// The operation's name and its parameters.
pub(super) fn decode(
    request: &Request<Bytes>,
    service: &str,
    routes: &'static [Route],
) -> Result<(String, Map<String, Value>), Refusal> {
    let (method, path) = (request.method().as_str(), request.uri().path());
    let found = routes.iter().find_map(|route| {
        let fields = (route.method == method).then(|| parameters(route.path, path))??;
        Some((route, fields))
    });
    let Some((route, mut fields)) = found else {
        return Err(Refusal::not_implemented(format_args!(
            "{service} {method} {path}"
        )));
    };
    for (name, value) in form_urlencoded::parse(request.uri().query().unwrap_or("").as_bytes()) {
        fields.insert(name.into_owned(), Value::String(value.into_owned()));
    }
    if !request.body().is_empty() {
        let root = format!("{}Request", route.operation);
        fields.extend(xml_body::read(request.body(), &root, route.lists)?);
    }
    Ok((route.operation.to_owned(), fields))
}

/// Body and status of an answer; its member `Location` is left to [`location`].
pub(super) fn answer(operation: &str, namespace: &str, value: &Value) -> String {
    let mut out = String::with_capacity(512);
    out.push_str("<?xml version=\"1.0\"?>\n<");
    out.push_str(operation);
    out.push_str("Response xmlns=\"");
    out.push_str(namespace);
    out.push_str("\">");
    if let Value::Object(fields) = value {
        let fields = fields.iter().filter(|(name, _)| *name != LOCATION);
        fields.for_each(|(name, value)| element(&mut out, name, value));
    }
    xml::close(&mut out, &format!("{operation}Response"));
    out
}

/// The status of the operation's answers.
pub(super) fn status(routes: &'static [Route], operation: &str) -> u16 {
    let route = routes.iter().find(|route| route.operation == operation);
    route.map_or(200, |route| route.status)
}

/// Where what was made is to be found: a member of the answer that travels as a header.
pub(super) fn location(value: &Value) -> Option<&str> {
    value.get(LOCATION)?.as_str()
}

const LOCATION: &str = "Location";

/// Writes `<name>value</name>`; a list repeats it.
pub(super) fn element(out: &mut String, name: &str, value: &Value) {
    match value {
        Value::Null => {}
        Value::Array(items) => items.iter().for_each(|item| element(out, name, item)),
        Value::Object(fields) => {
            xml::open(out, name);
            fields
                .iter()
                .for_each(|(name, value)| element(out, name, value));
            xml::close(out, name);
        }
        scalar => xml::element(out, name, scalar, ""),
    }
}

/// The path's parameters, if it fits the template. A slash at the end of either does not matter.
pub(super) fn parameters(template: &str, path: &str) -> Option<Map<String, Value>> {
    let mut fields = Map::new();
    let mut parts = path.trim_end_matches('/').split('/');
    for wanted in template.trim_end_matches('/').split('/') {
        let part = parts.next()?;
        match wanted
            .strip_prefix('{')
            .and_then(|name| name.strip_suffix('}'))
        {
            Some(_) if part.is_empty() => return None,
            Some(name) => {
                let text = percent_decode_str(part).decode_utf8().ok()?;
                fields.insert(name.to_owned(), Value::String(text.into_owned()));
            }
            None if wanted != part => return None,
            None => {}
        }
    }
    parts.next().is_none().then_some(fields)
}
