//! Answers that are XML documents with a root of their own, and S3's objects, which are no documents.

use bytes::Bytes;
use http::{HeaderValue, Response};
use serde_json::{Map, Value, json};

use super::{raw, rest_xml, xml};
use crate::operation::Answer;
use crate::refusal::Refusal;

/// The member of an answer that names the root of its document. The document is then the answer's other members;
/// without it the body is bytes.
pub(crate) const ROOT: &str = "$root";
/// The member of an answer that is a document without members: the text of the root.
pub(crate) const TEXT: &str = "$text";

/// The response of S3.
pub(super) fn s3(operation: &str, answer: Answer, body: Bytes, id: &str) -> Response<Bytes> {
    let namespace = "http://s3.amazonaws.com/doc/2006-03-01/";
    let mut response = match answer {
        Ok(value) => answered(value, body, namespace, "application/xml"),
        Err(refusal) => refused(operation, &refusal, id),
    };
    let fixed = [
        ("x-amz-request-id", id),
        ("x-amz-id-2", "twin"),
        ("server", "AmazonS3"),
    ];
    for (name, value) in fixed {
        if let Ok(value) = HeaderValue::from_str(value) {
            response.headers_mut().insert(name, value);
        }
    }
    response
}

/// The response that is a document, or bytes.
pub(super) fn answered(
    mut value: Value,
    body: Bytes,
    namespace: &str,
    media_type: &str,
) -> Response<Bytes> {
    let (status, mut headers) = raw::head(&mut value);
    let fields = value.as_object_mut();
    let root = fields.and_then(|fields| fields.remove(ROOT));
    let Some(Value::String(root)) = root else {
        return raw::response(status, &headers, body);
    };
    let mut out = String::with_capacity(512);
    out.push_str("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<");
    out.push_str(&root);
    out.push_str(" xmlns=\"");
    out.push_str(namespace);
    out.push_str("\">");
    if let Value::Object(fields) = &value {
        for (name, value) in fields {
            match (name.as_str(), value) {
                (TEXT, Value::String(text)) => xml::escape(&mut out, text),
                (name, value) => rest_xml::element(&mut out, name, value),
            }
        }
    }
    xml::close(&mut out, &root);
    headers
        .entry("content-type")
        .or_insert_with(|| json!(media_type));
    raw::response(status, &headers, Bytes::from(out))
}

/// S3's own form of an error. What lies behind a refusal are its further members; a region among them is a header too.
fn refused(operation: &str, refusal: &Refusal, id: &str) -> Response<Bytes> {
    let mut headers = Map::from_iter([("content-type".to_owned(), json!("application/xml"))]);
    let mut out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error>".to_owned();
    let mut put = |name: &str, text: &str| xml::element(&mut out, name, &json!(text), "");
    put("Code", &refusal.code);
    put("Message", &refusal.message);
    for (name, text) in &refusal.causes {
        match name.strip_prefix("header ") {
            Some(header) => drop(headers.insert(header.to_owned(), json!(text))),
            None => put(name, text),
        }
    }
    put("RequestId", id);
    put("HostId", "twin");
    out.push_str("</Error>");
    // Neither has a body, so that clients know the status only [S3 API: HeadObject].
    let body = match operation.starts_with("Head") || refusal.status == 304 {
        true => Bytes::new(),
        false => Bytes::from(out),
    };
    raw::response(refusal.status, &headers, body)
}
