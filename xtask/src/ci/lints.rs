//! Checks that hold or do not.

use super::log::Log;
use super::rust::WITH_SDK;
use super::{Cx, Verdict};
use crate::docs;

/// Pinned, so that a check that passed today passes tomorrow.
const CARGO_DENY: &str = "0.20.2";

pub(crate) fn fmt(cx: &Cx<'_>, log: &mut Log) -> Result<Verdict, String> {
    cargo(
        cx,
        log,
        &["fmt", "--all", "--", "--check", "--color", "never"],
    )
}

pub(crate) fn clippy(cx: &Cx<'_>, log: &mut Log) -> Result<Verdict, String> {
    cargo(
        cx,
        log,
        &["clippy", "--all-targets", "--", "-D", "warnings"],
    )
}

pub(crate) fn clippy_sdk(cx: &Cx<'_>, log: &mut Log) -> Result<Verdict, String> {
    let mut words = vec!["clippy", "--all-targets"];
    words.extend(WITH_SDK);
    words.extend(["--", "-D", "warnings"]);
    cargo(cx, log, &words)
}

/// Bans, licences and sources. Advisories are left out: their database is a git repository, which
/// a build machine behind a registry mirror cannot reach.
pub(crate) fn deny(cx: &Cx<'_>, log: &mut Log) -> Result<Verdict, String> {
    let tools = cx.place.target.join("tools");
    let program = tools.join("bin/cargo-deny");
    let stamp = tools.join("cargo-deny.version");
    let there = std::fs::read_to_string(&stamp).is_ok_and(|version| version == CARGO_DENY);
    if !(there && program.exists()) {
        // Unoptimised and without debug info: it compiles in a third of the time and checks one
        // lock file.
        let mut install = cx.place.cargo(&[
            "install",
            "--locked",
            "--debug",
            "cargo-deny",
            "--version",
            CARGO_DENY,
        ]);
        install
            .arg("--root")
            .arg(&tools)
            .env("CARGO_TARGET_DIR", tools.join("build"));
        install.env("CARGO_PROFILE_DEV_DEBUG", "false");
        if !log.run(install)?.ok {
            let why = format!(
                "cargo-deny {CARGO_DENY} CANNOT BE INSTALLED: bans, licences and sources were NOT checked"
            );
            return Ok(Verdict::Skipped(why));
        }
        let written = std::fs::write(&stamp, CARGO_DENY);
        written.map_err(|error| format!("{}: {error}", stamp.display()))?;
        // Of no more use, and larger than the program by far.
        let _ = std::fs::remove_dir_all(tools.join("build"));
    }
    let mut check = cx.place.command(program);
    check.args(["--all-features", "check", "bans", "licenses", "sources"]);
    Ok(Verdict::Checked(log.run(check)?.ok))
}

/// Pages made from sources alone.
pub(crate) fn docs(cx: &Cx<'_>, log: &mut Log) -> Result<Verdict, String> {
    current(cx, log, &[docs::Page::ERRORS])
}

/// Pages made from what the binary says.
pub(crate) fn docs_cli(cx: &Cx<'_>, log: &mut Log) -> Result<Verdict, String> {
    let built = log.run(cx.place.cargo(&["build", "-p", "ashore"]))?;
    if !built.ok {
        return Err("the command line does not build".to_string());
    }
    current(cx, log, &[docs::Page::CLI, docs::Page::OUTPUT])
}

fn current(cx: &Cx<'_>, log: &mut Log, pages: &[docs::Page]) -> Result<Verdict, String> {
    let mut current = true;
    for page in pages {
        if let Some(why) = page.stale(cx.place)? {
            log.note(&why);
            current = false;
        }
    }
    Ok(Verdict::Checked(current))
}

fn cargo(cx: &Cx<'_>, log: &mut Log, words: &[&str]) -> Result<Verdict, String> {
    Ok(Verdict::Checked(log.run(cx.place.cargo(words))?.ok))
}
