//! `[balancers.NAME]`, and which of them a service is behind.

use std::collections::BTreeMap;

use super::arn::is_arn;
use super::health::duration;
use super::network::parse_cidr;
use super::{Rules, classic};
use crate::codes::Code;
use crate::defaults;
use crate::diagnostic::Diagnostic;
use crate::did_you_mean::did_you_mean;
use crate::located::{Located, Span};
use crate::model::{AccessLogs, Balancer, Existing, Layer, Name, Refusal, Seconds, Service};
use crate::schema::{
    AccessLogsSection, BalancerSection, BalancerType, Named, Protocol, Scheme, ServiceSection,
};
use crate::structure::dotted;

/// Every balancer that a service may name. None if something in one of them is wrong.
pub(super) fn balancers(
    cx: &mut Rules<'_>,
    sections: Option<&Named<Located<BalancerSection>>>,
    existing: Option<&Existing>,
) -> Option<BTreeMap<String, Balancer>> {
    let known = Balancer::KNOWN.map(|name| (name.to_owned(), Balancer::named(name)));
    let mut all = Some(BTreeMap::from(known));
    for (name, section) in sections.into_iter().flatten() {
        let named = cx.parse(
            Code::BadName,
            &["balancers", name.as_str()],
            Some(name),
            Name::parse,
        );
        let theirs = existing.and_then(|it| it.load_balancer.as_ref());
        if let (Balancer::PUBLIC, Some(theirs)) = (name.as_str(), theirs) {
            cx.push(
                Diagnostic::new(
                    Code::NoEffect,
                    name.span(),
                    "`balancers.public` has no effect, since the load balancer is somebody else's",
                )
                .related(theirs.span(), "this load balancer")
                .help("take the section out"),
            );
            all = None;
        }
        match (balancer(cx, name, section), named) {
            (Some(balancer), Some(_)) => {
                if let Some(all) = &mut all {
                    all.insert(name.get().clone(), balancer);
                }
            }
            _ => all = None,
        }
    }
    if sections.is_none() && cx.is_spoiled(&["balancers"]) {
        return None;
    }
    all
}

fn balancer(
    cx: &mut Rules<'_>,
    name: &Located<String>,
    section: &Located<BalancerSection>,
) -> Option<Balancer> {
    let path = ["balancers", name.as_str()];
    let at = |key| [&path[..], &[key]].concat();
    let usual = Balancer::named(name);
    let layer = match section.layer.as_ref().map(Located::get) {
        Some(BalancerType::Application) => Layer::Application,
        Some(BalancerType::Network) => Layer::Network,
        Some(BalancerType::Classic) => Layer::Classic,
        None => usual.layer,
    };
    let internal = match section.scheme.as_ref().map(Located::get) {
        Some(scheme) => *scheme == Scheme::Internal,
        None => usual.internal,
    };
    let idle = section.idle_timeout.as_ref();
    let classic = layer == Layer::Classic;
    let bounds = if classic { (1, 3600) } else { (1, 4000) };
    let idle_timeout = duration(cx, &at("idle_timeout"), idle, bounds, Seconds(60));
    let tls_policy = match classic {
        true => classic::tls_policy(cx, &at("tls"), section, name),
        false => cx.parse_or(
            Code::BadBalancer,
            &at("tls"),
            section.tls.as_ref(),
            Located::new(usual.tls_policy, name.span()),
            parse_tls,
        ),
    };
    let waf = match &section.waf {
        Some(written) => cx
            .parse(Code::BadBalancer, &at("waf"), Some(written), parse_waf)
            .map(Some),
        None => (!cx.is_spoiled(&at("waf"))).then_some(None),
    };
    let allow = allow(cx, &at("allow"), section);
    let access_logs = match &section.access_logs {
        Some(written) => access_logs(cx, &at("access_logs"), written).map(Some),
        None => (!cx.is_spoiled(&at("access_logs"))).then_some(None),
    };
    let fits = check_layer(cx, &path, layer, section);
    let flag =
        |written: &Option<Located<bool>>, default| written.as_ref().map_or(default, |it| *it.get());
    let balancer = Balancer {
        layer,
        internal,
        allow: allow?,
        idle_timeout: idle.and(idle_timeout.as_ref()).map(|it| it.0),
        protect: flag(&section.protect, defaults::PROTECT),
        access_logs: access_logs?,
        drop_invalid_headers: flag(
            &section.drop_invalid_headers,
            defaults::DROP_INVALID_HEADERS,
        ),
        tls_policy: tls_policy?.into_inner(),
        waf: waf?.map(Located::into_inner),
        cross_zone: flag(&section.cross_zone, classic || defaults::CROSS_ZONE),
    };
    idle_timeout?;
    fits.then_some(balancer)
}

/// Keys that only other sorts of balancers have.
fn check_layer(cx: &mut Rules<'_>, path: &[&str], layer: Layer, section: &BalancerSection) -> bool {
    let span = |key: &Option<Located<bool>>| key.as_ref().map(Located::span);
    let (keys, what): (Vec<(&str, Option<Span>)>, _) = match layer {
        Layer::Application => (
            vec![("cross_zone", span(&section.cross_zone))],
            "an application load balancer always sends to all zones",
        ),
        Layer::Network => (
            vec![
                (
                    "idle_timeout",
                    section.idle_timeout.as_ref().map(Located::span),
                ),
                ("drop_invalid_headers", span(&section.drop_invalid_headers)),
                ("waf", section.waf.as_ref().map(Located::span)),
            ],
            "a network load balancer does not read what it carries",
        ),
        Layer::Classic => (
            vec![
                ("protect", span(&section.protect)),
                ("drop_invalid_headers", span(&section.drop_invalid_headers)),
                ("waf", section.waf.as_ref().map(Located::span)),
            ],
            "a classic load balancer has nothing of the sort",
        ),
    };
    let mut fits = true;
    for (key, span) in keys {
        let Some(span) = span else { continue };
        let place = dotted(&[path, &[key]].concat());
        let message = format!("`{place}` has no effect: {what}");
        cx.push(Diagnostic::new(Code::NoEffect, span, message).help("take the key out"));
        fits = false;
    }
    fits
}

fn allow(
    cx: &mut Rules<'_>,
    path: &[&str],
    section: &BalancerSection,
) -> Option<Option<Vec<ipnet::Ipv4Net>>> {
    let Some(written) = &section.allow else {
        return (!cx.is_spoiled(path)).then_some(None);
    };
    if written.is_empty() {
        let message = format!("`{}` lets nobody in", dotted(path));
        cx.push(
            Diagnostic::new(Code::BadBalancer, written.span(), message)
                .help("name a range, or leave the key out"),
        );
        return None;
    }
    let ranges = written.iter().map(|range| {
        let range = cx.parse(Code::BadCidr, path, Some(range), parse_cidr);
        range.map(Located::into_inner)
    });
    let ranges: Vec<_> = ranges.collect();
    ranges.into_iter().collect::<Option<Vec<_>>>().map(Some)
}

fn access_logs(
    cx: &mut Rules<'_>,
    path: &[&str],
    section: &AccessLogsSection,
) -> Option<AccessLogs> {
    let at = |key| [path, &[key]].concat();
    let bucket = cx.parse(
        Code::BadBalancer,
        &at("bucket"),
        section.bucket.as_ref(),
        parse_bucket,
    );
    let prefix = cx.parse_or(
        Code::BadBalancer,
        &at("prefix"),
        section.prefix.as_ref(),
        Located::new(String::new(), 0..0),
        parse_prefix,
    );
    Some(AccessLogs {
        bucket: bucket?.into_inner(),
        prefix: prefix?.into_inner(),
    })
}

/// The balancers that a service says it is behind, or is behind where it says nothing.
pub(super) fn written(section: &ServiceSection) -> Vec<&str> {
    match &section.balancer {
        Some(names) => names.0.iter().map(String::as_str).collect(),
        None if speaks_http(section) => vec![Balancer::PUBLIC],
        None => vec![Balancer::NETWORK],
    }
}

pub(super) fn speaks_http(section: &ServiceSection) -> bool {
    let protocol = section.protocol.as_ref().map(Located::get);
    protocol.is_none_or(|protocol| *protocol == Protocol::Http)
}

/// The balancers of a service: each known, each once, and of the right sort. None if one is not.
pub(super) fn of_service(
    cx: &mut Rules<'_>,
    path: &[&str],
    section: &ServiceSection,
    all: Option<&BTreeMap<String, Balancer>>,
    place: &Span,
) -> Option<Vec<String>> {
    let key = [path, &["balancer"]].concat();
    if cx.is_spoiled(&key) {
        return None;
    }
    let all = all?;
    let span = section
        .balancer
        .as_ref()
        .map_or(place.clone(), Located::span);
    let names = written(section);
    let is_classic = |it: &Balancer| it.layer == Layer::Classic;
    let mut old = names.iter();
    if let Some(name) = old.find(|name| all.get(**name).is_some_and(is_classic)) {
        return classic::of_service(cx, path, section, &names, name, &span);
    }
    let mut good = Vec::new();
    let mut fits = true;
    let mut refuse = |cx: &mut Rules<'_>, code, message: String, why: String, help: String| {
        let diagnostic = Diagnostic::new(code, span.clone(), message).label(why);
        cx.push(diagnostic.help(help));
        fits = false;
    };
    let place = dotted(&key);
    for name in &names {
        let Some(balancer) = all.get(*name) else {
            let help = match did_you_mean(name, all.keys().map(String::as_str)) {
                Some(near) => format!("did you mean {near:?}?"),
                None => format!("write a section for it: [balancers.{name}]"),
            };
            let message = format!("`{place}` names {name:?}");
            let why = "there is no such load balancer".to_owned();
            refuse(cx, Code::BalancerUnknown, message, why, help);
            continue;
        };
        let http = speaks_http(section);
        let wanted = match http {
            true => Layer::Application,
            false => Layer::Network,
        };
        if balancer.layer != wanted {
            let (why, help) = match http {
                true => (
                    "a network load balancer, and the service speaks HTTP",
                    "say what it speaks, for example: protocol = \"tcp\"".to_owned(),
                ),
                false => (
                    "an application load balancer, and the service does not speak HTTP",
                    format!("use \"network\", or one with type = \"network\" (not {name:?})"),
                ),
            };
            let message = format!("`{place}` names {name:?}");
            refuse(cx, Code::BalancerUnfit, message, why.to_owned(), help);
        } else if good.contains(&(*name).to_owned()) {
            let message = format!("`{place}` names {name:?} twice");
            let why = "once is enough".to_owned();
            refuse(
                cx,
                Code::BalancerUnfit,
                message,
                why,
                "take one out".to_owned(),
            );
        } else {
            good.push((*name).to_owned());
        }
    }
    if names.is_empty() {
        let message = format!("`{place}` names none");
        let why = "a service with a port is behind a load balancer".to_owned();
        let help = "leave the key out, or take the port away".to_owned();
        refuse(cx, Code::BalancerUnknown, message, why, help);
    }
    fits.then_some(good)
}

/// Those that services are behind: nothing is made of the others.
pub(super) fn behind(
    all: Option<BTreeMap<String, Balancer>>,
    services: Option<&[Service]>,
) -> Option<BTreeMap<String, Balancer>> {
    let (mut all, services) = (all?, services?);
    all.retain(|name, _| {
        let mut targets = services.iter().filter_map(|it| it.ingress.target());
        targets.any(|target| target.balancers.contains(name))
    });
    Some(all)
}

/// A section that no service is behind would make nothing.
pub(super) fn check_used(
    cx: &mut Rules<'_>,
    sections: Option<&Named<Located<BalancerSection>>>,
    services: &[(&Located<String>, &ServiceSection)],
) {
    for name in sections.into_iter().flat_map(BTreeMap::keys) {
        let mut balanced = services.iter().filter(|(_, it)| it.port.is_some());
        let used = balanced.any(|(_, section)| written(section).contains(&name.as_str()));
        if !used && !cx.is_spoiled_below(&["services"]) {
            let message = format!("`balancers.{}` has no effect", name.as_str());
            cx.push(
                Diagnostic::new(Code::NoEffect, name.span(), message)
                    .label("no service is behind it")
                    .help(format!(
                        "write balancer = {:?} in a service, or take the section out",
                        name.as_str()
                    )),
            );
        }
    }
}

fn parse_tls(text: &str) -> Result<String, Refusal> {
    Ok(match text {
        "recommended" => Balancer::RECOMMENDED_TLS,
        "compatible" => "ELBSecurityPolicy-TLS13-1-2-2021-06",
        "strict" => "ELBSecurityPolicy-TLS13-1-3-PQ-2025-09",
        "fips" => "ELBSecurityPolicy-TLS13-1-2-FIPS-PQ-2025-09",
        name if name.len() > "ELBSecurityPolicy-".len() && name.starts_with("ELBSecurityPolicy-") => {
            name
        }
        _ => {
            return Err(Refusal::new("neither a word for a policy nor the name of one").help(
                "write \"recommended\", \"compatible\", \"strict\", \"fips\" or \"ELBSecurityPolicy-…\"",
            ));
        }
    }
    .to_owned())
}

/// [WAF API: AssociateWebACL] the ARN of a regional web ACL.
fn parse_waf(text: &str) -> Result<String, Refusal> {
    let example =
        "write for example \"arn:aws:wafv2:eu-central-1:123456789012:regional/webacl/shop/…\"";
    if is_arn(text, "wafv2", "global/webacl/") {
        return Err(Refusal::new(
            "a web ACL for CloudFront, and a load balancer needs a regional one",
        ));
    }
    match is_arn(text, "wafv2", "regional/webacl/") {
        true => Ok(text.to_owned()),
        false => Err(Refusal::new("not the ARN of a web ACL").help(example)),
    }
}

/// [S3 user guide: bucket naming rules]
fn parse_bucket(text: &str) -> Result<String, Refusal> {
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || ".-".contains(c);
    match (3..=63).contains(&text.len()) && text.chars().all(fits) {
        true => Ok(text.to_owned()),
        false => Err(Refusal::new("not the name of a bucket")
            .help("a name is 3 to 63 lower-case letters, digits, dots and hyphens")),
    }
}

/// [ELB user guide: access logs]
fn parse_prefix(text: &str) -> Result<String, Refusal> {
    let refusal = |why: &str| Err(Refusal::new(why).help("write for example \"shop/web\""));
    if text.starts_with('/') || text.ends_with('/') {
        return refusal("begins or ends with a slash");
    }
    if text.contains("AWSLogs") {
        return refusal("AWS adds \"AWSLogs\" by itself");
    }
    Ok(text.to_owned())
}
