//! `GET /dns-query?name=&type=`: DNS over HTTPS as Cloudflare and Google speak it, in JSON.

use bytes::Bytes;
use http::{HeaderValue, Method, Request, Response, StatusCode};
use serde_json::{Value, json};

use super::{Found, kind, resolve};
use crate::world::World;

/// Answers a request to `/dns-query` [Cloudflare docs: DNS over HTTPS, JSON].
pub(crate) fn answer(world: &World, request: &Request<Bytes>) -> Response<Bytes> {
    let (status, value) = match asked(request) {
        Ok((name, kind, number)) => (StatusCode::OK, resolved(world, &name, &kind, number)),
        Err((status, message)) => (status, json!({ "error": message })),
    };
    let mut response = Response::new(Bytes::from(value.to_string()));
    *response.status_mut() = status;
    let json = HeaderValue::from_static("application/dns-json");
    response
        .headers_mut()
        .insert(http::header::CONTENT_TYPE, json);
    response
}

type Wrong = (StatusCode, String);

fn asked(request: &Request<Bytes>) -> Result<(String, String, u16), Wrong> {
    let bad = |message: &str| (StatusCode::BAD_REQUEST, message.to_owned());
    if request.method() != Method::GET {
        return Err((StatusCode::METHOD_NOT_ALLOWED, "only GET".to_owned()));
    }
    let (mut name, mut kind) = (None, ("A".to_owned(), 1));
    for (parameter, value) in form_urlencoded::parse(request.uri().query().unwrap_or("").as_bytes())
    {
        match &*parameter {
            "name" => name = Some(value.into_owned()),
            "type" => kind = kind::asked(&value).ok_or_else(|| bad("Invalid query type"))?,
            // They are about signatures, which the twin's zones do not have, and about padding.
            "do" | "cd" | "ct" | "edns_client_subnet" | "random_padding" => {}
            other => return Err(bad(&format!("the twin does not implement {other}"))),
        }
    }
    let name = name.ok_or_else(|| bad("Missing query name"))?;
    let bare = name.strip_suffix('.').unwrap_or(&name);
    let label = |label: &str| {
        (1..=63).contains(&label.len()) && label.bytes().all(|byte| byte.is_ascii_graphic())
    };
    if bare.len() > 253 || !bare.split('.').all(label) {
        return Err(bad("Invalid query name"));
    }
    Ok((bare.to_owned(), kind.0, kind.1))
}

fn resolved(world: &World, name: &str, kind: &str, number: u16) -> Value {
    let response = resolve::lookup(world, name, kind);
    let mut answer = json!({
        "Status": response.status,
        "TC": false,
        "RD": true,
        "RA": true,
        "AD": false,
        "CD": false,
        "Question": [{ "name": name, "type": number }],
    });
    let list = |found: &[Found]| -> Value { found.iter().map(record).collect() };
    if !response.answers.is_empty() {
        answer["Answer"] = list(&response.answers);
    }
    if let Some(soa) = &response.authority {
        answer["Authority"] = list(std::slice::from_ref(soa));
    }
    answer
}

fn record(found: &Found) -> Value {
    json!({
        "name": found.name,
        "type": kind::number(&found.kind),
        "TTL": found.ttl,
        "data": found.data,
    })
}
