//! `port` and `health`: who reaches a service, and how.

use super::Rules;
use super::dns::Zone;
use super::health::health;
use super::hostname::hostname;
use crate::codes::Code;
use crate::defaults;
use crate::diagnostic::Diagnostic;
use crate::located::{Located, Span};
use crate::model::{Ingress, Target};
use crate::schema::{HealthSection, ServiceSection};
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
            &["aliases", "proxied", "take_over"],
            "has no hostname",
        );
        let health = health?;
        return idle.then(|| Ingress::Http(target(health)));
    }
    let hostname = hostname?;
    Some(Ingress::Https(target(health?), hostname))
}

/// The load balancer has one name of its own. What was written counts, so that a mistake elsewhere in a service
/// does not hide this.
pub(super) fn check_plain(cx: &mut Rules<'_>, services: &[(&Located<String>, &ServiceSection)]) {
    let mut plain: Option<Span> = None;
    for (name, section) in services {
        let path = ["services", name.as_str()];
        if let Some(port) = &section.port
            && section.hostname.is_none()
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
        "health.path" => health.path.as_ref().map(Located::span),
        "health.matcher" => health.matcher.as_ref().map(Located::span),
        "health.interval" => health.interval.as_ref().map(Located::span),
        "health.timeout" => health.timeout.as_ref().map(Located::span),
        "health.grace" => health.grace.as_ref().map(Located::span),
        "health.healthy_threshold" => health.healthy_threshold.as_ref().map(Located::span),
        _ => health.unhealthy_threshold.as_ref().map(Located::span),
    }
}
