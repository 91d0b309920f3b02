//! REST-XML whose bodies are documents of many shapes, as CloudFront has it: method, path and a word in the query name
//! the operation, the handler reads the body.

use bytes::Bytes;
use http::Request;
use serde_json::{Map, Value, json};

use super::{rest_xml, s3};
use crate::refusal::Refusal;

/// How one operation is addressed [the service's model: `http`].
#[derive(Debug, PartialEq, Eq)]
pub struct Address {
    pub(crate) operation: &'static str,
    pub(crate) method: &'static str,
    /// Parts in braces are parameters.
    pub(crate) path: &'static str,
    /// A word of the query, with its value, that tells it apart.
    pub(crate) query: Option<(&'static str, &'static str)>,
}

pub(super) fn decode(
    request: &Request<Bytes>,
    service: &str,
    addresses: &'static [Address],
) -> Result<s3::Asked, Refusal> {
    let (method, path) = (request.method().as_str(), request.uri().path());
    let mut query = Map::new();
    for (name, value) in form_urlencoded::parse(request.uri().query().unwrap_or("").as_bytes()) {
        query.insert(name.into_owned(), Value::String(value.into_owned()));
    }
    let found = addresses.iter().find_map(|address| {
        let told = address
            .query
            .is_none_or(|(name, value)| query.get(name).is_some_and(|found| found == value));
        let fields = (address.method == method && told)
            .then(|| rest_xml::parameters(address.path, path))??;
        Some((address, fields))
    });
    let Some((address, mut fields)) = found else {
        return Err(Refusal::not_implemented(format_args!(
            "{service} {method} {path}"
        )));
    };
    if let Some((name, _)) = address.query {
        query.remove(name);
    }
    fields.extend(query);
    let condition = request.headers().get(http::header::IF_MATCH);
    if let Some(etag) = condition.and_then(|etag| etag.to_str().ok()) {
        fields.insert("IfMatch".to_owned(), json!(etag));
    }
    let body = request.body().clone();
    Ok((address.operation.to_owned(), fields, body))
}
