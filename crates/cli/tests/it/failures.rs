//! Containers that do not start.

use serde_json::{Value, json};

use crate::hello::leftovers;
use crate::rig::{HELLO, Rig, operation};
use crate::visitor::{all_answered, between, visited};

const URL: &str = "https://hello.example.com/";

/// What the version that is there answers, and the one that follows it: both are healthy, and the
/// visitor can tell which one it met.
const OLD: u64 = 200;
const NEW: u64 = 201;

/// Slow enough for many visits while a rollout goes on, whatever else this machine does.
const VISITED: &str = "60";

const LOG: [&str; 2] = ["starting", "panicked: DATABASE_URL is not set"];

/// `nginx` answers as the old version, and `new:1` behaves so.
fn versions(new: Value) -> Value {
    json!({ "rules": [
        { "image": "nginx*", "behaviour": { "http_status": OLD } },
        { "image": "new:1", "behaviour": new },
    ]})
}

/// When it came, on the twin's clock.
fn time(entry: &Value) -> u64 {
    entry["time"].as_u64().expect("a time")
}

#[track_caller]
fn time_of(log: &[Value], wanted: &str) -> u64 {
    let entry = log.iter().find(|entry| operation(entry) == wanted);
    time(entry.unwrap_or_else(|| panic!("no {wanted} in {log:#?}")))
}

fn crashes(image: &str) -> Value {
    json!({ "rules": [{
        "image": image,
        "behaviour": {
            "exit": { "code": 1, "after_ms": 2000 },
            "log": LOG,
        },
    }]})
}

/// Seed: B7.
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
fn an_update_to_a_crashing_image_fails_and_the_old_version_serves_in_every_moment() {
    let rig = Rig::at(VISITED, HELLO);
    rig.script(versions(
        json!({ "exit": { "code": 1, "after_ms": 2000 }, "log": LOG }),
    ));
    rig.ashore(&["up"]).exits(0);
    rig.write(&HELLO.replace("nginx:1.29", "new:1"));
    let before = rig.log().len();
    let (up, visits) = visited(&rig, URL, || rig.ashore(&["up"]));
    let up = up.exits(3);
    for said in ["exit code 1", "DATABASE_URL is not set"] {
        assert!(up.stderr.contains(said), "{said}:\n{}", up.stderr);
    }
    all_answered(&visits, &[OLD]);
    let log = &rig.log()[before..];
    let began = time_of(log, "ecs:RegisterTaskDefinition");
    let ended = time(log.last().expect("requests"));
    let meanwhile = between(&visits, began, ended);
    assert!(meanwhile >= 50, "{meanwhile} of {} visits", visits.len());
    // Its own part: from the last change of the way back, whatever ECS had put back before.
    let mutating = |entry: &&Value| entry["mutating"] == true;
    let back = time(log.iter().rfind(mutating).expect("changes"));
    assert!(began < back, "the rollback changed nothing: {log:#?}");
    let on_the_way_back = visits.iter().filter(|visit| visit.before >= back).count();
    assert!(on_the_way_back >= 1);

    rig.write(HELLO);
    let plan = rig.ashore(&["plan", "--detailed-exitcode"]);
    assert_eq!(plan.code, Some(0), "{}", plan.stdout);
}

#[test]
fn an_update_rolls_over_with_no_moment_without_service() {
    let rig = Rig::at(VISITED, HELLO);
    rig.script(versions(json!({ "http_status": NEW })));
    rig.ashore(&["up"]).exits(0);
    rig.write(&HELLO.replace("nginx:1.29", "new:1"));
    let before = rig.log().len();
    // Until the last of the old tasks has stopped: that is when a hole would show.
    let args = ["up", "--wait", "rollout"];
    let (up, visits) = visited(&rig, URL, || rig.ashore(&args));
    up.exits(0);
    all_answered(&visits, &[OLD, NEW]);
    assert_eq!(visits.first().map(|visit| visit.status), Some(OLD));
    assert_eq!(visits.last().map(|visit| visit.status), Some(NEW));
    let log = &rig.log()[before..];
    let began = time_of(log, "ecs:RegisterTaskDefinition");
    let ended = time(log.last().expect("requests"));
    let meanwhile = between(&visits, began, ended);
    assert!(meanwhile >= 50, "{meanwhile} of {} visits", visits.len());
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
