//! Docker or Podman, whichever is there: both take the same words.

use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use ashore_manifest::model::Build;
use ashore_providers::aws::image::local::Local;

use crate::error::CommandError;

/// In the order in which they are looked for.
const NAMES: [&str; 2] = ["docker", "podman"];

/// How many of a failed build's last lines are told.
const LINES: usize = 20;

/// What builds images on this machine.
pub(crate) struct Builder {
    name: &'static str,
    program: PathBuf,
}

impl Builder {
    /// Looks for one in the folders of a PATH.
    pub(super) fn find(path: &OsStr) -> Result<Self, CommandError> {
        for name in NAMES {
            let mut folders = std::env::split_paths(path);
            let program = folders.find_map(|folder| {
                let program = folder.join(name);
                is_program(&program).then_some(program)
            });
            if let Some(program) = program {
                return Ok(Self { name, program });
            }
        }
        Err(
            CommandError::new("E0621", "there is nothing here to build images with")
                .cause("neither `docker` nor `podman` is on the PATH")
                .advice("install Docker (https://docs.docker.com/engine/install/) or Podman (https://podman.io)")
                .advice(
                    "or build and push elsewhere, and write image = { repository = \"…\" } in place of `build`",
                ),
        )
    }

    /// What it is called.
    pub(super) fn name(&self) -> &'static str {
        self.name
    }

    /// Builds, and gives what it calls the image: a digest of its content.
    pub(super) fn build(
        &self,
        manifests_folder: &Path,
        build: &Build,
        service: &str,
    ) -> Result<String, CommandError> {
        let context = manifests_folder.join(&build.context);
        if !context.is_dir() {
            let what = format!("{service} cannot be built");
            return Err(CommandError::new("E0622", what)
                .cause(format!("there is no folder {}", context.display()))
                .advice("`build` is a path from the manifest's own folder"));
        }
        let unwritten =
            |error| CommandError::io("E0622", format!("{service} cannot be built"), &error);
        let folder = tempfile::tempdir().map_err(unwritten)?;
        let id = folder.path().join("id");
        let mut command = self.command();
        command.arg("build").arg("--iidfile").arg(&id);
        command.args(["--platform", &build.platform]);
        if let Some(dockerfile) = &build.dockerfile {
            command.arg("--file").arg(context.join(dockerfile));
        }
        if let Some(target) = &build.target {
            command.args(["--target", target]);
        }
        for (name, value) in &build.args {
            command.arg("--build-arg").arg(format!("{name}={value}"));
        }
        command.arg(&context);
        let ran = command.stdin(Stdio::null()).output();
        let ran = ran.map_err(|error| self.not_run(service, &error))?;
        if !ran.status.success() {
            return Err(self.failed(service, &ran));
        }
        let id = std::fs::read_to_string(&id).map_err(unwritten)?;
        let id = id.trim();
        let digits = id.rsplit(':').next().unwrap_or_default();
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            let what = format!("{} does not say what it has built", self.name);
            return Err(CommandError::new("E0622", what).cause(format!("it calls it {id:?}")));
        }
        Ok(id.to_string())
    }

    /// Packs an image that was built, as it is pushed.
    pub(super) fn save(&self, id: &str, service: &str) -> Result<Local, CommandError> {
        let unread = |error: io::Error| {
            let what = format!("the image of {service} cannot be read from {}", self.name);
            CommandError::io("E0623", what, &error).advice(
                "check the disk's space: an image takes three times its size while it is packed",
            )
        };
        let mut command = self.command();
        command.args(["save", id]).stdin(Stdio::null());
        let mut saving = command
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(unread)?;
        let packed = match saving.stdout.take() {
            Some(archive) => Local::read(archive),
            None => Err(io::ErrorKind::BrokenPipe.into()),
        };
        let ended = saving.wait().map_err(unread)?;
        let packed = packed.map_err(unread)?;
        match ended.success() {
            true => Ok(packed),
            false => Err(unread(io::Error::other(format!(
                "`{} save` failed",
                self.name
            )))),
        }
    }

    fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        // Lines rather than a screen; and nothing about when and where it was built beside the image: that would make
        // another image of the same content every time.
        command.env("BUILDKIT_PROGRESS", "plain");
        command.env("BUILDX_NO_DEFAULT_ATTESTATIONS", "1");
        command
    }

    fn not_run(&self, service: &str, error: &io::Error) -> CommandError {
        let what = format!("{service} cannot be built");
        CommandError::io("E0622", what, error)
            .cause(format!("{} cannot be run", self.program.display()))
    }

    fn failed(&self, service: &str, ran: &Output) -> CommandError {
        let said = [ran.stdout.as_slice(), ran.stderr.as_slice()].concat();
        let said = String::from_utf8_lossy(&said);
        let lines: Vec<&str> = said
            .lines()
            .filter(|line| !line.trim().is_empty())
            .collect();
        let last = &lines[lines.len().saturating_sub(LINES)..];
        let mut error = CommandError::new("E0622", format!("{service} cannot be built"))
            .cause(format!("{} build: {}", self.name, ran.status));
        error.causes.extend(last.iter().map(ToString::to_string));
        error.advice("mend the build; it is the same as running it by hand")
    }
}

#[cfg(unix)]
fn is_program(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    path.metadata()
        .is_ok_and(|it| it.is_file() && it.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_program(path: &Path) -> bool {
    path.is_file() || path.with_extension("exe").is_file()
}
