//! AWS REST-JSON: method and path name the operation, bodies are JSON.
//!
//! The path's parameters, the query's and the members of the body become one tree, as in the other protocols. A
//! parameter that the query repeats is a list.

use bytes::Bytes;
use http::Request;
use serde_json::{Map, Value, json};

use super::json;
use super::rest_xml::{Route, parameters};
use crate::refusal::Refusal;

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
        let value = Value::String(value.into_owned());
        match fields.get_mut(name.as_ref()) {
            None => drop(fields.insert(name.into_owned(), value)),
            Some(Value::Array(items)) => items.push(value),
            Some(one) => *one = json!([one.take(), value]),
        }
    }
    if !request.body().is_empty() {
        match serde_json::from_slice(request.body()) {
            Ok(Value::Object(body)) => fields.extend(body),
            Ok(_) => return Err(malformed("the body must be a JSON object".to_owned())),
            Err(error) => return Err(malformed(error.to_string())),
        }
    }
    Ok((route.operation.to_owned(), fields))
}

pub(super) fn answer(value: Value) -> String {
    json::answer(value)
}

/// The code travels as a header, `x-amzn-errortype`.
pub(super) fn refusal(refusal: &Refusal) -> String {
    json!({ "Message": refusal.message }).to_string()
}

fn malformed(why: String) -> Refusal {
    Refusal::new("SerializationException", why)
}
