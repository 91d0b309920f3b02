//! A twin in a process of its own, and the binary beside it.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{LazyLock, Mutex};
use std::time::Duration;

use serde_json::{Value, json};

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

    /// Every request so far.
    pub(crate) fn log(&self) -> Vec<Value> {
        match self.ask("GET", "/_twin/log", None) {
            Value::Array(entries) => entries,
            other => panic!("the log is {other}"),
        }
    }

    /// Every change that took effect, `service:Operation`, from entry `from` on.
    pub(crate) fn changes(&self, from: usize) -> Vec<String> {
        let applied = |entry: &&Value| entry["mutating"] == true && entry["outcome"] == "ok";
        self.log()[from..]
            .iter()
            .filter(applied)
            .map(operation)
            .collect()
    }

    /// The whole world.
    pub(crate) fn world(&self) -> Value {
        self.ask("GET", "/_twin/state", None)
    }

    /// A fault to come.
    pub(crate) fn fault(&self, fault: Value) {
        let set = self.ask("POST", "/_twin/faults", Some(fault));
        assert_eq!(set, Value::Null);
    }

    /// What the rest of the world's DNS says from now on.
    pub(crate) fn dns(&self, records: Value) {
        let set = self.ask("PUT", "/_twin/dns", Some(json!({ "records": records })));
        assert_eq!(set, Value::Null);
    }

    /// Quotas of the rig's region, by code, from now on.
    pub(crate) fn quotas(&self, quotas: Value) {
        let quotas = json!({ "eu-central-1": quotas });
        let set = self.ask("PUT", "/_twin/quotas", Some(quotas));
        assert_eq!(set, Value::Null);
    }

    /// By how many seconds the clock of AWS is ahead of this machine's from now on.
    pub(crate) fn skew(&self, seconds: i64) {
        let set = self.ask("PUT", "/_twin/skew", Some(json!({ "seconds": seconds })));
        assert_eq!(set, Value::Null);
    }

    /// How tasks behave from now on.
    pub(crate) fn script(&self, script: Value) {
        let set = self.ask("PUT", "/_twin/script", Some(script));
        assert_eq!(set, Value::Null);
    }

    /// A request to Cloudflare, by somebody who is not us.
    pub(crate) fn cloudflare(&self, method: &str, path: &str, body: Option<Value>) -> Value {
        self.ask(method, &format!("/client/v4{path}"), body)
    }

    /// A request to an AWS service with a JSON protocol, by somebody who is not us.
    pub(crate) fn aws(&self, service: &str, target: &str, body: &Value) -> Value {
        let headers = format!(
            "X-Amz-Target: {target}\r\nAuthorization: {}\r\n\
             Content-Type: application/x-amz-json-1.1\r\n",
            signature(service)
        );
        self.exchange("POST", "/", &headers, &body.to_string())
    }

    /// A request to an AWS service with the query protocol, EC2's among them, by somebody who is
    /// not us. What it answers is XML.
    #[track_caller]
    pub(crate) fn query(&self, service: &str, action: &str, parameters: &[(&str, &str)]) -> String {
        let version = match service {
            "ec2" => "2016-11-15",
            "iam" => "2010-05-08",
            "elasticloadbalancing" => "2015-12-01",
            other => panic!("{other} does not speak the query protocol"),
        };
        let mut body = format!("Action={action}&Version={version}");
        for (name, value) in parameters {
            body.push_str(&format!("&{name}={}", encoded(value)));
        }
        let headers = format!(
            "Authorization: {}\r\nContent-Type: application/x-www-form-urlencoded\r\n",
            signature(service)
        );
        let answer = self.exchange_text("POST", "/", &headers, &body);
        assert!(!answer.contains("<Error>"), "{action}: {answer}");
        answer
    }

    /// A change of one record set in a zone at Route 53, by somebody who is not us: `CREATE`,
    /// `UPSERT` or `DELETE`.
    #[track_caller]
    pub(crate) fn record_set(&self, zone: &str, action: &str, name: &str, kind: &str, value: &str) {
        let body = format!(
            "<ChangeResourceRecordSetsRequest xmlns=\"https://route53.amazonaws.com/doc/2013-04-01/\">\
             <ChangeBatch><Changes><Change><Action>{action}</Action><ResourceRecordSet>\
             <Name>{name}</Name><Type>{kind}</Type><TTL>300</TTL><ResourceRecords><ResourceRecord>\
             <Value>{value}</Value></ResourceRecord></ResourceRecords></ResourceRecordSet></Change>\
             </Changes></ChangeBatch></ChangeResourceRecordSetsRequest>"
        );
        let headers = format!(
            "Authorization: {}\r\nContent-Type: application/xml\r\n",
            signature("route53")
        );
        let path = format!("/2013-04-01/hostedzone/{zone}/rrset/");
        let answer = self.exchange_text("POST", &path, &headers, &body);
        assert!(!answer.contains("<Error>"), "{action} {name}: {answer}");
    }

    /// What a client on the internet gets.
    pub(crate) fn visit(&self, url: &str) -> Value {
        self.ask("GET", &format!("/_twin/ask?url={}", encoded(url)), None)
    }

    /// The twin's time, in milliseconds.
    pub(crate) fn now(&self) -> u64 {
        self.ask("GET", "/_twin/version", None)["now"]
            .as_u64()
            .expect("a time")
    }

    /// Lets time pass at once.
    pub(crate) fn pass(&self, seconds: u32) {
        self.ask(
            "POST",
            "/_twin/advance",
            Some(json!({ "seconds": seconds })),
        );
    }

    /// How many faults have not struck yet.
    pub(crate) fn faults_to_come(&self) -> usize {
        let faults = self.ask("GET", "/_twin/faults", None);
        faults.as_array().map_or(0, Vec::len)
    }

    fn ask(&self, method: &str, path: &str, body: Option<Value>) -> Value {
        let headers = "Authorization: Bearer sandbox-token\r\nContent-Type: application/json\r\n";
        let body = body.map(|body| body.to_string()).unwrap_or_default();
        self.exchange(method, path, headers, &body)
    }

    fn exchange(&self, method: &str, path: &str, headers: &str, body: &str) -> Value {
        let text = self.exchange_text(method, path, headers, body);
        serde_json::from_str(&text).unwrap_or(Value::Null)
    }

    fn exchange_text(&self, method: &str, path: &str, headers: &str, body: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).expect("the twin listens");
        stream
            .set_read_timeout(Some(Duration::from_secs(60)))
            .expect("a time-out is set");
        let length = body.len();
        let host = &self.address;
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\
             Content-Length: {length}\r\n{headers}\r\n{body}"
        );
        stream
            .write_all(request.as_bytes())
            .expect("the twin reads");
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).expect("the twin answers");
        let answer = String::from_utf8_lossy(&answer).into_owned();
        let (head, body) = answer.split_once("\r\n\r\n").expect("headers and a body");
        assert!(
            !head.to_lowercase().contains("transfer-encoding: chunked"),
            "{head}"
        );
        body.to_string()
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

/// `service:Operation` of a log entry.
pub(crate) fn operation(entry: &Value) -> String {
    let text = |name: &str| entry[name].as_str().unwrap_or_default().to_string();
    format!("{}:{}", text("service"), text("operation"))
}

/// A signature of somebody who is not us; the twin reads its scope only.
fn signature(service: &str) -> String {
    format!(
        "AWS4-HMAC-SHA256 \
         Credential=AKIASOMEBODYELSE1234/20261121/eu-central-1/{service}/aws4_request, \
         SignedHeaders=host, Signature=0"
    )
}

/// As forms and queries spell it.
fn encoded(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' => out.push(byte.into()),
            other => out.push_str(&format!("%{other:02X}")),
        }
    }
    out
}
