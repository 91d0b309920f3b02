//! `[params]`: what each stands for, before anything else of the manifest is looked at.

use std::collections::{BTreeMap, BTreeSet};

use toml::de::DeTable;

use crate::codes::Code;
use crate::diagnostic::Diagnostic;
use crate::did_you_mean::did_you_mean;
use crate::param_rules::ParamRules;
use crate::structure::dotted;
use crate::variables::Variables;

/// What a param stands for.
#[derive(Debug)]
pub(crate) enum Param {
    /// This text.
    Plain(String),
    /// A value that cannot stand in a text.
    Secret,
    /// Nothing, and that has been reported.
    Reported,
}

/// Every param of the manifest, with what was given or else its default.
pub(crate) fn params(
    document: &DeTable<'_>,
    given: &Variables,
    spoiled: &BTreeSet<String>,
    diagnostics: &mut Vec<Diagnostic>,
) -> BTreeMap<String, Param> {
    let mut params = BTreeMap::new();
    let sections = document
        .get("params")
        .and_then(|it| it.get_ref().as_table());
    for (key, section) in sections.into_iter().flatten() {
        let name: &str = key.get_ref();
        let default = section.get_ref().get("default");
        let path = dotted(&["params", name]);
        if !is_name(name) {
            diagnostics.push(
                Diagnostic::new(
                    Code::BadName,
                    key.span(),
                    format!("`{path}` cannot be a param"),
                )
                .label("a letter, then letters, digits, `_` and `-`"),
            );
        }
        let rules = ParamRules::read(&path, section.get_ref(), diagnostics);
        let default_at = default
            .map(|it| it.span())
            .filter(|_| given.get(name).is_none());
        let is_secret = section
            .get_ref()
            .get("secret")
            .and_then(|it| it.get_ref().as_bool());
        let param = if is_secret == Some(true) {
            if let Some(default) = default {
                diagnostics.push(
                    Diagnostic::new(
                        Code::SecretParam,
                        default.span(),
                        format!("`{path}` is a secret and cannot have a default"),
                    )
                    .label("everybody who can read the manifest could read it"),
                );
            }
            if let Some(value) = given.get(name) {
                let shown = format!("the value given for the secret param `{name}`");
                rules.check(value, &shown, None, diagnostics);
            }
            Param::Secret
        } else if spoiled.contains(&format!("{path}.default")) {
            Param::Reported
        } else if let Some(value) = given
            .get(name)
            .or(default.and_then(|it| it.get_ref().as_str()))
        {
            let shown = format!("{value:?} for the param `{name}`");
            match rules.check(value, &shown, default_at, diagnostics) {
                true => Param::Plain(value.to_owned()),
                false => Param::Reported,
            }
        } else {
            diagnostics.push(
                Diagnostic::new(
                    Code::MissingParam,
                    key.span(),
                    format!("the param `{name}` has no value"),
                )
                .label("it has no default, and none was given")
                .help(format!("give it one with --param {name}=VALUE")),
            );
            Param::Reported
        };
        params.insert(name.to_owned(), param);
    }
    // A section that is wrong as a whole was taken out and told.
    let gone = spoiled
        .iter()
        .filter_map(|path| path.strip_prefix("params."))
        .filter(|name| !name.contains('.'));
    for name in gone {
        params.entry(name.to_owned()).or_insert(Param::Reported);
    }
    for name in given.names().filter(|name| !params.contains_key(*name)) {
        let diagnostic = Diagnostic::new(
            Code::UnknownParam,
            0..0,
            format!("the manifest has no param `{name}`"),
        );
        diagnostics.push(
            match did_you_mean(name, params.keys().map(String::as_str)) {
                Some(near) => diagnostic.label(format!("did you mean `{near}`?")),
                None => diagnostic.help(format!("write a section for it: [params.{name}]")),
            },
        );
    }
    params
}

fn is_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-')
}
