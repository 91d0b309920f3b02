//! `[dns]`: who serves the zone that the hostnames are in.

use super::Rules;
use crate::codes::Code;
use crate::defaults;
use crate::model::{Dns, DnsProvider, DomainName};
use crate::schema::{DnsSection, Provider};

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
    let zone = cx.parse(
        Code::BadDomain,
        &["dns", "zone"],
        section.zone.as_ref(),
        DomainName::parse,
    );
    let provider = section
        .provider
        .as_ref()
        .map(|provider| match provider.get() {
            Provider::Cloudflare => DnsProvider::Cloudflare,
        });
    let take_over = section
        .take_over
        .as_ref()
        .map_or(defaults::TAKE_OVER, |written| *written.get());
    match (provider, zone) {
        (Some(provider), Some(zone)) => Zone::Known(Dns { provider, zone }, take_over),
        _ => Zone::Wrong,
    }
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
