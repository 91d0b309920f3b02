//! Every mutating request of `up` and `down` is killed once before and once after it is applied:
//! `kill -9` of the real binary. Whatever comes next converges.

#![expect(
    clippy::disallowed_methods,
    reason = "another process is waited for, in the machine's time"
)]

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::hello::{forgotten_by_aws, leftovers};
use crate::rig::{HELLO, Rig, operation};

/// What is done after the kill.
#[derive(Clone, Copy, Debug)]
enum After {
    Up,
    Undo,
    Down,
}

#[derive(Clone, Debug)]
struct Kill {
    /// Which mutating request, from 1.
    nth: usize,
    /// Whether it is applied before the process dies.
    side: &'static str,
    /// The command that is killed.
    command: &'static str,
    after: After,
}

#[test]
fn every_mutating_request_of_up_can_be_killed() {
    let rig = Rig::new(HELLO);
    rig.ashore(&["up"]).exits(0);
    let requests = rig.changes(0).len();
    drop(rig);
    let afters = [After::Up, After::Undo, After::Down];
    let mut kills = Vec::new();
    for nth in 1..=requests {
        for side in ["before", "after"] {
            // Every boundary with every verb would be three times the work; the verbs go round,
            // and each boundary meets two of them.
            let turn = nth + usize::from(side == "after");
            kills.push(Kill {
                nth,
                side,
                command: "up",
                after: afters[turn % afters.len()],
            });
        }
    }
    all(kills);
}

#[test]
fn every_mutating_request_of_down_can_be_killed() {
    let rig = Rig::new(HELLO);
    rig.ashore(&["up"]).exits(0);
    let before = rig.log().len();
    rig.ashore(&["down", "--yes"]).exits(0);
    let requests = rig.changes(before).len();
    drop(rig);
    let mut kills = Vec::new();
    for nth in 1..=requests {
        for side in ["before", "after"] {
            let after = if nth % 4 == 0 { After::Up } else { After::Down };
            kills.push(Kill {
                nth,
                side,
                command: "down",
                after,
            });
        }
    }
    all(kills);
}

/// Two at a time: the machine that runs this has two cores.
fn all(kills: Vec<Kill>) {
    let next = AtomicUsize::new(0);
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while let Some(kill) = kills.get(next.fetch_add(1, Ordering::SeqCst)) {
                    survives(kill);
                }
            });
        }
    });
}

fn survives(kill: &Kill) {
    let rig = Rig::new(HELLO);
    if kill.command == "down" {
        rig.ashore(&["up"]).exits(0);
    }
    rig.fault(json!({
        "mutating_nth": kill.nth,
        "side": kill.side,
        "action": "hang",
    }));
    let before = rig.log().len();
    let args: &[&str] = if kill.command == "down" {
        &["down", "--yes"]
    } else {
        &["up"]
    };
    let mut process = rig.start(args);
    let died = hanging(&rig, before, kill);
    process.kill().expect("it is running");
    process.wait().expect("it is dead");
    assert_eq!(died["applied"], kill.side == "after", "{kill:?}: {died}");
    let about = format!("{kill:?} at {}", operation(&died));

    match kill.after {
        After::Up => {
            let up = rig.ashore(&["up"]);
            assert_eq!(up.code, Some(0), "{about}\n{}\n{}", up.stdout, up.stderr);
            let plan = rig.ashore(&["plan", "--detailed-exitcode"]);
            assert_eq!(plan.code, Some(0), "{about}\n{}", plan.stdout);
        }
        After::Undo => {
            let undo = rig.ashore(&["up", "--undo"]);
            assert_eq!(
                undo.code,
                Some(0),
                "{about}\n{}\n{}",
                undo.stdout,
                undo.stderr
            );
            assert_eq!(leftovers(&rig.world()), Vec::<String>::new(), "{about}");
        }
        After::Down => {}
    }
    let doubled = doubled(&rig.world());
    assert!(doubled.is_empty(), "{about}: {doubled:?}");
    let down = rig.ashore(&["down", "--yes"]);
    assert_eq!(
        down.code,
        Some(0),
        "{about}\n{}\n{}",
        down.stdout,
        down.stderr
    );
    assert_eq!(leftovers(&rig.world()), Vec::<String>::new(), "{about}");
}

/// Waits until the request that is to die is in flight.
fn hanging(rig: &Rig, before: usize, kill: &Kill) -> Value {
    let deadline = Instant::now() + Duration::from_secs(120);
    loop {
        let log = rig.log();
        let struck = log[before..].iter().find(|entry| !entry["fault"].is_null());
        if let Some(entry) = struck {
            return entry.clone();
        }
        assert!(Instant::now() < deadline, "{kill:?} never struck");
        thread::sleep(Duration::from_millis(20));
    }
}

/// Marks that more than one live object bears.
fn doubled(world: &Value) -> Vec<String> {
    let mut marks = Vec::new();
    collect(world, &mut marks);
    marks.sort();
    let twice = marks.windows(2).filter(|pair| pair[0] == pair[1]);
    twice.map(|pair| pair[0].clone()).collect()
}

fn collect(value: &Value, marks: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            let tag = |name: &str| members.get("tags")?.get(name)?.as_str().map(str::to_string);
            if forgotten_by_aws(members) {
                return; // with all that it remembers
            }
            if let (Some(address), Some(generation)) =
                (tag("ashore:address"), tag("ashore:generation"))
            {
                marks.push(format!("{address}#{generation}"));
            }
            members.values().for_each(|member| collect(member, marks));
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, marks)),
        _ => {}
    }
}
