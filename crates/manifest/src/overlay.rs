//! `[environments.NAME]`: one environment is merged into the rest of the file, the others are dropped.
//!
//! Every value keeps the place where it was written, so a mistake in an overlay points there.

use toml::de::{DeTable, DeValue};

use crate::codes::Code;
use crate::diagnostic::Diagnostic;
use crate::did_you_mean::did_you_mean;
use crate::load::DEFAULT_ENVIRONMENT;
use crate::model::Name;
use crate::planned::matches;
use crate::structure::dotted;

/// Tables that are one value: another source of a secret takes the place of the whole source.
const WHOLE: [&str; 4] = [
    "registry.password",
    "secrets.*",
    "services.*.secrets.*",
    "services.*.sidecars.*.secrets.*",
];

/// What an environment says of itself. Everything else in it says what differs.
pub(crate) const OWN: [&str; 3] = ["account", "role", "confirm"];

/// Merges that environment into the document. What is left of `environments` is what this one says of itself.
pub(crate) fn merge_environment(
    document: &mut DeTable<'_>,
    environment: Option<&str>,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let Some((section, value)) = document.remove_entry("environments") else {
        return;
    };
    let span = value.span();
    let DeValue::Table(mut environments) = value.into_inner() else {
        return; // Of another type: taken out and told by now.
    };
    check_names(&environments, environment, diagnostics);

    let chosen = environment.unwrap_or(DEFAULT_ENVIRONMENT);
    let Some((name, overlay)) = environments.remove_entry(chosen) else {
        return;
    };
    let place = overlay.span();
    let DeValue::Table(mut overlay) = overlay.into_inner() else {
        return;
    };
    let mut own = DeTable::new();
    for key in OWN {
        if let Some((key, value)) = overlay.remove_entry(key) {
            own.insert(key, value);
        }
    }
    merge(&[], document, overlay);
    let own = DeTable::from_iter([(name, toml::Spanned::new(place, DeValue::Table(own)))]);
    document.insert(section, toml::Spanned::new(span, DeValue::Table(own)));
}

/// Tables are merged key by key, every other value takes the place of the one that is there.
fn merge<'i>(path: &[&str], into: &mut DeTable<'i>, from: DeTable<'i>) {
    for (key, value) in from {
        let word = key.get_ref().to_string();
        let path = [path, &[word.as_str()]].concat();
        let whole = WHOLE.iter().any(|pattern| matches(pattern, &path));
        let span = value.span();
        match (
            into.get_mut(word.as_str()).map(toml::Spanned::get_mut),
            value.into_inner(),
        ) {
            (Some(DeValue::Table(into)), DeValue::Table(from)) if !whole => {
                merge(&path, into, from)
            }
            (_, value) => {
                into.remove(word.as_str()); // With its key, whose place is the other one.
                into.insert(key, toml::Spanned::new(span, value));
            }
        }
    }
}

fn check_names(
    environments: &DeTable<'_>,
    environment: Option<&str>,
    diagnostics: &mut Vec<Diagnostic>,
) {
    for key in environments.keys() {
        let name: &str = key.get_ref();
        if let Err(refusal) = Name::parse(name) {
            let message = format!("`{}` cannot be {name:?}", dotted(&["environments", name]));
            let diagnostic = Diagnostic::new(Code::BadName, key.span(), message).label(refusal.why);
            diagnostics.push(match refusal.help {
                Some(help) => diagnostic.help(help),
                None => diagnostic,
            });
        }
    }
    // A manifest without any is for every environment; one that lists them means these. A typing mistake would
    // otherwise make a second stack of the wrong sort.
    let names: Vec<&str> = environments.keys().map(|key| &**key.get_ref()).collect();
    if let Some(environment) = environment
        && environment != DEFAULT_ENVIRONMENT
        && Name::parse(environment).is_ok() // Else that is what is told.
        && !names.is_empty()
        && !names.contains(&environment)
    {
        let diagnostic = Diagnostic::new(
            Code::UnknownEnvironment,
            0..0,
            format!("the manifest has no environment {environment:?}"),
        );
        diagnostics.push(match did_you_mean(environment, names) {
            Some(near) => diagnostic.label(format!("did you mean \"{near}\"?")),
            None => diagnostic.help(format!(
                "write a section for it, which may be empty: [environments.{environment}]"
            )),
        });
    }
}
