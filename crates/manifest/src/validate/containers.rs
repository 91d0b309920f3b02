//! Rules between the containers of one task: names, ports, and who waits for whom.

use std::collections::BTreeMap;

use super::Rules;
use crate::codes::Code;
use crate::defaults;
use crate::diagnostic::Diagnostic;
use crate::did_you_mean::did_you_mean;
use crate::located::{Located, Span};
use crate::model::Condition;
use crate::schema::{self, Named, ServiceSection};
use crate::structure::dotted;

/// What one container is to the others, as it was written.
struct Container<'s> {
    essential: bool,
    has_health: bool,
    depends_on: Option<&'s Named<Located<schema::Condition>>>,
    path: Vec<&'s str>,
}

/// Says whether the containers of the service go together.
pub(super) fn check_together(
    cx: &mut Rules<'_>,
    path: &[&str],
    name: &Located<String>,
    section: &ServiceSection,
) -> bool {
    let before = cx.diagnostics.len();
    check_number(cx, path, section);
    check_names(cx, path, name, section);
    check_ports(cx, section);
    let containers = containers(path, name, section);
    for container in containers.values() {
        for (on, how) in container.depends_on.into_iter().flatten() {
            check_dependency(cx, container, on, how, &containers);
        }
    }
    if before == cx.diagnostics.len() {
        check_circles(cx, &containers);
    }
    before == cx.diagnostics.len()
}

pub(super) fn condition(written: schema::Condition) -> Condition {
    match written {
        schema::Condition::Start => Condition::Start,
        schema::Condition::Complete => Condition::Complete,
        schema::Condition::Success => Condition::Success,
        schema::Condition::Healthy => Condition::Healthy,
    }
}

/// A list of texts without their places.
pub(super) fn words(list: Located<Vec<Located<String>>>) -> Vec<String> {
    list.into_inner()
        .into_iter()
        .map(Located::into_inner)
        .collect()
}

fn containers<'s>(
    path: &[&'s str],
    name: &'s Located<String>,
    section: &'s ServiceSection,
) -> BTreeMap<&'s str, Container<'s>> {
    let own = Container {
        essential: true,
        has_health: section
            .health
            .as_ref()
            .is_some_and(|it| it.container.is_some()),
        depends_on: section.depends_on.as_ref(),
        path: path.to_vec(),
    };
    let mut all = BTreeMap::new();
    for (name, sidecar) in section.sidecars.iter().flatten() {
        let container = Container {
            essential: sidecar
                .essential
                .as_ref()
                .map_or(defaults::ESSENTIAL, |it| *it.get()),
            has_health: sidecar.health.is_some(),
            depends_on: sidecar.depends_on.as_ref(),
            path: [path, &["sidecars", name.as_str()]].concat(),
        };
        all.insert(name.as_str(), container);
    }
    all.insert(name.as_str(), own);
    all
}

/// [ECS quotas: containers per task definition] not adjustable.
const MOST_CONTAINERS: usize = 10;

fn check_number(cx: &mut Rules<'_>, path: &[&str], section: &ServiceSection) {
    let mut sidecars: Vec<_> = section.sidecars.iter().flat_map(|all| all.keys()).collect();
    sidecars.sort_by_key(|name| name.span().start);
    if let Some(over) = sidecars.get(MOST_CONTAINERS - 1) {
        let message = format!("`{}` has too many sidecars", dotted(path));
        cx.push(
            Diagnostic::new(Code::TooManyContainers, over.span(), message)
                .label(format!("a task has {MOST_CONTAINERS} containers at most")),
        );
    }
}

/// The service's own container has the service's name.
fn check_names(
    cx: &mut Rules<'_>,
    path: &[&str],
    name: &Located<String>,
    section: &ServiceSection,
) {
    let same = section.sidecars.iter().flatten();
    for (sidecar, _) in same.filter(|(sidecar, _)| sidecar.get() == name.get()) {
        let message = format!(
            "`{}` has the name of the service's own container",
            dotted(&[path, &["sidecars", sidecar.as_str()]].concat())
        );
        cx.push(
            Diagnostic::new(Code::ContainerTwice, sidecar.span(), message)
                .label("give it another")
                .related(name.span(), "the service"),
        );
    }
}

/// All containers of a task have one address between them [ECS developer guide: awsvpc network mode].
fn check_ports(cx: &mut Rules<'_>, section: &ServiceSection) {
    let own = section.port.iter();
    let sidecars = section.sidecars.iter().flatten();
    let beside = sidecars.flat_map(|(_, it)| it.ports.iter().flat_map(|ports| ports.iter()));
    let mut seen: BTreeMap<u16, Span> = BTreeMap::new();
    for port in own.chain(beside) {
        if let Some(first) = seen.get(port.get()) {
            cx.push(
                Diagnostic::new(
                    Code::PortTwice,
                    port.span(),
                    format!("two containers of a task listen on port {}", port.get()),
                )
                .label("the second")
                .related(first.clone(), "the first"),
            );
        } else {
            seen.insert(*port.get(), port.span());
        }
    }
}

fn check_dependency(
    cx: &mut Rules<'_>,
    container: &Container<'_>,
    on: &Located<String>,
    how: &Located<schema::Condition>,
    containers: &BTreeMap<&str, Container<'_>>,
) {
    let place = dotted(&[&container.path[..], &["depends_on", on.as_str()]].concat());
    let Some(other) = containers.get(on.as_str()) else {
        let diagnostic = Diagnostic::new(
            Code::DependsOnUnknown,
            on.span(),
            format!("`{place}` is no container of this task"),
        );
        let names = containers.keys().copied();
        cx.push(match did_you_mean(on, names.clone()) {
            Some(near) => diagnostic.label(format!("did you mean `{near}`?")),
            None => {
                let names: Vec<_> = names.map(|name| format!("`{name}`")).collect();
                diagnostic.help(format!("there is {}", names.join(", ")))
            }
        });
        return;
    };
    let never = match how.get() {
        // [ECS API: ContainerDependency] "This condition can't be set on an essential container."
        schema::Condition::Complete | schema::Condition::Success if other.essential => Some((
            "the task ends when it ends",
            "write `essential = false` for it",
        )),
        schema::Condition::Healthy if !other.has_health => Some((
            "nobody asks it whether it is well",
            "write a health check for it",
        )),
        _ => None,
    };
    if let Some((why, help)) = never {
        let message = format!("what `{place}` waits for never comes");
        cx.push(
            Diagnostic::new(Code::DependsOnNever, how.span(), message)
                .label(why)
                .help(help),
        );
    }
}

fn check_circles(cx: &mut Rules<'_>, containers: &BTreeMap<&str, Container<'_>>) {
    for (name, container) in containers {
        // The circle is told once, at the first of its names.
        if let Some(circle) = circle(name, &[], containers)
            && circle.iter().all(|other| *name <= other.as_str())
            && let Some(on) = container
                .depends_on
                .into_iter()
                .flatten()
                .map(|(on, _)| on)
                .find(|on| circle.get(1).unwrap_or(&circle[0]) == on.get())
        {
            let way = circle.iter().chain(circle.first());
            let way: Vec<_> = way.map(|name| format!("`{name}`")).collect();
            let message = format!("containers wait for each other: {}", way.join(" → "));
            cx.push(
                Diagnostic::new(Code::DependsOnCircle, on.span(), message)
                    .label("none of them would ever start"),
            );
        }
    }
}

/// The way from a container back to itself.
fn circle(
    name: &str,
    way: &[String],
    containers: &BTreeMap<&str, Container<'_>>,
) -> Option<Vec<String>> {
    if let Some(start) = way.first()
        && start == name
    {
        return Some(way.to_vec());
    }
    if way.iter().any(|passed| passed == name) {
        return None; // A circle, but not through the first.
    }
    let way = [way, &[name.to_owned()]].concat();
    let mut next = containers.get(name)?.depends_on.into_iter().flatten();
    next.find_map(|(on, _)| circle(on, &way, containers))
}
