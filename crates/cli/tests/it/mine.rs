//! A rig with a canary in every place that a secret comes from, and an eye on all that a run leaves.

#![expect(
    clippy::disallowed_methods,
    reason = "another process is watched, in the machine's time"
)]

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Child;
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

use crate::canary::Canary;
use crate::rig::{Ran, Rig};
use crate::shop::secret_value;

/// The main job with every sort of secret that is given.
pub(crate) const MANIFEST: &str = r#"
app = "hello"
region = "eu-central-1"
dns = { provider = "cloudflare", zone = "example.com" }

[registry]
server = "ghcr.io"
username = "acme-bot"
password = { env = "GHCR_TOKEN" }

[secrets]
SIGNING_KEY = { env = "SIGNING_KEY" }

[services.web]
image = "ghcr.io/acme/web:1"
port = 80
hostname = "hello.example.com"
secrets = { STRIPE_KEY = { env = "STRIPE_KEY" } }
"#;

/// A rig, and its canaries.
pub(crate) struct Mine {
    pub(crate) rig: Rig,
    pub(crate) canaries: Vec<(&'static str, Canary)>,
    /// Where output goes.
    said: tempfile::TempDir,
}

impl Mine {
    pub(crate) fn new(manifest: &str) -> Self {
        let mut mine = Self {
            rig: Rig::new(manifest),
            canaries: Vec::new(),
            said: tempfile::tempdir().expect("a folder"),
        };
        mine.rig.export("RUST_BACKTRACE", "1");
        mine.rig.export("RUST_LOG", "trace");
        for (name, value, words) in [
            (
                "AWS_SECRET_ACCESS_KEY",
                "Canary-aws0-4f1b/+key==",
                &["Canary-aws0-4f1b"][..],
            ),
            (
                "AWS_SESSION_TOKEN",
                "Canary-sts0-77aa//token+",
                &["Canary-sts0-77aa"],
            ),
            // One that the twin knows: it may edit DNS and nothing else.
            (
                "CLOUDFLARE_API_TOKEN",
                "sandbox-token-dns",
                &["sandbox-token-dns"],
            ),
            (
                "GHCR_TOKEN",
                "\"Canary-ghcr-90c2\" \\ and 'Canary-ghcr-90c3' ${x} %41 \t\u{e9}",
                &["Canary-ghcr-90c2", "Canary-ghcr-90c3"],
            ),
            (
                "SIGNING_KEY",
                "-----BEGIN Canary-sign-5d10-----\nCanary-sign-5d11\\n\"{}\"==\nCanary-sign-5d12\n",
                &["Canary-sign-5d10", "Canary-sign-5d11", "Canary-sign-5d12"],
            ),
            (
                "STRIPE_KEY",
                "{\"live\": \"Canary-strp-e0a8\"}",
                &["Canary-strp-e0a8"],
            ),
        ] {
            mine.give(name, value, words);
        }
        mine
    }

    /// A variable with a canary.
    pub(crate) fn give(&mut self, name: &'static str, value: &str, words: &[&'static str]) {
        self.rig.export(name, value);
        self.canaries.push((name, Canary::new(value, words)));
    }

    /// Runs the binary with an eye on its command line, and looks for canaries wherever it has been.
    #[track_caller]
    pub(crate) fn runs(&self, args: &[&str], code: i32) -> Ran {
        let said = |name: &str| self.said.path().join(name);
        let file = |name: &str| File::create(said(name)).expect("the folder is ours");
        let mut command = self.rig.command(args);
        command.stdout(file("stdout")).stderr(file("stderr"));
        let mut process = command.spawn().expect("the binary runs");
        let (status, seen) = watched(&mut process);
        let read = |name: &str| fs::read_to_string(said(name)).expect("it has been written");
        let ran = Ran {
            code: status,
            stdout: read("stdout"),
            stderr: read("stderr"),
        };
        self.hides(&format!("stdout of {args:?}"), ran.stdout.as_bytes());
        self.hides(&format!("stderr of {args:?}"), ran.stderr.as_bytes());
        assert!(!seen.is_empty() || !cfg!(target_os = "linux"), "{args:?}");
        for line in seen {
            self.hides(&format!("/proc/…/cmdline of {args:?}"), &line);
        }
        self.kept_nowhere(&format!("{args:?}"));
        ran.exits(code)
    }

    /// Nothing that lies in the folder has a canary, nor has the twin's log.
    #[track_caller]
    pub(crate) fn kept_nowhere(&self, after: &str) {
        let mut files = Vec::new();
        walk(&self.rig.path("."), &mut files);
        assert!(files.len() >= 2, "{files:?}");
        for file in files {
            let text = fs::read(&file).expect("it is there");
            self.hides(&format!("{} after {after}", file.display()), &text);
            self.hides("a file's name", file.to_string_lossy().as_bytes());
        }
        let log = Value::Array(self.rig.log()).to_string();
        self.hides(&format!("the log after {after}"), log.as_bytes());
    }

    #[track_caller]
    fn hides(&self, what: &str, text: &[u8]) {
        for (name, canary) in &self.canaries {
            if let Some(form) = canary.shows_in(text) {
                let text = String::from_utf8_lossy(text);
                panic!("{name} shows as {form} in {what}:\n{text}");
            }
        }
    }

    /// No file has one that is no longer given.
    #[track_caller]
    pub(crate) fn hides_too(&self, canary: &Canary) {
        let mut files = Vec::new();
        walk(&self.rig.path("."), &mut files);
        for file in files {
            let text = fs::read(&file).expect("it is there");
            assert_eq!(canary.shows_in(&text), None, "{}", file.display());
        }
    }

    fn value(&self, name: &str) -> &str {
        let last = self.canaries.iter().rfind(|(its, _)| *its == name);
        &last.expect("it is given").1.value
    }

    /// What was given has arrived where it belongs, to the letter.
    #[track_caller]
    pub(crate) fn has_arrived(&self) {
        let credentials = secret_value(&self.rig, "hello-production/registry");
        let credentials: Value = serde_json::from_str(&credentials).expect("JSON");
        let expected = json!({ "username": "acme-bot", "password": self.value("GHCR_TOKEN") });
        assert_eq!(credentials, expected);
        for (secret, name) in [
            ("hello-production/secrets/SIGNING_KEY", "SIGNING_KEY"),
            ("hello-production/services/web/STRIPE_KEY", "STRIPE_KEY"),
        ] {
            assert_eq!(secret_value(&self.rig, secret), self.value(name));
        }
    }
}

/// The process's exit code, and every command line that it or a child of it was seen with.
fn watched(process: &mut Child) -> (Option<i32>, Vec<Vec<u8>>) {
    let id = process.id();
    let mut seen: Vec<Vec<u8>> = Vec::new();
    loop {
        let children = fs::read_to_string(format!("/proc/{id}/task/{id}/children"));
        let children = children.unwrap_or_default();
        let all = children.split_whitespace().map(str::to_string);
        for id in all.chain([id.to_string()]) {
            let line = fs::read(format!("/proc/{id}/cmdline")).unwrap_or_default();
            if !line.is_empty() && !seen.contains(&line) {
                seen.push(line);
            }
        }
        if let Some(status) = process.try_wait().expect("it is ours") {
            return (status.code(), seen);
        }
        thread::sleep(Duration::from_millis(2));
    }
}

pub(crate) fn walk(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        match path.is_dir() {
            true => walk(&path, files),
            false => files.push(path),
        }
    }
}
