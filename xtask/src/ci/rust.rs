//! Tests in Rust, and what is compiled for them.

use std::collections::BTreeSet;

use super::log::Log;
use super::{Cx, Verdict, count};

/// The members with SDK crates among their dependencies, as `cargo` is told them. The others are
/// left to the default members' part, and not only to save time: `--workspace` would turn on what
/// their test libraries want of crates below the SDK, and all of the SDK would be compiled a second
/// time. [`one_build`] holds this.
pub(crate) const WITH_SDK: [&str; 7] = [
    "-p",
    "ashore",
    "-p",
    "ashore-providers",
    "-p",
    "ashore-bench",
    "--all-features",
];

/// The default members: no SDK, seconds.
pub(crate) fn test(cx: &Cx<'_>, log: &mut Log) -> Result<Verdict, String> {
    cargo_test(cx, log, &[])
}

/// The members with the SDK.
pub(crate) fn test_sdk(cx: &Cx<'_>, log: &mut Log) -> Result<Verdict, String> {
    cargo_test(cx, log, &WITH_SDK)
}

fn cargo_test(cx: &Cx<'_>, log: &mut Log, members: &[&str]) -> Result<Verdict, String> {
    let mut command = cx.place.cargo(&["test", "--no-fail-fast"]);
    command.args(members);
    let ran = log.run(command)?;
    Ok(count::cargo(&ran.lines, ran.ok))
}

/// Whether `cargo run -p ashore` and the tests want the same features of every crate that they
/// share. Where they differ, each of the two commands compiles the SDK for itself.
pub(crate) fn one_build(cx: &Cx<'_>, log: &mut Log) -> Result<Verdict, String> {
    let run = crates(cx, log, &["-p", "ashore"], "normal,build")?;
    let test = crates(cx, log, &WITH_SDK, "normal,build,dev")?;
    let only_run: Vec<&String> = run.difference(&test).collect();
    for each in &only_run {
        log.note(&format!(
            "the tests want other features of this crate: {each}"
        ));
    }
    Ok(Verdict::Checked(only_run.is_empty()))
}

/// Every crate with its features, a line each.
fn crates(
    cx: &Cx<'_>,
    log: &mut Log,
    members: &[&str],
    edges: &str,
) -> Result<BTreeSet<String>, String> {
    let mut tree = cx.place.cargo(&[
        "tree", "--prefix", "none", "--format", "{p} {f}", "--edges", edges,
    ]);
    tree.args(members);
    let ran = log.run(tree)?;
    if !ran.ok {
        return Err("cargo cannot tell what it would build".to_string());
    }
    let lines = ran
        .lines
        .iter()
        .map(|line| line.trim_end_matches(" (*)").trim_end());
    Ok(lines.map(str::to_string).collect())
}
