//! A twin in a process of its own, and the binary beside it.

mod asked;
mod stranger;

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{LazyLock, Mutex};

use ashore_testkit::example::Example;
use serde_json::Value;

pub(crate) use asked::operation;

/// How fast the twin's clock runs in these tests: a balancer's minutes pass in tenths of a second.
pub(crate) const SPEED: &str = "300";

/// The only root that the binary trusts here, whose key nobody has. It speaks TLS to nobody, and
/// without this every process reads the machine's whole store: the better part of a `plan`.
const ROOTS: &str = "\
-----BEGIN CERTIFICATE-----\n\
MIIBiDCCAS+gAwIBAgIUXi2BVvx89QRnL66XvJJlhwKmVHswCgYIKoZIzj0EAwIw\n\
GTEXMBUGA1UEAwwObm9ib2R5LmludmFsaWQwIBcNMjYxMTIxMTQxMDIwWhgPMjEy\n\
NjEwMjgxNDEwMjBaMBkxFzAVBgNVBAMMDm5vYm9keS5pbnZhbGlkMFkwEwYHKoZI\n\
zj0CAQYIKoZIzj0DAQcDQgAEmqdkQgZyhbwjAuYtCvA6CrAUeHPUHl4rWIKO7UEi\n\
OFlOVpPfZKSBJ+UHM7IeLn4PlOPhBeYbhbgeGbUZnmPnk6NTMFEwHQYDVR0OBBYE\n\
FGpchwzSdfSSAzPXmF6H0Rvcw0+2MB8GA1UdIwQYMBaAFGpchwzSdfSSAzPXmF6H\n\
0Rvcw0+2MA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZIzj0EAwIDRwAwRAIgWIc8orij\n\
N87+Ff9eteTeRhcZBTSfrMp3e9DyJXYLxfwCID7RzGaox1BDCIos5PM+e8O8CzrP\n\
qg3i12s0B8ERU2vN\n\
-----END CERTIFICATE-----\n";

/// The manifest of the main job.
pub(crate) const HELLO: &str = r#"
app = "hello"
region = "eu-central-1"
dns = { provider = "cloudflare", zone = "example.com" }

[network]
azs = 3

[services.web]
image = "nginx:1.29"
port = 80
hostname = "hello.example.com"
"#;

/// A twin, and a folder with a manifest.
pub(crate) struct Rig {
    twin: Child,
    speed: &'static str,
    address: String,
    folder: tempfile::TempDir,
    exported: BTreeMap<String, String>,
}

/// What a command did.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ran {
    /// Fails the test, with everything that the command said, unless it exited so.
    #[track_caller]
    pub(crate) fn exits(self, code: i32) -> Self {
        assert_eq!(
            self.code,
            Some(code),
            "stdout:\n{}\nstderr:\n{}",
            self.stdout,
            self.stderr
        );
        self
    }

    /// Its documents, with `--json`.
    pub(crate) fn documents(&self) -> Vec<Value> {
        let parse = |line: &str| serde_json::from_str(line).expect("stdout is JSON lines");
        self.stdout.lines().map(parse).collect()
    }

    /// The document of that type.
    #[track_caller]
    pub(crate) fn document(&self, name: &str) -> Value {
        let found = self
            .documents()
            .into_iter()
            .find(|document| document["type"] == name);
        found.unwrap_or_else(|| panic!("no `{name}` in:\n{}\n{}", self.stdout, self.stderr))
    }
}

impl Rig {
    /// A fresh twin, and a folder with this manifest.
    pub(crate) fn new(manifest: &str) -> Self {
        Self::at(SPEED, manifest)
    }

    /// The same, with a clock that runs so fast.
    pub(crate) fn at(speed: &'static str, manifest: &str) -> Self {
        Self::with(speed, manifest, &[])
    }

    /// The same, with more options for the sandbox.
    pub(crate) fn with(speed: &'static str, manifest: &str, options: &[&str]) -> Self {
        let mut twin = Command::new(env!("CARGO_BIN_EXE_ashore"))
            .args(["sandbox", "--port", "0", "--speed", speed, "--json"])
            .args(options)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the binary runs");
        let mut line = String::new();
        let stdout = twin.stdout.take().expect("stdout is piped");
        BufReader::new(stdout)
            .read_line(&mut line)
            .expect("the sandbox says where it is");
        let told: Value = serde_json::from_str(&line).expect("a document");
        let address = told["address"].as_str().expect("an address");
        let rig = Self {
            twin,
            speed,
            address: address.trim_start_matches("http://").to_string(),
            folder: tempfile::tempdir().expect("a folder"),
            exported: BTreeMap::new(),
        };
        fs::write(rig.path("roots.pem"), ROOTS).expect("the folder is ours");
        rig.write(manifest);
        rig
    }

    /// A fresh twin, and that example.
    pub(crate) fn of(speed: &'static str, example: &Example) -> Self {
        let rig = Self::at(speed, "");
        let written = example.write_to(rig.folder.path());
        written.unwrap_or_else(|error| panic!("{}: {error}", example.name));
        rig
    }

    /// Writes the manifest.
    pub(crate) fn write(&self, manifest: &str) {
        fs::write(self.folder.path().join("ashore.toml"), manifest).expect("the folder is ours");
    }

    /// Sets a variable for every command from now on.
    pub(crate) fn export(&mut self, name: &str, value: &str) {
        self.exported.insert(name.to_string(), value.to_string());
    }

    /// A file in the folder.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Runs the binary to its end.
    pub(crate) fn ashore(&self, args: &[&str]) -> Ran {
        let output = self.command(args).output().expect("the binary runs");
        let ran = Ran {
            code: output.status.code(),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        };
        if args.contains(&"--json") {
            keep(&ran);
        }
        ran
    }

    /// Starts the binary.
    pub(crate) fn start(&self, args: &[&str]) -> Child {
        let mut command = self.command(args);
        command.stdout(Stdio::null()).stderr(Stdio::null());
        command.spawn().expect("the binary runs")
    }

    /// The binary, pointed at the twin, with nothing of the surroundings but the path.
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ashore"));
        command
            .args(args)
            .current_dir(self.folder.path())
            .env_clear()
            .env("HOME", self.folder.path())
            .env("SSL_CERT_FILE", self.path("roots.pem"))
            .env(
                "ASHORE_OUTSIDE_URL",
                format!("http://{}/_twin/ask", self.address),
            )
            .env("AWS_ENDPOINT_URL", format!("http://{}", self.address))
            .env("AWS_ACCESS_KEY_ID", "AKIASANDBOXSANDBOXXX")
            .env("AWS_SECRET_ACCESS_KEY", "sandbox")
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .env(
                "CLOUDFLARE_BASE_URL",
                format!("http://{}/client/v4", self.address),
            )
            .env("CLOUDFLARE_API_TOKEN", "sandbox-token")
            .env(
                "ASHORE_DOH_URL",
                format!("http://{}/dns-query", self.address),
            )
            .env("ASHORE_CLOCK_SPEED", self.speed)
            .envs(&self.exported);
        command
    }
}

impl Drop for Rig {
    fn drop(&mut self) {
        let _ = self.twin.kill();
        let _ = self.twin.wait();
    }
}

/// Keeps every line of `--json` for `tests/clients/test_output.py`, which holds it against the
/// schema that `ashore schema output` publishes. A validator here would change the features of
/// crates below the SDK, and the SDK would be compiled a second time.
fn keep(ran: &Ran) {
    static LINES: LazyLock<Mutex<File>> = LazyLock::new(|| {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
        let file = File::create(folder.join("output.jsonl"));
        Mutex::new(file.expect("cargo made the folder"))
    });
    for document in ran.documents() {
        let mut lines = LINES.lock().expect("nobody failed with it");
        writeln!(lines, "{document}").expect("it can be written");
    }
}
