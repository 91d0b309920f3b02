//! Secrets stay secret: no value that Ashore is given shows in what it says, in what it keeps, in
//! what other processes can see of it, or in the requests as a cloud logs them.

#![expect(
    clippy::disallowed_methods,
    reason = "another process is watched, in the machine's time"
)]

use std::fs::{self, File};
use std::path::Path;
use std::process::Child;
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

use crate::canary::Canary;
use crate::hello::leftovers;
use crate::kills::dies;
use crate::rig::{Ran, Rig};
use crate::shop::secret_value;

const MANIFEST: &str = r#"
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

/// A rig with a canary in every place that a secret comes from.
struct Mine {
    rig: Rig,
    canaries: Vec<(&'static str, Canary)>,
    /// Where output goes.
    said: tempfile::TempDir,
}

impl Mine {
    fn new(manifest: &str) -> Self {
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
    fn give(&mut self, name: &'static str, value: &str, words: &[&'static str]) {
        self.rig.export(name, value);
        self.canaries.push((name, Canary::new(value, words)));
    }

    /// Runs the binary with an eye on its command line, and looks for canaries wherever it has been.
    #[track_caller]
    fn runs(&self, args: &[&str], code: i32) -> Ran {
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
    fn kept_nowhere(&self, after: &str) {
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
    fn hides_too(&self, canary: &Canary) {
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
    fn has_arrived(&self) {
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

fn walk(folder: &Path, files: &mut Vec<std::path::PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        match path.is_dir() {
            true => walk(&path, files),
            false => files.push(path),
        }
    }
}

#[test]
fn a_life_from_check_to_down_tells_nobody() {
    let mut mine = Mine::new(MANIFEST);
    mine.runs(&["check"], 0);
    mine.runs(&["plan"], 0);
    mine.runs(&["plan", "--json"], 0);
    mine.runs(&["plan", "--out", "saved-plan.json"], 0);
    mine.runs(&["up", "--plan", "saved-plan.json"], 0);
    mine.has_arrived();
    mine.runs(&["plan", "--detailed-exitcode"], 0);
    mine.runs(&["status"], 0);
    mine.runs(&["status", "--json"], 0);
    // Another value, which the plan compares with the one that is there.
    mine.give("STRIPE_KEY", "Canary-next-1234 \"\\", &["Canary-next-1234"]);
    mine.runs(&["plan", "--json", "--detailed-exitcode"], 2);
    mine.runs(&["up", "--json"], 0);
    mine.has_arrived();
    mine.runs(&["down", "--dry-run", "--json"], 0);
    mine.runs(&["down", "--yes"], 0);
    assert_eq!(leftovers(&mine.rig.world()), Vec::<String>::new());
}

#[test]
fn a_run_that_fails_and_is_undone_tells_nobody() {
    let mut mine = Mine::new(MANIFEST);
    mine.runs(&["up"], 0);
    // The value moves, the release does not come up, the value moves back.
    mine.give("GHCR_TOKEN", "Canary-late-5678 \\\"", &["Canary-late-5678"]);
    mine.rig
        .write(&MANIFEST.replace("acme/web:1", "acme/web:2"));
    mine.rig.script(json!({ "rules": [{
        "image": "ghcr.io/acme/web:2",
        "behaviour": { "exit": { "code": 1, "after_ms": 2000 }, "log": ["no"] },
    }]}));
    mine.runs(&["up"], 3);
    let (_, late) = mine.canaries.pop().expect("it was given");
    mine.has_arrived(); // what was there before
    mine.hides_too(&late);
    mine.runs(&["down", "--yes"], 0);
    assert_eq!(leftovers(&mine.rig.world()), Vec::<String>::new());
}

#[test]
fn a_secret_that_cannot_be_written_is_not_told_in_the_reason() {
    for (operation, action, codes) in [
        (
            "CreateSecret",
            json!({ "refuse": { "status": 400, "code": "AccessDeniedException", "message": "no" } }),
            [3, 3],
        ),
        ("CreateSecret", json!("garbage"), [3, 3]),
        // It is only read once it is there.
        ("GetSecretValue", json!("drop"), [0, 1]),
    ] {
        let mine = Mine::new(MANIFEST);
        mine.rig.fault(json!({
            "service": "secretsmanager", "operation": operation, "times": 0, "action": action,
        }));
        for (args, code) in [&["up"][..], &["up", "--json"]].into_iter().zip(codes) {
            mine.runs(args, code);
        }
    }
}

#[test]
fn a_value_that_is_refused_is_not_told_in_the_reason() {
    let mut mine = Mine::new(MANIFEST);
    // More than a secret holds [Secrets Manager quotas: 65,536 bytes].
    let long = format!("Canary-long-0001{}", "x".repeat(70_000));
    mine.give("SIGNING_KEY", &long, &["Canary-long-0001"]);
    mine.runs(&["up"], 3);
    assert_eq!(leftovers(&mine.rig.world()), Vec::<String>::new());
}

#[test]
fn a_token_that_is_refused_is_not_told_in_the_reason() {
    let mut mine = Mine::new(MANIFEST);
    let token = "Canary-none-2222-abcdefgh";
    mine.give("CLOUDFLARE_API_TOKEN", token, &["Canary-none-2222"]);
    for args in [&["plan"][..], &["up", "--json"]] {
        mine.runs(args, 4);
    }
}

#[test]
fn a_killed_run_leaves_no_value_behind() {
    for nth in 1..=6 {
        let mine = Mine::new(MANIFEST);
        dies(&mine.rig, &["up"], nth, "after");
        mine.kept_nowhere(&format!("kill {nth}"));
        mine.runs(&["up"], 0);
        mine.has_arrived();
    }
}

#[test]
fn a_param_that_is_a_secret_is_kept_nowhere() {
    let manifest = format!("{MANIFEST}\n[params]\nstripe = {{ secret = true }}\n");
    let manifest = manifest.replace("env = \"STRIPE_KEY\"", "param = \"stripe\"");
    let mut mine = Mine::new(&manifest);
    let value = "Canary-parm-3333=\"x\"";
    // Whoever writes it on a command line shows it there; that is all.
    let word = Canary::new(value, &["Canary-parm-3333"]);
    let param = format!("stripe={value}");
    let given = ["--param", param.as_str()];
    let mut said = Vec::new();
    for args in [
        &["plan", "--json"][..],
        &["plan", "--out", "plan.json"],
        &["up", "--plan", "plan.json"],
        &["status"],
    ] {
        let ran = mine.rig.ashore(&[args, &given].concat()).exits(0);
        said.push(ran.stdout + &ran.stderr);
    }
    assert_eq!(word.shows_in(said.concat().as_bytes()), None);
    mine.canaries.push(("--param", word));
    mine.kept_nowhere("--param");
    let held = secret_value(&mine.rig, "hello-production/services/web/STRIPE_KEY");
    assert_eq!(held, value);
}

#[test]
fn in_the_sandbox_nothing_but_its_cloud_has_the_value_and_that_for_its_owner_only() {
    let rig = Rig::new(
        r#"
app = "hello"
region = "eu-central-1"

[services.worker]
image = "nginx:1.29"
secrets = { STRIPE_KEY = { env = "STRIPE_KEY" } }
"#,
    );
    let word = Canary::new("Canary-sand-4444", &["Canary-sand-4444"]);
    let up = |args: &[&str]| {
        let mut command = rig.command(args);
        let output = command.env("STRIPE_KEY", &word.value).output();
        output.expect("the binary runs")
    };
    let ran = up(&["up", "--sandbox", "--json"]);
    assert!(ran.status.success(), "{ran:?}");
    assert_eq!(word.shows_in(&[ran.stdout, ran.stderr].concat()), None);
    let mut files = Vec::new();
    walk(&rig.path(".ashore"), &mut files);
    let has = |file: &&std::path::PathBuf| {
        let text = fs::read(file).expect("it is there");
        word.shows_in(&text).is_some()
    };
    let having: Vec<_> = files.iter().filter(has).collect();
    assert_eq!(
        having,
        [&rig.path(".ashore").join("sandbox/world/world.json")]
    );
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = fs::metadata(having[0])
            .expect("it is there")
            .permissions()
            .mode();
        assert_eq!(mode & 0o077, 0, "{mode:o}");
    }
}
