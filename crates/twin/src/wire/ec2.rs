//! EC2's own XML: no result element, lists of `<item>`, errors in a list.

use serde_json::Value;

use super::xml;
use crate::refusal::Refusal;

pub(super) fn answer(operation: &str, version: &str, value: &Value, request_id: &str) -> String {
    let mut out = String::with_capacity(512);
    out.push_str("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<");
    out.push_str(operation);
    out.push_str("Response xmlns=\"http://ec2.amazonaws.com/doc/");
    out.push_str(version);
    out.push_str("/\"><requestId>");
    out.push_str(request_id);
    out.push_str("</requestId>");
    xml::content(&mut out, value, "item");
    out.push_str("</");
    out.push_str(operation);
    out.push_str("Response>");
    out
}

pub(super) fn refusal(refusal: &Refusal, request_id: &str) -> String {
    let mut out = String::with_capacity(256);
    out.push_str("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Response><Errors><Error><Code>");
    xml::escape(&mut out, &refusal.code);
    out.push_str("</Code><Message>");
    xml::escape(&mut out, &refusal.message);
    out.push_str("</Message></Error></Errors><RequestID>");
    out.push_str(request_id);
    out.push_str("</RequestID></Response>");
    out
}
