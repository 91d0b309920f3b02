//! What the twin itself is asked: its log, its world, its faults, its time.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::{Value, json};

use super::Rig;

impl Rig {
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

    pub(super) fn ask(&self, method: &str, path: &str, body: Option<Value>) -> Value {
        let headers = "Authorization: Bearer sandbox-token\r\nContent-Type: application/json\r\n";
        let body = body.map(|body| body.to_string()).unwrap_or_default();
        self.exchange(method, path, headers, &body)
    }

    pub(super) fn exchange(&self, method: &str, path: &str, headers: &str, body: &str) -> Value {
        let text = self.exchange_text(method, path, headers, body);
        serde_json::from_str(&text).unwrap_or(Value::Null)
    }

    pub(super) fn exchange_text(
        &self,
        method: &str,
        path: &str,
        headers: &str,
        body: &str,
    ) -> String {
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

/// `service:Operation` of a log entry, as IAM spells it: CloudWatch signs by another name.
pub(crate) fn operation(entry: &Value) -> String {
    let text = |name: &str| entry[name].as_str().unwrap_or_default().to_string();
    let service = match text("service") {
        name if name == "monitoring" => "cloudwatch".to_string(),
        name => name,
    };
    format!("{service}:{}", text("operation"))
}

/// As forms and queries spell it.
pub(super) fn encoded(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' => out.push(byte.into()),
            other => out.push_str(&format!("%{other:02X}")),
        }
    }
    out
}
