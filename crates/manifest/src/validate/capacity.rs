//! `services.NAME.capacity` and `services.NAME.daemon`.

use super::Rules;
use crate::codes::Code;
use crate::defaults;
use crate::diagnostic::Diagnostic;
use crate::located::{Located, Span};
use crate::model::{Capacity, InstanceNetwork, Share};
use crate::schema::{self, CapacitySection, ServiceSection, ShareSection};
use crate::structure::dotted;

/// What the service runs on. None if something in it is wrong.
pub(super) fn capacity(
    cx: &mut Rules<'_>,
    service: &[&str],
    section: &ServiceSection,
) -> Option<Capacity> {
    let path = [service, &["capacity"]].concat();
    let daemon = section.daemon.as_ref().filter(|daemon| *daemon.get());
    let capacity = match &section.capacity {
        None => (!cx.is_spoiled(&path)).then_some(Capacity::Fargate),
        Some(written) => chosen(cx, &path, written, daemon.is_some()),
    };
    if let (Some(daemon), Some(Capacity::Fargate | Capacity::Mixed { .. })) = (daemon, capacity) {
        cx.push(
            Diagnostic::new(
                Code::DaemonWithoutInstances,
                daemon.span(),
                format!("`{}` is a daemon and runs on Fargate", dotted(service)),
            )
            .label("Fargate has no instances of which each could run one")
            .help("write capacity = { ec2 = {} }, or `count` in place of `daemon`"),
        );
        return None;
    }
    if let Some(daemon) = daemon {
        check_numbers(cx, service, section, daemon.span());
    }
    if let (Some(Capacity::Instances { .. }), Some(disk)) = (capacity, &section.ephemeral_storage) {
        let path = [service, &["ephemeral_storage"]].concat();
        let message = format!(
            "`{}` has no effect: the tasks share the disk of their instance",
            dotted(&path)
        );
        cx.push(
            Diagnostic::new(Code::NoEffect, disk.span(), message)
                .help("take the key out, and write `ec2.disk`"),
        );
    }
    capacity
}

fn chosen(
    cx: &mut Rules<'_>,
    path: &[&str],
    written: &Located<CapacitySection>,
    daemon: bool,
) -> Option<Capacity> {
    let key = |key: &'static str| [path, &[key]].concat();
    let keys = ["fargate", "fargate_spot", "ec2"];
    let wrong = |path: &[&str]| cx.is_spoiled(path) || cx.is_spoiled_below(path);
    if keys.into_iter().any(|it| wrong(&key(it))) {
        return None;
    }
    let of_fargate = written.fargate.as_ref().map(Located::span);
    let of_fargate = of_fargate.or(written.fargate_spot.as_ref().map(Located::span));
    match (&written.ec2, of_fargate) {
        (Some(ec2), Some(fargate)) => {
            let message = format!("`{}` mixes Fargate and EC2 instances", dotted(path));
            cx.push(
                Diagnostic::new(Code::CapacityMixed, ec2.span(), message)
                    .label("ECS places the tasks of one service on the one or on the other")
                    .related(fargate, "this is Fargate")
                    .help("take one of the two out, or make two services of it"),
            );
            None
        }
        (Some(ec2), None) => Some(Capacity::Instances {
            network: match ec2.network.as_ref().map(Located::get) {
                Some(schema::InstanceNetwork::Bridge) => InstanceNetwork::Shared,
                Some(schema::InstanceNetwork::Awsvpc) | None => InstanceNetwork::Own,
            },
            daemon,
        }),
        (None, _) => mixed(cx, path, written),
    }
}

fn mixed(
    cx: &mut Rules<'_>,
    path: &[&str],
    written: &Located<CapacitySection>,
) -> Option<Capacity> {
    let share = |section: &Located<ShareSection>| {
        let number = |number: &Option<Located<u32>>, default| {
            number.as_ref().map_or(default, |it| *it.get())
        };
        Share {
            base: number(&section.base, defaults::SHARE_BASE),
            weight: number(&section.weight, defaults::SHARE_WEIGHT),
        }
    };
    let fargate = written.fargate.as_ref().map(share);
    let spot = written.fargate_spot.as_ref().map(share);
    let shares: Vec<Share> = fargate.into_iter().chain(spot).collect();
    let shared = shares.iter().any(|share| share.weight > 0);
    if !shared {
        let message = match shares.is_empty() {
            true => format!("`{}` names nothing to run on", dotted(path)),
            false => format!("`{}` gives out no task", dotted(path)),
        };
        cx.push(
            Diagnostic::new(Code::CapacityShares, written.span(), message)
                .label("somebody must have a weight of 1 or more")
                .help(
                    "write for example { fargate = { base = 1 }, fargate_spot = { weight = 3 } }",
                ),
        );
    }
    let based = |section: &Option<Located<ShareSection>>| -> Option<Span> {
        let base = section.as_ref()?.base.as_ref()?;
        (*base.get() > 0).then(|| base.span())
    };
    if let (Some(first), Some(second)) = (based(&written.fargate), based(&written.fargate_spot)) {
        let message = format!("`{}` has two bases", dotted(path));
        cx.push(
            Diagnostic::new(Code::CapacityShares, second, message)
                .label("ECS takes a base of one of them")
                .related(first, "the other one"),
        );
        return None;
    }
    shared.then_some(Capacity::Mixed { fargate, spot })
}

/// How many tasks a daemon has follows from the instances.
fn check_numbers(cx: &mut Rules<'_>, service: &[&str], section: &ServiceSection, daemon: Span) {
    let keys = [
        ("count", section.count.as_ref().map(Located::span)),
        ("scale", section.scale.as_ref().map(Located::span)),
    ];
    for (key, span) in keys {
        let Some(span) = span else { continue };
        let message = format!(
            "`{}` has no effect: one task runs on each instance",
            dotted(&[service, &[key]].concat())
        );
        cx.push(
            Diagnostic::new(Code::NoEffect, span, message)
                .related(daemon.clone(), "the service is a daemon")
                .help("take the key out"),
        );
    }
}
