//! `task_definition` and `service_definition`: what two files in JSON mean together.

mod fit;
mod idle;
mod meaning;

use super::Rules;
use crate::codes::Code;
use crate::diagnostic::Diagnostic;
use crate::files;
use crate::interpolate::Values;
use crate::located::{Located, Span};
use crate::model::Raw;
use crate::raw::{Definition, Json, Placeholder, Read, read};
use crate::schema::{ImageSection, Named, ServiceSection};
use crate::structure::dotted;

/// What the files are read with.
pub(super) struct Files<'s> {
    pub(super) files: &'s files::Files,
    pub(super) values: &'s Values<'s>,
    /// Does `existing.target_group` name one?
    pub(super) target_group: bool,
}

/// The definitions of a service, if it has them. None if something in them is wrong. The section is given the image
/// that the task definition has.
pub(super) fn raw(
    cx: &mut Rules<'_>,
    path: &[&str],
    section: &mut ServiceSection,
    files: &Files<'_>,
) -> Option<Option<Raw>> {
    let at = |key| [path, &[key]].concat();
    let spoiled = ["task_definition", "service_definition"].map(|key| cx.is_spoiled(&at(key)));
    let (task, service) = match (&section.task_definition, &section.service_definition) {
        (Some(task), Some(service)) => (task.clone(), service.clone()),
        (None, None) if spoiled == [false, false] => return Some(None),
        (None, None) => return None,
        (Some(there), None) if !spoiled[1] => {
            alone(
                cx,
                path,
                there.span(),
                "task_definition",
                "service_definition",
            );
            return None;
        }
        (None, Some(there)) if !spoiled[0] => {
            alone(
                cx,
                path,
                there.span(),
                "service_definition",
                "task_definition",
            );
            return None;
        }
        _ => return None,
    };
    let idle = idle::check_idle(cx, path, section, &task);
    let task_file = File::read(cx, &task, Definition::Task, files);
    let service_file = File::read(cx, &service, Definition::Service, files);
    let (task_file, service_file) = (task_file?, service_file?);
    section.image = image(&task_file.read.places, &service_file.read.places)
        .map(|image| Located::new(ImageSection::Reference(image), task.span()));
    let before = cx.diagnostics.len();
    fit::check_task(cx, path, section, &task_file);
    fit::check_service(cx, section, &task_file, &service_file, files.target_group);
    let raw = meaning::meaning(cx, &task_file, &service_file)?;
    (idle && cx.diagnostics.len() == before).then_some(Some(raw))
}

/// What all services share reaches none whose definitions are files.
pub(super) fn check_shared(
    cx: &mut Rules<'_>,
    (env, secrets): (Option<Span>, Option<Span>),
    services: &Named<ServiceSection>,
) {
    let raw = |section: &ServiceSection| section.task_definition.is_some();
    if services.is_empty() || !services.values().all(raw) {
        return;
    }
    for (key, span) in [("env", env), ("secrets", secrets)] {
        let Some(span) = span else { continue };
        let message =
            format!("`{key}` has no effect: all services have task definitions of their own");
        cx.push(
            Diagnostic::new(Code::NoEffect, span, message)
                .help("write it in the `environment` or the `secrets` of their containers"),
        );
    }
}

/// A definition with the file that it stands in.
struct File<'a> {
    name: &'a str,
    read: Read,
}

impl<'a> File<'a> {
    fn read(
        cx: &mut Rules<'_>,
        path: &'a Located<String>,
        definition: Definition,
        files: &Files<'_>,
    ) -> Option<Self> {
        let text = match files.files.get(path) {
            Ok(text) => text,
            Err(why) => {
                let message = format!("`{}` cannot be read", path.as_str());
                let diagnostic = Diagnostic::new(Code::RawUnreadable, path.span(), message);
                cx.push(diagnostic.label(why.to_owned()));
                return None;
            }
        };
        let mut found = Vec::new();
        let read = read(definition, text, files.values, &mut found);
        let found = found.into_iter().map(|it| it.in_file(path));
        cx.diagnostics.extend(found);
        Some(Self {
            name: path,
            read: read?,
        })
    }

    fn refuse(&self, cx: &mut Rules<'_>, code: Code, span: Span, message: String) -> Refused {
        cx.push(Diagnostic::new(code, span, message).in_file(self.name));
        Refused(cx.diagnostics.len() - 1)
    }

    fn has(&self, placeholder: Placeholder) -> bool {
        self.read.placeholders.contains_key(&placeholder)
    }
}

/// Where a diagnostic is, to say more of it.
struct Refused(usize);

impl Refused {
    fn label(self, cx: &mut Rules<'_>, label: &str) -> Self {
        if let Some(diagnostic) = cx.diagnostics.get_mut(self.0) {
            label.clone_into(&mut diagnostic.label);
        }
        self
    }

    fn help(self, cx: &mut Rules<'_>, help: &str) {
        if let Some(diagnostic) = cx.diagnostics.get_mut(self.0) {
            diagnostic.helps.push(help.to_owned());
        }
    }
}

fn alone(cx: &mut Rules<'_>, path: &[&str], span: Span, there: &str, missing: &str) {
    let message = format!("`{}` has a `{there}` and no `{missing}`", dotted(path));
    cx.push(Diagnostic::new(Code::RawAlone, span, message).help(format!(
        "write for example: {missing} = \"{}.json\"",
        missing.replace('_', "-")
    )));
}

/// The container that is behind the balancer, or else the first.
fn image(task: &Json, service: &Json) -> Option<String> {
    let containers = task.get("containerDefinitions")?.items();
    let balancer = service
        .get("loadBalancers")
        .and_then(|it| it.items().first());
    let named = balancer.and_then(|it| it.get("containerName")?.text());
    let of_balancer = containers
        .iter()
        .find(|it| it.get("name").and_then(Json::text) == named);
    let container = of_balancer.or(containers.first())?;
    container.get("image")?.text().map(str::to_owned)
}

fn mode<'f>(task: &'f File<'_>) -> Option<&'f str> {
    task.read.places.get("networkMode").and_then(Json::text)
}
