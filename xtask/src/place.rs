//! Where things lie: the checkout and the target folder.

use std::path::{Path, PathBuf};
use std::process::Command;

/// The checkout, and the folder that it builds into.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    /// The folder with the workspace's `Cargo.toml`.
    pub(crate) root: PathBuf,
    /// Cargo's target folder.
    pub(crate) target: PathBuf,
    /// The profile's folder in it: where built programs lie.
    pub(crate) built: PathBuf,
}

impl Place {
    /// Finds them. The checkout is the one in which cargo starts this program, which need not be the
    /// one that it was compiled in: checkouts may share a target folder. That is the one that this
    /// program was built into, however it was chosen: by flag, by variable or by configuration.
    pub(crate) fn find() -> Result<Self, String> {
        let manifest = std::env::var_os("CARGO_MANIFEST_DIR");
        let manifest = manifest.map_or_else(|| env!("CARGO_MANIFEST_DIR").into(), PathBuf::from);
        let root = manifest.parent();
        let program = std::env::current_exe().map_err(|error| error.to_string())?;
        let built = program.parent();
        match (root, built, built.and_then(Path::parent)) {
            (Some(root), Some(built), Some(target)) => Ok(Self {
                root: root.to_path_buf(),
                target: target.to_path_buf(),
                built: built.to_path_buf(),
            }),
            _ => Err("this program does not lie in a target folder".to_string()),
        }
    }

    /// A command that starts in the checkout.
    pub(crate) fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program);
        command.current_dir(&self.root);
        command
    }

    /// Cargo, as it was called to start this program.
    pub(crate) fn cargo(&self, words: &[&str]) -> Command {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let mut command = self.command(cargo);
        command
            .args(words)
            .env("CARGO_TARGET_DIR", &self.target)
            .env("CARGO_TERM_COLOR", "never");
        command
    }
}
