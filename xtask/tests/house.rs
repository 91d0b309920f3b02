//! What must be absent, looked for in the sources.

use std::fs;
use std::path::{Path, PathBuf};

fn sources(folder: &str) -> Vec<(PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("..")
        .join(folder);
    let mut found = Vec::new();
    let mut folders = vec![root];
    while let Some(folder) = folders.pop() {
        let entries = fs::read_dir(&folder).expect("the folder is in the checkout");
        for entry in entries.flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).expect("sources are text");
                found.push((path, text));
            }
        }
    }
    assert!(!found.is_empty(), "{folder} has sources");
    found
}

/// Lines that hold any of the words, as whole words, whatever their case.
fn lines_with(sources: &[(PathBuf, String)], words: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    for (path, text) in sources {
        for (number, line) in text.lines().enumerate() {
            let folded = line.to_lowercase();
            let mut parts = folded.split(|c: char| !c.is_ascii_alphanumeric());
            if parts.any(|part| words.contains(&part)) {
                found.push(format!(
                    "{}:{}: {}",
                    path.display(),
                    number + 1,
                    line.trim()
                ));
            }
        }
    }
    found
}

#[test]
fn the_engine_bears_no_vendors_word() {
    let vendors = [
        "aws",
        "amazon",
        "ec2",
        "ecs",
        "fargate",
        "iam",
        "acm",
        "elb",
        "cloudflare",
        "arn",
        "vpc",
    ];
    let found = lines_with(&sources("crates/engine/src"), &vendors);
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn nothing_but_the_sandbox_asks_which_endpoint_it_talks_to() {
    let mut sources = sources("crates/engine/src");
    for folder in [
        "crates/providers/src",
        "crates/manifest/src/lower",
        "crates/cli/src",
    ] {
        sources.extend(self::sources(folder));
    }
    // Where the endpoint is read and pinned, and where the sandbox is offered and connected.
    let edge = [
        "environment.rs",
        "cloud.rs",
        "config.rs",
        "sandbox.rs",
        "args.rs",
        "project.rs",
    ];
    sources.retain(|(path, _)| !edge.iter().any(|name| path.ends_with(name)));
    let words = [
        "sandbox",
        "moto",
        "ministack",
        "twin",
        "emulator",
        "localhost",
    ];
    let speaks = |line: &String| {
        let code = line.splitn(3, ':').nth(2).unwrap_or_default().trim();
        let names_it = ["mod sandbox", "sandbox::", "Sandbox(", "Sandbox {", "use "];
        // Comments, and texts that a person reads, decide nothing.
        !code.starts_with("//")
            && !code.contains("--sandbox")
            && !names_it.iter().any(|name| code.contains(name))
    };
    // Networks and databases have endpoints too: what counts is an endpoint's URL.
    let mut lines = lines_with(&sources, &words);
    for (path, text) in &sources {
        let urls = text
            .lines()
            .filter(|line| line.to_lowercase().contains("endpoint_url"));
        lines.extend(urls.map(|line| format!("{}:0: {}", path.display(), line.trim())));
    }
    let found: Vec<String> = lines.into_iter().filter(speaks).collect();
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn the_twin_stands_on_no_other_crate_of_ours() {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/twin/Cargo.toml");
    let text = fs::read_to_string(manifest).expect("the twin has a manifest");
    let others = text.lines().filter(|line| line.starts_with("ashore-"));
    assert_eq!(others.count(), 0);
}
