//! What a client gets that asks a load balancer right now.

use serde_json::{Value, json};

use super::action::{Action, Routing};
use super::backend::{self, Reply};
use super::condition::Asked;
use super::listener::Listener;
use super::target_group;
use super::targets::{State, Target};
use crate::cloudflare;
use crate::world::World;

/// Asks a balancer by its DNS name. `path` may carry a query. The body of a redirect is the place it names; what a
/// target says itself has an empty body. Without a balancer that is up, or a listener, nobody answers: status 0.
pub(crate) fn answer(
    world: &World,
    region: &str,
    dns_name: &str,
    scheme: &str,
    host: &str,
    path: &str,
) -> (u16, String) {
    let port = if scheme == "https" { 443 } else { 80 };
    answer_on(world, region, dns_name, (scheme, port), host, path)
}

/// The outside look: asks a URL, as a client on the internet would. The host may be a balancer's name, or a name that
/// Cloudflare points to one.
pub(crate) fn ask(world: &World, url: &str) -> Value {
    let Some((scheme, rest)) = url
        .split_once("://")
        .filter(|(scheme, _)| matches!(*scheme, "http" | "https"))
    else {
        return json!({"status": 0, "error": format!("'{url}' is not an http or https URL")});
    };
    let (authority, path) = match rest.find('/') {
        Some(at) => rest.split_at(at),
        None => (rest, "/"),
    };
    let standard = if scheme == "https" { 443 } else { 80 };
    let (host, port) = match authority.split_once(':') {
        Some((host, port)) => (host, port.parse().unwrap_or(standard)),
        None => (authority, standard),
    };
    let pointed_to = cloudflare::resolves_cname(world, host);
    let name = pointed_to
        .as_deref()
        .unwrap_or(host)
        .trim_end_matches('.')
        .to_ascii_lowercase();
    let region = world.regions.iter().find(|(_, region)| {
        region
            .elbv2
            .balancers
            .values()
            .any(|b| b.dns_name.to_ascii_lowercase() == name)
    });
    let Some((region, _)) = region else {
        return json!({"status": 0, "error": format!("'{host}' does not resolve to a load balancer")});
    };
    let (status, body) = answer_on(world, region, &name, (scheme, port), host, path);
    let location = (300..400).contains(&status).then(|| body.clone());
    json!({"status": status, "body": body, "location": location})
}

fn answer_on(
    world: &World,
    region: &str,
    dns_name: &str,
    (scheme, port): (&str, u16),
    host: &str,
    path: &str,
) -> (u16, String) {
    let nobody = (0, String::new());
    let Some(here) = world.regions.get(region).map(|here| &here.elbv2) else {
        return nobody;
    };
    let by_name = |name: &str| name.eq_ignore_ascii_case(dns_name);
    let Some(balancer) = here
        .balancers
        .values()
        .find(|b| by_name(&b.dns_name) && b.active)
    else {
        return nobody;
    };
    let listener = here
        .listeners
        .values()
        .find(|l| l.balancer == balancer.arn && l.port == port);
    let protocol = if scheme == "https" { "HTTPS" } else { "HTTP" };
    let Some(listener) = listener.filter(|listener| listener.protocol == protocol) else {
        return nobody;
    };

    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let asked = Asked { host, path, query };
    let mut rules: Vec<_> = here
        .rules
        .values()
        .filter(|rule| rule.listener == listener.arn)
        .collect();
    rules.sort_by_key(|rule| rule.priority);
    let rule = rules
        .into_iter()
        .find(|rule| rule.conditions.iter().all(|c| c.matches(&asked)));
    let actions = rule.map_or(&listener.actions, |rule| &rule.actions);
    match actions.last() {
        Some(action) => carry_out(world, region, listener, action, &asked),
        None => nobody,
    }
}

fn carry_out(
    world: &World,
    region: &str,
    listener: &Listener,
    action: &Action,
    asked: &Asked<'_>,
) -> (u16, String) {
    match &action.routing {
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
    let status = match backend::reply(world, region, &target.id, target.port) {
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
