//! What `status` says of a stack, and of one whose run is not finished.

use serde_json::json;

use crate::rig::{HELLO, Rig};

const URL: &str = "https://hello.example.com";

#[test]
fn a_url_is_not_told_as_if_it_answered_while_a_run_is_open() {
    let rig = Rig::new(HELLO);
    rig.fault(json!({
        "service": "ecs", "operation": "CreateService",
        "action": { "refuse": {
            "status": 400, "code": "ExpiredTokenException", "message": "the token has expired",
        } },
    }));
    rig.ashore(&["up"]).exits(4);
    let paused = rig.ashore(&["status"]).exits(0);
    let told = paused.stdout.lines().find(|line| line.starts_with(URL));
    let told = told.unwrap_or_else(|| panic!("{}", paused.stdout));
    assert!(told.contains("is not finished"), "{told}");
    let document = rig.ashore(&["status", "--json"]).exits(0);
    let document = document.document("status");
    assert_eq!(document["urls"], json!([URL]));
    assert!(document["unfinished_run"].is_string(), "{document}");

    rig.ashore(&["up"]).exits(0);
    let done = rig.ashore(&["status"]).exits(0);
    assert!(
        done.stdout.lines().any(|line| line == URL),
        "{}",
        done.stdout
    );
}
