//! `plan --out` and `up --plan`.

use crate::hello::leftovers;
use crate::rig::{HELLO, Rig};

#[test]
fn a_saved_plan_is_applied_once_and_exactly() {
    let rig = Rig::new(HELLO);
    rig.ashore(&["plan", "--out", "first.plan"]).exits(0);
    rig.ashore(&["up", "--plan", "first.plan"]).exits(0);
    rig.ashore(&["plan", "--detailed-exitcode"]).exits(0);
    let again = rig.ashore(&["up", "--plan", "first.plan"]).exits(7);
    assert!(again.stderr.contains("E0706"), "{}", again.stderr);
}

#[test]
fn a_saved_plan_does_not_outlive_a_run_that_was_undone() {
    let rig = Rig::new(HELLO);
    rig.ashore(&["up"]).exits(0);
    rig.write(&HELLO.replace("nginx:1.29", "broken:1"));
    rig.script(serde_json::json!({ "rules": [{
        "image": "broken:1",
        "behaviour": { "exit": { "code": 1, "after_ms": 2000 } },
    }]}));
    rig.ashore(&["plan", "--out", "broken.plan"]).exits(0);
    rig.ashore(&["up", "--plan", "broken.plan"]).exits(3);
    // The resources are as they were, and the state has gone on: the plan is of another serial.
    let before = rig.log().len();
    let again = rig.ashore(&["up", "--plan", "broken.plan"]).exits(7);
    assert!(again.stderr.contains("E0706"), "{}", again.stderr);
    assert_eq!(rig.changes(before), Vec::<String>::new());
    rig.ashore(&["down", "--yes"]).exits(0);
    assert_eq!(leftovers(&rig.world()), Vec::<String>::new());
}

#[test]
#[cfg(unix)]
fn a_saved_plan_is_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let rig = Rig::new(HELLO);
    rig.ashore(&["plan", "--out", "mine.plan"]).exits(0);
    let about = std::fs::metadata(rig.path("mine.plan")).expect("it was written");
    assert_eq!(about.permissions().mode() & 0o777, 0o600);
}
