//! `[workers.NAME]`: a service that nobody reaches; and that no two things in tasks have one name.

use std::collections::BTreeMap;

use super::Rules;
use crate::codes::Code;
use crate::diagnostic::Diagnostic;
use crate::located::{Located, Span};
use crate::schema::ServiceSection;
use crate::structure::dotted;

/// Takes out, and reports, what only a service that is reached can say.
pub(super) fn without_ingress(
    cx: &mut Rules<'_>,
    name: &Located<String>,
    section: &mut ServiceSection,
) -> bool {
    fn span<T>(written: Option<Located<T>>) -> Option<Span> {
        written.map(|it| it.span())
    }
    let keys = [
        ("port", span(section.port.take())),
        ("hostname", span(section.hostname.take())),
        ("aliases", span(section.aliases.take())),
        ("path", span(section.path.take())),
        ("protocol", span(section.protocol.take())),
        ("listen", span(section.listen.take())),
        ("balancer", span(section.balancer.take())),
        ("private_hostname", span(section.private_hostname.take())),
        ("sticky", span(section.sticky.take())),
        ("login", span(section.login.take())),
        ("proxied", span(section.proxied.take())),
        ("take_over", span(section.take_over.take())),
        ("discovery", span(section.discovery.take())),
        // They say themselves how they are reached.
        ("task_definition", span(section.task_definition.take())),
        (
            "service_definition",
            span(section.service_definition.take()),
        ),
    ];
    let mut sound = true;
    for (key, written) in keys {
        let Some(written) = written else { continue };
        let message = format!(
            "`{}`: nobody reaches a worker",
            dotted(&["workers", name.as_str(), key])
        );
        cx.push(
            Diagnostic::new(Code::WorkerReached, written, message)
                .help(format!("write it under [services.{}]", name.as_str())),
        );
        sound = false;
    }
    sound
}

/// Log groups, families and services bear these names, whatever their section.
pub(super) fn check_names<'s>(
    cx: &mut Rules<'_>,
    sections: impl Iterator<Item = (&'static str, &'s Located<String>)>,
) {
    let mut in_text: Vec<_> = sections.collect();
    in_text.sort_by_key(|(_, name)| name.span().start);
    let mut seen: BTreeMap<&str, (&str, Span)> = BTreeMap::new();
    for (section, name) in in_text {
        if let Some((first, span)) = seen.get(name.as_str()) {
            let message = format!(
                "`{}` and `{}` have one name",
                dotted(&[first, name.as_str()]),
                dotted(&[section, name.as_str()])
            );
            cx.push(
                Diagnostic::new(Code::NameTwice, name.span(), message)
                    .label("give it another")
                    .related(span.clone(), "the first"),
            );
        } else {
            seen.insert(name.as_str(), (section, name.span()));
        }
    }
}
