//! Tests in Rust.

use super::log::Log;
use super::{Cx, Verdict, count};

/// The default members: no SDK, seconds.
pub(crate) fn test(cx: &Cx<'_>, log: &mut Log) -> Result<Verdict, String> {
    cargo_test(cx, log, &[])
}

/// Everything.
pub(crate) fn test_all(cx: &Cx<'_>, log: &mut Log) -> Result<Verdict, String> {
    cargo_test(cx, log, &["--workspace", "--all-features"])
}

fn cargo_test(cx: &Cx<'_>, log: &mut Log, more: &[&str]) -> Result<Verdict, String> {
    let mut command = cx.place.cargo(&["test", "--no-fail-fast"]);
    command.args(more);
    let ran = log.run(command)?;
    Ok(count::cargo(&ran.lines, ran.ok))
}
