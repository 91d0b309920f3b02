//! AWS JSON 1.1: the operation in a header, JSON both ways.

use bytes::Bytes;
use http::Request;
use serde_json::{Map, Value, json};

use crate::refusal::Refusal;

pub(super) fn decode(
    request: &Request<Bytes>,
    target: &str,
) -> Result<(String, Map<String, Value>), Refusal> {
    let header = request
        .headers()
        .get("x-amz-target")
        .and_then(|value| value.to_str().ok());
    let named = header.and_then(|header| header.split_once('.'));
    let operation = match named {
        Some((prefix, operation)) if prefix == target => operation.to_owned(),
        _ => {
            let message = format!("X-Amz-Target must be {target}.<operation>");
            return Err(Refusal::new("UnknownOperationException", message));
        }
    };
    if request.body().is_empty() {
        return Ok((operation, Map::new()));
    }
    match serde_json::from_slice(request.body()) {
        Ok(Value::Object(fields)) => Ok((operation, fields)),
        Ok(_) => Err(Refusal::new(
            "SerializationException",
            "the body must be a JSON object",
        )),
        Err(error) => Err(Refusal::new("SerializationException", error.to_string())),
    }
}

pub(super) fn answer(mut value: Value) -> String {
    if value.is_null() {
        return "{}".to_owned();
    }
    leave_out_nulls(&mut value);
    value.to_string()
}

pub(super) fn refusal(refusal: &Refusal) -> String {
    let mut body = json!({ "__type": refusal.code, "message": refusal.message });
    // Some refusals name what stands in the way in a member of its own.
    for (member, text) in &refusal.causes {
        body[member] = json!(text);
    }
    body.to_string()
}

/// AWS has no null members.
fn leave_out_nulls(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.retain(|_, value| !value.is_null());
            fields.values_mut().for_each(leave_out_nulls);
        }
        Value::Array(items) => items.iter_mut().for_each(leave_out_nulls),
        _ => {}
    }
}
