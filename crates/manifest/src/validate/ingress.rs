//! `port`, `hostname`, `proxied`, `take_over`, `health`: who reaches a service, and how.

use std::collections::BTreeMap;

use super::Rules;
use super::dns::Zone;
use super::health::health;
use crate::codes::Code;
use crate::defaults;
use crate::diagnostic::Diagnostic;
use crate::located::{Located, Span};
use crate::model::{Dns, DomainName, Hostname, Ingress, Target};
use crate::schema::ServiceSection;
use crate::structure::dotted;

/// Who reaches the service. None if something about that is wrong.
pub(super) fn ingress(
    cx: &mut Rules<'_>,
    path: &[&str],
    section: &ServiceSection,
    dns: &Zone,
    name: &Span,
) -> Option<Ingress> {
    let port_spoiled = cx.is_spoiled(&[path, &["port"]].concat());
    let hostname_spoiled = cx.is_spoiled(&[path, &["hostname"]].concat());

    let health = match &section.health {
        Some(written) => health(cx, path, written.get(), name.clone()),
        None if cx.is_spoiled(&[path, &["health"]].concat()) => None,
        None => health(cx, path, &Default::default(), name.clone()),
    };
    let hostname = hostname(cx, path, section, dns);
    if hostname_spoiled || port_spoiled {
        return None;
    }

    let Some(port) = &section.port else {
        if let Some(written) = &section.hostname {
            cx.push(
                Diagnostic::new(
                    Code::HostnameWithoutPort,
                    written.span(),
                    format!("`{}` has a hostname, but no port", dotted(path)),
                )
                .help("write the port that the container listens on, for example: port = 80"),
            );
            return None;
        }
        let idle = no_effect(
            cx,
            path,
            section,
            &["health", "proxied", "take_over"],
            "has no port",
        );
        return idle.then_some(Ingress::None);
    };
    let target = |health| Target {
        port: port.clone(),
        health,
        deregistration_delay: defaults::DEREGISTRATION_DELAY,
    };
    if section.hostname.is_none() {
        let idle = no_effect(
            cx,
            path,
            section,
            &["proxied", "take_over"],
            "has no hostname",
        );
        let health = health?;
        return idle.then(|| Ingress::Http(target(health)));
    }
    let hostname = hostname?;
    Some(Ingress::Https(target(health?), hostname))
}

/// Rules between services: one hostname each, and one name for all that have none. They look at what was
/// written, so that a mistake elsewhere in a service does not hide these.
pub(super) fn check_together(
    cx: &mut Rules<'_>,
    services: &BTreeMap<Located<String>, ServiceSection>,
) {
    // In the order of the text, so that it is the second one that is told.
    let mut in_text: Vec<_> = services.iter().collect();
    in_text.sort_by_key(|(name, _)| name.span().start);

    let mut hostnames: BTreeMap<DomainName, Span> = BTreeMap::new();
    let mut plain: Option<Span> = None;
    for (name, section) in in_text {
        let path = ["services", name.as_str()];
        if let Some(written) = &section.hostname {
            let Ok(hostname) = DomainName::parse(written) else {
                continue;
            };
            match hostnames.get(&hostname) {
                Some(first) => cx.push(
                    Diagnostic::new(
                        Code::HostnameTwice,
                        written.span(),
                        format!("two services have the hostname {:?}", hostname.as_str()),
                    )
                    .label("the second")
                    .related(first.clone(), "the first"),
                ),
                None => {
                    hostnames.insert(hostname, written.span());
                }
            }
        } else if let Some(port) = &section.port
            && !cx.is_spoiled(&[&path[..], &["hostname"]].concat())
        {
            match &plain {
                Some(first) => cx.push(
                    Diagnostic::new(
                        Code::SecondPlainHttp,
                        port.span(),
                        format!(
                            "`{}` is the second with a port and no hostname",
                            dotted(&path)
                        ),
                    )
                    .label("the load balancer has one name of its own")
                    .related(first.clone(), "the first")
                    .help("give it a hostname, or take its port away"),
                ),
                None => plain = Some(port.span()),
            }
        }
    }
}

fn hostname(
    cx: &mut Rules<'_>,
    path: &[&str],
    section: &ServiceSection,
    dns: &Zone,
) -> Option<Hostname> {
    let key = [path, &["hostname"]].concat();
    let written = section.hostname.as_ref()?;
    let name = cx.parse(Code::BadDomain, &key, Some(written), DomainName::parse);
    let (dns, take_over) = match dns {
        Zone::Known(dns, take_over) => (dns, *take_over),
        Zone::Wrong => return None,
        Zone::Absent => {
            cx.push(
                Diagnostic::new(
                    Code::HostnameWithoutDns,
                    written.span(),
                    format!("`{}` needs to know who serves its zone", dotted(&key)),
                )
                .help("write for example: dns = { provider = \"cloudflare\", zone = \"example.com\" }"),
            );
            return None;
        }
    };
    let name = name?;
    let proxied = section
        .proxied
        .as_ref()
        .map_or(defaults::PROXIED, |proxied| *proxied.get());
    in_zone(cx, &name, dns, proxied).then(|| Hostname {
        name,
        proxied,
        take_over: section
            .take_over
            .as_ref()
            .map_or(take_over, |take_over| *take_over.get()),
    })
}

fn in_zone(cx: &mut Rules<'_>, name: &Located<DomainName>, dns: &Dns, proxied: bool) -> bool {
    let Some(below) = name.labels_below(&dns.zone) else {
        cx.push(
            Diagnostic::new(
                Code::HostnameOutsideZone,
                name.span(),
                format!(
                    "hostname {:?} is not in the zone {:?}",
                    name.as_str(),
                    dns.zone.as_str()
                ),
            )
            .label(format!(
                "must be {zone} or end with .{zone}",
                zone = *dns.zone
            ))
            .related(dns.zone.span(), "the zone"),
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

/// Reports those of the keys that are there. Says whether none was.
fn no_effect(
    cx: &mut Rules<'_>,
    path: &[&str],
    section: &ServiceSection,
    keys: &[&str],
    why: &str,
) -> bool {
    let mut idle = true;
    for key in keys {
        let span = match *key {
            "health" => section.health.as_ref().map(Located::span),
            "proxied" => section.proxied.as_ref().map(Located::span),
            _ => section.take_over.as_ref().map(Located::span),
        };
        let Some(span) = span else { continue };
        cx.push(
            Diagnostic::new(
                Code::NoEffect,
                span,
                format!(
                    "`{}.{key}` has no effect, since the service {why}",
                    dotted(path)
                ),
            )
            .help("add what is missing, or take the key out"),
        );
        idle = false;
    }
    idle
}
