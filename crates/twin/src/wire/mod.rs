//! The wire protocols: a request becomes service, operation and parameters; an answer becomes a response.

mod address;
mod cbor;
mod documents;
mod ec2;
mod json;
mod json10;
mod query;
mod raw;
mod registry;
mod rest;
mod rest_json;
mod rest_xml;
mod s3;
mod s3_body;
mod s3_routes;
pub(crate) mod shape;
mod signature;
mod times;
mod xml;
mod xml_body;

pub use address::Address;
pub(crate) use documents::{ROOT, TEXT};
pub(crate) use json10::Shapes;
pub(crate) use raw::{HEADERS, STATUS};
pub use rest_xml::Route;
pub(crate) use signature::expired;
pub(crate) use times::timestamp;
pub(crate) use xml::ENTRIES;

use bytes::Bytes;
use http::{HeaderValue, Request, Response};
use serde_json::{Map, Value};

use crate::elb;
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
    /// The body, where it is no parameters.
    pub(crate) body: Bytes,
}

/// What a client shows to say who it is.
#[derive(Debug, Clone)]
pub(crate) enum Key {
    Access(String),
    Token(String),
    /// Nothing: the request is not signed.
    Nobody,
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
    if let Some(path) = registry::path(request) {
        return registry::decode(request, path);
    }
    let mut unknown = Undecoded {
        service: None,
        operation: String::new(),
        region: String::new(),
        refusal: Refusal::new("MissingAuthenticationToken", "Missing Authentication Token")
            .status(403),
    };
    let scope = match signature::scope(request.headers()) {
        Some(scope) => scope,
        None if s3::is_anonymous(request) => signature::Scope::nobody("s3"),
        None => return Err(unknown),
    };
    unknown.region = scope.region.to_owned();
    // A service that speaks several protocols stands in the list once for each.
    let named = || services().iter().filter(|it| it.name == scope.service);
    let spoken = named().find(|service| speaks(service.protocol, request));
    let Some(service) = spoken.or_else(|| named().next()) else {
        unknown.refusal = Refusal::not_implemented(format_args!("service {}", scope.service));
        return Err(unknown);
    };
    let service = by_version(service, request.body());
    unknown.service = Some(service);
    let asked = match service.protocol {
        Protocol::Ec2 { version } | Protocol::Query { version, .. } => {
            query::decode(request.body(), version).map(without_body)
        }
        Protocol::Json { target } | Protocol::Json10 { target, .. } => {
            json::decode(request, target).map(without_body)
        }
        Protocol::Cbor { target, .. } => cbor::decode(request, target).map(without_body),
        Protocol::RestJson { routes } => {
            rest_json::decode(request, service.name, routes).map(without_body)
        }
        Protocol::RestXml { routes, .. } => {
            rest_xml::decode(request, service.name, routes).map(without_body)
        }
        Protocol::S3 => s3::decode(request),
        Protocol::Documents { addresses, .. } => address::decode(request, service.name, addresses),
        Protocol::Registry | Protocol::Rest => {
            Err(Refusal::new("InvalidRequest", "not an AWS service"))
        }
    };
    let (name, fields, body) = match asked {
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
        key: match scope.key {
            "" => Key::Nobody,
            key => Key::Access(key.to_owned()),
        },
        fields,
        body,
    })
}

/// Elastic Load Balancing has two APIs under one name, and classic balancers' requests name its older version.
fn by_version(service: &'static Service, body: &[u8]) -> &'static Service {
    if service.name != "elasticloadbalancing" {
        return service;
    }
    let mut parameters = form_urlencoded::parse(body);
    let older = parameters.any(|(name, value)| name == "Version" && value == elb::VERSION);
    let mut all = services().iter();
    all.find(|other| older && other.name == "elb")
        .unwrap_or(service)
}

/// All of a body is parameters.
fn without_body((name, fields): (String, Map<String, Value>)) -> s3::Asked {
    (name, fields, Bytes::new())
}

/// Whether a request looks as if made in this protocol.
fn speaks(protocol: Protocol, request: &Request<Bytes>) -> bool {
    let has = |name: &str| request.headers().contains_key(name);
    match protocol {
        Protocol::Cbor { .. } => has("smithy-protocol"),
        Protocol::Json { .. } | Protocol::Json10 { .. } => has("x-amz-target"),
        Protocol::Ec2 { .. } | Protocol::Query { .. } => {
            !has("smithy-protocol") && !has("x-amz-target")
        }
        Protocol::Documents { .. }
        | Protocol::Registry
        | Protocol::Rest
        | Protocol::RestJson { .. }
        | Protocol::RestXml { .. }
        | Protocol::S3 => true,
    }
}

/// The response that says this.
pub(crate) fn encode(
    service: Option<&'static Service>,
    operation: &str,
    answer: Answer,
    body: Bytes,
    request_id: &str,
) -> Response<Bytes> {
    let protocol = service.map(|service| service.protocol);
    if protocol == Some(Protocol::Registry) {
        return registry::encode(answer, body, request_id);
    }
    if protocol == Some(Protocol::S3) {
        return documents::s3(operation, answer, body, request_id);
    }
    if let (Some(Protocol::Documents { namespace, .. }), Ok(value)) = (protocol, &answer) {
        return documents::answered(value.clone(), body, namespace, "text/xml");
    }
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
        (Some(Protocol::Json10 { .. } | Protocol::Cbor { .. }), Err(refusal)) => {
            code = Some(("x-amzn-query-error", json10::query_error(refusal)));
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
        Some(Protocol::Cbor { .. }) => "application/cbor",
        Some(Protocol::Json { .. }) => "application/x-amz-json-1.1",
        Some(Protocol::Json10 { .. }) => "application/x-amz-json-1.0",
        Some(Protocol::Registry | Protocol::Rest | Protocol::RestJson { .. }) => "application/json",
        Some(Protocol::Documents { .. } | Protocol::RestXml { .. } | Protocol::S3) => "text/xml",
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
    if let Some((name, code)) = code
        && let Ok(code) = HeaderValue::from_str(&code)
    {
        headers.insert(name, code);
    }
    if matches!(protocol, Some(Protocol::Cbor { .. })) {
        headers.insert("smithy-protocol", HeaderValue::from_static("rpc-v2-cbor"));
    }
    if let Some(location) = location {
        headers.insert(http::header::LOCATION, location);
    }
    if status == 429 {
        // Cloudflare sends it with 429 only (ux.md, the Cloudflare API).
        headers.insert(http::header::RETRY_AFTER, HeaderValue::from_static("1"));
    }
    response
}

fn answered(protocol: Option<Protocol>, operation: &str, mut value: Value, id: &str) -> Vec<u8> {
    let text = match protocol {
        Some(Protocol::Cbor { .. }) => return cbor::answer(&value),
        Some(Protocol::Ec2 { version }) => ec2::answer(operation, version, &value, id),
        Some(Protocol::Json10 { .. }) => json10::answer(value),
        Some(Protocol::Query { namespace, .. }) => {
            query::answer(operation, namespace, &mut value, id)
        }
        Some(Protocol::RestJson { .. }) => rest_json::answer(value),
        Some(Protocol::Json { .. }) => json::answer(value),
        Some(Protocol::RestXml { namespace, .. }) => rest_xml::answer(operation, namespace, &value),
        Some(Protocol::Rest) => rest::answer(value),
        Some(Protocol::Documents { .. } | Protocol::Registry | Protocol::S3) | None => {
            String::new()
        }
    };
    text.into_bytes()
}

fn refused(protocol: Option<Protocol>, refusal: &Refusal, id: &str) -> Vec<u8> {
    let text = match protocol {
        Some(Protocol::Cbor { shapes, .. }) => {
            return cbor::refusal(refusal, json10::shape(refusal, shapes));
        }
        Some(Protocol::Json10 { shapes, .. }) => {
            json10::refusal(refusal, json10::shape(refusal, shapes))
        }
        Some(Protocol::RestJson { .. }) => rest_json::refusal(refusal),
        Some(Protocol::Ec2 { .. }) => ec2::refusal(refusal, id),
        Some(
            Protocol::Query { namespace, .. }
            | Protocol::Documents { namespace, .. }
            | Protocol::RestXml { namespace, .. },
        ) => query::refusal(refusal, namespace, id),
        Some(Protocol::Json { .. }) => json::refusal(refusal),
        Some(Protocol::Rest) => rest::refusal(refusal),
        Some(Protocol::Registry | Protocol::S3) | None => query::refusal(refusal, "", id),
    };
    text.into_bytes()
}

#[cfg(test)]
mod tests;
