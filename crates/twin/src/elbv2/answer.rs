//! What a client gets that asks a load balancer right now.

use serde_json::{Value, json};

use super::action::{Action, Routing};
use super::backend::{self, Reply};
use super::balancer::{Kind, LoadBalancer};
use super::condition::Asked;
use super::listener::Listener;
use super::oidc::Stranger;
use super::target_group;
use super::targets::{State, Target};
use crate::world::World;
use crate::{acm, dns, elb};

/// The outside look: asks a URL, as a client on the internet would. The host may be a balancer's name, or a name that
/// DNS leads to one.
pub(crate) fn ask(world: &World, url: &str) -> Value {
    let nobody = |why: String| json!({"status": 0, "error": why});
    let (scheme, rest) = url.split_once("://").unwrap_or_default();
    if !matches!(scheme, "http" | "https") {
        return nobody(format!("'{url}' is not an http or https URL"));
    }
    let (host, path) = match rest.find('/') {
        Some(at) => rest.split_at(at),
        None => (rest, "/"),
    };
    let bare = host.split(':').next().unwrap_or_default();
    let name = dns::points_to(world, bare);
    let of_name = |balancer: &LoadBalancer| balancer.dns_name.eq_ignore_ascii_case(&name);
    let mut regions = world.regions.iter();
    let port = host.split_once(':').and_then(|(_, port)| port.parse().ok());
    let port = port.unwrap_or(if scheme == "https" { 443 } else { 80 });
    match elb::answer(world, &name, scheme, bare, port) {
        Some(Ok(status)) => return json!({"status": status, "body": ""}),
        Some(Err(why)) => return nobody(format!("{scheme}://{host}: {why}")),
        None => {}
    }
    let Some((region, _)) = regions.find(|(_, it)| it.elbv2.balancers.values().any(of_name)) else {
        return nobody(format!("'{bare}' does not resolve to a load balancer"));
    };
    match answer(world, region, &name, scheme, host, path) {
        (0, why) => nobody(why),
        (status, body) if (300..400).contains(&status) => {
            json!({"status": status, "location": body})
        }
        (status, body) => json!({"status": status, "body": body}),
    }
}

/// What a client gets that asks a balancer by its DNS name: status and body. `host` is what it asks for, with a port
/// if that is not the usual one; `path` may carry a query. The body of a redirect is the place it names; what a target
/// says itself has an empty body. Where nobody answers the status is 0, and the body says why.
pub(crate) fn answer(
    world: &World,
    region: &str,
    dns_name: &str,
    scheme: &str,
    host: &str,
    path: &str,
) -> (u16, String) {
    let nobody = |why: &str| (0, format!("{scheme}://{host}: {why}"));
    let (protocol, usual) = if scheme == "https" {
        ("HTTPS", 443)
    } else {
        ("HTTP", 80)
    };
    let (host, port) = match host.split_once(':') {
        Some((host, port)) => (host, port.parse().unwrap_or(usual)),
        None => (host, usual),
    };
    let here = world.regions.get(region).map(|here| &here.elbv2);
    let of_name = |balancer: &&LoadBalancer| balancer.dns_name.eq_ignore_ascii_case(dns_name);
    let balancer = here.and_then(|here| here.balancers.values().find(of_name));
    let (Some(here), Some(balancer)) = (here, balancer.filter(|balancer| balancer.active)) else {
        return nobody("there is no load balancer of that name, or it is not active yet");
    };
    let own = |listener: &&Listener| listener.balancer == balancer.arn && listener.port == port;
    let Some(listener) = here.listeners.values().find(own) else {
        return nobody("the load balancer has no listener on the port");
    };
    // A network balancer passes on whatever its clients say over TCP.
    let speaks = match listener.protocol.as_str() {
        "TCP" | "TCP_UDP" => true,
        "TLS" => protocol == "HTTPS",
        own => own == protocol,
    };
    if !speaks {
        return nobody("the listener speaks another protocol");
    }
    let certificates = listener
        .certificates()
        .filter_map(|arn| acm::certificate(world, region, arn));
    if listener.tls.is_some()
        && !certificates
            .into_iter()
            .any(|certificate| certificate.covers(host))
    {
        return nobody("no certificate of the listener is for the host");
    }

    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let asked = Asked { host, path, query };
    match through(world, region, listener, &asked) {
        // It has no words of its own for a target that is silent.
        (502..=504, _) if balancer.kind == Kind::Network => nobody("no target answers"),
        answer => answer,
    }
}

/// What comes of a request that has arrived at a listener.
pub(super) fn through(
    world: &World,
    region: &str,
    listener: &Listener,
    asked: &Asked<'_>,
) -> (u16, String) {
    let rules = world.regions.get(region).map(|here| &here.elbv2.rules);
    let mut rules: Vec<_> = rules
        .into_iter()
        .flat_map(|rules| rules.values())
        .filter(|rule| rule.listener == listener.arn)
        .collect();
    rules.sort_by_key(|rule| rule.priority);
    let rule = rules
        .into_iter()
        .find(|rule| rule.conditions.iter().all(|c| c.matches(asked)));
    let actions = rule.map_or(&listener.actions, |rule| &rule.actions);
    // Who asks like this has never logged in.
    for action in actions {
        match &action.routing {
            Routing::Oidc(oidc) => match oidc.stranger() {
                Stranger::LetIn => {}
                Stranger::Refused => return (401, String::new()),
                Stranger::Sent(page) => return (302, page.to_owned()),
            },
            _ => return carry_out(world, region, listener, action, asked),
        }
    }
    (500, String::new())
}

fn carry_out(
    world: &World,
    region: &str,
    listener: &Listener,
    action: &Action,
    asked: &Asked<'_>,
) -> (u16, String) {
    match &action.routing {
        Routing::Oidc(_) => (500, String::new()),
        Routing::Fixed { status, body, .. } => (*status, body.clone().unwrap_or_default()),
        Routing::Redirect { status, .. } => {
            let status = if status == "HTTP_302" { 302 } else { 301 };
            (status, location(listener, action, asked))
        }
        Routing::Forward { groups, .. } => {
            let heaviest = groups
                .iter()
                .max_by_key(|(_, weight)| *weight)
                .filter(|(_, weight)| *weight > 0);
            match heaviest {
                Some((group, _)) => forward(world, region, group),
                None => (503, String::new()),
            }
        }
    }
}

/// Healthy targets get the request. If all are unhealthy the balancer fails open and asks them nevertheless
/// [ELB user guide: health checks]; if there are none it answers 503, for a refused connection 502, for silence 504
/// [ELB user guide: troubleshoot].
fn forward(world: &World, region: &str, group: &str) -> (u16, String) {
    let Some(group) = target_group::target_group(world, region, group) else {
        return (503, String::new());
    };
    let among = |wanted: fn(&State) -> bool| {
        group
            .targets
            .iter()
            .find(|target: &&Target| wanted(&target.state))
    };
    let healthy = among(|state| *state == State::Healthy);
    let Some(target) = healthy.or_else(|| among(|state| matches!(state, State::Unhealthy(_))))
    else {
        return (503, String::new());
    };
    let status = match backend::of_target(world, region, group, target, target.port) {
        Reply::Status(status) => status,
        Reply::Refused => 502,
        Reply::Silence => 504,
    };
    (status, String::new())
}

/// Where a redirect leads: its parts with the request's own put in.
fn location(listener: &Listener, action: &Action, asked: &Asked<'_>) -> String {
    let Routing::Redirect {
        protocol,
        host,
        port,
        path,
        query,
        ..
    } = &action.routing
    else {
        return String::new();
    };
    let fill = |part: &str| {
        part.replace("#{protocol}", &listener.protocol.to_ascii_lowercase())
            .replace("#{host}", asked.host)
            .replace("#{port}", &listener.port.to_string())
            .replace("#{path}", asked.path.trim_start_matches('/'))
            .replace("#{query}", asked.query)
    };
    let query = fill(query);
    let mark = if query.is_empty() { "" } else { "?" };
    format!(
        "{}://{}:{}{}{mark}{query}",
        fill(protocol).to_ascii_lowercase(),
        fill(host),
        fill(port),
        fill(path)
    )
}
