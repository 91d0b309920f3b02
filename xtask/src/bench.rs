//! `cargo xtask bench`: how close an `up` comes to the shortest time that it could take, and what
//! the binary costs.
//!
//! The measuring is done by `crates/bench`, which needs everything; this program needs nothing. It
//! builds the binary and the bench in one profile, and runs the bench.

use std::process::ExitCode;

use crate::place::Place;

/// Runs the verb.
pub(crate) fn bench(place: &Place, words: &[String]) -> Result<ExitCode, String> {
    let (mut release, mut trace) = (false, false);
    for word in words {
        match word.as_str() {
            "--release" => release = true,
            "--trace" => trace = true,
            other => return Err(format!("`bench` does not know `{other}`")),
        }
    }
    let profile: &[&str] = if release { &["--release"] } else { &[] };
    let build = [&["build", "-p", "ashore"], profile].concat();
    let mut run = [&["run", "--quiet", "-p", "ashore-bench"], profile].concat();
    if trace {
        run.extend(["--", "--trace"]);
    }
    for words in [build, run] {
        let status = place.cargo(&words).status();
        let status = status.map_err(|error| format!("cargo cannot be run: {error}"))?;
        if !status.success() {
            return Ok(ExitCode::FAILURE);
        }
    }
    Ok(ExitCode::SUCCESS)
}
