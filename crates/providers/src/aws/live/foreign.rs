//! Objects that bear the name that we want and are not ours.

use std::collections::BTreeMap;

use ashore_engine::address::Mark;
use ashore_engine::kind::{Foreign, Found};

use crate::aws::tags::{self, bears};

/// Ours if it bears the mark; else somebody else's, `what` being its kind and name for a person.
pub(crate) fn ours_or_foreign<O>(
    outputs: O,
    all: &BTreeMap<String, String>,
    mark: &Mark,
    what: &str,
    advice: &str,
) -> Found<O> {
    if bears(all, mark) {
        return Found::Ours(outputs);
    }
    Found::Foreign(Foreign {
        who: match tags::owner(all) {
            Some(owner) => format!("{what} of {owner}"),
            None => format!("{what} without a mark of ours"),
        },
        advice: advice.to_string(),
    })
}
