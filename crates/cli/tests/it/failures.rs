//! Containers that do not start.

use serde_json::json;

use crate::hello::leftovers;
use crate::rig::{HELLO, Rig};

fn crashes(image: &str) -> serde_json::Value {
    json!({ "rules": [{
        "image": image,
        "behaviour": {
            "exit": { "code": 1, "after_ms": 2000 },
            "log": ["starting", "panicked: DATABASE_URL is not set"],
        },
    }]})
}

#[test]
fn a_first_up_whose_container_exits_says_why_and_undoes_itself() {
    let rig = Rig::new(&HELLO.replace("nginx:1.29", "broken:1"));
    rig.script(crashes("broken:1"));
    let up = rig.ashore(&["up"]).exits(3);
    for said in [
        "exit code 1",
        "DATABASE_URL is not set",
        "everything is as it was before",
    ] {
        assert!(up.stderr.contains(said), "{said}:\n{}", up.stderr);
    }
    assert_eq!(leftovers(&rig.world()), Vec::<String>::new());
}

#[test]
fn an_update_to_a_crashing_image_fails_and_the_old_version_keeps_serving() {
    let rig = Rig::new(HELLO);
    rig.script(crashes("broken:1"));
    rig.ashore(&["up"]).exits(0);
    rig.write(&HELLO.replace("nginx:1.29", "broken:1"));
    let up = rig.ashore(&["up"]).exits(3);
    for said in ["exit code 1", "DATABASE_URL is not set"] {
        assert!(up.stderr.contains(said), "{said}:\n{}", up.stderr);
    }
    rig.write(HELLO);
    let plan = rig.ashore(&["plan", "--detailed-exitcode"]);
    assert_eq!(plan.code, Some(0), "{}", plan.stdout);
}

#[test]
fn kept_after_a_failure_the_next_up_goes_on_from_what_is_there() {
    let rig = Rig::new(&HELLO.replace("nginx:1.29", "broken:1"));
    rig.script(crashes("broken:1"));
    rig.ashore(&["up", "--on-failure", "keep"]).exits(1);
    let made = rig.changes(0).len();
    rig.write(HELLO);
    rig.ashore(&["up"]).exits(0);
    let more = rig.changes(0).len() - made;
    assert!(more < 10, "only what was missing: {more}");
    rig.ashore(&["down", "--yes"]).exits(0);
    assert_eq!(leftovers(&rig.world()), Vec::<String>::new());
}
