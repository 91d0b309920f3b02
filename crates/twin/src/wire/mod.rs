//! The wire protocols: a request becomes service, operation and parameters; an answer becomes a response.

mod ec2;
mod json;
mod query;
mod rest;
mod rest_json;
mod rest_xml;
mod signature;
mod xml;
mod xml_body;

pub use rest_xml::Route;
pub(crate) use signature::expired;

use bytes::Bytes;
use http::{HeaderValue, Request, Response};
use serde_json::{Map, Value};

use crate::operation::{Answer, Operation};
use crate::refusal::Refusal;
use crate::service::{Protocol, Service, services};

/// A request, understood.
#[derive(Debug)]
pub(crate) struct Decoded {
    pub(crate) service: &'static Service,
    pub(crate) operation: &'static Operation,
    pub(crate) region: String,
    /// The access key id, or Cloudflare's API token, which is never written down.
    pub(crate) key: Key,
    pub(crate) fields: Map<String, Value>,
}

/// What a client shows to say who it is.
#[derive(Debug, Clone)]
pub(crate) enum Key {
    Access(String),
    Token(String),
}

/// A request that could not be understood, and as much of it as could.
#[derive(Debug)]
pub(crate) struct Undecoded {
    pub(crate) service: Option<&'static Service>,
    pub(crate) operation: String,
    pub(crate) region: String,
    pub(crate) refusal: Refusal,
}

/// Finds out what a request asks of whom.
#[expect(
    clippy::result_large_err,
    reason = "once a request, and taken apart at once"
)]
pub(crate) fn decode(request: &Request<Bytes>) -> Result<Decoded, Undecoded> {
    if let Some(path) = rest::path(request) {
        return rest::decode(request, path);
    }
    let mut unknown = Undecoded {
        service: None,
        operation: String::new(),
        region: String::new(),
        refusal: Refusal::new("MissingAuthenticationToken", "Missing Authentication Token")
            .status(403),
    };
    let Some(scope) = signature::scope(request.headers()) else {
        return Err(unknown);
    };
    unknown.region = scope.region.to_owned();
    let Some(service) = services()
        .iter()
        .find(|service| service.name == scope.service)
    else {
        unknown.refusal = Refusal::not_implemented(format_args!("service {}", scope.service));
        return Err(unknown);
    };
    unknown.service = Some(service);
    let asked = match service.protocol {
        Protocol::Ec2 { version } | Protocol::Query { version, .. } => {
            query::decode(request.body(), version)
        }
        Protocol::Json { target } => json::decode(request, target),
        Protocol::RestJson { routes } => rest_json::decode(request, service.name, routes),
        Protocol::RestXml { routes, .. } => rest_xml::decode(request, service.name, routes),
        Protocol::Rest => Err(Refusal::new("InvalidRequest", "not an AWS service")),
    };
    let (name, fields) = match asked {
        Ok(asked) => asked,
        Err(refusal) => return Err(Undecoded { refusal, ..unknown }),
    };
    if let Some(refusal) = signature::refused(scope.key, service) {
        return Err(Undecoded {
            operation: name,
            refusal,
            ..unknown
        });
    }
    let Some(operation) = service
        .operations
        .iter()
        .find(|operation| operation.name == name)
    else {
        let refusal = Refusal::not_implemented(format_args!("{} {name}", service.name));
        return Err(Undecoded {
            operation: name,
            refusal,
            ..unknown
        });
    };
    Ok(Decoded {
        service,
        operation,
        region: scope.region.to_owned(),
        key: Key::Access(scope.key.to_owned()),
        fields,
    })
}

/// The response that says this.
pub(crate) fn encode(
    service: Option<&'static Service>,
    operation: &str,
    answer: Answer,
    request_id: &str,
) -> Response<Bytes> {
    let protocol = service.map(|service| service.protocol);
    let (mut success, mut location) = (200, None);
    let mut code = None;
    match (protocol, &answer) {
        (Some(Protocol::RestXml { routes, .. }), Ok(value)) => {
            success = rest_xml::status(routes, operation);
            location = rest_xml::location(value).and_then(|text| HeaderValue::from_str(text).ok());
        }
        (Some(Protocol::RestJson { routes }), Ok(_)) => {
            success = rest_xml::status(routes, operation);
        }
        (Some(Protocol::RestJson { .. }), Err(refusal)) => {
            code = Some(("x-amzn-errortype", refusal.code.clone()));
        }
        _ => {}
    }
    let (status, body) = match answer {
        Ok(value) => (success, answered(protocol, operation, value, request_id)),
        Err(refusal) => (refusal.status, refused(protocol, &refusal, request_id)),
    };
    let mut response = Response::new(Bytes::from(body));
    *response.status_mut() =
        http::StatusCode::from_u16(status).unwrap_or(http::StatusCode::INTERNAL_SERVER_ERROR);
    let kind = match protocol {
        Some(Protocol::Json { .. }) => "application/x-amz-json-1.1",
        Some(Protocol::Rest | Protocol::RestJson { .. }) => "application/json",
        Some(Protocol::RestXml { .. }) => "text/xml",
        Some(Protocol::Ec2 { .. } | Protocol::Query { .. }) | None => "text/xml;charset=UTF-8",
    };
    let headers = response.headers_mut();
    headers.insert(http::header::CONTENT_TYPE, HeaderValue::from_static(kind));
    if let Ok(id) = HeaderValue::from_str(request_id) {
        let name = if protocol == Some(Protocol::Rest) {
            "cf-ray"
        } else {
            "x-amzn-requestid"
        };
        headers.insert(name, id);
    }
    if let Some(location) = location {
        headers.insert(http::header::LOCATION, location);
    }
    if let Some((name, code)) = code
        && let Ok(code) = HeaderValue::from_str(&code)
    {
        headers.insert(name, code);
    }
    if status == 429 {
        // Cloudflare sends it with 429 only (ux.md, the Cloudflare API).
        headers.insert(http::header::RETRY_AFTER, HeaderValue::from_static("1"));
    }
    response
}

fn answered(protocol: Option<Protocol>, operation: &str, value: Value, id: &str) -> String {
    match protocol {
        Some(Protocol::Ec2 { version }) => ec2::answer(operation, version, &value, id),
        Some(Protocol::Query { namespace, .. }) => query::answer(operation, namespace, &value, id),
        Some(Protocol::Json { .. }) => json::answer(value),
        Some(Protocol::RestXml { namespace, .. }) => rest_xml::answer(operation, namespace, &value),
        Some(Protocol::RestJson { .. }) => rest_json::answer(value),
        Some(Protocol::Rest) => rest::answer(value),
        None => String::new(),
    }
}

fn refused(protocol: Option<Protocol>, refusal: &Refusal, id: &str) -> String {
    match protocol {
        Some(Protocol::Ec2 { .. }) => ec2::refusal(refusal, id),
        Some(Protocol::Query { namespace, .. } | Protocol::RestXml { namespace, .. }) => {
            query::refusal(refusal, namespace, id)
        }
        Some(Protocol::Json { .. }) => json::refusal(refusal),
        Some(Protocol::RestJson { .. }) => rest_json::refusal(refusal),
        Some(Protocol::Rest) => rest::refusal(refusal),
        None => query::refusal(refusal, "", id),
    }
}

#[cfg(test)]
mod tests;
