//! S3's REST: the bucket in the path or in the host's name, what is asked of it in the query, parameters in headers, and
//! bodies that are objects, plain or in chunks.
//!
//! An operation's input holds `Bucket`, `Key`, the query's parameters and the headers that mean something, both under
//! their own names. The body is left to the handler.

use bytes::Bytes;
use http::header::HOST;
use http::{HeaderMap, Method, Request};
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value, json};

use super::{s3_body, s3_routes};
use crate::refusal::Refusal;

/// The operation's name, its parameters and its body.
pub(super) type Asked = (String, Map<String, Value>, Bytes);

/// Headers that are parameters, besides all that begin with `x-amz-`.
const HEADERS: &[&str] = &[
    "cache-control",
    "content-disposition",
    "content-encoding",
    "content-language",
    "content-type",
    "expires",
    "if-match",
    "if-modified-since",
    "if-none-match",
    "if-unmodified-since",
    "range",
];

/// Headers of the signature and the transport, which mean nothing to an operation.
const TRANSPORT: &[&str] = &[
    "x-amz-content-sha256",
    "x-amz-date",
    "x-amz-decoded-content-length",
    "x-amz-sdk-checksum-algorithm",
    "x-amz-security-token",
    "x-amz-te",
    "x-amz-trailer",
    "x-amz-user-agent",
];

/// Whether a request without a signature may be meant for S3: it names something to look at. What begins with a date is
/// another service's, whose paths begin with their version.
pub(super) fn is_anonymous(request: &Request<Bytes>) -> bool {
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    let signed = request
        .uri()
        .query()
        .is_some_and(|query| query.contains("X-Amz-"));
    let dated = |name: &String| {
        let mut parts = name.split('-');
        parts
            .next()
            .is_some_and(|year| year.len() == 4 && year.parse::<u16>().is_ok())
            && parts.all(|part| part.len() == 2 && part.parse::<u8>().is_ok())
    };
    reads && !signed && place(request).0.is_some_and(|bucket| !dated(&bucket))
}

pub(super) fn decode(request: &Request<Bytes>) -> Result<Asked, Refusal> {
    let (bucket, key) = place(request);
    let mut fields = Map::new();
    let mut query = Map::new();
    for (name, value) in form_urlencoded::parse(request.uri().query().unwrap_or("").as_bytes()) {
        // SDKs name the operation for those who read logs.
        if name != "x-id" {
            query.insert(name.into_owned(), Value::String(value.into_owned()));
        }
    }
    let copies = request.headers().contains_key("x-amz-copy-source");
    let method = request.method().as_str();
    let (at, named) = (bucket.is_some(), key.is_some());
    let route = s3_routes::find(method, at, named, copies, &query);
    let Some(route) = route else {
        let what: Vec<&str> = query.keys().map(String::as_str).collect();
        return Err(Refusal::not_implemented(format_args!(
            "s3 {method} {}?{}",
            match (at, named) {
                (_, true) => "/bucket/key",
                (true, false) => "/bucket",
                _ => "/",
            },
            what.join("&")
        )));
    };
    // A word with a value is a parameter, too.
    if query.get(route.marker).is_some_and(|value| value == "") {
        query.remove(route.marker);
    }
    fields.extend(query);
    if let Some(bucket) = bucket {
        fields.insert("Bucket".to_owned(), json!(bucket));
    }
    if let Some(key) = key {
        fields.insert("Key".to_owned(), json!(key));
    }
    take_headers(request.headers(), &mut fields);
    let (body, trailers) = s3_body::read(request)?;
    fields.extend(trailers);
    s3_body::check(request.headers(), &fields, &body)?;
    Ok((route.operation.to_owned(), fields, body))
}

fn take_headers(headers: &HeaderMap, fields: &mut Map<String, Value>) {
    for (name, value) in headers {
        let name = name.as_str();
        let means =
            HEADERS.contains(&name) || (name.starts_with("x-amz-") && !TRANSPORT.contains(&name));
        if !means {
            continue;
        }
        let text = String::from_utf8_lossy(value.as_bytes()).into_owned();
        if name == "content-encoding" {
            let codings = text.split(',').map(str::trim);
            let own: Vec<&str> = codings
                .filter(|it| *it != "aws-chunked" && !it.is_empty())
                .collect();
            if !own.is_empty() {
                fields.insert(name.to_owned(), json!(own.join(",")));
            }
            continue;
        }
        fields.insert(name.to_owned(), Value::String(text));
    }
}

/// Bucket and key.
fn place(request: &Request<Bytes>) -> (Option<String>, Option<String>) {
    let path = request.uri().path();
    let path = path.strip_prefix('/').unwrap_or(path);
    let decoded = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    let some = |text: &str| (!text.is_empty()).then(|| decoded(text));
    if let Some(bucket) = host(request).as_deref().and_then(bucket_of) {
        return (Some(bucket.to_owned()), some(path));
    }
    match path.split_once('/') {
        Some((bucket, key)) => (some(bucket), some(key)),
        None => (some(path), None),
    }
}

fn host(request: &Request<Bytes>) -> Option<String> {
    let named = request.headers().get(HOST).and_then(|it| it.to_str().ok());
    let host = request.uri().host().or(named)?;
    let host = host.rsplit_once(':').map_or(host, |(host, _)| host);
    Some(host.to_owned())
}

/// `bucket.localhost`, or `bucket.s3.eu-central-1.amazonaws.com` and the like [S3 guide: virtual hosting].
fn bucket_of(host: &str) -> Option<&str> {
    if let Some(bucket) = host.strip_suffix(".localhost") {
        return Some(bucket);
    }
    host.strip_suffix(".amazonaws.com")?;
    let at = host.rfind(".s3.").or_else(|| host.rfind(".s3-"))?;
    host.get(..at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_stand_in_the_path_or_in_the_host() {
        for (host, path, bucket, key) in [
            ("127.0.0.1:1", "/b/k/l", Some("b"), Some("k/l")),
            ("127.0.0.1:1", "/b", Some("b"), None),
            ("127.0.0.1:1", "/b/", Some("b"), None),
            ("127.0.0.1:1", "/", None, None),
            ("b.localhost:1", "/k", Some("b"), Some("k")),
            ("localhost:1", "/b/k", Some("b"), Some("k")),
            (
                "s3.eu-central-1.amazonaws.com",
                "/b/k",
                Some("b"),
                Some("k"),
            ),
            (
                "b.c.s3.eu-central-1.amazonaws.com",
                "/k",
                Some("b.c"),
                Some("k"),
            ),
            ("b.s3.amazonaws.com", "/", Some("b"), None),
            (
                "b.s3-accelerate.amazonaws.com",
                "/a%20b",
                Some("b"),
                Some("a b"),
            ),
        ] {
            let request = Request::get(path).header(HOST, host).body(Bytes::new());
            let found = place(&request.expect("a request"));
            let expected = (bucket.map(str::to_owned), key.map(str::to_owned));
            assert_eq!(found, expected, "{host}{path}");
        }
    }
}
