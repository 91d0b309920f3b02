//! Cloudflare v4: method and path name the operation, answers come in an envelope.
//!
//! An operation's name is its method and path: `GET /zones/{zone_id}/dns_records`. Its input holds the path's
//! parameters with their braces (`{zone_id}`), the query's parameters, and the members of a JSON body. A handler
//! returns the envelope's own members (`result`, `result_info`).

use bytes::Bytes;
use http::Request;
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value, json};

use super::{Decoded, Key, Undecoded};
use crate::operation::Operation;
use crate::refusal::Refusal;
use crate::service::{Protocol, Service, services};

/// The path below Cloudflare's base, if that is where the request goes.
pub(super) fn path(request: &Request<Bytes>) -> Option<&str> {
    request
        .uri()
        .path()
        .strip_prefix("/client/v4")
        .filter(|path| path.starts_with('/'))
}

#[expect(
    clippy::result_large_err,
    reason = "once a request, and taken apart at once"
)]
pub(super) fn decode(request: &Request<Bytes>, path: &str) -> Result<Decoded, Undecoded> {
    let service = services()
        .iter()
        .find(|service| service.protocol == Protocol::Rest);
    let method = request.method().as_str();
    let asked = format!("{method} {path}");
    let refuse = |refusal| Undecoded {
        service,
        operation: asked.clone(),
        region: "global".to_owned(),
        refusal,
    };
    let Some((service, operation, mut fields)) = find(service, method, path) else {
        return Err(refuse(Refusal::not_implemented(format_args!(
            "cloudflare {asked}"
        ))));
    };
    let token = token(request).map_err(refuse)?;
    for (name, value) in form_urlencoded::parse(request.uri().query().unwrap_or("").as_bytes()) {
        fields.insert(name.into_owned(), Value::String(value.into_owned()));
    }
    if !request.body().is_empty() {
        match serde_json::from_slice::<Value>(request.body()) {
            Ok(Value::Object(body)) => fields.extend(body),
            _ => {
                let message = "Request body is invalid JSON.";
                return Err(refuse(Refusal::new("9207", message)));
            }
        }
    }
    Ok(Decoded {
        service,
        operation,
        region: "global".to_owned(),
        key: Key::Token(token),
        fields,
        body: Bytes::new(),
    })
}

pub(super) fn answer(value: Value) -> String {
    let mut envelope = match value {
        Value::Object(fields) => fields,
        other => Map::from_iter([("result".to_owned(), other)]),
    };
    envelope.entry("success").or_insert(Value::Bool(true));
    envelope.entry("errors").or_insert_with(|| json!([]));
    envelope.entry("messages").or_insert_with(|| json!([]));
    envelope.entry("result").or_insert(Value::Null);
    Value::Object(envelope).to_string()
}

pub(super) fn refusal(refusal: &Refusal) -> String {
    let mut error = json!({ "code": number(&refusal.code), "message": refusal.message });
    if !refusal.causes.is_empty() {
        let cause = |(code, message): &(String, String)| json!({ "code": number(code), "message": message });
        error["error_chain"] = refusal.causes.iter().map(cause).collect();
    }
    json!({
        "success": false,
        "errors": [error],
        "messages": [],
        "result": null,
    })
    .to_string()
}

/// Cloudflare's codes are numbers.
fn number(code: &str) -> Value {
    code.parse::<u32>().map_or(json!(code), |code| json!(code))
}

type Found = (&'static Service, &'static Operation, Map<String, Value>);

fn find(service: Option<&'static Service>, method: &str, path: &str) -> Option<Found> {
    let service = service?;
    service.operations.iter().find_map(|operation| {
        let (wanted, template) = operation.name.split_once(' ')?;
        let fields = (wanted == method)
            .then(|| parameters(template, path))
            .flatten()?;
        Some((service, operation, fields))
    })
}

/// The path's parameters, if it fits the template. Fixed parts win because they are listed first.
fn parameters(template: &str, path: &str) -> Option<Map<String, Value>> {
    let mut fields = Map::new();
    let mut parts = path.trim_end_matches('/').split('/');
    for wanted in template.split('/') {
        let part = parts.next()?;
        if wanted.starts_with('{') {
            let text = percent_decode_str(part).decode_utf8().ok()?;
            fields.insert(wanted.to_owned(), Value::String(text.into_owned()));
        } else if wanted != part {
            return None;
        }
    }
    parts.next().is_none().then_some(fields)
}

/// The API token. Those that begin with `INVALID` are refused, so that clients' handling of that is testable; which
/// others there are is Cloudflare's own affair.
fn token(request: &Request<Bytes>) -> Result<String, Refusal> {
    let Some(header) = request.headers().get(http::header::AUTHORIZATION) else {
        // The twin has no keys of the older kind.
        if request.headers().contains_key("x-auth-key") {
            return Err(Refusal::new("6003", "Invalid request headers")
                .because("6103", "Invalid format for X-Auth-Key header"));
        }
        let message = "Missing X-Auth-Key, X-Auth-Email or Authorization headers";
        return Err(Refusal::new("9106", message));
    };
    match header
        .to_str()
        .ok()
        .and_then(|header| header.strip_prefix("Bearer "))
    {
        None => Err(Refusal::new("6003", "Invalid request headers")
            .because("6111", "Invalid format for Authorization header")),
        Some(token) if token.starts_with("INVALID") => {
            Err(Refusal::new("10000", "Authentication error").status(403))
        }
        Some(token) => Ok(token.to_owned()),
    }
}
