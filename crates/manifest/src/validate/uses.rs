//! `uses` of a service: names of other things in the manifest.

use std::collections::BTreeMap;

use super::Rules;
use crate::codes::Code;
use crate::defaults;
use crate::diagnostic::Diagnostic;
use crate::did_you_mean::did_you_mean;
use crate::located::{Located, Span};
use crate::model::{Name, Used};
use crate::schema::File;
use crate::structure::dotted;

/// Everything that can be used, by its name, and where it stands. They share one room of names, with volumes too: what
/// `db` is must not depend on where else somebody writes a `db`.
pub(super) struct Usable {
    things: BTreeMap<String, (Used, Span)>,
    /// The variable of each database.
    injects: BTreeMap<Name, String>,
}

/// What sort of thing it is that has the name.
type Sort = fn(Name) -> Used;

/// Gathers what can be used: one line for each kind of thing. Reports names that mean two things.
pub(super) fn usable(cx: &mut Rules<'_>, file: &File) -> Usable {
    let databases = file.databases.iter().flat_map(|it| it.keys());
    let mut all: Vec<(&Located<String>, Sort)> = Vec::new();
    all.extend(databases.map(|name| (name, Used::Database as Sort)));
    let assets = file.assets.iter().flat_map(BTreeMap::keys);
    all.extend(assets.map(|name| (name, Used::Assets as Sort)));
    let buckets = file.buckets.iter().flat_map(BTreeMap::keys);
    all.extend(buckets.map(|name| (name, Used::Bucket as Sort)));
    let queues = file.queues.iter().flat_map(BTreeMap::keys);
    all.extend(queues.map(|name| (name, Used::Queue as Sort)));
    // In the order of the text, so that it is the second one of two that is told.
    all.sort_by_key(|(name, _)| name.span().start);
    let mut usable: BTreeMap<String, (Used, Span)> = BTreeMap::new();
    let mut both = |name: &Located<String>, second: String, first: String, place: Span| {
        cx.push(
            Diagnostic::new(
                Code::TwoOfOneName,
                name.span(),
                format!("`{second}` has the name of `{first}`"),
            )
            .label("services name them by their name alone")
            .related(place, "the other one")
            .help("give one of them another name"),
        );
    };
    for (name, used) in all {
        // A name that is none is reported by its own section.
        let Ok(parsed) = Name::parse(name) else {
            continue;
        };
        let used = used(parsed);
        match usable.get(name.as_str()) {
            Some((first, place)) => {
                both(name, used.to_string(), first.to_string(), place.clone());
            }
            None => {
                usable.insert(name.get().clone(), (used, name.span()));
            }
        }
    }
    for name in file.volumes.iter().flat_map(|it| it.keys()) {
        if let Some((used, place)) = usable.get(name.as_str()) {
            let volume = format!("volumes.{}", name.as_str());
            both(name, volume, used.to_string(), place.clone());
        }
    }
    let sections = file.databases.iter().flatten();
    let injects = sections.filter_map(|(name, section)| {
        let inject = section.inject.as_ref();
        let inject = inject.map_or(defaults::DATABASE_INJECT, |it| it.as_str());
        Some((Name::parse(name).ok()?, inject.to_owned()))
    });
    Usable {
        things: usable,
        injects: injects.collect(),
    }
}

impl Usable {
    fn variables(&self, used: &Used) -> Vec<String> {
        match used {
            Used::Database(name) => self.injects.get(name).cloned().into_iter().collect(),
            other => other.variables(),
        }
    }

    /// Another one of these with the same variable. One of the two is a database: only those have names of somebody's
    /// own choice.
    fn same_variable<'u>(&self, all: &'u [Used], used: &Used) -> Option<(&'u Used, String)> {
        let mine = self.variables(used);
        let mut others = all.iter().filter(|other| *other != used);
        others.find_map(|other| {
            let mut theirs = self.variables(other).into_iter();
            Some((other, theirs.find(|variable| mine.contains(variable))?))
        })
    }
}

/// What a service uses, each once, in the order of the text. None if a name is wrong.
pub(super) fn uses(
    cx: &mut Rules<'_>,
    path: &[&str],
    written: Option<&Located<Vec<Located<String>>>>,
    usable: &Usable,
) -> Option<Vec<Used>> {
    let mut all: Vec<Used> = Vec::new();
    let mut good = !cx.is_spoiled(path) && !cx.is_spoiled_below(path);
    for name in written.into_iter().flat_map(|written| written.iter()) {
        if let Some((used, _)) = usable.things.get(name.as_str()) {
            if let Some((other, variable)) = usable.same_variable(&all, used) {
                let message = format!("`{used}` and `{other}` would both be in {variable}");
                let database = [used, other]
                    .into_iter()
                    .find(|it| matches!(it, Used::Database(_)));
                let named = database.unwrap_or(used);
                cx.push(
                    Diagnostic::new(Code::SameVariable, name.span(), message)
                        .label("one variable has one value")
                        .help(format!("give `{named}` an `inject` of its own")),
                );
                good = false;
            } else if !all.contains(used) {
                all.push(used.clone());
            }
            continue;
        }
        good = false;
        let message = format!(
            "`{}` names {:?}, which is not in the manifest",
            dotted(path),
            name.as_str()
        );
        let wrong = Diagnostic::new(Code::UnknownUse, name.span(), message);
        let names: Vec<&str> = usable.things.keys().map(String::as_str).collect();
        cx.push(match did_you_mean(name, names.iter().copied()) {
            Some(near) => wrong.label(format!("did you mean \"{near}\"?")),
            None if names.is_empty() => wrong
                .help("there is nothing in the manifest that can be used: add a section for it"),
            None => wrong.help(format!("there is {}", names.join(", "))),
        });
    }
    good.then_some(all)
}
