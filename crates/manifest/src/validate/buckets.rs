//! `[buckets.NAME]`, and what a bucket of `[assets.NAME]` has of the same.

use std::collections::BTreeMap;

use ashore_providers::aws::bucket::{CorsRule, Removal};

use super::health::duration;
use super::{Rules, refused};
use crate::codes::Code;
use crate::defaults;
use crate::diagnostic::Diagnostic;
use crate::located::Located;
use crate::model::{Bucket, BucketSettings, Name, Refusal, Seconds};
use crate::schema::{BucketRemoval, BucketSection, CorsSection, Named};
use crate::structure::dotted;

const DAY: u32 = 86_400;
/// Ten years: a longer one is a unit mistaken.
const OLD_VERSIONS: (u32, u32) = (DAY, 3650 * DAY);
/// [S3 API: CORSRule]
const METHODS: [&str; 5] = ["DELETE", "GET", "HEAD", "POST", "PUT"];

/// All of them. None if something in one is wrong.
pub(super) fn buckets(
    cx: &mut Rules<'_>,
    sections: Option<Named<BucketSection>>,
) -> Option<BTreeMap<Name, Bucket>> {
    let all: Vec<Option<Bucket>> = sections
        .unwrap_or_default()
        .into_iter()
        .map(|(key, section)| {
            let path: &[&str] = &["buckets", key.as_str()];
            let what = format!("`{}`", dotted(path));
            let name = cx.parse_text(Code::BadName, &what, &key, key.span(), Name::parse);
            let settings = settings(
                cx,
                path,
                &Written {
                    versioning: section.versioning.as_ref(),
                    old_versions: section.old_versions.as_ref(),
                    default_days: None,
                    cors: section.cors.as_ref(),
                    removal: section.removal.as_ref(),
                },
            );
            Some(Bucket {
                name: Located::new(name?, key.span()),
                settings: settings?,
            })
        })
        .collect();
    let spoiled = cx.is_spoiled(&["buckets"]) || cx.is_spoiled_below(&["buckets"]);
    let all: Vec<Bucket> = all.into_iter().collect::<Option<_>>()?;
    let named = all.into_iter().map(|it| (it.name.get().clone(), it));
    (!spoiled).then(|| named.collect())
}

/// What was written of a bucket.
pub(super) struct Written<'w> {
    pub(super) versioning: Option<&'w Located<bool>>,
    pub(super) old_versions: Option<&'w Located<String>>,
    /// For so many days old versions are kept where nothing is said.
    pub(super) default_days: Option<u32>,
    pub(super) cors: Option<&'w CorsSection>,
    pub(super) removal: Option<&'w Located<BucketRemoval>>,
}

/// What a bucket is like. None if something in it is wrong.
pub(super) fn settings(
    cx: &mut Rules<'_>,
    path: &[&str],
    written: &Written<'_>,
) -> Option<BucketSettings> {
    let versioning = written.versioning.map_or(defaults::VERSIONING, |it| **it);
    let old_versions = old_versions(cx, path, written, versioning);
    let cors = match written.cors {
        None => Some(Vec::new()),
        Some(section) => {
            let path = [path, &["cors"]].concat();
            cors(cx, &path, section).map(|rule| vec![rule])
        }
    };
    Some(BucketSettings {
        versioning,
        old_versions_days: old_versions?,
        cors: cors?,
        removal: match written.removal.map(Located::get) {
            Some(BucketRemoval::Delete) => Removal::Delete,
            Some(BucketRemoval::Retain) | None => Removal::Retain,
        },
    })
}

fn old_versions(
    cx: &mut Rules<'_>,
    path: &[&str],
    written: &Written<'_>,
    versioning: bool,
) -> Option<Option<u32>> {
    let path = [path, &["old_versions"]].concat();
    let Some(text) = written.old_versions else {
        let days = written.default_days.filter(|_| versioning);
        return (!cx.is_spoiled(&path)).then_some(days);
    };
    if !versioning {
        let message = format!(
            "`{}` has no effect: without `versioning` there are none",
            dotted(&path)
        );
        cx.push(Diagnostic::new(Code::NoEffect, text.span(), message).help("take the key out"));
        return None;
    }
    let kept = duration(cx, &path, Some(text), OLD_VERSIONS, Seconds(DAY))?;
    if kept.0 % DAY != 0 {
        let message = format!("`{}` cannot be {:?}", dotted(&path), text.as_str());
        cx.push(
            Diagnostic::new(Code::DurationRange, text.span(), message)
                .label("S3 counts in whole days"),
        );
        return None;
    }
    Some(Some(kept.0 / DAY))
}

fn cors(cx: &mut Rules<'_>, path: &[&str], section: &CorsSection) -> Option<CorsRule> {
    let at = |key| [path, &[key]].concat();
    let origins = words(cx, &at("origins"), section.origins.as_ref(), parse_origin);
    let methods = words(cx, &at("methods"), section.methods.as_ref(), parse_method);
    let headers = words(cx, &at("headers"), section.headers.as_ref(), parse_header);
    let max_age = duration(
        cx,
        &at("max_age"),
        section.max_age.as_ref(),
        (0, DAY),
        defaults::CORS_MAX_AGE,
    );
    let or = |words: Vec<String>, default: &[&str]| match words.is_empty() {
        true => default.iter().map(ToString::to_string).collect(),
        false => words,
    };
    let (origins, methods, headers) = (origins?, methods?, headers?);
    if origins.is_empty() {
        if let Some(written) = &section.origins {
            let message = format!("`{}` lets nobody in", dotted(&at("origins")));
            let nobody = Diagnostic::new(Code::BadCors, written.span(), message);
            cx.push(nobody.help("write for example [\"https://*.example.com\"]"));
        }
        return None; // where it is not written, the schema has said so
    }
    Some(CorsRule {
        origins,
        methods: or(methods, &["GET", "HEAD"]),
        headers: or(headers, &["*"]),
        max_age_seconds: Some(max_age?.0),
    })
}

fn words(
    cx: &mut Rules<'_>,
    path: &[&str],
    written: Option<&Located<Vec<Located<String>>>>,
    parse: fn(&str) -> Result<(), Refusal>,
) -> Option<Vec<String>> {
    let mut good = !cx.is_spoiled(path) && !cx.is_spoiled_below(path);
    let mut all = Vec::new();
    for word in written.into_iter().flat_map(|words| words.iter()) {
        match parse(word) {
            Ok(()) => all.push(word.get().clone()),
            Err(refusal) => {
                let message = format!("`{}` cannot have {:?}", dotted(path), word.as_str());
                cx.push(refused(Code::BadCors, word.span(), message, refusal));
                good = false;
            }
        }
    }
    good.then_some(all)
}

/// [S3 API: CORSRule AllowedOrigins]
fn parse_origin(text: &str) -> Result<(), Refusal> {
    if text == "*" {
        return Ok(());
    }
    let example = "write for example \"https://*.example.com\"";
    let host = ["https://", "http://"]
        .iter()
        .find_map(|scheme| text.strip_prefix(scheme));
    match host {
        None => Err(Refusal::new("has no scheme").help(example)),
        Some("") => Err(Refusal::new("has no host").help(example)),
        Some(host) if host.contains('/') => {
            Err(Refusal::new("a page's origin has no path").help(example))
        }
        Some(host) if host.matches('*').count() > 1 => {
            Err(Refusal::new("has more than one `*`").help(example))
        }
        Some(_) => Ok(()),
    }
}

fn parse_method(text: &str) -> Result<(), Refusal> {
    match METHODS.contains(&text) {
        true => Ok(()),
        false => Err(Refusal::new(format!(
            "S3 knows {} here",
            METHODS.join(", ")
        ))),
    }
}

fn parse_header(text: &str) -> Result<(), Refusal> {
    let inner = |c: char| c.is_ascii_alphanumeric() || "-_*".contains(c);
    let good = !text.is_empty() && text.chars().all(inner) && text.matches('*').count() < 2;
    match good {
        true => Ok(()),
        false => Err(Refusal::new("the name of a header, with one `*` at most")),
    }
}
