//! `[existing]`: what somebody else owns. Whether it is there is for the cloud to say; here is its spelling, and
//! what goes with what.

use super::Rules;
use super::arn::is_arn;
use super::balancers;
use crate::codes::Code;
use crate::diagnostic::Diagnostic;
use crate::located::Located;
use crate::model::{Balancer, Existing, Refusal, Region};
use crate::schema::{ExistingSection, Named, NetworkSection, ServiceSection};
use crate::structure::dotted;

/// [ECS API: AwsVpcConfiguration.subnets, .securityGroups] "a limit of 16 subnets", "of 5 security groups".
const MOST_SUBNETS: usize = 16;
const MOST_GROUPS: usize = 5;

/// What was named. None if something in it is wrong.
pub(super) fn existing(
    cx: &mut Rules<'_>,
    section: Option<&Located<ExistingSection>>,
) -> Option<Existing> {
    let Some(section) = section else {
        return (!cx.is_spoiled(&["existing"])).then(Existing::default);
    };
    let one = |cx: &mut Rules<'_>, key, written: &Option<Located<String>>, form: Form| {
        let parsed = cx.parse(
            Code::BadExisting,
            &["existing", key],
            written.as_ref(),
            |text| form.parse(text),
        );
        match (written, parsed) {
            (None, _) => Some(None),
            (Some(_), parsed) => parsed.map(Some),
        }
    };
    let many =
        |cx: &mut Rules<'_>, key, written: &Option<Located<Vec<Located<String>>>>, form: Form| {
            let items = written.iter().flat_map(|list| list.iter());
            let parsed: Vec<_> = items
                .map(|item| {
                    cx.parse(Code::BadExisting, &["existing", key], Some(item), |text| {
                        form.parse(text)
                    })
                })
                .collect();
            parsed.into_iter().collect::<Option<Vec<_>>>()
        };
    let vpc = one(cx, "vpc", &section.vpc, Form::Id("vpc-"));
    let subnets = many(cx, "subnets", &section.subnets, Form::Id("subnet-"));
    let groups = many(
        cx,
        "security_groups",
        &section.security_groups,
        Form::Id("sg-"),
    );
    let cluster = one(cx, "cluster", &section.cluster, Form::Cluster);
    let load_balancer = one(
        cx,
        "load_balancer",
        &section.load_balancer,
        Form::LoadBalancer,
    );
    let listener = one(cx, "listener", &section.listener, Form::Listener);
    let target_group = one(cx, "target_group", &section.target_group, Form::TargetGroup);
    let certificate = one(cx, "certificate", &section.certificate, Form::Certificate);
    let mut whole = check_together(cx, section);
    for (key, written, most) in [
        ("subnets", &section.subnets, MOST_SUBNETS),
        ("security_groups", &section.security_groups, MOST_GROUPS),
    ] {
        if let Some(list) = written
            && list.len() > most
        {
            let message = format!("`existing.{key}` has {} of them", list.len());
            cx.push(
                Diagnostic::new(Code::TooManyExisting, list.span(), message)
                    .label(format!("a service takes {most} at most")),
            );
            whole = false;
        }
    }
    let existing = Existing {
        vpc: vpc?,
        subnets: subnets?,
        security_groups: groups?,
        cluster: cluster?,
        load_balancer: load_balancer?,
        listener: listener?,
        target_group: target_group?,
        certificate: certificate?,
    };
    whole.then_some(existing)
}

/// What is of no use without something else.
fn check_together(cx: &mut Rules<'_>, section: &ExistingSection) -> bool {
    let there = |key: &str| match key {
        "vpc" => section.vpc.as_ref().map(Located::span),
        "subnets" => section.subnets.as_ref().map(Located::span),
        "security_groups" => section.security_groups.as_ref().map(Located::span),
        "load_balancer" => section.load_balancer.as_ref().map(Located::span),
        _ => section.listener.as_ref().map(Located::span),
    };
    let mut whole = true;
    for (key, needs, why) in [
        ("vpc", "subnets", "tasks run in a subnet of it"),
        ("subnets", "vpc", "they are a part of it"),
        ("security_groups", "vpc", "they belong to one"),
        (
            "load_balancer",
            "vpc",
            "tasks must be where it can reach them",
        ),
        ("listener", "load_balancer", "records lead there"),
    ] {
        if let Some(span) = there(key)
            && there(needs).is_none()
            && !cx.is_spoiled(&["existing", needs])
        {
            let message = format!("`existing.{key}` needs `existing.{needs}`");
            cx.push(Diagnostic::new(Code::ExistingAlone, span, message).label(why));
            whole = false;
        }
    }
    if let (Some(certificate), Some(listener)) = (&section.certificate, &section.listener) {
        cx.push(
            Diagnostic::new(
                Code::NoEffect,
                certificate.span(),
                "`existing.certificate` has no effect beside `existing.listener`",
            )
            .label("a listener has certificates of its own")
            .related(listener.span(), "the listener"),
        );
        whole = false;
    }
    whole
}

/// What is named by ARN is where everything else runs: none of it can be used from another region.
pub(super) fn check_region(cx: &mut Rules<'_>, existing: &Existing, region: &Region) {
    let arns = [
        ("cluster", &existing.cluster),
        ("load_balancer", &existing.load_balancer),
        ("listener", &existing.listener),
        ("target_group", &existing.target_group),
        ("certificate", &existing.certificate),
    ];
    for (key, written) in arns {
        let Some(arn) = written else { continue };
        if arn.starts_with("arn:")
            && let Some(elsewhere) = arn.split(':').nth(3)
            && elsewhere != region.as_str()
        {
            let message = format!("`existing.{key}` is in another region");
            cx.push(
                Diagnostic::new(Code::BadExisting, arn.span(), message).label(format!(
                    "in {elsewhere}, and the app is in {}",
                    region.as_str()
                )),
            );
        }
    }
}

/// Nothing of `[network]` is of use where the network is somebody else's.
pub(super) fn check_network(cx: &mut Rules<'_>, vpc: &Located<String>, section: &NetworkSection) {
    let keys = [
        ("layout", section.layout.as_ref().map(Located::span)),
        ("cidr", section.cidr.as_ref().map(Located::span)),
        ("azs", section.azs.as_ref().map(Located::span)),
        ("subnets", section.subnets.as_ref().map(Located::span)),
        (
            "private_subnets",
            section.private_subnets.as_ref().map(Located::span),
        ),
        ("nat", section.nat.as_ref().map(Located::span)),
        ("flow_logs", section.flow_logs.as_ref().map(Located::span)),
        (
            "private_zone",
            section.private_zone.as_ref().map(Located::span),
        ),
        ("ipv6", section.ipv6.as_ref().map(Located::span)),
    ];
    for (key, span) in keys {
        let Some(span) = span else { continue };
        let message = format!(
            "`{}` has no effect, since the network is somebody else's",
            dotted(&["network", key])
        );
        cx.push(
            Diagnostic::new(Code::NoEffect, span, message)
                .related(vpc.span(), "this network")
                .help("take the key out"),
        );
    }
}

/// What services want of what is there.
pub(super) fn check_services(
    cx: &mut Rules<'_>,
    existing: &Existing,
    services: &Named<ServiceSection>,
) {
    if let Some(listener) = &existing.listener {
        for (name, section) in services {
            let hostname = ["services", name.as_str(), "hostname"];
            if let Some(port) = &section.port
                && section.hostname.is_none()
                && balancers::written(section).contains(&Balancer::PUBLIC)
                && !cx.is_spoiled(&hostname)
            {
                let message = format!(
                    "`{}` has a port, but no hostname",
                    dotted(&["services", name.as_str()])
                );
                cx.push(
                    Diagnostic::new(Code::ListenerWithoutHostname, port.span(), message)
                        .label("it would take every request of somebody else's listener")
                        .related(listener.span(), "the listener")
                        .help("give it a hostname, or take its port away"),
                );
            }
        }
    }
    let balanced = services.values().any(|section| section.port.is_some());
    if balanced
        && existing.load_balancer.is_none()
        && !cx.is_spoiled(&["existing", "load_balancer"])
        && let [subnet] = existing.subnets.as_slice()
    {
        cx.push(
            Diagnostic::new(
                Code::ExistingAlone,
                subnet.span(),
                "`existing.subnets` has one subnet, and a load balancer stands in two",
            )
            .label("name another one, in another zone"),
        );
    }
}

/// How an existing thing is named.
#[derive(Clone, Copy)]
enum Form {
    Id(&'static str),
    Cluster,
    LoadBalancer,
    Listener,
    TargetGroup,
    Certificate,
}

impl Form {
    fn parse(self, text: &str) -> Result<String, Refusal> {
        let (fits, why, example) = match self {
            Form::Id(prefix) => (
                is_id(text, prefix),
                "not an id",
                format!("{prefix}0123456789abcdef0"),
            ),
            Form::Cluster => (
                is_arn(text, "ecs", "cluster/") || is_name(text, 255, "-_"),
                "neither a name nor the ARN of a cluster",
                "shared".to_owned(),
            ),
            Form::LoadBalancer if is_arn(text, "elasticloadbalancing", "loadbalancer/net/") => (
                false,
                "a network load balancer, and services need one for HTTP",
                "shared".to_owned(),
            ),
            Form::LoadBalancer => (
                is_arn(text, "elasticloadbalancing", "loadbalancer/app/") || is_name(text, 32, "-"),
                "neither a name nor the ARN of an application load balancer",
                "shared".to_owned(),
            ),
            Form::Listener => (
                is_arn(text, "elasticloadbalancing", "listener/app/"),
                "not the ARN of a listener of an application load balancer",
                "arn:aws:elasticloadbalancing:eu-central-1:123456789012:listener/app/shared/50dc6c495c0c9188/f2f7dc8efc522ab2".to_owned(),
            ),
            Form::TargetGroup => (
                is_arn(text, "elasticloadbalancing", "targetgroup/"),
                "not the ARN of a target group",
                "arn:aws:elasticloadbalancing:eu-central-1:123456789012:targetgroup/api/73e2d6bc24d8a067".to_owned(),
            ),
            Form::Certificate => (
                is_arn(text, "acm", "certificate/"),
                "not the ARN of a certificate in ACM",
                "arn:aws:acm:eu-central-1:123456789012:certificate/12345678-1234-1234-1234-123456789012".to_owned(),
            ),
        };
        if fits {
            Ok(text.to_owned())
        } else {
            Err(Refusal::new(why).help(format!("write for example {example:?}")))
        }
    }
}

fn is_id(text: &str, prefix: &str) -> bool {
    text.strip_prefix(prefix).is_some_and(|id| {
        !id.is_empty()
            && id
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
    })
}

fn is_name(text: &str, longest: usize, also: &str) -> bool {
    !text.is_empty()
        && text.len() <= longest
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || also.contains(c))
}
