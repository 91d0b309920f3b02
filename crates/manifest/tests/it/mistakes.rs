//! Every file in `mistakes/` holds rows: a claim (`### …`), a manifest, and what is said about it (`#> …`).
//! Lines that start with `#!` say what the world is like: `#! --env NAME`, `#! --param NAME=VALUE`,
//! `#! env NAME=VALUE`, `#! git SHA`, `#! file NAME TEXT`.
//!
//! `UPDATE_EXPECT=1 cargo test -p ashore-manifest` writes down what is said now; read the difference
//! before you commit it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use ashore_manifest::{Code, LoadOptions, load};

use crate::render::{render, render_files};

/// Seed: B45.
#[test]
fn every_mistake_is_told_as_written_down() {
    let mut wrong = Vec::new();
    for (path, text) in files() {
        let now: String = rows(&text)
            .iter()
            .map(|row| row.with(&row.said_now()))
            .collect();
        if now == text {
            continue;
        }
        if std::env::var_os("UPDATE_EXPECT").is_some() {
            std::fs::write(&path, now).expect("can write the rows");
        } else {
            wrong.push(format!("{}:\n{now}", path.display()));
        }
    }
    assert!(
        wrong.is_empty(),
        "these rows say something else now:\n{}",
        wrong.join("\n")
    );
}

#[test]
fn every_code_has_a_row_in_the_file_of_its_name() {
    let said: BTreeMap<String, String> = files()
        .into_iter()
        .map(|(path, text)| {
            (
                path.file_stem()
                    .expect("a file")
                    .to_string_lossy()
                    .into_owned(),
                text,
            )
        })
        .collect();
    for code in Code::ALL {
        let rows = said
            .get(code.id())
            .unwrap_or_else(|| panic!("no file of rows for {code}"));
        assert!(
            rows.contains(&format!("[{code}]")),
            "no row of {code}.toml is refused by it"
        );
    }
}

struct Row<'t> {
    claim: &'t str,
    manifest: String,
}

impl Row<'_> {
    fn said_now(&self) -> String {
        let options = self.options();
        match load(&self.manifest, &options) {
            Err(diagnostics) => render_files(&self.manifest, &options.files, &diagnostics),
            Ok(manifest) if manifest.warnings.is_empty() => "nothing\n".to_owned(),
            Ok(manifest) => render(&self.manifest, &manifest.warnings),
        }
    }

    fn options(&self) -> LoadOptions {
        let said: Vec<(&str, &str)> = self
            .manifest
            .lines()
            .filter_map(|line| line.strip_prefix("#! ")?.split_once(' '))
            .collect();
        let all = |kind| said.iter().filter(move |(said, _)| *said == kind);
        let pairs = |kind| all(kind).filter_map(|(_, pair)| pair.split_once('='));
        let last = |kind| all(kind).next_back().map(|(_, value)| (*value).to_owned());
        LoadOptions {
            environment: last("--env"),
            region: None,
            env: pairs("env").collect(),
            git_sha: last("git"),
            params: pairs("--param").collect(),
            files: all("file")
                .filter_map(|(_, file)| file.split_once(' '))
                .map(|(name, text)| (name.to_owned(), Ok(text.to_owned())))
                .collect(),
        }
    }

    fn with(&self, said: &str) -> String {
        let said: String = said.lines().map(|line| format!("#> {line}\n")).collect();
        format!("###{}\n{}{said}\n", self.claim, self.manifest)
    }
}

fn rows(text: &str) -> Vec<Row<'_>> {
    let rows = text.split("###").skip(1);
    rows.map(|row| {
        let (claim, rest) = row.split_once('\n').unwrap_or((row, ""));
        let manifest = rest.lines().filter(|line| !line.starts_with("#>"));
        let manifest = manifest.collect::<Vec<_>>().join("\n");
        Row {
            claim,
            manifest: format!("{}\n", manifest.trim_end()),
        }
    })
    .collect()
}

fn files() -> Vec<(PathBuf, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/mistakes");
    let mut paths: Vec<_> = std::fs::read_dir(folder)
        .expect("the folder of rows")
        .map(|entry| entry.expect("a file of rows").path())
        .collect();
    paths.sort();
    let read = |path: PathBuf| {
        let text = std::fs::read_to_string(&path).expect("a file of rows");
        (path, text)
    };
    paths.into_iter().map(read).collect()
}
