//! The parts, in order.

use super::log::Log;
use super::{Cx, Verdict, lints, pytest, rust};

/// One part.
pub(crate) struct Part {
    /// What `--only` takes.
    pub(crate) name: &'static str,
    /// What it makes sure of.
    pub(crate) what: &'static str,
    pub(crate) run: fn(&Cx<'_>, &mut Log) -> Result<Verdict, String>,
}

/// Cheap first. Everything up to `clients` compiles no AWS SDK crate.
pub(crate) const PARTS: &[Part] = &[
    Part {
        name: "fmt",
        what: "rustfmt has nothing to change",
        run: lints::fmt,
    },
    Part {
        name: "clippy",
        what: "no lint in the default members",
        run: lints::clippy,
    },
    Part {
        name: "deny",
        what: "bans, licences and sources of dependencies",
        run: lints::deny,
    },
    Part {
        name: "docs",
        what: "the generated pages are current",
        run: lints::docs,
    },
    Part {
        name: "test",
        what: "tests of the default members",
        run: rust::test,
    },
    Part {
        name: "clients",
        what: "boto3, the AWS CLI and Terraform against the twin",
        run: pytest::clients,
    },
    Part {
        name: "one-build",
        what: "the README's two commands compile the SDK once",
        run: rust::one_build,
    },
    Part {
        name: "clippy-sdk",
        what: "no lint in the members with the SDK, all features",
        run: lints::clippy_sdk,
    },
    Part {
        name: "test-sdk",
        what: "tests of the members with the SDK, and of the binary",
        run: rust::test_sdk,
    },
    Part {
        name: "binary",
        what: "what the binary makes and leaves, as boto3 sees it",
        run: pytest::binary,
    },
    Part {
        name: "docs-cli",
        what: "the pages that the binary makes are current",
        run: lints::docs_cli,
    },
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::*;

    #[test]
    fn names_are_unique() {
        let names: BTreeSet<_> = PARTS.iter().map(|part| part.name).collect();
        assert_eq!(names.len(), PARTS.len());
    }

    #[test]
    fn every_folder_of_python_tests_is_run() {
        let crates = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates");
        let folders = |path: &Path| {
            let entries = std::fs::read_dir(path).into_iter().flatten().flatten();
            entries.map(|entry| entry.path()).collect::<Vec<_>>()
        };
        for tests in folders(&crates).iter().map(|path| path.join("tests")) {
            for folder in folders(&tests) {
                if folder.join("conftest.py").exists() {
                    let known = pytest::FOLDERS.iter().any(|known| folder.ends_with(known));
                    assert!(known, "{} is not in pytest::FOLDERS", folder.display());
                }
            }
        }
    }
}
