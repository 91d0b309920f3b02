//! Bad input ends in an error with code, cause and advice, never in a panic, and changes nothing.

use std::fs;

use crate::rig::{HELLO, Ran, Rig, SPEED};

fn refuses(rig: &Rig, args: &[&str], exit: i32, code: &str) -> Ran {
    let before = rig.log().len();
    let ran = rig.ashore(args).exits(exit);
    assert!(ran.stderr.contains(code), "{code}:\n{}", ran.stderr);
    assert!(!ran.stderr.contains("panicked"), "{}", ran.stderr);
    assert_eq!(rig.changes(before), Vec::<String>::new());
    ran
}

#[test]
fn mistakes_in_the_manifest_are_all_told_at_once() {
    let rig = Rig::new(
        "app = \"hello\"\nregion = \"eu-central-1\"\n[services.web]\nimagee = \"x\"\ncpu = 3\nport = 99999\n",
    );
    let ran = rig.ashore(&["up", "--json"]).exits(1);
    let mistakes = ran.document("error")["diagnostics"]
        .as_array()
        .map(Vec::len);
    assert!(mistakes >= Some(3), "{}", ran.stdout);
    assert_eq!(rig.log().len(), 0, "nobody was asked");
}

#[test]
fn malformed_toml_and_a_missing_file_are_told() {
    let rig = Rig::new("app = ");
    refuses(&rig, &["up"], 1, "E01");
    refuses(&rig, &["up", "-f", "nowhere.toml"], 1, "E0601");
}

#[test]
fn a_param_without_a_value_is_told_once_and_not_repeated() {
    let rig = Rig::new(HELLO);
    for param in ["hunter2", "=hunter2", ""] {
        let ran = refuses(&rig, &["plan", "--param", param], 1, "E0613");
        assert_eq!(
            ran.stderr.matches("NAME=VALUE").count(),
            1,
            "{}",
            ran.stderr
        );
        assert!(!ran.stderr.contains("hunter2"), "{}", ran.stderr);
    }
}

#[test]
fn a_missing_token_is_told_before_anything_is_made() {
    let rig = Rig::new(HELLO);
    let output = rig
        .command(&["up"])
        .env_remove("CLOUDFLARE_API_TOKEN")
        .output()
        .expect("it runs");
    assert_eq!(output.status.code(), Some(4));
    assert!(String::from_utf8_lossy(&output.stderr).contains("CLOUDFLARE_API_TOKEN"));
    assert_eq!(rig.changes(0), Vec::<String>::new());
}

#[test]
fn expired_and_invalid_credentials_are_told_with_what_to_do() {
    let rig = Rig::new(HELLO);
    for key in ["EXPIREDEXPIREDEXPIR", "INVALIDINVALIDINVAL"] {
        let output = rig
            .command(&["up"])
            .env("AWS_ACCESS_KEY_ID", key)
            .output()
            .expect("it runs");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(4), "{said}");
        assert!(said.contains("E0401") && said.contains("next"), "{said}");
    }
    assert_eq!(rig.changes(0), Vec::<String>::new());
}

/// Seed: B36.
#[test]
fn a_state_of_another_region_is_refused() {
    let rig = Rig::new(HELLO);
    rig.ashore(&["up"]).exits(0);
    let ran = refuses(&rig, &["up", "--region", "us-east-1"], 7, "E0412");
    assert!(ran.stderr.contains("eu-central-1"), "{}", ran.stderr);
}

#[test]
fn a_state_of_another_account_is_refused() {
    let here = Rig::new(HELLO);
    here.ashore(&["up"]).exits(0);
    let world = serde_json::json!({ "format": 1, "world": here.world() }).to_string();
    let theirs = here.path("theirs");
    fs::create_dir(&theirs).expect("the folder is ours");
    let other = world.replace("123456789012", "999999999999");
    fs::write(theirs.join("world.json"), other).expect("the folder is ours");
    let folder = theirs.to_str().expect("a path in UTF-8");
    let there = Rig::with(SPEED, HELLO, &["--state", folder]);
    fs::rename(here.path(".ashore"), there.path(".ashore")).expect("both folders are ours");
    for args in [&["plan"][..], &["up"], &["down", "--yes"], &["status"]] {
        let ran = refuses(&there, args, 7, "E0412");
        let said = "account: the stack is in 123456789012, and we are in 999999999999";
        assert!(ran.stderr.contains(said), "{}", ran.stderr);
    }
}

#[test]
fn an_unreadable_and_a_newer_state_are_refused() {
    let rig = Rig::new(HELLO);
    rig.ashore(&["up"]).exits(0);
    let path = rig.path(".ashore/hello-production/state.json");
    let state = fs::read_to_string(&path).expect("the state");
    fs::write(&path, state.replace("\"format\": 1", "\"format\": 999")).expect("ours");
    refuses(&rig, &["up"], 1, "E0503");
    fs::write(&path, state.replace("10.0.0.0/16", "10.9.0.0/16")).expect("ours");
    refuses(&rig, &["down", "--yes"], 1, "E0502");
    fs::write(&path, "{").expect("ours");
    refuses(&rig, &["status"], 1, "E0502");
}

#[test]
fn a_question_that_nobody_can_answer_is_refused() {
    let rig = Rig::new(HELLO);
    rig.ashore(&["up"]).exits(0);
    refuses(&rig, &["down"], 7, "E0701");
}
