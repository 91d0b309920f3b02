//! `port` and `health`: who reaches a service, and how.

use std::collections::{BTreeMap, BTreeSet};

use super::Rules;
use super::balancers::{speaks_http, written};
use super::dns::Zone;
use super::health::health;
use super::hostname::hostname;
use super::reach;
use crate::codes::Code;
use crate::diagnostic::Diagnostic;
use crate::located::{Located, Span};
use crate::model::{Balancer, Ingress};
use crate::schema::{HealthSection, Protocol, ServiceSection};
use crate::structure::dotted;

/// Who reaches the service. None if something about that is wrong.
pub(super) fn ingress(
    cx: &mut Rules<'_>,
    path: &[&str],
    section: &ServiceSection,
    dns: &Zone,
    balancers: Option<&BTreeMap<String, Balancer>>,
    name: &Span,
) -> Option<Ingress> {
    let port_spoiled = cx.is_spoiled(&[path, &["port"]].concat());
    let hostname_spoiled = cx.is_spoiled(&[path, &["hostname"]].concat());

    let health = match &section.health {
        Some(written) => health(cx, path, section, written.get(), name.clone()),
        None if cx.is_spoiled(&[path, &["health"]].concat()) => None,
        None => health(cx, path, section, &Default::default(), name.clone()),
    };
    let hostname = hostname(cx, path, section, dns);
    if hostname_spoiled || port_spoiled || cx.is_spoiled(&[path, &["aliases"]].concat()) {
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
            &[
                "aliases",
                "proxied",
                "take_over",
                "path",
                "protocol",
                "listen",
                "balancer",
                "private_hostname",
                "sticky",
                "login",
                "health.protocol",
                "health.port",
                "health.path",
                "health.matcher",
                "health.interval",
                "health.timeout",
                "health.grace",
                "health.healthy_threshold",
                "health.unhealthy_threshold",
            ],
            "has no port",
        );
        return idle.then_some(Ingress::None);
    };
    let target = reach::target(cx, path, section, port, health, balancers);
    let speaks_http = speaks_http(section);
    if section.hostname.is_none() {
        let idle = no_effect(
            cx,
            path,
            section,
            &["aliases", "private_hostname", "proxied", "take_over"],
            "has no hostname",
        );
        if let Some(protocol) = &section.protocol
            && *protocol.get() == Protocol::Tls
        {
            let message = format!("`{}` speaks TLS, and has no hostname", dotted(path));
            cx.push(
                Diagnostic::new(Code::TlsWithoutHostname, protocol.span(), message)
                    .help("give it one, for the certificate, or let it be \"tcp\""),
            );
            return None;
        }
        let target = target?;
        return idle.then_some(match speaks_http {
            true => Ingress::Http(target),
            false => Ingress::Stream(target, None),
        });
    }
    let (target, hostname) = (target?, hostname?);
    if let Some(private) = &hostname.private
        && !leads_within(&target.balancers, balancers)
    {
        let place = dotted(&[path, &["private_hostname"]].concat());
        cx.push(
            Diagnostic::new(
                Code::NoEffect,
                private.span(),
                format!("`{place}` has no effect: it leads to the internal one of several load balancers"),
            )
            .help("write balancer = [\"public\", \"internal\"], or let `hostname` be this name"),
        );
        return None;
    }
    Some(match speaks_http {
        true => Ingress::Https(target, hostname),
        false => Ingress::Stream(target, Some(hostname)),
    })
}

/// Is there an internal balancer among them, and another one?
fn leads_within(names: &[String], all: Option<&BTreeMap<String, Balancer>>) -> bool {
    let internal = |name: &&String| {
        let found = all.and_then(|all| all.get(*name));
        found.is_some_and(|balancer| balancer.internal)
    };
    let count = names.iter().filter(internal).count();
    count > 0 && count < names.len()
}

/// A load balancer has one name of its own. What was written counts, so that a mistake elsewhere in a service does
/// not hide this.
pub(super) fn check_plain(
    cx: &mut Rules<'_>,
    classic: &BTreeSet<&str>,
    services: &[(&Located<String>, &ServiceSection)],
) {
    let mut plain: BTreeMap<&str, Span> = BTreeMap::new();
    for (name, section) in services {
        let path = ["services", name.as_str()];
        let Some(port) = &section.port else { continue };
        let catches_all = section.hostname.is_none()
            && section.path.is_none()
            && speaks_http(section)
            && !cx.is_spoiled(&[&path[..], &["hostname"]].concat())
            && !cx.is_spoiled(&[&path[..], &["path"]].concat());
        if !catches_all {
            continue;
        }
        for balancer in shared(section, classic) {
            match plain.get(balancer) {
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
                    .help("give it a hostname or a path, or take its port away"),
                ),
                None => drop(plain.insert(balancer, port.span())),
            }
        }
    }
}

/// A port of a network load balancer leads to one service.
pub(super) fn check_listen(
    cx: &mut Rules<'_>,
    classic: &BTreeSet<&str>,
    services: &[(&Located<String>, &ServiceSection)],
) {
    let mut taken: BTreeMap<(&str, u16), Span> = BTreeMap::new();
    for (name, section) in services {
        let Some(port) = section.listen.as_ref().or(section.port.as_ref()) else {
            continue;
        };
        if section.port.is_none() || speaks_http(section) {
            continue;
        }
        for balancer in shared(section, classic) {
            let place = (balancer, *port.get());
            if let Some(first) = taken.get(&place) {
                cx.push(
                    Diagnostic::new(
                        Code::ListenTwice,
                        port.span(),
                        format!(
                            "`{}` is the second at port {} of the load balancer {balancer:?}",
                            dotted(&["services", name.as_str()]),
                            port.get()
                        ),
                    )
                    .related(first.clone(), "the first")
                    .help("write another port that clients connect to, for example: listen = 5433"),
                );
            } else {
                taken.insert(place, port.span());
            }
        }
    }
}

/// The balancers that it is behind, each once, but for the classic ones: these are nobody else's.
fn shared<'s>(section: &'s ServiceSection, classic: &BTreeSet<&str>) -> BTreeSet<&'s str> {
    let names = written(section).into_iter();
    names.filter(|name| !classic.contains(name)).collect()
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
        let health = section.health.as_ref().map(Located::get);
        let span = match *key {
            "aliases" => section.aliases.as_ref().map(Located::span),
            "proxied" => section.proxied.as_ref().map(Located::span),
            "take_over" => section.take_over.as_ref().map(Located::span),
            "path" => section.path.as_ref().map(Located::span),
            "protocol" => section.protocol.as_ref().map(Located::span),
            "listen" => section.listen.as_ref().map(Located::span),
            "balancer" => section.balancer.as_ref().map(Located::span),
            "private_hostname" => section.private_hostname.as_ref().map(Located::span),
            "sticky" => section.sticky.as_ref().map(Located::span),
            "login" => section.login.as_ref().map(Located::span),
            key => health.and_then(|health| of_balancer(health, key)),
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

/// Where a key of the load balancer's health check stands. `container` is no such key: ECS asks there itself.
fn of_balancer(health: &HealthSection, key: &str) -> Option<Span> {
    match key {
        "health.protocol" => health.protocol.as_ref().map(Located::span),
        "health.port" => health.port.as_ref().map(Located::span),
        "health.path" => health.path.as_ref().map(Located::span),
        "health.matcher" => health.matcher.as_ref().map(Located::span),
        "health.interval" => health.interval.as_ref().map(Located::span),
        "health.timeout" => health.timeout.as_ref().map(Located::span),
        "health.grace" => health.grace.as_ref().map(Located::span),
        "health.healthy_threshold" => health.healthy_threshold.as_ref().map(Located::span),
        _ => health.unhealthy_threshold.as_ref().map(Located::span),
    }
}
