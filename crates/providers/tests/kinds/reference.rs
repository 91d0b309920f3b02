//! The reference pages of the kinds, `docs/reference/kinds`: one per kind. What a member is comes from the sources, what
//! happens where it differs from the kind itself.

mod source;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;
use std::{fs, io};

use ashore_engine::document::Document;
use ashore_engine::kind::{Impact, Patience, PlannedRequest, PureKind};
use ashore_providers::kinds;
use serde_json::Value;

use self::source::Source;
use crate::example::Example;
use crate::laws::examples;

const HEAD: &str = "<!-- Made from the kinds: `UPDATE_EXPECT=1 cargo test -p ashore-providers --test kinds`. -->\n";

#[test]
fn the_committed_pages_are_current() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference/kinds");
    let now = pages();
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        fs::create_dir_all(&folder).expect("can make the folder");
        for path in files(&folder).expect("the folder") {
            fs::remove_file(path).expect("can remove a page");
        }
        for (name, page) in &now {
            fs::write(folder.join(name), page).expect("can write a page");
        }
    }
    let committed = files(&folder).expect("docs/reference/kinds");
    let committed = committed.iter().map(|path| {
        let name = path.file_name().expect("a file").to_string_lossy();
        (name.into_owned(), fs::read_to_string(path).expect("a page"))
    });
    let committed: BTreeMap<String, String> = committed.collect();
    for (name, page) in &now {
        let current = committed.get(name) == Some(page);
        assert!(current, "{name} is stale: run with UPDATE_EXPECT=1");
    }
    assert_eq!(committed.len(), now.len(), "a page of no kind");
}

fn files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder)?;
    entries.map(|entry| Ok(entry?.path())).collect()
}

fn pages() -> BTreeMap<String, String> {
    let kinds = kinds();
    let sources = source::all();
    let mut pages = BTreeMap::new();
    let mut index = format!(
        "{HEAD}# Kinds\n\nWhat Ashore makes, one kind of resource a page: its members and what happens where one \
         differs, its requests and the permissions that they take, and how long it is waited for.\n\n\
         | kind | |\n|---|---|\n"
    );
    let examples: BTreeMap<&str, Example> =
        examples().into_iter().map(|it| (it.kind, it)).collect();
    for (name, example) in &examples {
        let source = &sources[*name];
        let first = source.about.split("\n\n").next().unwrap_or_default();
        let _ = writeln!(index, "| [`{name}`]({name}.md) | {first} |");
        pages.insert(
            format!("{name}.md"),
            page(example, kinds[*name].as_ref(), source),
        );
    }
    pages.insert("README.md".to_string(), index);
    pages
}

fn page(example: &Example, kind: &dyn PureKind, source: &Source) -> String {
    let named = kind.named();
    let mut page = format!("{HEAD}# `{}`\n\n{}\n", example.kind, source.about);
    if named.shared {
        page.push_str("\nThere is one for everybody: it is never changed or deleted by Ashore.\n");
    }
    if named.looks_before {
        page.push_str("\nThe plan looks whether somebody else's bears the name before it promises to create one.\n");
    }
    if named.keeps > 0 {
        let _ = writeln!(
            page,
            "\nThe last {} stay when a newer one takes over.",
            named.keeps
        );
    }
    members(&mut page, example, kind, source);
    parts(&mut page, source);
    if let Some(outputs) = &source.outputs {
        page.push_str("\n## What is known of it once it is there\n\n| output | |\n|---|---|\n");
        for (name, about) in &outputs.members {
            let _ = writeln!(page, "| `{name}` | {} |", line(about));
        }
    }
    requests(&mut page, example, kind);
    waits(&mut page, &named.patience);
    page
}

/// What each member is, and what is done where what is there has another.
fn members(page: &mut String, example: &Example, kind: &dyn PureKind, source: &Source) {
    page.push_str("\n## Members\n\n| member | | where it differs |\n|---|---|---|\n");
    let Value::Object(spec) = &example.spec.0 else {
        panic!("{} is no spec", example.spec.0);
    };
    let observed = example.observed(&example.spec);
    for name in spec.keys() {
        let about = source.spec.members.get(name);
        let about = about.unwrap_or_else(|| panic!("{}: no word about {name}", example.kind));
        let altered = example.altered.iter().find(|(field, _)| field == name);
        let differs = match altered {
            Some((_, altered)) => {
                let replaced = kind
                    .replaced_by(altered, &observed)
                    .expect("the kind's own");
                match replaced {
                    Some(replaced) if replaced.coexists => {
                        "replaced: the new one comes first".to_string()
                    }
                    Some(_) => "replaced: the old one goes first".to_string(),
                    None => operations(&back_and_forth(example, kind, altered)),
                }
            }
            None => {
                let unmanaged = example.unmanaged.iter().find(|(field, _)| field == name);
                let (_, why) = unmanaged.expect("altered or unmanaged");
                format!("nothing is done: {why}")
            }
        };
        let _ = writeln!(page, "| `{name}` | {} | {differs} |", line(about));
    }
}

/// The types that members are made of.
fn parts(page: &mut String, source: &Source) {
    for (name, part) in &source.parts {
        let _ = writeln!(page, "\n### {name}\n\n{}\n", part.about);
        for (member, about) in &part.members {
            let _ = writeln!(page, "- `{member}`: {}", line(about));
        }
    }
}

fn requests(page: &mut String, example: &Example, kind: &dyn PureKind) {
    let observed = example.observed(&example.spec);
    let create = kind.changes(&example.spec, None).expect("the kind's own");
    let remove = kind.removal(&observed).expect("the kind's own");
    let _ = write!(
        page,
        "\n## Requests\n\nTo make it: {}.",
        operations(&create)
    );
    if !remove.is_empty() {
        let _ = write!(page, " To take it away: {}.", operations(&remove));
    }
    page.push_str("\n\n| request | permission on | may break |\n|---|---|---|\n");
    let mut all = create;
    for (_, altered) in &example.altered {
        all.extend(back_and_forth(example, kind, altered));
    }
    all.extend(remove);
    let mut rows = BTreeMap::new();
    for request in all {
        let permission = kind.permission(&request.change).expect("the kind's own");
        let on = permission.map_or(String::new(), |it| format!("`{}`", it.resource));
        rows.insert((request.operation, on), impact(&request.impact));
    }
    for ((operation, on), impact) in rows {
        let _ = writeln!(page, "| `{operation}` | {on} | {impact} |");
    }
}

/// What leads to the altered spec, and what leads back.
fn back_and_forth(
    example: &Example,
    kind: &dyn PureKind,
    altered: &Document,
) -> Vec<PlannedRequest> {
    let steps = [(altered, &example.spec), (&example.spec, altered)];
    let requests = steps.iter().flat_map(|(wanted, there)| {
        let there = example.observed(there);
        let changes = kind.changes(wanted, Some(&there));
        changes.expect("the kind's own")
    });
    requests.collect()
}

fn operations(requests: &[PlannedRequest]) -> String {
    let mut names: Vec<String> = Vec::new();
    for request in requests {
        let name = format!("`{}`", request.operation);
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names.join(", ")
}

fn impact(impact: &Impact) -> String {
    match impact {
        Impact::None => "nothing".to_string(),
        Impact::Brief(why) => format!("for seconds: {why}"),
        Impact::Outage(why) => format!("outage: {why}"),
        Impact::DataLoss(why) => format!("data: {why}"),
    }
}

fn waits(page: &mut String, patience: &Patience) {
    page.push_str("\n## Waits, at the longest\n\n| | |\n|---|---|\n");
    for (what, time) in [
        ("one attempt of a request", patience.attempt),
        (
            "until what was just made is seen by others",
            patience.eventual,
        ),
        ("for a holder to let go", patience.dependency),
        ("until it is ready", patience.ready),
        ("until it is gone", patience.gone),
    ] {
        let _ = writeln!(page, "| {what} | {} |", span(time));
    }
}

fn span(time: Duration) -> String {
    match time.as_secs() {
        seconds if seconds >= 60 && seconds % 60 == 0 => format!("{} min", seconds / 60),
        seconds => format!("{seconds} s"),
    }
}

/// In a cell of a table.
fn line(about: &str) -> String {
    about.replace("\n\n", " ").replace('|', "\\|")
}
