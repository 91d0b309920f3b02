//! The manifests in `examples/`, with what their readers are to give to them.

use std::path::{Path, PathBuf};
use std::{fs, io};

/// An example.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Example {
    /// Its folder.
    pub name: &'static str,
    /// Variables of the environment.
    pub variables: &'static [(&'static str, &'static str)],
    /// What somebody keeps in the parameter store, by name.
    pub parameters: &'static [(&'static str, &'static str)],
    /// What is written in place of what: an image that nobody has to push first, and nothing that stays when the stack
    /// goes, so that whatever is left was forgotten.
    pub edits: &'static [(&'static str, &'static str)],
    /// What holds data and `down` is allowed to take away.
    pub destroys: &'static [&'static str],
}

/// One that is brought up as it is.
const PLAIN: Example = Example {
    name: "",
    variables: &[],
    parameters: &[],
    edits: &[],
    destroys: &[],
};

/// All of them, in order.
pub const EXAMPLES: [Example; 7] = [
    Example {
        name: "anzu-fargate",
        variables: &[("REGISTRY_PASSWORD", "theirs to know")],
        ..PLAIN
    },
    Example {
        name: "django-stack",
        edits: &[
            (
                "image = { repository = \"app\", tag = \"${param:revision}\" }",
                "image = \"nginx:1.29\"",
            ),
            ("removal = \"snapshot\"", "removal = \"delete\""),
            ("log_removal = \"retain\"", ""),
            ("removal = \"retain\"", "removal = \"delete\""),
        ],
        destroys: &["assets.static", "databases.db"],
        ..PLAIN
    },
    Example {
        name: "ec2-cluster",
        edits: &[(
            "image = { repository = \"hello\", tag = \"latest\" }",
            "image = \"nginx:1.29\"",
        )],
        ..PLAIN
    },
    Example {
        name: "fargate-template",
        edits: &[(
            "image = { repository = \"app\", tag = \"latest\" }",
            "image = \"nginx:1.29\"",
        )],
        ..PLAIN
    },
    Example {
        name: "hello",
        ..PLAIN
    },
    Example {
        name: "shop",
        variables: &[("GHCR_TOKEN", "ghp-of-acme-bot")],
        ..PLAIN
    },
    Example {
        name: "task-and-service",
        variables: &[("CONTAINER_VERSION", "nginx:alpine")],
        parameters: &[("/nginx/password", "theirs to know")],
        ..PLAIN
    },
];

impl Example {
    /// Where all of them are.
    pub fn folder() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples")
    }

    /// Writes it to that folder, which is there.
    ///
    /// # Errors
    /// Of the disk, and if the manifest does not have what is to be edited.
    pub fn write_to(&self, folder: &Path) -> io::Result<()> {
        let from = Self::folder().join(self.name);
        copy(&from, folder)?;
        let mut manifest = fs::read_to_string(from.join("ashore.toml"))?;
        for (old, new) in self.edits {
            if !manifest.contains(old) {
                let missing = format!("{} does not say {old}", self.name);
                return Err(io::Error::new(io::ErrorKind::InvalidData, missing));
            }
            manifest = manifest.replace(old, new);
        }
        fs::write(folder.join("ashore.toml"), manifest)
    }
}

/// Everything but what somebody has tried there.
fn copy(from: &Path, to: &Path) -> io::Result<()> {
    for entry in fs::read_dir(from)? {
        let path = entry?.path();
        let Some(name) = path.file_name().filter(|name| *name != ".ashore") else {
            continue;
        };
        let copied = to.join(name);
        if path.is_dir() {
            fs::create_dir(&copied)?;
            copy(&path, &copied)?;
        } else {
            fs::copy(&path, &copied)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_example_is_here() {
        let here = EXAMPLES.map(|example| std::ffi::OsString::from(example.name));
        let there = fs::read_dir(Example::folder()).expect("the examples");
        let name = |entry: io::Result<fs::DirEntry>| entry.map(|it| it.file_name());
        let there: io::Result<Vec<_>> = there.map(name).collect();
        let mut there = there.expect("the examples");
        there.sort();
        assert_eq!(there, here);
    }
}
