//! Conditions on what is there: on writes they make locks and compare-and-swap, on reads caches.

use super::bucket::Bucket;
use super::object::{Content, Version};
use super::refuse;
use crate::clock::Millis;
use crate::input::Input;
use crate::refusal::Refusal;

/// `If-Match` and `If-None-Match` of a write [S3 guide: conditional requests].
pub(super) struct Write {
    is: Option<String>,
    is_not: Option<String>,
}

impl Write {
    pub(super) fn read(input: &mut Input) -> Result<Write, Refusal> {
        let (is, is_not) = (input.text("if-match")?, input.text("if-none-match")?);
        // Nothing but `*` is defined for it, and not both.
        if is_not.as_ref().is_some_and(|it| it != "*") || (is.is_some() && is_not.is_some()) {
            let message = "A header you provided implies functionality that is not implemented";
            return Err(Refusal::new("NotImplemented", message)
                .status(501)
                .because("Header", "If-None-Match"));
        }
        Ok(Write { is, is_not })
    }

    pub(super) fn check(&self, bucket: &Bucket, key: &str) -> Result<(), Refusal> {
        let current = bucket.current(key);
        match (&self.is, current) {
            (Some(_), None) => return Err(refuse::no_key(key)),
            (Some(wanted), Some((_, content))) if !matches(wanted, &content.etag) => {
                return Err(refuse::precondition("If-Match"));
            }
            _ => {}
        }
        match self.is_not.is_some() && current.is_some() {
            true => Err(refuse::precondition("If-None-Match")),
            false => Ok(()),
        }
    }
}

/// The four conditions of a read [RFC 9110, S3 API: GetObject].
pub(super) struct Read {
    is: Option<String>,
    is_not: Option<String>,
    since: Option<Millis>,
    not_since: Option<Millis>,
}

impl Read {
    /// `prefix` is that of the headers: none, or `x-amz-copy-source-`.
    pub(super) fn asked(input: &mut Input, prefix: &str) -> Result<Read, Refusal> {
        let mut text = |name: &str| input.text(&format!("{prefix}{name}"));
        Ok(Read {
            is: text("if-match")?,
            is_not: text("if-none-match")?,
            since: text("if-modified-since")?.and_then(|it| date(&it)),
            not_since: text("if-unmodified-since")?.and_then(|it| date(&it)),
        })
    }

    /// The status is 304 where the client has it already; a copy has no such answer.
    pub(super) fn check(&self, version: &Version, content: &Content) -> Result<(), Refusal> {
        let modified = Millis(version.modified.0 / 1000 * 1000);
        let fails = match (&self.is, self.not_since) {
            (Some(wanted), _) if !matches(wanted, &content.etag) => Some("If-Match"),
            (None, Some(time)) if modified > time => Some("If-Unmodified-Since"),
            _ => None,
        };
        if let Some(condition) = fails {
            return Err(refuse::precondition(condition));
        }
        let same = match (&self.is_not, self.since) {
            (Some(known), _) => matches(known, &content.etag),
            (None, Some(time)) => modified <= time,
            (None, None) => false,
        };
        match same {
            true => Err(Refusal::new("NotModified", "Not Modified")
                .status(304)
                .because("header etag", &content.etag)),
            false => Ok(()),
        }
    }
}

fn matches(wanted: &str, etag: &str) -> bool {
    let plain = |text: &str| text.trim().trim_matches('"').to_owned();
    wanted
        .split(',')
        .any(|it| it.trim() == "*" || plain(it) == plain(etag))
}

fn date(text: &str) -> Option<Millis> {
    let time = jiff::fmt::rfc2822::parse(text).ok()?.timestamp();
    Some(Millis(u64::try_from(time.as_millisecond()).ok()?))
}

/// As HTTP spells a time: `Sat, 21 Nov 2026 10:00:00 GMT`.
pub(super) fn http_date(time: Millis) -> String {
    let seconds = i64::try_from(time.0 / 1000).unwrap_or_default();
    let time = jiff::Timestamp::from_second(seconds).unwrap_or_default();
    time.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}
