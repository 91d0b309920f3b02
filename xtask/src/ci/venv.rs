//! The Python environment of the tests with foreign clients.

use std::path::{Path, PathBuf};

use super::Cx;
use super::log::Log;

/// Every package that the tests import, pinned.
pub(crate) const REQUIREMENTS: &str = "crates/twin/tests/clients/requirements.txt";

/// An environment that holds what the requirements say.
pub(crate) struct Venv {
    pub(crate) python: PathBuf,
    /// Whether tests can be spread over processes.
    pub(crate) parallel: bool,
}

/// Makes it, or finds it made. It lies in the target folder, or where `ASHORE_VENV` says.
pub(crate) fn ensure(cx: &Cx<'_>, log: &mut Log) -> Result<Venv, String> {
    let file = cx.place.root.join(REQUIREMENTS);
    let wanted = read(&file)?;
    let folder = match std::env::var_os("ASHORE_VENV") {
        Some(folder) if !folder.is_empty() => cx.place.root.join(folder),
        _ => cx.place.target.join("venv"),
    };
    let venv = Venv {
        python: folder.join("bin/python"),
        parallel: wanted.contains("pytest-xdist"),
    };
    let stamp = folder.join("ashore-requirements.txt");
    if venv.python.exists() && std::fs::read_to_string(&stamp).is_ok_and(|made| made == wanted) {
        return Ok(venv);
    }
    if !venv.python.exists() {
        let mut make = cx.place.command("python3");
        make.args(["-m", "venv"]).arg(&folder);
        if !log.run(make)?.ok {
            return Err(
                "python3 cannot make a virtual environment: is its module venv there?".into(),
            );
        }
    }
    let mut install = cx.place.command(&venv.python);
    install
        .args([
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "-r",
        ])
        .arg(&file);
    if !log.run(install)?.ok {
        return Err(format!("pip cannot install {REQUIREMENTS}"));
    }
    std::fs::write(&stamp, wanted).map_err(|error| format!("{}: {error}", stamp.display()))?;
    Ok(venv)
}

fn read(path: &Path) -> Result<String, String> {
    std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))
}
