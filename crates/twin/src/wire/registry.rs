//! The HTTP API of a container registry [OCI distribution specification]: method and path name the operation, blobs and
//! manifests are bodies, and the token of `GetAuthorizationToken` is a password [ECR guide: registry authentication].
//!
//! An operation's name is its method and path, as Cloudflare's. A repository's name may hold slashes, so that the fixed
//! words are looked for from the end.

use bytes::Bytes;
use data_encoding::BASE64;
use http::header::{AUTHORIZATION, CONTENT_RANGE, CONTENT_TYPE};
use http::{Request, Response};
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value, json};

use super::{Decoded, Key, Undecoded, raw};
use crate::ecr::Token;
use crate::operation::Answer;
use crate::refusal::Refusal;
use crate::service::{Protocol, Service, services};

/// The path below the registry's base, if that is where the request goes. No bucket can be called `v2`, and who signs a
/// request means another service.
pub(super) fn path(request: &Request<Bytes>) -> Option<&str> {
    let path = request.uri().path().strip_prefix("/v2")?;
    let signed = super::signature::scope(request.headers()).is_some();
    (!signed && (path.is_empty() || path.starts_with('/'))).then_some(path)
}

#[expect(
    clippy::result_large_err,
    reason = "once a request, and taken apart at once"
)]
pub(super) fn decode(request: &Request<Bytes>, path: &str) -> Result<Decoded, Undecoded> {
    let service = services()
        .iter()
        .find(|service| service.protocol == Protocol::Registry);
    let method = request.method().as_str();
    let (template, mut fields) = template(path);
    let name = format!("{method} /v2{template}");
    let refuse = |refusal| Undecoded {
        service,
        operation: name.clone(),
        region: String::new(),
        refusal,
    };
    let token = token(request)
        .ok_or_else(|| refuse(Refusal::new("UNAUTHORIZED", "Not Authorized").status(401)))?;
    let Some((service, operation)) = find(service, &name) else {
        let refusal = Refusal::new("UNSUPPORTED", "The operation is unsupported.");
        return Err(refuse(refusal.status(405)));
    };
    for (name, value) in form_urlencoded::parse(request.uri().query().unwrap_or("").as_bytes()) {
        fields.insert(name.into_owned(), Value::String(value.into_owned()));
    }
    for name in [CONTENT_TYPE, CONTENT_RANGE] {
        let value = request.headers().get(&name);
        if let Some(value) = value.and_then(|value| value.to_str().ok()) {
            fields.insert(name.as_str().to_owned(), json!(value));
        }
    }
    fields.insert("$expires".to_owned(), json!(token.expires.0));
    Ok(Decoded {
        service,
        operation,
        region: token.region,
        // Who asked for the token is not in it; nothing here depends on it.
        key: Key::Access(String::new()),
        fields,
        body: request.body().clone(),
    })
}

pub(super) fn encode(answer: Answer, body: Bytes, id: &str) -> Response<Bytes> {
    let (mut response, kind) = match answer {
        Ok(mut value) => {
            let (status, headers) = raw::head(&mut value);
            (raw::response(status, &headers, body), None)
        }
        Err(refusal) if refusal.status == 401 => {
            let realm = "Basic realm=\"https://ecr.amazonaws.com/\",service=\"ecr.amazonaws.com\"";
            let headers = Map::from_iter([("www-authenticate".to_owned(), json!(realm))]);
            let text = Bytes::from(format!("{}\n", refusal.message));
            (
                raw::response(401, &headers, text),
                Some("text/plain; charset=utf-8"),
            )
        }
        Err(refusal) => {
            let error = json!({ "code": refusal.code, "message": refusal.message });
            let text = Bytes::from(json!({ "errors": [error] }).to_string());
            (
                raw::response(refusal.status, &Map::new(), text),
                Some("application/json; charset=utf-8"),
            )
        }
    };
    let headers = response.headers_mut();
    let fixed = [
        ("docker-distribution-api-version", "registry/2.0"),
        ("x-amzn-requestid", id),
    ];
    let kind = kind.map(|kind| ("content-type", kind));
    for (name, value) in fixed.into_iter().chain(kind) {
        if let Ok(value) = http::HeaderValue::from_str(value) {
            headers.insert(name, value);
        }
    }
    response
}

fn find(
    service: Option<&'static Service>,
    name: &str,
) -> Option<(&'static Service, &'static crate::operation::Operation)> {
    let service = service?;
    let mut operations = service.operations.iter();
    Some((service, operations.find(|one| one.name == name)?))
}

/// The path with its parameters in braces, and those parameters.
fn template(path: &str) -> (&'static str, Map<String, Value>) {
    let path = percent_decode_str(path).decode_utf8_lossy();
    let none = |template| (template, Map::new());
    if path.is_empty() || path == "/" {
        return none("/");
    }
    let of = |template, name: &str, other: Option<(&str, &str)>| {
        let mut fields = Map::new();
        fields.insert("{name}".to_owned(), json!(name.trim_start_matches('/')));
        if let Some((word, value)) = other {
            fields.insert(word.to_owned(), json!(value));
        }
        (template, fields)
    };
    if let Some(name) = path.strip_suffix("/tags/list") {
        return of("/{name}/tags/list", name, None);
    }
    if let Some((name, id)) = path.rsplit_once("/blobs/uploads") {
        return match id.trim_start_matches('/') {
            "" => of("/{name}/blobs/uploads/", name, None),
            id => of("/{name}/blobs/uploads/{id}", name, Some(("{id}", id))),
        };
    }
    if let Some((name, digest)) = path.rsplit_once("/blobs/") {
        return of("/{name}/blobs/{digest}", name, Some(("{digest}", digest)));
    }
    match path.rsplit_once("/manifests/") {
        Some((name, reference)) => of(
            "/{name}/manifests/{reference}",
            name,
            Some(("{reference}", reference)),
        ),
        None => none("/{unknown}"),
    }
}

fn token(request: &Request<Bytes>) -> Option<Token> {
    let header = request.headers().get(AUTHORIZATION)?.to_str().ok()?;
    let pair = BASE64
        .decode(header.strip_prefix("Basic ")?.as_bytes())
        .ok()?;
    let pair = String::from_utf8(pair).ok()?;
    Token::read(pair.strip_prefix("AWS:")?)
}
