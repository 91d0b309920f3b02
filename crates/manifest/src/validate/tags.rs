//! `[tags]`: the user's tags on everything that is made.

use std::collections::BTreeMap;

use super::Rules;
use crate::codes::Code;
use crate::diagnostic::Diagnostic;
use crate::located::Located;
use crate::structure::dotted;

/// A resource has room for 50 tags [ECS API: CreateService.tags], and ours need some of it: the marks, a
/// name, and room for one that a later version may want.
const MOST: usize = 50 - 10;

/// The tags as they are. None if one is wrong.
pub(super) fn tags(
    cx: &mut Rules<'_>,
    written: Option<BTreeMap<Located<String>, Located<String>>>,
) -> Option<BTreeMap<String, String>> {
    let written = written.unwrap_or_default();
    let mut good = Some(BTreeMap::new());
    if written.len() > MOST {
        // The keys are in order of the alphabet; the one to point at is the last of the text.
        let last = written
            .keys()
            .map(Located::span)
            .max_by_key(|span| span.start)
            .unwrap_or(0..0);
        cx.push(
            Diagnostic::new(
                Code::TooManyTags,
                last,
                format!("{} tags are too many", written.len()),
            )
            .label(format!(
                "at most {MOST}, since Ashore needs 10 of the 50 that AWS allows"
            )),
        );
        good = None;
    }
    for (key, value) in written {
        let wrong = key_refused(&key)
            .map(|(code, why)| (code, key.span(), why))
            .or_else(|| value_refused(&value).map(|why| (Code::BadTag, value.span(), why)));
        if let Some((code, span, why)) = wrong {
            let message = format!("`{}` cannot be a tag", dotted(&["tags", key.as_str()]));
            cx.push(Diagnostic::new(code, span, message).label(why));
            good = None;
        } else if let Some(good) = &mut good {
            good.insert(key.into_inner(), value.into_inner());
        }
    }
    good
}

// [ECS API: TagKey, TagValue] and [ELBv2 API: TagKey, TagValue] have the lengths and the pattern; the
// prefix `aws:` is reserved in any case [ECS API: CreateService.tags].
fn key_refused(key: &str) -> Option<(Code, &'static str)> {
    let starts_with = |prefix: &str| {
        key.get(..prefix.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(prefix))
    };
    if starts_with("aws:") {
        Some((Code::ReservedTag, "keys that start with `aws:` are AWS's"))
    } else if starts_with("ashore:") {
        Some((
            Code::ReservedTag,
            "keys that start with `ashore:` are Ashore's own marks",
        ))
    } else if key.is_empty() {
        Some((Code::BadTag, "the key is empty"))
    } else if key.chars().count() > 128 {
        Some((Code::BadTag, "the key is longer than 128 characters"))
    } else if !key.chars().all(is_allowed) {
        Some((Code::BadTag, "only letters, digits, spaces and `+-=._:/@`"))
    } else {
        None
    }
}

fn value_refused(value: &str) -> Option<&'static str> {
    if value.chars().count() > 256 {
        Some("the value is longer than 256 characters")
    } else if !value.chars().all(is_allowed) {
        Some("only letters, digits, spaces and `+-=._:/@`")
    } else if value
        .get(..4)
        .is_some_and(|start| start.eq_ignore_ascii_case("aws:"))
    {
        Some("values that start with `aws:` are AWS's")
    } else {
        None
    }
}

fn is_allowed(c: char) -> bool {
    c.is_alphanumeric() || c == ' ' || "_.:/=+-@".contains(c)
}
