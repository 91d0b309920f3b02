//! AWS JSON 1.0, as services speak it that came from the query protocol: as JSON 1.1, and with the codes of then in a
//! header, by which clients go on telling refusals apart [Smithy: awsQueryCompatible].

use serde_json::Value;

use super::{json, times};
use crate::refusal::Refusal;

/// What the model calls a refusal, by the code that the query protocol had for it. Others have the same name in both.
pub(crate) type Shapes = &'static [(&'static str, &'static str)];

pub(super) fn answer(mut value: Value) -> String {
    times::spell(&mut value, times::number);
    json::answer(value)
}

pub(super) fn refusal(refusal: &Refusal, shape: &str) -> String {
    serde_json::json!({ "__type": shape, "message": refusal.message }).to_string()
}

/// The model's name of a refusal.
pub(super) fn shape(refusal: &Refusal, shapes: Shapes) -> &str {
    let known = shapes.iter().find(|(code, _)| *code == refusal.code);
    known.map_or(refusal.code.as_str(), |(_, shape)| shape)
}

/// `x-amzn-query-error`: the code, and whose fault it is.
pub(super) fn query_error(refusal: &Refusal) -> String {
    let whose = if refusal.status < 500 {
        "Sender"
    } else {
        "Receiver"
    };
    format!("{};{whose}", refusal.code)
}
