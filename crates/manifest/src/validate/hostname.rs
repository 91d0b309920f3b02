//! `hostname`, `aliases`, `proxied`, `take_over`: the names that a service is reached by.

use std::collections::BTreeMap;

use super::Rules;
use super::balancers::{self, speaks_http};
use super::dns::{Zone, without_effect};
use crate::codes::Code;
use crate::defaults;
use crate::diagnostic::Diagnostic;
use crate::located::{Located, Span};
use crate::model::{Dns, DnsProvider, DomainName, Hostname};
use crate::schema::{Protocol, ServiceSection};
use crate::structure::dotted;

/// Names in one certificate, which all services share [ACM user guide: quotas, "domain names per ACM certificate"].
const MOST_NAMES: usize = 10;

/// The names of the service. None if it has none, or if something about them is wrong.
pub(super) fn hostname(
    cx: &mut Rules<'_>,
    path: &[&str],
    section: &ServiceSection,
    dns: &Zone,
) -> Option<Hostname> {
    let at = |key| [path, &[key]].concat();
    let written = section.hostname.as_ref()?;
    let name = cx.parse(
        Code::BadDomain,
        &at("hostname"),
        Some(written),
        DomainName::parse,
    );
    let aliases: Vec<_> = section
        .aliases
        .iter()
        .flat_map(|aliases| aliases.iter())
        .map(|alias| {
            cx.parse(
                Code::BadDomain,
                &at("aliases"),
                Some(alias),
                DomainName::parse,
            )
        })
        .collect();
    let private = match &section.private_hostname {
        Some(written) => {
            let path = at("private_hostname");
            let name = cx.parse(Code::BadDomain, &path, Some(written), DomainName::parse);
            name.map(Some)
        }
        None => (!cx.is_spoiled(&at("private_hostname"))).then_some(None),
    };
    let (dns, take_over) = match dns {
        Zone::Known(dns, take_over) => (dns, *take_over),
        Zone::Wrong => return None,
        Zone::Absent => {
            cx.push(
                Diagnostic::new(
                    Code::HostnameWithoutDns,
                    written.span(),
                    format!("`{}` needs to know who serves its zone", dotted(&at("hostname"))),
                )
                .help("write for example: dns = { provider = \"cloudflare\", zone = \"example.com\" }"),
            );
            return None;
        }
    };
    let mut fits = true;
    if let Some(proxied) = &section.proxied
        && dns.provider != DnsProvider::Cloudflare
    {
        without_effect(cx, &at("proxied"), proxied.span());
        fits = false;
    }
    if let Some(take_over) = &section.take_over
        && dns.provider == DnsProvider::Manual
    {
        without_effect(cx, &at("take_over"), take_over.span());
        fits = false;
    }
    let proxied = section
        .proxied
        .as_ref()
        .map_or(defaults::PROXIED, |proxied| *proxied.get());
    for name in name.iter().chain(aliases.iter().flatten()) {
        fits &= in_zone(cx, name, dns, proxied);
    }
    if let Some(Some(private)) = &private {
        fits &= in_zone(cx, private, dns, false);
    }
    let aliases = aliases.into_iter().collect::<Option<Vec<_>>>()?;
    let private = private?;
    let name = name?;
    fits.then(|| Hostname {
        name,
        aliases,
        private,
        proxied,
        take_over: section
            .take_over
            .as_ref()
            .map_or(take_over, |take_over| *take_over.get()),
    })
}

/// A name leads to one service, or to several that have the paths of it among them, and all names fit into one
/// certificate. What was written counts, so that a mistake elsewhere in a service does not hide these.
pub(super) fn check_names(cx: &mut Rules<'_>, services: &[(&Located<String>, &ServiceSection)]) {
    let mut names: BTreeMap<DomainName, (Span, &ServiceSection)> = BTreeMap::new();
    let mut certified = 0;
    let written = services.iter().flat_map(|(_, section)| {
        let aliases = section.aliases.iter().flat_map(|aliases| aliases.iter());
        let all = section
            .hostname
            .iter()
            .chain(aliases)
            .chain(&section.private_hostname);
        all.map(move |written| (written, *section))
    });
    for (written, section) in written {
        let Ok(name) = DomainName::parse(written) else {
            continue;
        };
        if let Some((first, other)) = names.get(&name) {
            let message = format!("the hostname {:?} is there twice", name.as_str());
            let twice = Diagnostic::new(Code::HostnameTwice, written.span(), message)
                .label("the second")
                .related(first.clone(), "the first");
            match shared(section, other) {
                Ok(()) => {}
                Err(Some(help)) => cx.push(twice.help(help)),
                Err(None) => cx.push(twice),
            }
            continue;
        }
        names.insert(name, (written.span(), section));
        let protocol = section.protocol.as_ref().map(Located::get);
        certified +=
            usize::from(protocol.is_none_or(|it| matches!(it, Protocol::Http | Protocol::Tls)));
        if certified == MOST_NAMES + 1 {
            cx.push(
                Diagnostic::new(
                    Code::TooManyNames,
                    written.span(),
                    format!("there are more than {MOST_NAMES} hostnames and aliases"),
                )
                .label(format!("a certificate has {MOST_NAMES} names")),
            );
            certified += 1; // told once
        }
    }
}

/// Can both have one name? If not, what to do, where that can be told.
fn shared(one: &ServiceSection, other: &ServiceSection) -> Result<(), Option<String>> {
    if std::ptr::eq(one, other) {
        return Err(None);
    }
    let path = one.path.is_some() || other.path.is_some();
    if !path || !speaks_http(one) || !speaks_http(other) {
        return Err(None);
    }
    if balancers::written(one) != balancers::written(other) {
        let help = "services that share a name are behind the same load balancers";
        return Err(Some(help.to_owned()));
    }
    let flag = |written: &Option<Located<bool>>| written.as_ref().map(|it| *it.get());
    for (key, differ) in [
        ("proxied", flag(&one.proxied) != flag(&other.proxied)),
        ("take_over", flag(&one.take_over) != flag(&other.take_over)),
    ] {
        if differ {
            return Err(Some(format!(
                "say the same of `{key}` in both: there is one record"
            )));
        }
    }
    Ok(())
}

pub(super) fn in_zone(
    cx: &mut Rules<'_>,
    name: &Located<DomainName>,
    dns: &Dns,
    proxied: bool,
) -> bool {
    let Some(zone) = &dns.zone else {
        return true; // Whether there is one is for the provider to say.
    };
    let Some(below) = name.labels_below(zone) else {
        cx.push(
            Diagnostic::new(
                Code::HostnameOutsideZone,
                name.span(),
                format!(
                    "hostname {:?} is not in the zone {:?}",
                    name.as_str(),
                    zone.as_str()
                ),
            )
            .label(format!("must be {zone} or end with .{zone}", zone = **zone))
            .related(zone.span(), "the zone"),
        );
        return false;
    };
    if proxied && below > 1 {
        cx.push(
            Diagnostic::new(
                Code::ProxiedTooDeep,
                name.span(),
                format!(
                    "Cloudflare's own certificate does not cover {:?}",
                    name.as_str()
                ),
            )
            .label(format!("{below} labels below the zone, and it covers one")),
        );
    }
    true
}
