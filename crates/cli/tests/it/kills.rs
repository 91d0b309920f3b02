//! Every mutating request of `up` and `down` is killed before and after it is applied: `kill -9` of
//! the real binary. Whatever comes next converges, be it `up`, `up --undo` or `down`.

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

/// Faster than elsewhere: there are hundreds, each of a few minutes of the cloud's time, and none
/// counts how often a wait looks.
const SPEED: &str = "600";

/// What is killed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Killed {
    /// The first `up`.
    Up,
    /// An `up` with another image.
    Update,
    Down,
}

/// What is done after the kill.
#[derive(Clone, Copy, Debug)]
enum After {
    Up,
    Undo,
    Down,
}

#[derive(Clone, Debug)]
struct Kill {
    killed: Killed,
    /// Which mutating request, from 1.
    nth: usize,
    /// Whether it is applied before the process dies.
    side: &'static str,
    after: After,
}

/// Seed: B8, B9, B13.
#[test]
fn every_mutating_request_of_up_can_be_killed() {
    every(Killed::Up, 36, &[After::Up, After::Undo, After::Down]);
}

/// Seed: B10.
#[test]
fn every_mutating_request_of_an_update_can_be_killed() {
    every(Killed::Update, 2, &[After::Up, After::Undo, After::Down]);
}

#[test]
fn every_mutating_request_of_down_can_be_killed() {
    // Nothing undoes a `down`: it is past its commit point before it begins.
    every(Killed::Down, 28, &[After::Up, After::Down]);
}

/// Each request, before and after it is applied, with each of these afterwards. Two at a time: the
/// machine that runs this has two cores.
fn every(killed: Killed, at_least: usize, afters: &[After]) {
    let requests = requests(killed);
    assert!(requests >= at_least, "{killed:?} makes {requests} only");
    let mut kills = Vec::new();
    for nth in 1..=requests {
        for side in ["before", "after"] {
            kills.extend(afters.iter().map(|&after| Kill {
                killed,
                nth,
                side,
                after,
            }));
        }
    }
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

/// How many there are where nothing goes wrong.
fn requests(killed: Killed) -> usize {
    let rig = ready_for(killed);
    let before = rig.log().len();
    rig.ashore(killed.command()).exits(0);
    rig.changes(before).len()
}

impl Killed {
    fn command(self) -> &'static [&'static str] {
        match self {
            Self::Up | Self::Update => &["up"],
            Self::Down => &["down", "--yes"],
        }
    }
}

fn ready_for(killed: Killed) -> Rig {
    let rig = Rig::at(SPEED, HELLO);
    if killed != Killed::Up {
        rig.ashore(&["up"]).exits(0);
    }
    if killed == Killed::Update {
        rig.write(&HELLO.replace("nginx:1.29", "nginx:1.30"));
    }
    rig
}

fn survives(kill: &Kill) {
    let rig = ready_for(kill.killed);
    let died = dies(&rig, kill.killed.command(), kill.nth, kill.side);
    let about = format!("{kill:?} at {}", operation(&died));
    let converges = |args: &[&str]| {
        let ran = rig.ashore(args);
        let said = format!("{args:?} after {about}\n{}\n{}", ran.stdout, ran.stderr);
        assert_eq!(ran.code, Some(0), "{said}");
    };
    let nothing_left = || assert_eq!(leftovers(&rig.world()), Vec::<String>::new(), "{about}");
    match kill.after {
        After::Up => {
            converges(&["up"]);
            converges(&["plan", "--detailed-exitcode"]);
        }
        After::Undo => {
            converges(&["up", "--undo"]);
            match kill.killed {
                Killed::Update => {
                    rig.write(HELLO);
                    converges(&["plan", "--detailed-exitcode"]);
                }
                Killed::Up | Killed::Down => nothing_left(),
            }
        }
        After::Down => {}
    }
    let doubled = doubled(&rig.world());
    assert!(doubled.is_empty(), "{about}: {doubled:?}");
    converges(&["down", "--yes"]);
    nothing_left();
}

/// Kills the command while its nth mutating request is in flight, and tells which one that was.
pub(crate) fn dies(rig: &Rig, command: &[&str], nth: usize, side: &str) -> Value {
    dies_at(rig, command, side, json!({ "mutating_nth": nth }))
}

/// Kills the command while a request is in flight that this fault strikes, and tells which one that
/// was.
pub(crate) fn dies_at(rig: &Rig, command: &[&str], side: &str, mut fault: Value) -> Value {
    let about = format!("{command:?}, {fault}, {side}");
    fault["side"] = side.into();
    fault["action"] = "hang".into();
    rig.fault(fault);
    let before = rig.log().len();
    let mut process = rig.start(command);
    let deadline = Instant::now() + Duration::from_secs(120);
    while rig.faults_to_come() > 0 {
        assert!(Instant::now() < deadline, "{about} never struck");
        let ended = process.try_wait().expect("it is ours");
        assert_eq!(ended, None, "{about} never struck");
        thread::sleep(Duration::from_millis(5));
    }
    process.kill().expect("it is running");
    process.wait().expect("it is dead");
    let log = rig.log();
    let struck = log[before..].iter().find(|entry| !entry["fault"].is_null());
    let died = struck.expect("the fault has struck").clone();
    assert_eq!(died["applied"], side == "after", "{about}: {died}");
    died
}

/// Marks that more than one live object bears.
pub(crate) fn doubled(world: &Value) -> Vec<String> {
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
            // What AWS makes of something bears its tags too: a group's instances with their disks, a
            // database's snapshots.
            let of_ec2 = members.contains_key("launch_templates");
            let made = |name: &str| match name {
                "instances" | "volumes" => of_ec2,
                name => name == "snapshots",
            };
            let own = members.iter().filter(|(name, _)| !made(name));
            own.for_each(|(_, member)| collect(member, marks));
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, marks)),
        _ => {}
    }
}
