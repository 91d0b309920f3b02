//! Which account an environment may touch, in which role, and DNS that somebody sets by hand.

#![expect(
    clippy::disallowed_methods,
    reason = "another process is waited for, in the machine's time"
)]

use std::fs::File;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::hello::leftovers;
use crate::rig::{HELLO, Rig, operation};

/// The twin's.
const ACCOUNT: &str = "123456789012";
const ROLE: &str = "arn:aws:iam::123456789012:role/deploy";

#[test]
fn another_account_than_the_environments_is_refused_and_unchanged() {
    let pinned = |account| format!("{HELLO}\n[environments.production]\naccount = \"{account}\"\n");
    let rig = Rig::new(&pinned("210987654321"));
    let world = rig.world();
    for args in [&["plan"][..], &["up"], &["up", "--yes", "--json"]] {
        let ran = rig.ashore(args).exits(7);
        let said = ran.stdout + &ran.stderr;
        for expected in ["E0413", "210987654321", ACCOUNT] {
            assert!(said.contains(expected), "{expected}: {said}");
        }
    }
    assert_eq!(rig.changes(0), Vec::<String>::new());
    assert_eq!(rig.world()["regions"], world["regions"]);

    // The same stack, with the right one; and nothing takes it away from the wrong one.
    rig.write(&pinned(ACCOUNT));
    rig.ashore(&["up"]).exits(0);
    rig.write(&pinned("210987654321"));
    let before = rig.log().len();
    let down = rig.ashore(&["down", "--yes"]).exits(7);
    assert!(down.stderr.contains("E0413"), "{}", down.stderr);
    assert_eq!(rig.changes(before), Vec::<String>::new());
    // What stands in another environment does not bind this one.
    rig.write(&pinned("210987654321").replace("production", "staging"));
    rig.ashore(&["plan", "--detailed-exitcode"]).exits(0);
}

#[test]
fn an_environment_that_wants_its_name_typed_is_not_taken_down_by_a_yes() {
    let guarded = format!("{HELLO}\n[environments.production]\nconfirm = \"type-name\"\n");
    let rig = Rig::new(&guarded);
    rig.ashore(&["up"]).exits(0);
    // A release takes nothing away.
    let next = guarded.replace("nginx:1.29", "nginx:1.30");
    rig.write(&next);
    rig.ashore(&["up"]).exits(0);
    let service =
        "\n[services.web]\nimage = \"nginx:1.30\"\nport = 80\nhostname = \"hello.example.com\"\n";
    assert!(next.contains(service));
    for (args, manifest) in [
        (["down", "--yes"], next.clone()),
        (
            ["up", "--yes"],
            next.replace(service, "\n[services.other]\nimage = \"nginx:1\"\n"),
        ),
    ] {
        rig.write(&manifest);
        let before = rig.log().len();
        let ran = rig.ashore(&args).exits(7);
        for expected in ["E0707", "environments.production.confirm"] {
            assert!(ran.stderr.contains(expected), "{}", ran.stderr);
        }
        assert_eq!(rig.changes(before), Vec::<String>::new());
    }
    // It binds nobody else.
    rig.write(&next.replace("environments.production", "environments.staging"));
    rig.ashore(&["down", "--yes"]).exits(0);
    assert_eq!(leftovers(&rig.world()), Vec::<String>::new());
}

/// The main job in a role, which somebody made and which trusts whom it says.
fn in_role(trusts: &str) -> Rig {
    let rig = Rig::new(&format!(
        "{HELLO}\n[environments.production]\naccount = \"{ACCOUNT}\"\nrole = \"{ROLE}\"\n"
    ));
    let trust = json!({ "Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": { "AWS": trusts }, "Action": "sts:AssumeRole",
    }]});
    let role = [
        ("RoleName", "deploy"),
        ("AssumeRolePolicyDocument", &trust.to_string()),
    ];
    rig.query("iam", "CreateRole", &role);
    rig
}

#[test]
fn an_environments_role_is_taken_on_for_everything_in_aws() {
    let rig = in_role(ACCOUNT);
    let from = rig.log().len();
    rig.ashore(&["up"]).exits(0);
    let log = rig.log();
    // Nothing is asked before, and it is taken on once.
    assert_eq!(operation(&log[from]), "sts:AssumeRole", "{}", log[from]);
    assert_eq!(log[from]["outcome"], "ok", "{}", log[from]);
    let assumed = |entry: &&Value| operation(entry) == "sts:AssumeRole";
    assert_eq!(log[from..].iter().filter(assumed).count(), 1);
    // Who made it, as ECS remembers it.
    let session = format!("arn:aws:sts::{ACCOUNT}:assumed-role/deploy/ashore");
    let ecs = rig.world()["regions"]["eu-central-1"]["ecs"].to_string();
    assert!(ecs.contains(&session), "{ecs}");
    assert!(!ecs.contains(":user/"), "{ecs}");
    rig.ashore(&["plan", "--detailed-exitcode"]).exits(0);
    rig.ashore(&["down", "--yes"]).exits(0);
    assert_eq!(leftovers(&rig.world()), Vec::<String>::new());
    let role = rig.query("iam", "GetRole", &[("RoleName", "deploy")]);
    assert!(role.contains("<RoleName>deploy</RoleName>"));
}

#[test]
fn a_role_that_does_not_trust_us_is_named_and_nothing_is_made() {
    let rig = in_role("arn:aws:iam::123456789012:user/somebody");
    let from = rig.log().len();
    let caller = format!("arn:aws:iam::{ACCOUNT}:user/sandbox");
    for command in ["up", "plan", "doctor"] {
        let ran = rig.ashore(&[command]).exits(4);
        let said = ran.stdout + &ran.stderr;
        for expected in ["E0402", ROLE, "trust policy", &caller] {
            assert!(said.contains(expected), "{command}: {expected}: {said}");
        }
    }
    assert_eq!(rig.changes(from), Vec::<String>::new());
}

/// The main job where the domain is with somebody whose API nobody knows.
fn by_hand() -> Rig {
    Rig::new(
        &HELLO
            .replace(
                "dns = { provider = \"cloudflare\", zone = \"example.com\" }",
                "dns = { provider = \"manual\" }",
            )
            .replace("hello.example.com", "hello.example.net"),
    )
}

#[test]
fn records_set_by_hand_are_said_waited_for_and_then_up_ends() {
    let rig = by_hand();
    let (said, records) = up_by_hand(&rig);
    let (proof, way) = (&records[0], &records[1]);
    assert!(
        proof["name"]
            .as_str()
            .is_some_and(|name| name.ends_with(".hello.example.net")),
        "{said}"
    );
    assert_eq!(way["name"], "hello.example.net", "{said}");
    assert!(
        way["data"]
            .as_str()
            .is_some_and(|name| name.ends_with(".elb.amazonaws.com")),
        "{said}"
    );
    assert!(said.contains("https://hello.example.net"), "{said}");
    let visit = rig.visit("https://hello.example.net/");
    assert_eq!(visit["status"], 200, "{visit}");

    rig.ashore(&["plan", "--detailed-exitcode"]).exits(0);
    rig.ashore(&["down", "--yes"]).exits(0);
    assert_eq!(leftovers(&rig.world()), Vec::<String>::new());
}

#[test]
fn a_run_that_waits_for_somebody_can_be_killed_and_taken_up_or_down() {
    let rig = by_hand();
    let out = rig.path("killed");
    let mut process = rig.command(&["up"]);
    let file = File::create(&out).expect("the folder is ours");
    let mut process = process.stderr(file).spawn().expect("the binary runs");
    let first = told(&out, 0, || {
        process.try_wait().expect("it is ours").is_none()
    });
    process.kill().expect("it is running");
    process.wait().expect("it is dead");
    rig.ashore(&["down", "--yes"]).exits(0);
    assert_eq!(leftovers(&rig.world()), Vec::<String>::new());

    let (_, records) = up_by_hand(&rig);
    assert_ne!(records[0]["name"], Value::Null, "after {first}");
    rig.ashore(&["down", "--yes"]).exits(0);
    assert_eq!(leftovers(&rig.world()), Vec::<String>::new());
}

/// Runs `up`, sets each record as soon as it is told to, and gives what was said and set.
fn up_by_hand(rig: &Rig) -> (String, Vec<Value>) {
    let out = rig.path("said");
    let file = || File::create(&out).expect("the folder is ours");
    let mut command = rig.command(&["up"]);
    let errors = file();
    let output = errors.try_clone().expect("one file, two ends");
    let mut process = command
        .stdout(output)
        .stderr(errors)
        .spawn()
        .expect("the binary runs");
    let mut records: Vec<Value> = Vec::new();
    for nth in 0..2 {
        let record = told(&out, nth, || {
            process.try_wait().expect("it is ours").is_none()
        });
        records.push(record);
        rig.dns(json!(records));
    }
    let deadline = Instant::now() + Duration::from_secs(60);
    let status = loop {
        if let Some(status) = process.try_wait().expect("it is ours") {
            break status;
        }
        assert!(Instant::now() < deadline, "it does not end");
        thread::sleep(Duration::from_millis(20));
    };
    let said = std::fs::read_to_string(&out).expect("it was written");
    assert_eq!(status.code(), Some(0), "{said}");
    (said, records)
}

/// The nth record that the command has asked for so far, as a person reads it.
fn told(out: &std::path::Path, nth: usize, mut runs: impl FnMut() -> bool) -> Value {
    let deadline = Instant::now() + Duration::from_secs(60);
    loop {
        let said = std::fs::read_to_string(out).expect("it is being written");
        let mut wanted: Vec<[&str; 3]> = Vec::new();
        for line in said.lines() {
            let Some((_, record)) = line.split_once("set at your DNS provider: ") else {
                continue;
            };
            let record = record.split(';').next().unwrap_or_default();
            if let [name, kind, data] = *record.split(' ').collect::<Vec<_>>()
                && !wanted.contains(&[name, kind, data])
            {
                wanted.push([name, kind, data]);
            }
        }
        if let Some([name, kind, data]) = wanted.get(nth) {
            return json!({ "name": name, "type": kind, "data": data });
        }
        assert!(runs(), "it ended before it asked for record {nth}: {said}");
        assert!(
            Instant::now() < deadline,
            "record {nth} is not asked for: {said}"
        );
        thread::sleep(Duration::from_millis(20));
    }
}
