//! `discovery` of a service and `[discovery]`: how services of the app find each other.

use std::collections::BTreeMap;

use super::Rules;
use crate::codes::Code;
use crate::diagnostic::Diagnostic;
use crate::located::Located;
use crate::model::{
    DiscoveredBy, Discovery, DiscoveryProtocol, DomainName, Job, Network, Service, Used,
};
use crate::schema::{self, DiscoverySection, Protocol, ServiceSection};
use crate::structure::dotted;

/// How a service is found, if it is. None if something in it is wrong.
pub(super) fn discovery(
    cx: &mut Rules<'_>,
    path: &[&str],
    section: &ServiceSection,
) -> Option<Option<Discovery>> {
    let path = [path, &["discovery"]].concat();
    let at = |key| [path.as_slice(), &[key]].concat();
    let Some(written) = &section.discovery else {
        return (!cx.is_spoiled(&path)).then_some(None);
    };
    if ["port", "by", "protocol"]
        .iter()
        .any(|key| cx.is_spoiled(&at(key)))
    {
        return None;
    }
    let by = match written.by.as_ref().map(Located::get) {
        Some(schema::DiscoveredBy::Dns) => DiscoveredBy::Dns,
        Some(schema::DiscoveredBy::Connect) | None => DiscoveredBy::Connect,
    };
    let Some(port) = written.port.as_ref().or(section.port.as_ref()) else {
        let message = format!("`{}` has no port", dotted(&path));
        cx.push(
            Diagnostic::new(Code::DiscoveryPort, written.span(), message)
                .help("write the port that the container listens on, for example: port = 8080"),
        );
        return None;
    };
    let datagrams = section
        .protocol
        .as_ref()
        .is_some_and(|it| *it.get() == Protocol::Udp)
        && section
            .port
            .as_ref()
            .is_some_and(|own| own.get() == port.get());
    if datagrams && by == DiscoveredBy::Connect {
        let message = format!("`{}` leads to a port of datagrams", dotted(&path));
        cx.push(
            Diagnostic::new(Code::DiscoveryPort, port.span(), message)
                .label("the proxies of Service Connect know connections of TCP alone")
                .help("write another port, or by = \"dns\""),
        );
        return None;
    }
    Some(Some(Discovery {
        port: *port.get(),
        by,
        protocol: match written.protocol.as_ref().map(Located::get) {
            Some(schema::DiscoveryProtocol::Http) | None => DiscoveryProtocol::Http,
            Some(schema::DiscoveryProtocol::Http2) => DiscoveryProtocol::Http2,
            Some(schema::DiscoveryProtocol::Grpc) => DiscoveryProtocol::Grpc,
            Some(schema::DiscoveryProtocol::Tcp) => DiscoveryProtocol::Tcp,
        },
    }))
}

/// The domain of names in DNS, if one is said. None if it is wrong.
pub(super) fn domain(
    cx: &mut Rules<'_>,
    section: Option<&DiscoverySection>,
    network: Option<&Network>,
    services: &[&Service],
) -> Option<Option<DomainName>> {
    let path = ["discovery", "domain"];
    let Some(written) = section.and_then(|it| it.domain.as_ref()) else {
        return (!cx.is_spoiled(&path)).then_some(None);
    };
    let domain = cx.parse(
        Code::DiscoveryDomain,
        &path,
        Some(written),
        DomainName::parse,
    )?;
    let zone = network.and_then(|it| it.private_zone.as_ref());
    if let Some(zone) = zone.filter(|zone| zone.get() == domain.get()) {
        let message = format!(
            "{:?} is the network's private zone already",
            written.as_str()
        );
        cx.push(
            Diagnostic::new(Code::DiscoveryDomain, written.span(), message)
                .label("Cloud Map wants a zone of its own")
                .related(zone.span(), "the private zone")
                .help(format!(
                    "write for example \"services.{}\"",
                    written.as_str()
                )),
        );
        return None;
    }
    let by_dns = |it: &Discovery| it.by == DiscoveredBy::Dns;
    if !services
        .iter()
        .any(|it| it.discovery.as_ref().is_some_and(by_dns))
    {
        let message = "`discovery.domain` has no effect: no service is found by DNS";
        cx.push(
            Diagnostic::new(Code::NoEffect, written.span(), message)
                .help("write discovery = { by = \"dns\" } in a service, or take the key out"),
        );
        return None;
    }
    Some(Some(domain.into_inner()))
}

/// Each service is there before those who use it, which nobody is in a circle.
pub(super) fn check_circles(cx: &mut Rules<'_>, services: &[&Service]) {
    let by_name: BTreeMap<&str, &Service> = services
        .iter()
        .map(|service| (service.name.as_str(), *service))
        .collect();
    let used = |service: &Service| {
        let uses = service.uses.iter();
        let names = uses.filter_map(|used| match used {
            Used::Service(name) => Some(name.as_str().to_owned()),
            _ => None,
        });
        names.collect::<Vec<_>>()
    };
    for first in by_name.values() {
        // What can be come to from here by names that come after this one: each circle is told at its first name.
        let mut ways = vec![vec![first.name.as_str().to_owned()]];
        let mut seen = Vec::new();
        while let Some(way) = ways.pop() {
            let here = way.last().and_then(|name| by_name.get(name.as_str()));
            for name in here.into_iter().flat_map(|service| used(service)) {
                if name == first.name.as_str() {
                    let circle = way.join(" uses ");
                    let message = format!("{circle} uses {name}");
                    cx.push(
                        Diagnostic::new(Code::UseCircle, first.name.span(), message)
                            .label("none of them can be the first")
                            .help(
                                "put a load balancer between two of them: balancer = \"internal\"",
                            ),
                    );
                    ways.clear();
                    break;
                }
                if name.as_str() > first.name.as_str() && !seen.contains(&name) {
                    seen.push(name.clone());
                    ways.push([way.as_slice(), &[name]].concat());
                }
            }
        }
    }
}

/// A task that no service keeps has no proxy of Service Connect [ECS developer guide: Service Connect, considerations].
pub(super) fn check_jobs(cx: &mut Rules<'_>, jobs: &[&Job], services: &[&Service]) {
    for job in jobs {
        let connected = job.task.uses.iter().find_map(|used| {
            let Used::Service(name) = used else {
                return None;
            };
            let service = services.iter().find(|it| it.name.get() == name)?;
            let by = service.discovery.as_ref()?.by;
            (by == DiscoveredBy::Connect).then_some(service)
        });
        if let Some(service) = connected {
            let message = format!(
                "`{}` uses `{}`, which is found by Service Connect",
                job.task.path(),
                service.path()
            );
            cx.push(
                Diagnostic::new(Code::ConnectOfJob, job.task.name.span(), message)
                    .label("only services and workers have its proxy")
                    .related(service.name.span(), "this service")
                    .help("let it be found by DNS: discovery = { by = \"dns\" }"),
            );
        }
    }
}
