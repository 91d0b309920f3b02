//! `[services.NAME.health]`: how the load balancer finds out whether a task is well, and ECS a container.

use super::balancers::speaks_http;
use super::{Rules, refused};
use crate::codes::Code;
use crate::defaults;
use crate::diagnostic::Diagnostic;
use crate::located::{Located, Span};
use crate::model::{ContainerHealth, Health, HealthProtocol, Refusal, Seconds};
use crate::schema::{self, ContainerHealthSection, HealthSection, ServiceSection};
use crate::structure::dotted;

/// The health check. None if something in it is wrong. Bounds are those of [ELBv2 API: CreateTargetGroup].
pub(super) fn health(
    cx: &mut Rules<'_>,
    service: &[&str],
    of: &ServiceSection,
    section: &HealthSection,
    name: Span,
) -> Option<Health> {
    let protocol = protocol(cx, service, of, section);
    let at = |key| [service, &["health", key]].concat();
    let text = |default: &str| Located::new(default.to_owned(), name.clone());

    let path = cx.parse_or(
        Code::HealthPath,
        &at("path"),
        section.path.as_ref(),
        text(defaults::HEALTH_PATH),
        parse_path,
    );
    let matcher = cx.parse_or(
        Code::HealthMatcher,
        &at("matcher"),
        section.matcher.as_ref(),
        text(defaults::HEALTH_MATCHER),
        parse_matcher,
    );
    let interval = duration(
        cx,
        &at("interval"),
        section.interval.as_ref(),
        (5, 300),
        defaults::HEALTH_INTERVAL,
    );
    // A default must never clash with what was written: a short interval shortens it.
    let timeout_default = match &interval {
        Some(interval) if **interval <= defaults::HEALTH_TIMEOUT => Seconds(interval.0 - 1),
        _ => defaults::HEALTH_TIMEOUT,
    };
    let timeout = duration(
        cx,
        &at("timeout"),
        section.timeout.as_ref(),
        (2, 120),
        timeout_default,
    );
    // [ECS API: CreateService.healthCheckGracePeriodSeconds] "up to 2,147,483,647"; a day is plenty and
    // catches a unit mistaken.
    let grace = duration(
        cx,
        &at("grace"),
        section.grace.as_ref(),
        (0, 86_400),
        defaults::HEALTH_GRACE,
    );

    let clash = match (&interval, &timeout) {
        (Some(interval), Some(timeout)) if **timeout >= **interval => {
            let both = Diagnostic::new(
                Code::HealthTimeout,
                timeout.span(),
                format!(
                    "`{}` ({}) must be shorter than `interval` ({})",
                    dotted(&at("timeout")),
                    **timeout,
                    **interval
                ),
            );
            cx.push(match &section.interval {
                Some(written) => both.related(written.span(), "the interval"),
                None => both.help(format!(
                    "set an `interval` longer than the default {}",
                    defaults::HEALTH_INTERVAL
                )),
            });
            true
        }
        _ => false,
    };
    if clash {
        return None;
    }
    Some(Health {
        protocol: protocol?,
        port: section.port.as_ref().map(|port| *port.get()),
        path: path?,
        matcher: matcher?,
        interval: interval?.into_inner(),
        timeout: timeout?.into_inner(),
        grace: grace?.into_inner(),
        healthy_threshold: section
            .healthy_threshold
            .as_ref()
            .map_or(defaults::HEALTHY_THRESHOLD, |n| *n.get()),
        unhealthy_threshold: section
            .unhealthy_threshold
            .as_ref()
            .map_or(defaults::UNHEALTHY_THRESHOLD, |n| *n.get()),
    })
}

/// Where it is said that tasks share the network of their instance.
fn shared_network(of: &ServiceSection) -> Option<&Located<schema::InstanceNetwork>> {
    let network = of.capacity.as_ref()?.ec2.as_ref()?.network.as_ref()?;
    (*network.get() == schema::InstanceNetwork::Bridge).then_some(network)
}

/// What is spoken when it is asked. None if that does not go with what the service speaks.
fn protocol(
    cx: &mut Rules<'_>,
    service: &[&str],
    of: &ServiceSection,
    section: &HealthSection,
) -> Option<HealthProtocol> {
    let at = |key| [service, &["health", key]].concat();
    if ["protocol", "port"]
        .iter()
        .any(|key| cx.is_spoiled(&at(key)))
    {
        return None;
    }
    let protocol = match section.protocol.as_ref().map(Located::get) {
        Some(schema::HealthProtocol::Http) => HealthProtocol::Http,
        Some(schema::HealthProtocol::Https) => HealthProtocol::Https,
        Some(schema::HealthProtocol::Tcp) => HealthProtocol::Tcp,
        None if speaks_http(of) => HealthProtocol::Http,
        None => HealthProtocol::Tcp,
    };
    if let (Some(written), true, HealthProtocol::Tcp) =
        (&section.protocol, speaks_http(of), protocol)
    {
        let message = format!("`{}` cannot be \"tcp\"", dotted(&at("protocol")));
        cx.push(
            Diagnostic::new(Code::HealthUnfit, written.span(), message)
                .label("a load balancer for HTTP asks by HTTP")
                .help("write \"http\" or \"https\", or take the key out"),
        );
        return None;
    }
    let udp = of
        .protocol
        .as_ref()
        .filter(|it| *it.get() == schema::Protocol::Udp);
    if let (Some(shared), Some(_)) = (shared_network(of), &of.port)
        && let Some(asked) = section
            .port
            .as_ref()
            .map(Located::span)
            .or(udp.map(Located::span))
    {
        let message = format!("`{}` cannot be asked there", dotted(service));
        cx.push(
            Diagnostic::new(Code::HealthUnfit, asked, message)
                .label("on the instance a task has the port that it serves at, and no other")
                .related(shared.span(), "it shares the network of its instance")
                .help("write network = \"awsvpc\", which gives each task an address of its own"),
        );
        return None;
    }
    if let (Some(udp), None, Some(_)) = (udp, &section.port, &of.port) {
        let message = format!("`{}` is missing", dotted(&at("port")));
        cx.push(
            Diagnostic::new(Code::HealthUnfit, udp.span(), message)
                .label("nobody can ask by datagram whether a task is well")
                .help("write the port at which something in the task takes connections of TCP"),
        );
        return None;
    }
    let mut fits = true;
    let asked = [
        ("path", section.path.as_ref().map(Located::span)),
        ("matcher", section.matcher.as_ref().map(Located::span)),
    ];
    for (key, span) in asked {
        if let (Some(span), HealthProtocol::Tcp) = (span, protocol) {
            let message = format!(
                "`{}` has no effect: only a connection is made",
                dotted(&at(key))
            );
            cx.push(
                Diagnostic::new(Code::NoEffect, span, message)
                    .help("take the key out, or write health.protocol = \"http\""),
            );
            fits = false;
        }
    }
    fits.then_some(protocol)
}

/// A health check inside a container. None if something in it is wrong. Bounds are those of [ECS API: HealthCheck].
pub(super) fn container_health(
    cx: &mut Rules<'_>,
    path: &[&str],
    section: &ContainerHealthSection,
) -> Option<ContainerHealth> {
    let at = |key| [path, &[key]].concat();
    let command = section.command.as_ref().and_then(|written| {
        let command = parse_command(written);
        if let Err(refusal) = &command {
            let message = format!("`{}` cannot be run", dotted(&at("command")));
            cx.push(refused(
                Code::HealthCommand,
                written.span(),
                message,
                refusal.clone(),
            ));
        }
        command.ok()
    });
    let interval = duration(
        cx,
        &at("interval"),
        section.interval.as_ref(),
        (5, 300),
        defaults::CONTAINER_INTERVAL,
    );
    let timeout = duration(
        cx,
        &at("timeout"),
        section.timeout.as_ref(),
        (2, 60),
        defaults::CONTAINER_TIMEOUT,
    );
    let start_period = section.start_period.is_some();
    let start = duration(
        cx,
        &at("start_period"),
        section.start_period.as_ref(),
        (0, 300),
        Seconds(0),
    )?;
    Some(ContainerHealth {
        command: command?,
        interval: interval?.into_inner(),
        timeout: timeout?.into_inner(),
        retries: section
            .retries
            .as_ref()
            .map_or(defaults::CONTAINER_RETRIES, |n| *n.get()),
        start_period: start_period.then(|| start.into_inner()),
    })
}

/// The API wants a first word that says how to run the others.
fn parse_command(written: &[Located<String>]) -> Result<Vec<String>, Refusal> {
    let words: Vec<String> = written.iter().map(|word| word.get().clone()).collect();
    let example = "write for example [\"CMD-SHELL\", \"curl -f http://localhost/ || exit 1\"]";
    match words.first().map(String::as_str) {
        None | Some("") => Err(Refusal::new("there is nothing to run").help(example)),
        Some("NONE") => {
            Err(Refusal::new("this would switch the check off").help("leave the section out"))
        }
        Some("CMD" | "CMD-SHELL") if words.len() < 2 => {
            Err(Refusal::new("there is nothing to run").help(example))
        }
        Some("CMD-SHELL") if words.len() > 2 => {
            Err(Refusal::new("a shell takes one line, and there is more after it").help(example))
        }
        Some("CMD" | "CMD-SHELL") => Ok(words),
        Some(_) => Ok(std::iter::once("CMD".to_owned()).chain(words).collect()),
    }
}

/// A duration between two bounds, in seconds.
pub(super) fn duration(
    cx: &mut Rules<'_>,
    path: &[&str],
    written: Option<&Located<String>>,
    (least, most): (u32, u32),
    default: Seconds,
) -> Option<Located<Seconds>> {
    let Some(written) = written else {
        return (!cx.is_spoiled(path)).then(|| Located::new(default, 0..0));
    };
    let value = cx.parse(Code::BadDuration, path, Some(written), Seconds::parse)?;
    if !(least..=most).contains(&value.0) {
        let message = format!("`{}` cannot be {:?}", dotted(path), written.as_str());
        cx.push(
            Diagnostic::new(Code::DurationRange, written.span(), message)
                .label(format!("must be from {least}s to {most}s")),
        );
        return None;
    }
    Some(value)
}

fn parse_path(text: &str) -> Result<String, Refusal> {
    if !text.starts_with('/') {
        let host_cut = text
            .split_once("://")
            .map(|(_, rest)| rest)
            .and_then(|rest| rest.find('/').map(|at| &rest[at..]));
        let path = host_cut.map_or_else(|| format!("/{text}"), str::to_owned);
        return Err(Refusal::new("does not start with a slash").help(format!("write {path:?}")));
    }
    if text.len() > 1024 {
        return Err(Refusal::new("longer than 1024 characters"));
    }
    if let Some(odd) = text.chars().find(|c| !c.is_ascii_graphic() || *c == '#') {
        return Err(Refusal::new(format!("{odd:?} cannot stand in a path")));
    }
    Ok(text.to_owned())
}

/// Codes and ranges of them from 200 to 499 [ELBv2 API: Matcher].
fn parse_matcher(text: &str) -> Result<String, Refusal> {
    let code = |part: &str| {
        (part.len() == 3)
            .then(|| part.parse::<u16>().ok())
            .flatten()
            .filter(|code| (200..=499).contains(code))
    };
    for part in text.split(',') {
        let fits = match part.split_once('-') {
            Some((from, to)) => {
                matches!((code(from), code(to)), (Some(from), Some(to)) if from <= to)
            }
            None => code(part).is_some(),
        };
        if !fits {
            return Err(
                Refusal::new(format!("{part:?} is not a code or a range from 200 to 499"))
                    .help("write for example \"200-299\" or \"200,301-302\", without spaces"),
            );
        }
    }
    Ok(text.to_owned())
}
