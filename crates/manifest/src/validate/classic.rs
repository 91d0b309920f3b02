//! What a classic load balancer cannot do.

use std::collections::{BTreeMap, BTreeSet};

use super::Rules;
use crate::codes::Code;
use crate::defaults;
use crate::diagnostic::Diagnostic;
use crate::located::{Located, Span};
use crate::model::{Balancer, Ec2, Fleet, Refusal, Seconds};
use crate::schema::{
    BalancerSection, BalancerType, Ec2Section, InstanceNetwork, Named, Protocol, ServiceSection,
    Strategy,
};
use crate::structure::dotted;

/// Ports that an instance keeps: for SSH, Docker and the agent [ECS API: PortMapping, hostPort].
const RESERVED: [u16; 6] = [22, 2375, 2376, 51_678, 51_679, 51_680];

/// From here on an instance gives ports to tasks that have none of their own [ECS API: PortMapping, hostPort].
const EPHEMERAL: u16 = 32_768;

/// A health check takes at most so many seconds [ELB API: HealthCheck, Timeout].
const LONGEST_TIMEOUT: u32 = 60;

/// A classic balancer has at most so many tags [ELB API: AddTags], and three of them are marks.
const MOST_TAGS: usize = 10 - 3;

/// The names of those that are classic.
pub(super) fn names(sections: Option<&Named<Located<BalancerSection>>>) -> BTreeSet<&str> {
    let all = sections.into_iter().flatten();
    let classic = all.filter(|(_, section)| is_classic(section).is_some());
    classic.map(|(name, _)| name.as_str()).collect()
}

fn is_classic(section: &BalancerSection) -> Option<&Located<BalancerType>> {
    let layer = section.layer.as_ref();
    layer.filter(|layer| *layer.get() == BalancerType::Classic)
}

/// Its security policy: there are others than those of the younger balancers [Classic Load Balancers guide: predefined
/// security policies].
pub(super) fn tls_policy(
    cx: &mut Rules<'_>,
    path: &[&str],
    section: &BalancerSection,
    name: &Located<String>,
) -> Option<Located<String>> {
    let parse = |text: &str| {
        let policy = match text {
            "recommended" => Balancer::RECOMMENDED_CLASSIC_TLS,
            "compatible" => "ELBSecurityPolicy-2016-08",
            "ELBSecurityPolicy-TLS-1-2-2017-01"
            | "ELBSecurityPolicy-TLS-1-1-2017-01"
            | "ELBSecurityPolicy-2016-08"
            | "ELBSecurityPolicy-2015-05" => text,
            _ => {
                return Err(Refusal::new(
                    "no policy of a classic load balancer, which has its own",
                )
                .help("write \"recommended\", which is TLS 1.2, or \"compatible\""));
            }
        };
        Ok(policy.to_owned())
    };
    let default = Balancer::RECOMMENDED_CLASSIC_TLS.to_owned();
    let default = Located::new(default, name.span());
    cx.parse_or(
        Code::BadBalancer,
        path,
        section.tls.as_ref(),
        default,
        parse,
    )
}

/// A service behind the classic balancer of that name, which `names` has. None if it cannot be there.
pub(super) fn of_service(
    cx: &mut Rules<'_>,
    path: &[&str],
    section: &ServiceSection,
    names: &[&str],
    name: &str,
    place: &Span,
) -> Option<Vec<String>> {
    let before = cx.diagnostics.len();
    let service = dotted(path);
    let mut refuse = |span: Span, message: String, why: &str, help: &str| {
        let diagnostic = Diagnostic::new(Code::ClassicUnfit, span.clone(), message).label(why);
        let diagnostic = match span == *place {
            true => diagnostic,
            false => diagnostic.related(place.clone(), "behind a classic load balancer"),
        };
        cx.push(diagnostic.help(help));
    };
    if names.len() > 1 {
        let message = format!("`{service}` is behind {name:?} and something else");
        let why = "a service has one classic load balancer and no other one";
        refuse(place.clone(), message, why, "name one of them");
    }
    if let Some(raw) = &section.task_definition {
        let message = format!("`{service}` has definitions of its own behind {name:?}");
        let why = "they say by themselves which classic load balancer they mean";
        let help = "name an application or a network load balancer, or write the service here";
        refuse(raw.span(), message, why, help);
        return None;
    }
    if !shares_network(section) {
        let span = section.capacity.as_ref().map(Located::span);
        let message = format!("the tasks of `{service}` do not share the network of instances");
        let why = "a classic load balancer knows instances, and no tasks";
        let help = "write capacity = { ec2 = { network = \"bridge\" } }";
        refuse(span.unwrap_or(place.clone()), message, why, help);
    }
    for (key, span, why) in beyond(section) {
        let Some(span) = span else { continue };
        let message = format!("`{service}.{key}` cannot be behind {name:?}");
        refuse(
            span,
            message,
            why,
            "take the key out, or use another type of load balancer",
        );
    }
    if let Some(timeout) = too_long(section) {
        let message = format!(
            "`{service}.health.timeout` cannot be {:?}",
            timeout.as_str()
        );
        let why = "a classic load balancer waits 60s at most";
        refuse(timeout.span(), message, why, "write a shorter one");
    }
    if let Some(port) = &section.port {
        let why = match *port.get() {
            own if RESERVED.contains(&own) => Some("the instance has it for itself"),
            own if own >= EPHEMERAL => Some("the instance gives it to tasks that name none"),
            _ => None,
        };
        if let Some(why) = why {
            let message = format!("`{service}.port` cannot be {} behind {name:?}", port.get());
            let help = "let the container listen on another port below 32768";
            refuse(port.span(), message, why, help);
        }
    }
    (cx.diagnostics.len() == before).then(|| vec![name.to_owned()])
}

fn shares_network(section: &ServiceSection) -> bool {
    let capacity = section.capacity.as_ref();
    let network = capacity.and_then(|it| it.ec2.as_ref()?.network.as_ref());
    network.is_some_and(|it| *it.get() == InstanceNetwork::Bridge)
}

/// Keys of a service that want more than it can, and why it cannot.
fn beyond(section: &ServiceSection) -> [(&'static str, Option<Span>, &'static str); 7] {
    let udp = section.protocol.as_ref();
    let udp = udp.filter(|it| *it.get() == Protocol::Udp);
    let scale = section.scale.as_ref();
    let requests = scale.and_then(|it| it.requests_per_target.as_ref());
    let matcher = section.health.as_ref();
    let matcher = matcher.and_then(|it| it.matcher.as_ref());
    let breaker = section.deploy.as_ref();
    let breaker = breaker.and_then(|it| it.circuit_breaker.as_ref()?.rollback.as_ref());
    [
        (
            "protocol",
            udp.map(Located::span),
            "it carries no datagrams",
        ),
        (
            "path",
            section.path.as_ref().map(Located::span),
            "it does not tell requests apart",
        ),
        (
            "login",
            section.login.as_ref().map(Located::span),
            "nobody can log in there",
        ),
        (
            "sticky",
            section.sticky.as_ref().map(Located::span),
            "a cookie of its would name an instance, and tasks move between them",
        ),
        (
            "scale.requests_per_target",
            requests.map(Located::span),
            "it counts no requests of a target",
        ),
        (
            "health.matcher",
            matcher.map(Located::span),
            "200 is well there, and nothing else",
        ),
        (
            "deploy.circuit_breaker.rollback",
            breaker.map(Located::span),
            "ECS has no circuit breaker behind it",
        ),
    ]
}

fn too_long(section: &ServiceSection) -> Option<&Located<String>> {
    let timeout = section.health.as_ref()?.timeout.as_ref()?;
    let seconds = Seconds::parse(timeout).ok()?;
    (seconds.0 > LONGEST_TIMEOUT).then_some(timeout)
}

/// All its ports lead to all its instances, whoever's tasks run on them.
pub(super) fn check_alone(
    cx: &mut Rules<'_>,
    classic: &BTreeSet<&str>,
    services: &[(&Located<String>, &ServiceSection)],
) {
    let mut taken: BTreeMap<&str, Span> = BTreeMap::new();
    for (name, section) in services {
        let Some(port) = &section.port else { continue };
        for balancer in super::balancers::written(section) {
            let Some(balancer) = classic.get(balancer).copied() else {
                continue;
            };
            if let Some(first) = taken.get(balancer) {
                let message = format!(
                    "`{}` is the second behind {balancer:?}",
                    dotted(&["services", name.as_str()])
                );
                cx.push(
                    Diagnostic::new(Code::ClassicUnfit, port.span(), message)
                        .label("a classic load balancer sends each port to all its instances")
                        .related(first.clone(), "the first")
                        .help(
                            "write a section for another one: [balancers.NAME], type = \"classic\"",
                        ),
                );
            } else {
                taken.insert(balancer, port.span());
            }
        }
    }
}

/// Each task takes an instance.
pub(super) fn check_room(
    cx: &mut Rules<'_>,
    classic: &BTreeSet<&str>,
    ec2: (Option<&Ec2>, Option<&Located<Ec2Section>>),
    services: &[(&Located<String>, &ServiceSection)],
) {
    let (Some(ec2), Some(written)) = ec2 else {
        return;
    };
    let Fleet::Group(group) = &ec2.fleet else {
        return;
    };
    for (name, section) in services {
        let behind = super::balancers::written(section);
        let behind = section.port.is_some() && behind.iter().any(|it| classic.contains(it));
        let daemon = section.daemon.as_ref().is_some_and(|it| *it.get());
        if !behind || daemon || !shares_network(section) {
            continue;
        }
        let (tasks, spare) = wants(section);
        let needs = tasks.saturating_add(spare);
        if needs <= group.max {
            continue;
        }
        let service = dotted(&["services", name.as_str()]);
        let max = group.max;
        let message = format!("`{service}` needs {needs} instances, and there are {max} at most");
        let scale = section.scale.as_ref().and_then(|it| it.max.as_ref());
        let span = scale.or(section.count.as_ref());
        let span = span.map_or(name.span(), Located::span);
        let (why, help) = match spare {
            0 => (
                "behind a classic load balancer an instance runs one task of it",
                format!("write ec2.max = {needs}, or fewer tasks"),
            ),
            _ => (
                "an instance runs one task of it, and a rollout starts one more",
                format!("write ec2.max = {needs}, or deploy.strategy = \"stop-then-start\""),
            ),
        };
        let diagnostic = Diagnostic::new(Code::ClassicUnfit, span, message).label(why);
        let diagnostic = match &written.max {
            Some(max) => diagnostic.related(max.span(), "so many"),
            None => diagnostic,
        };
        cx.push(diagnostic.help(help));
    }
}

/// How many tasks there are at most, and how many more while a rollout has not stopped one yet.
fn wants(section: &ServiceSection) -> (u32, u32) {
    let scaled = section.scale.as_ref().and_then(|it| it.max.as_ref());
    let tasks = scaled.or(section.count.as_ref());
    let tasks = tasks.map_or(defaults::COUNT, |it| *it.get());
    let deploy = section.deploy.as_ref();
    let strategy = deploy.and_then(|it| it.strategy.as_ref());
    if strategy.is_some_and(|it| *it.get() == Strategy::StopThenStart) {
        return (tasks, 0);
    }
    let least = deploy.and_then(|it| it.minimum_healthy.as_ref());
    let least = least.map_or(defaults::MINIMUM_HEALTHY, |it| *it.get());
    let stays = (u64::from(tasks) * u64::from(least)).div_ceil(100);
    (tasks, u32::from(tasks > 0 && stays >= u64::from(tasks)))
}

/// It has room for fewer tags than all the others.
pub(super) fn check_tags(
    cx: &mut Rules<'_>,
    sections: Option<&Named<Located<BalancerSection>>>,
    tags: Option<&BTreeMap<String, String>>,
) {
    let count = tags.map_or(0, BTreeMap::len);
    let all = sections.into_iter().flatten();
    for (name, layer) in all.filter_map(|(name, it)| Some((name, is_classic(it)?))) {
        if count <= MOST_TAGS {
            continue;
        }
        let message = format!("`balancers.{}` cannot have {count} tags", name.as_str());
        cx.push(
            Diagnostic::new(Code::ClassicUnfit, layer.span(), message)
                .label("a classic load balancer has room for 10, and Ashore needs 3")
                .help(format!("write {MOST_TAGS} `tags` at most")),
        );
    }
}
