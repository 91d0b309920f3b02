//! Answers that are more than a body: a status of their own, headers, bytes that are no text.

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Response, StatusCode};
use serde_json::{Map, Value};

/// The member of an answer that is its status; without it, 200.
pub(crate) const STATUS: &str = "$status";
/// The member of an answer that is its headers; those that are null are left out.
pub(crate) const HEADERS: &str = "$headers";

/// Takes status and headers off an answer.
pub(super) fn head(value: &mut Value) -> (u16, Map<String, Value>) {
    let Value::Object(fields) = value else {
        return (200, Map::new());
    };
    let status = fields.remove(STATUS).and_then(|status| status.as_u64());
    let headers = match fields.remove(HEADERS) {
        Some(Value::Object(headers)) => headers,
        _ => Map::new(),
    };
    let status = status.and_then(|status| u16::try_from(status).ok());
    (status.unwrap_or(200), headers)
}

pub(super) fn response(status: u16, headers: &Map<String, Value>, body: Bytes) -> Response<Bytes> {
    let mut response = Response::new(body);
    *response.status_mut() =
        StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    for (name, value) in headers {
        let text = match value {
            Value::Null => continue,
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        if let (Ok(name), Ok(value)) = (
            HeaderName::from_bytes(name.as_bytes()),
            HeaderValue::from_bytes(text.as_bytes()),
        ) {
            response.headers_mut().insert(name, value);
        }
    }
    response
}
