//! `[dns]`: who serves the zone that the hostnames are in.

use super::Rules;
use crate::codes::Code;
use crate::defaults;
use crate::diagnostic::Diagnostic;
use crate::located::Span;
use crate::model::{Dns, DnsProvider, DomainName};
use crate::schema::{DnsSection, Provider};
use crate::structure::dotted;

/// What is known of the zone when the services are looked at.
pub(crate) enum Zone {
    /// No `[dns]` at all.
    Absent,
    /// There is one, and what is wrong with it has been reported.
    Wrong,
    /// A zone, and whether its records may be taken over.
    Known(Dns, bool),
}

pub(super) fn dns(cx: &mut Rules<'_>, section: Option<&DnsSection>) -> Zone {
    let Some(section) = section else {
        return if cx.is_spoiled(&["dns"]) {
            Zone::Wrong
        } else {
            Zone::Absent
        };
    };
    let zone = match &section.zone {
        Some(_) => cx
            .parse(
                Code::BadDomain,
                &["dns", "zone"],
                section.zone.as_ref(),
                DomainName::parse,
            )
            .map(Some),
        None => (!cx.is_spoiled(&["dns", "zone"])).then_some(None),
    };
    let provider = section
        .provider
        .as_ref()
        .map(|provider| match provider.get() {
            Provider::Cloudflare => DnsProvider::Cloudflare,
            Provider::Route53 => DnsProvider::Route53,
            Provider::Manual => DnsProvider::Manual,
        });
    if let (Some(DnsProvider::Manual), Some(take_over)) = (provider, &section.take_over) {
        without_effect(cx, &["dns", "take_over"], take_over.span());
        return Zone::Wrong;
    }
    let take_over = section
        .take_over
        .as_ref()
        .map_or(defaults::TAKE_OVER, |written| *written.get());
    match (provider, zone) {
        (Some(provider), Some(zone)) => Zone::Known(Dns { provider, zone }, take_over),
        _ => Zone::Wrong,
    }
}

/// Reports a key of records that this provider has no use for.
pub(super) fn without_effect(cx: &mut Rules<'_>, path: &[&str], span: Span) {
    let why = match path.last() {
        Some(&"proxied") => "only Cloudflare has a proxy",
        _ => "with `provider = \"manual\"` you set the records yourself",
    };
    let message = format!("`{}` has no effect, since {why}", dotted(path));
    cx.push(Diagnostic::new(Code::NoEffect, span, message).help("take the key out"));
}

impl Zone {
    /// None if it is wrong.
    pub(super) fn into_model(self) -> Option<Option<Dns>> {
        match self {
            Zone::Absent => Some(None),
            Zone::Wrong => None,
            Zone::Known(dns, _) => Some(Some(dns)),
        }
    }
}
