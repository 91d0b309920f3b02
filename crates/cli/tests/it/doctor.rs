//! `doctor`: each thing that would make the next command fail is found beforehand, named, and
//! nothing is changed by looking.

#![expect(
    clippy::disallowed_methods,
    reason = "another process is waited for, in the machine's time"
)]

use std::fs;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::rig::{HELLO, Rig};

/// One finding of `doctor --json`, by what was looked at.
#[track_caller]
fn finding(rig: &Rig, code: i32, about: &str, what: &str) -> Value {
    let ran = rig.ashore(&["doctor", "--json"]).exits(code);
    let told = ran.document("doctor");
    let findings = told["findings"].as_array().expect("a list").clone();
    let found = findings
        .iter()
        .find(|it| it["about"] == about && it["what"] == what);
    found
        .unwrap_or_else(|| panic!("no {about}/{what} in {findings:#?}"))
        .clone()
}

/// What `doctor` says in all, by verdict, but for what is well: `about/what`.
#[track_caller]
fn not_well(rig: &Rig, code: i32) -> Vec<(String, String)> {
    let ran = rig.ashore(&["doctor", "--json"]).exits(code);
    let told = ran.document("doctor");
    let text = |value: &Value| value.as_str().unwrap_or_default().to_string();
    let findings = told["findings"].as_array().expect("a list");
    let bad = findings.iter().filter(|it| it["verdict"] != "ok");
    bad.map(|it| {
        let what = format!("{}/{}", text(&it["about"]), text(&it["what"]));
        (text(&it["verdict"]), what)
    })
    .collect()
}

fn row(verdict: &str, what: &str) -> (String, String) {
    (verdict.to_string(), what.to_string())
}

/// Cloudflare does not tell what a token may write.
fn always() -> (String, String) {
    row("unknown", "token/edits")
}

#[test]
fn where_all_is_well_only_what_cannot_be_known_is_left_open_and_nothing_is_changed() {
    let rig = Rig::new(HELLO);
    assert_eq!(not_well(&rig, 0), [always()]);
    let said = rig.ashore(&["doctor"]).exits(0).stdout;
    for expected in [
        "hello-production\n\n  credentials\n    ok       caller ",
        "  clock\n    ok       time ",
        "    ok       eu-central-1 ",
        "3 usable, the network wants 3",
        "the world asks ada.ns.cloudflare.com, rob.ns.cloudflare.com",
        "VPCs in the region                       0 of 5 used, the plan adds 1 (L-F678F1CE)",
        "vCPUs on Fargate in the region ",
        "0 warnings, 0 failures, 1 unknown",
    ] {
        assert!(said.contains(expected), "{expected}: {said}");
    }
    assert!(!said.contains('\u{1b}'), "{said:?}");
    assert_eq!(rig.changes(0), Vec::<String>::new());
    assert!(!rig.path(".ashore").exists(), "no folder is made either");

    // With the stack there, it is all ours, and takes nothing more.
    rig.ashore(&["up"]).exits(0);
    assert_eq!(not_well(&rig, 0), [always()]);
    let plan = finding(&rig, 0, "quotas", "plan");
    assert_eq!(plan["found"], "makes nothing that a quota limits", "{plan}");
    rig.ashore(&["down", "--yes"]).exits(0);
    assert_eq!(not_well(&rig, 0), [always()]);
}

#[test]
fn in_the_sandbox_it_runs_too() {
    let rig = Rig::new(HELLO);
    let ran = rig.ashore(&["doctor", "--sandbox", "--json"]).exits(0);
    assert_eq!(ran.document("doctor")["summary"]["failures"], 0);
}

#[test]
fn a_clock_that_is_wrong_is_told_by_the_answer_that_refuses_its_signature() {
    let rig = Rig::new(HELLO);
    for (skew, verdict, code) in [(0, "ok", 0), (200, "warning", 0), (-600, "failure", 4)] {
        rig.skew(skew);
        let time = finding(&rig, code, "clock", "time");
        assert_eq!(time["verdict"], verdict, "{time}");
    }
    let caller = finding(&rig, 4, "credentials", "caller");
    assert_eq!(caller["code"], "E0401");
    assert!(caller["next"].to_string().contains("clock"), "{caller}");
    // What needs no AWS is looked at all the same.
    let zone = finding(&rig, 4, "dns", "example.com");
    assert_eq!(zone["verdict"], "ok", "{zone}");
    let plan = finding(&rig, 4, "quotas", "plan");
    assert_eq!(plan["verdict"], "unknown", "{plan}");
}

#[test]
fn what_may_not_be_read_is_unknown_and_names_the_permission() {
    let rig = Rig::new(HELLO);
    let denied =
        json!({ "refuse": { "status": 403, "code": "AccessDeniedException", "message": "no" } });
    for (service, operation) in [
        ("servicequotas", "GetServiceQuota"),
        ("iam", "GetAccountSummary"),
        ("secretsmanager", "ListSecrets"),
        ("ec2", "DescribeRegions"),
    ] {
        rig.fault(json!({
            "service": service, "operation": operation, "times": 0, "action": denied,
        }));
    }
    for (about, what, needs) in [
        (
            "quotas",
            "VPCs in the region",
            "servicequotas:GetServiceQuota",
        ),
        (
            "quotas",
            "IAM roles of the account",
            "iam:GetAccountSummary",
        ),
        (
            "leftovers",
            "aws.secretsmanager.secret",
            "secretsmanager:ListSecrets",
        ),
        ("region", "eu-central-1", "ec2:DescribeRegions"),
    ] {
        let found = finding(&rig, 0, about, what);
        assert_eq!(found["verdict"], "unknown", "{found}");
        let said = found["found"].as_str().unwrap_or_default();
        assert!(
            said.ends_with(&format!("needs permission {needs}")),
            "{found}"
        );
    }
    // Without a plan nobody knows what it takes.
    rig.fault(json!({
        "service": "iam", "operation": "ListRoles", "times": 0, "action": denied,
    }));
    let plan = finding(&rig, 0, "quotas", "plan");
    assert_eq!(plan["verdict"], "unknown", "{plan}");
    assert!(
        plan["found"].to_string().contains("iam:ListRoles"),
        "{plan}"
    );
    // Nor is what could not be listed taken for absent.
    let marks = finding(&rig, 0, "leftovers", "marks");
    assert!(marks["found"].to_string().contains("kinds"), "{marks}");
}

#[test]
fn a_quota_that_the_plan_goes_beyond_fails_and_says_what_to_ask_for() {
    let rig = Rig::new(HELLO);
    rig.quotas(json!({ "L-F678F1CE": 0, "L-53DA6B97": 1, "L-21C621EB": 20 }));
    let vpcs = finding(&rig, 1, "quotas", "VPCs in the region");
    assert_eq!(
        (&vpcs["verdict"], &vpcs["code"]),
        (&json!("failure"), &json!("E0302"))
    );
    let next = vpcs["next"][0].as_str().unwrap_or_default();
    assert_eq!(
        next,
        "aws service-quotas request-service-quota-increase --service-code vpc \
         --quota-code L-F678F1CE --desired-value 1 --region eu-central-1"
    );
    let balancers = finding(
        &rig,
        1,
        "quotas",
        "application load balancers in the region",
    );
    assert_eq!(balancers["verdict"], "warning", "{balancers}");
    // It said so before AWS did.
    let up = rig.ashore(&["up"]).exits(3);
    assert!(up.stderr.contains("VpcLimitExceeded"), "{}", up.stderr);

    // What others have counts.
    rig.quotas(json!({ "L-F678F1CE": 1 }));
    rig.query("ec2", "CreateVpc", &[("CidrBlock", "10.9.0.0/16")]);
    let vpcs = finding(&rig, 1, "quotas", "VPCs in the region");
    let found = vpcs["found"].as_str().unwrap_or_default();
    assert!(found.starts_with("1 of 1 used, the plan adds 1"), "{vpcs}");
}

/// The default where nobody asked for more; and of Fargate also what a rollout takes.
#[test]
fn vcpus_of_a_rollout_count() {
    let rig = Rig::new(&format!("{HELLO}cpu = 1\nmemory = \"2GiB\"\ncount = 2\n"));
    rig.quotas(json!({ "L-3032A538": 3 }));
    let what = "vCPUs on Fargate in the region";
    let before = finding(&rig, 0, "quotas", what);
    assert!(
        before["found"]
            .to_string()
            .contains("0 of 3 used, the plan adds 2"),
        "{before}"
    );
    rig.ashore(&["up"]).exits(0);
    let next = format!("{HELLO}cpu = 1\nmemory = \"2GiB\"\ncount = 2\n").replace("1.29", "1.30");
    rig.write(&next);
    let then = finding(&rig, 1, "quotas", what);
    assert!(
        then["found"]
            .to_string()
            .contains("2 of 3 used, the plan adds 2"),
        "{then}"
    );
}

#[test]
fn a_zone_that_the_world_does_not_ask_is_found() {
    let rig = Rig::new(HELLO);
    let ns = |server: &str| json!({ "name": "example.com", "type": "NS", "data": server });
    for (records, verdict, code) in [
        (json!([ns("ns1.other.net.")]), "failure", 1),
        (json!([]), "ok", 0),
    ] {
        rig.dns(records);
        let found = finding(&rig, code, "dns", "delegation");
        assert_eq!(found["verdict"], verdict, "{found}");
        if code == 1 {
            assert_eq!(found["code"], "E0417");
            assert!(
                found["next"][0]
                    .to_string()
                    .contains("ada.ns.cloudflare.com"),
                "{found}"
            );
        }
    }
}

#[test]
fn a_caa_record_that_shuts_amazon_out_is_found_at_the_name_or_above() {
    let rig = Rig::new(HELLO);
    let caa = |name: &str, data: &str| json!({ "name": name, "type": "CAA", "data": data });
    let google = "0 issue \"pki.goog\"";
    for (records, code) in [
        (json!([caa("example.com", google)]), 1),
        (json!([caa("com", google)]), 1),
        (
            json!([
                caa("example.com", google),
                caa("hello.example.com", "0 issue \"amazon.com\"")
            ]),
            0,
        ),
        (
            json!([caa("example.com", "0 iodef \"mailto:a@example.com\"")]),
            0,
        ),
        (
            json!([caa(
                "example.com",
                "\\# 15 00 05 69 73 73 75 65 70 6b 69 2e 67 6f 6f 67"
            )]),
            1,
        ),
    ] {
        rig.dns(records);
        let found = finding(&rig, code, "dns", "CAA");
        if code == 1 {
            assert_eq!(found["code"], "E0418", "{found}");
            assert!(found["found"].to_string().contains("pki.goog"), "{found}");
        }
    }
}

#[test]
fn a_token_that_does_not_count_or_soon_will_not_is_told_from_one_that_does() {
    let mut rig = Rig::new(HELLO);
    for (token, verdict, code) in [
        ("sandbox-token-disabled", "failure", 4),
        ("sandbox-token-expired", "failure", 4),
        ("sandbox-token-expiring", "warning", 0),
        ("sandbox-token-account", "ok", 0),
        ("sandbox-token-read", "ok", 0),
        ("\"quoted\"", "failure", 4),
    ] {
        rig.export("CLOUDFLARE_API_TOKEN", token);
        let found = finding(&rig, code, "token", "token");
        assert_eq!(found["verdict"], verdict, "{token}: {found}");
    }
    rig.export("CLOUDFLARE_API_TOKEN", "");
    let found = finding(&rig, 4, "token", "token");
    assert_eq!(found["code"], "E0411", "{found}");
    // Who we are at AWS does not stand on it.
    let caller = finding(&rig, 4, "credentials", "caller");
    assert_eq!(caller["verdict"], "ok", "{caller}");
}

#[test]
fn nobody_is_told_what_cannot_be_found_out_without_credentials() {
    let mut rig = Rig::new(HELLO);
    rig.export("AWS_ACCESS_KEY_ID", "INVALIDKEY");
    let bad = not_well(&rig, 4);
    assert_eq!(bad[0], row("failure", "credentials/caller"));
    for what in ["region/zones", "quotas/plan", "leftovers/marks"] {
        assert!(bad.contains(&row("unknown", what)), "{what}: {bad:?}");
    }
    let delegation = finding(&rig, 4, "dns", "delegation");
    assert_eq!(delegation["verdict"], "ok", "{delegation}");
}

#[test]
fn another_account_than_the_environments_fails() {
    let rig = Rig::new(&format!(
        "{HELLO}\n[environments.production]\naccount = \"210987654321\"\n"
    ));
    let found = finding(&rig, 4, "credentials", "account");
    assert_eq!(found["code"], "E0413", "{found}");
}

#[test]
fn a_region_that_nobody_has_opted_in_to_is_told() {
    let rig = Rig::new(&HELLO.replace("eu-central-1", "eu-south-1"));
    let found = finding(&rig, 1, "region", "eu-south-1");
    assert_eq!(found["code"], "E0416", "{found}");
}

#[test]
fn what_bears_the_mark_and_is_in_no_state_is_named() {
    let rig = Rig::new(HELLO);
    rig.ashore(&["up"]).exits(0);
    assert_eq!(not_well(&rig, 0), [always()]);
    let made = rig.query(
        "ec2",
        "CreateVpc",
        &[
            ("CidrBlock", "10.9.0.0/16"),
            ("TagSpecification.1.ResourceType", "vpc"),
            ("TagSpecification.1.Tag.1.Key", "ashore:stack"),
            ("TagSpecification.1.Tag.1.Value", "hello/production"),
        ],
    );
    let id = made
        .split("<vpcId>")
        .nth(1)
        .and_then(|rest| rest.split('<').next());
    let id = id.expect("an id");
    let found = finding(&rig, 0, "leftovers", "aws.ec2.vpc");
    assert_eq!(found["verdict"], "warning", "{found}");
    assert!(found["found"].to_string().contains(id), "{found}");
    // All of it, where the state is lost.
    fs::remove_dir_all(rig.path(".ashore")).expect("it is ours");
    let lost = not_well(&rig, 0);
    for kind in [
        "aws.ec2.vpc",
        "aws.ecs.service",
        "aws.iam.role",
        "cloudflare.dns.record",
    ] {
        let what = format!("leftovers/{kind}");
        assert!(lost.contains(&row("warning", &what)), "{kind}: {lost:?}");
    }
}

#[test]
fn a_run_that_was_not_finished_and_a_lock_that_is_held_are_told() {
    let rig = Rig::new(HELLO);
    rig.fault(json!({ "mutating_nth": 4, "action": "hang" }));
    let mut up = rig.start(&["up"]);
    let deadline = Instant::now() + Duration::from_secs(60);
    while rig.faults_to_come() > 0 {
        assert!(Instant::now() < deadline, "it never struck");
        thread::sleep(Duration::from_millis(5));
    }
    let lock = finding(&rig, 0, "leftovers", "lock");
    assert_eq!(lock["verdict"], "warning", "{lock}");
    assert!(
        lock["found"].to_string().contains("ashore up, process"),
        "{lock}"
    );
    up.kill().expect("it is running");
    up.wait().expect("it is dead");
    let run = finding(&rig, 0, "leftovers", "run");
    assert_eq!(run["verdict"], "warning", "{run}");
    assert!(run["next"].to_string().contains("up --undo"), "{run}");
    let lock = finding(&rig, 0, "leftovers", "lock");
    assert_eq!(lock["verdict"], "ok", "{lock}");
    // A look holds nobody up.
    rig.ashore(&["up"]).exits(0);
    assert_eq!(not_well(&rig, 0), [always()]);
}
