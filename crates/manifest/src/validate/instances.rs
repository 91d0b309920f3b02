//! Services that run on instances: whether `[ec2]` goes with them, and whether they can be where they are to be.

use super::Rules;
use super::ec2::word;
use crate::codes::Code;
use crate::diagnostic::Diagnostic;
use crate::located::Located;
use crate::model::{Architecture, Ec2, Existing};
use crate::schema::{self, Ec2Section, Named, NetworkSection, ServiceSection};
use crate::structure::dotted;

/// What stands elsewhere and has to do with instances.
pub(super) struct Around<'s> {
    pub(super) section: Option<&'s Located<Ec2Section>>,
    pub(super) network: Option<&'s NetworkSection>,
    pub(super) existing: Option<&'s Existing>,
}

/// What services on instances want of `[ec2]`, and what it wants of them.
pub(super) fn check_services(
    cx: &mut Rules<'_>,
    around: &Around<'_>,
    ec2: Option<&Ec2>,
    services: &Named<ServiceSection>,
) {
    let mut used = false;
    let mut in_text: Vec<_> = services.iter().collect();
    in_text.sort_by_key(|(name, _)| name.span().start);
    for (name, section) in in_text {
        let written = section.capacity.as_ref();
        let Some(on_ec2) = written.and_then(|capacity| capacity.ec2.as_ref()) else {
            continue;
        };
        used = true;
        let mixed =
            |it: &schema::CapacitySection| it.fargate.is_some() || it.fargate_spot.is_some();
        if written.is_some_and(|capacity| mixed(capacity)) {
            continue; // told already, and nobody knows which of the two is meant
        }
        let service = dotted(&["services", name.as_str()]);
        if around.section.is_none() && !cx.is_spoiled(&["ec2"]) {
            cx.push(
                Diagnostic::new(
                    Code::NoInstances,
                    on_ec2.span(),
                    format!("`{service}` runs on EC2, and there is no `[ec2]`"),
                )
                .label("which instances, and how many at most?")
                .help("write a section: [ec2] with instance_types = [\"t4g.medium\"] and max = 4"),
            );
            continue;
        }
        check_place(cx, around, &service, on_ec2, section);
        if let Some(ec2) = ec2 {
            check_processor(cx, ec2, around, &service, name, section);
        }
    }
    if let (false, Some(section)) = (used, around.section) {
        cx.push(
            Diagnostic::new(
                Code::NoEffect,
                section.span(),
                "`ec2` has no effect: no service runs on instances",
            )
            .help("give one capacity = { ec2 = {} }, or take the section out"),
        );
    }
}

fn check_processor(
    cx: &mut Rules<'_>,
    ec2: &Ec2,
    around: &Around<'_>,
    service: &str,
    name: &Located<String>,
    section: &ServiceSection,
) {
    let wanted = match section.arch.as_ref().map(Located::get) {
        Some(schema::Architecture::Arm64) => Architecture::Arm64,
        Some(schema::Architecture::X86_64) | None => Architecture::X86_64,
    };
    if wanted == ec2.arch {
        return;
    }
    let span = section.arch.as_ref().map_or(name.span(), Located::span);
    let types = around.section.and_then(|it| it.instance_types.as_ref());
    let diagnostic = Diagnostic::new(
        Code::InstanceProcessor,
        span,
        format!(
            "`{service}` is for {}, and the instances have {}",
            word(wanted),
            word(ec2.arch)
        ),
    )
    .help(format!(
        "write arch = \"{}\" if the image is built for it, or name other `ec2.instance_types`",
        word(ec2.arch)
    ));
    cx.push(match types {
        Some(types) => diagnostic.related(types.span(), "these instances"),
        None => diagnostic,
    });
}

/// Where tasks on instances cannot be.
fn check_place(
    cx: &mut Rules<'_>,
    around: &Around<'_>,
    service: &str,
    on_ec2: &Located<schema::InstancesSection>,
    section: &ServiceSection,
) {
    let shared = on_ec2.network.as_ref();
    let shared = shared.filter(|it| *it.get() == schema::InstanceNetwork::Bridge);
    let managed = around.section.and_then(|it| it.managed.as_ref());
    let managed = managed.filter(|it| *it.get());
    if let Some(cluster) = around.existing.and_then(|it| it.cluster.as_ref()) {
        cx.push(
            Diagnostic::new(
                Code::InstancePlace,
                on_ec2.span(),
                format!(
                    "`{service}` runs on instances of ours, and the cluster is somebody else's"
                ),
            )
            .label("instances join a cluster, and that one is not ours to change")
            .related(cluster.span(), "this cluster")
            .help("leave `existing.cluster` out, or run on Fargate"),
        );
    }
    if let (Some(shared), Some(managed)) = (shared, managed) {
        cx.push(
            Diagnostic::new(
                Code::InstancePlace,
                shared.span(),
                format!("`{service}` shares the network of an instance that is ECS's own"),
            )
            .label("ECS Managed Instances give each task an interface of its own")
            .related(managed.span(), "ECS Managed Instances")
            .help("write network = \"awsvpc\""),
        );
    }
    if let (Some(daemon), Some(managed)) = (section.daemon.as_ref().filter(|it| *it.get()), managed)
    {
        cx.push(
            Diagnostic::new(
                Code::DaemonWithoutInstances,
                daemon.span(),
                format!("`{service}` is a daemon, and the instances are ECS's own"),
            )
            .label("no service runs on each of them")
            .related(managed.span(), "ECS Managed Instances")
            .help("write managed = false, or take `daemon` out"),
        );
    }
    let layout = around.network.and_then(|it| it.layout.as_ref());
    let public = layout.is_none_or(|it| matches!(it.get(), schema::Layout::PublicTasks));
    let elsewhere = around.existing.is_none_or(|it| it.vpc.is_some());
    if public && !elsewhere && shared.is_none() {
        let diagnostic = Diagnostic::new(
            Code::InstancePlace,
            on_ec2.span(),
            format!("the tasks of `{service}` would have no way out of the network"),
        )
        .label("on an instance an interface of a task's own gets no public address")
        .help("write network = \"bridge\", or network.layout = \"private-nat\"");
        cx.push(match layout {
            Some(layout) => diagnostic.related(layout.span(), "public subnets"),
            None => diagnostic,
        });
    }
}
