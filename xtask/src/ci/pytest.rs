//! Tests in Python: clients that nobody here wrote.

use super::log::Log;
use super::{Cx, Verdict, count, venv};

/// The folders with such tests, each run by a part of its own.
#[cfg_attr(
    not(test),
    expect(dead_code, reason = "a test compares it with what is on disk")
)]
pub(crate) const FOLDERS: &[&str] = &[CLIENTS, BINARY];

const CLIENTS: &str = "crates/twin/tests/clients";
const BINARY: &str = "crates/cli/tests/clients";

/// Side by side. More than the build machines have cores: a dozen modules with Terraform mostly wait.
const PROCESSES: &str = "5";

/// Against the twin alone, with no SDK compiled.
pub(crate) fn clients(cx: &Cx<'_>, log: &mut Log) -> Result<Verdict, String> {
    let built = log.run(
        cx.place
            .cargo(&["build", "-p", "ashore-twin", "--example", "serve"]),
    )?;
    if !built.ok {
        return Err("the twin's server does not build".to_string());
    }
    let serve = cx.place.built.join("examples/serve");
    pytest(cx, log, CLIENTS, &[("TWIN_SERVE", serve.as_os_str())])
}

/// What the real binary makes and leaves, as boto3 sees it.
pub(crate) fn binary(cx: &Cx<'_>, log: &mut Log) -> Result<Verdict, String> {
    let built = log.run(cx.place.cargo(&["build", "-p", "ashore"]))?;
    if !built.ok {
        return Err("the binary does not build".to_string());
    }
    let ashore = cx.place.built.join("ashore");
    pytest(cx, log, BINARY, &[("ASHORE", ashore.as_os_str())])
}

fn pytest(
    cx: &Cx<'_>,
    log: &mut Log,
    folder: &str,
    variables: &[(&str, &std::ffi::OsStr)],
) -> Result<Verdict, String> {
    let venv = venv::ensure(cx, log)?;
    let mut command = cx.place.command(&venv.python);
    command.args([
        "-m",
        "pytest",
        "-q",
        "-rs",
        "--color=no",
        "-p",
        "no:cacheprovider",
    ]);
    if venv.parallel {
        command.args(["-n", PROCESSES, "--dist", "loadfile"]); // a module shares one twin
    }
    command
        .arg(folder)
        .envs(variables.iter().copied())
        .env("PYTHONDONTWRITEBYTECODE", "1");
    let ran = log.run(command)?;
    Ok(count::pytest(&ran.lines, ran.ok))
}
