//! `protocol`, `listen`, `path`, `balancer`, `sticky`: by which way a service is reached.

use std::collections::BTreeMap;

use super::Rules;
use super::balancers::{self, speaks_http};
use super::login::login;
use crate::codes::Code;
use crate::defaults;
use crate::diagnostic::Diagnostic;
use crate::located::{Located, Span};
use crate::model::{Balancer, DomainName, Health, PathPattern, Protocol, Target};
use crate::schema::{self, ServiceSection};
use crate::structure::dotted;

/// What the balancers send to a service with a port. None if something about that is wrong.
pub(super) fn target(
    cx: &mut Rules<'_>,
    path: &[&str],
    section: &ServiceSection,
    port: &Located<u16>,
    health: Option<Health>,
    all: Option<&BTreeMap<String, Balancer>>,
) -> Option<Target> {
    let at = |key| [path, &[key]].concat();
    let protocol = match section.protocol.as_ref().map(Located::get) {
        None | Some(schema::Protocol::Http) => Protocol::Http,
        Some(schema::Protocol::Tcp) => Protocol::Tcp,
        Some(schema::Protocol::Udp) => Protocol::Udp,
        Some(schema::Protocol::Tls) => Protocol::Tls,
    };
    let balancers = balancers::of_service(cx, path, section, all, &port.span());
    let paths = paths(cx, &at("path"), section);
    let idle = without_use(cx, path, section);
    let internal = balancers.as_ref().zip(all).is_some_and(|(names, all)| {
        let mut named = names.iter().filter_map(|name| all.get(name));
        named.all(|balancer| balancer.internal)
    });
    if let (true, Some(proxied)) = (internal, &section.proxied) {
        let why = "the proxy does not reach a load balancer with private addresses";
        no_use(cx, &at("proxied"), proxied.span(), why);
        return None;
    }
    let login = match &section.login {
        Some(written) if speaks_http(section) => {
            if section.hostname.is_none() && !cx.is_spoiled(&at("hostname")) {
                let message = format!("`{}` needs HTTPS", dotted(&at("login")));
                cx.push(
                    Diagnostic::new(Code::LoginWithoutHttps, written.span(), message)
                        .label("the service has no hostname")
                        .help("give it one; a load balancer lets people log in over HTTPS alone"),
                );
            }
            login(cx, &at("login"), written).map(Some)
        }
        Some(_) => None,
        None => (!cx.is_spoiled(&at("login"))).then_some(None),
    };
    if ["protocol", "listen"]
        .iter()
        .any(|key| cx.is_spoiled(&at(key)))
    {
        return None;
    }
    let target = Target {
        port: port.clone(),
        protocol,
        listen: *section.listen.as_ref().unwrap_or(port).get(),
        paths: paths?,
        balancers: balancers?,
        sticky: section
            .sticky
            .as_ref()
            .map_or(defaults::STICKY, |it| *it.get()),
        login: login?,
        health: health?,
        deregistration_delay: defaults::DEREGISTRATION_DELAY,
    };
    idle.then_some(target)
}

/// Keys of HTTP that a service has which speaks something else, and the other way round.
fn without_use(cx: &mut Rules<'_>, path: &[&str], section: &ServiceSection) -> bool {
    // [NLB user guide: sticky sessions] not with a listener of TLS.
    let tls = section.protocol.as_ref().map(Located::get) == Some(&schema::Protocol::Tls);
    let (keys, why): (Vec<(&str, Option<Span>)>, _) = match speaks_http(section) {
        true => (
            vec![("listen", section.listen.as_ref().map(Located::span))],
            "HTTP is listened for on 80 and 443",
        ),
        false => (
            vec![
                ("path", section.path.as_ref().map(Located::span)),
                ("login", section.login.as_ref().map(Located::span)),
                ("proxied", section.proxied.as_ref().map(Located::span)),
            ],
            "the service does not speak HTTP",
        ),
    };
    let mut idle = true;
    if let (true, Some(sticky)) = (tls, &section.sticky) {
        let why = "a network load balancer that ends TLS keeps no client with a task";
        no_use(cx, &[path, &["sticky"]].concat(), sticky.span(), why);
        idle = false;
    }
    for (key, span) in keys {
        let Some(span) = span else { continue };
        no_use(cx, &[path, &[key]].concat(), span, why);
        idle = false;
    }
    idle
}

fn no_use(cx: &mut Rules<'_>, path: &[&str], span: Span, why: &str) {
    let message = format!("`{}` has no effect, since {why}", dotted(path));
    cx.push(Diagnostic::new(Code::NoEffect, span, message).help("take the key out"));
}

/// The patterns of a service. None if one of them is none.
fn paths(cx: &mut Rules<'_>, path: &[&str], section: &ServiceSection) -> Option<Vec<PathPattern>> {
    let Some(written) = &section.path else {
        return (!cx.is_spoiled(path)).then(Vec::new);
    };
    let mut good = Some(Vec::new());
    for text in &written.0 {
        let what = format!("`{}`", dotted(path));
        let parsed = cx.parse_text(
            Code::BadPath,
            &what,
            text,
            written.span(),
            PathPattern::parse,
        );
        let Some(pattern) = parsed else {
            good = None;
            continue;
        };
        let Some(good) = &mut good else { continue };
        if let Some(first) = good
            .iter()
            .find(|other: &&PathPattern| other.clashes(&pattern))
        {
            let message = format!(
                "`{}` has {:?} and {:?}, which are for the same requests",
                dotted(path),
                first.as_str(),
                pattern.as_str()
            );
            cx.push(Diagnostic::new(Code::PathTwice, written.span(), message).help("take one out"));
        }
        good.push(pattern);
    }
    if written.0.is_empty() {
        let message = format!("`{}` has none", dotted(path));
        cx.push(
            Diagnostic::new(Code::BadPath, written.span(), message)
                .help("write for example \"/api\", or leave the key out"),
        );
        return None;
    }
    good
}

/// A request is one service's. What was written counts, so that a mistake elsewhere in a service does not hide this.
pub(super) fn check_paths(cx: &mut Rules<'_>, services: &[(&Located<String>, &ServiceSection)]) {
    let with_paths: Vec<_> = services
        .iter()
        .filter_map(|(name, section)| {
            let written = section.path.as_ref()?;
            let http = section.port.is_some() && speaks_http(section);
            let patterns = written
                .0
                .iter()
                .filter_map(|it| PathPattern::parse(it).ok());
            http.then(|| (*name, *section, written, patterns.collect::<Vec<_>>()))
        })
        .collect();
    for (index, (name, section, written, patterns)) in with_paths.iter().enumerate() {
        for (other_name, other, other_written, other_patterns) in &with_paths[..index] {
            if !meet(section, other) {
                continue;
            }
            let pairs = patterns
                .iter()
                .flat_map(|one| other_patterns.iter().map(move |two| (one, two)));
            let clash = pairs.into_iter().find(|(one, two)| one.clashes(two));
            let Some((one, two)) = clash else { continue };
            let message = match one == two {
                true => format!("the path {:?} is there twice", one.as_str()),
                false => format!(
                    "some requests fit {:?} as well as {:?}",
                    one.as_str(),
                    two.as_str()
                ),
            };
            cx.push(
                Diagnostic::new(Code::PathTwice, written.span(), message)
                    .label(format!("of `{}`", dotted(&["services", name.as_str()])))
                    .related(
                        other_written.span(),
                        format!("of `{}`", dotted(&["services", other_name.as_str()])),
                    )
                    .help("make one of them more specific"),
            );
        }
    }
}

/// Do requests come to both by one name, and through one load balancer?
fn meet(one: &ServiceSection, other: &ServiceSection) -> bool {
    let through = balancers::written(other);
    let together = balancers::written(one)
        .iter()
        .any(|it| through.contains(it));
    let names = names(other);
    let same = match (one.hostname.is_none(), other.hostname.is_none()) {
        (true, true) => true,
        _ => self::names(one).iter().any(|name| names.contains(name)),
    };
    together && same
}

/// Every name of a service that can be read.
pub(super) fn names(section: &ServiceSection) -> Vec<DomainName> {
    let aliases = section.aliases.iter().flat_map(|aliases| aliases.iter());
    let all = section
        .hostname
        .iter()
        .chain(aliases)
        .chain(&section.private_hostname);
    all.filter_map(|name| DomainName::parse(name).ok())
        .collect()
}
