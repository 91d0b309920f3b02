//! What holds of the main job, for every other example too: what is planned is what is done, the calls stay within a
//! budget, and a `kill -9` of any operation leaves nothing that the next command does not mend. What each example is
//! for stands in `tests/clients/test_example_*.py`.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use ashore_testkit::example::{EXAMPLES, Example};
use serde_json::{Value, json};

use crate::hello::{does_what_it_plans, leftovers, requests, tally};
use crate::kills::{dies_at, doubled};
use crate::rig::Rig;

/// How many reads a `plan` takes of what is up. `hello` and `shop` have files of their own here.
const BUDGETS: [(&str, usize); 5] = [
    ("anzu-fargate", 40),
    ("django-stack", 100),
    ("ec2-cluster", 100),
    ("fargate-template", 70),
    ("task-and-service", 30),
];

const UP: &[&str] = &["up"];
const UNDO: &[&str] = &["up", "--undo"];
const PLAN: &[&str] = &["plan", "--detailed-exitcode"];

fn down(example: &Example) -> Vec<&'static str> {
    let destroys = example.destroys.iter();
    let destroys = destroys.flat_map(|object| ["--allow-destroy", object]);
    ["down", "--yes"].into_iter().chain(destroys).collect()
}

/// As fast as the minutes of databases and distributions need it.
const SPEED: &str = "1200";

fn examples() -> Vec<&'static Example> {
    let named = |example: &&Example| BUDGETS.iter().any(|(name, _)| *name == example.name);
    EXAMPLES.iter().filter(named).collect()
}

fn rig_of(example: &Example) -> Rig {
    let mut rig = Rig::of(SPEED, example);
    for (name, value) in example.variables {
        rig.export(name, value);
    }
    for (name, value) in example.parameters {
        let parameter = json!({ "Name": name, "Value": value, "Type": "SecureString" });
        let put = rig.aws("ssm", "AmazonSSM.PutParameter", &parameter);
        assert_eq!(put["Version"], 1, "{put}");
    }
    rig
}

#[test]
fn every_example_is_tried() {
    let names: BTreeSet<&str> = EXAMPLES.iter().map(|example| example.name).collect();
    let elsewhere = BTreeSet::from(["hello", "shop"]);
    let tried = BUDGETS.iter().map(|(name, _)| *name).chain(elsewhere);
    assert_eq!(tried.collect::<BTreeSet<_>>(), names);
}

#[test]
fn every_example_does_what_it_plans_with_few_calls_and_leaves_nothing() {
    at_once(&examples(), |example| {
        let rig = rig_of(example);
        does_what_it_plans(&rig, &["plan"], UP);
        let before = rig.log().len();
        let settled = [PLAN, &["--json"]].concat();
        let plan = rig.ashore(&settled).exits(0).document("plan");
        assert_eq!(requests(&plan), Vec::<String>::new(), "{plan:#}");
        let reads = tally(&rig.log()[before..]).all_reads;
        let (_, budget) = BUDGETS
            .iter()
            .find(|it| it.0 == example.name)
            .expect("a budget");
        assert!(reads <= *budget, "{}: {reads} reads", example.name);
        let down = down(example);
        does_what_it_plans(&rig, &[&down[..], &["--dry-run"]].concat(), &down);
        assert_eq!(left(&rig), Vec::<String>::new(), "{}", example.name);
    });
}

/// Each operation that an example sends and none before it, in `up` and in `down`: killed once before and once after
/// it takes effect, and followed in turn by each command that could come next.
#[test]
fn every_operation_of_every_example_can_be_killed() {
    let mut seen = BTreeSet::new();
    let mut kills = Vec::new();
    for example in examples() {
        let rig = rig_of(example);
        for killed in [Killed::Up, Killed::Down] {
            let before = rig.log().len();
            rig.ashore(&killed.command(example)).exits(0);
            let operations: BTreeSet<String> = rig.changes(before).into_iter().collect();
            for operation in operations {
                if seen.insert((killed, operation.clone())) {
                    kills.push((example, killed, operation));
                }
            }
        }
    }
    let places: Vec<_> = kills.iter().enumerate().collect();
    at_once(&places, |(place, (example, killed, operation))| {
        for (turn, side) in ["before", "after"].into_iter().enumerate() {
            survives(example, *killed, operation, side, place + turn);
        }
    });
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Killed {
    Up,
    Down,
}

impl Killed {
    fn command(self, example: &Example) -> Vec<&'static str> {
        match self {
            Self::Up => UP.to_vec(),
            Self::Down => down(example),
        }
    }
}

fn survives(example: &Example, killed: Killed, operation: &str, side: &str, turn: usize) {
    let rig = rig_of(example);
    let down = down(example);
    if killed == Killed::Down {
        rig.ashore(UP).exits(0);
    }
    // Nothing undoes a `down`.
    let after = match killed {
        Killed::Up => [UP, UNDO, &down][turn % 3],
        Killed::Down => [UP, &down][turn % 2],
    };
    let about = format!(
        "{}: {killed:?}, {side} {operation}, {after:?}",
        example.name
    );
    let (service, name) = operation.split_once(':').expect("service and operation");
    let fault = json!({ "service": service, "operation": name, "mutating_nth": 1 });
    dies_at(&rig, &killed.command(example), side, fault);
    let converges = |args: &[&str]| {
        let ran = rig.ashore(args);
        let said = format!("{args:?} of {about}\n{}\n{}", ran.stdout, ran.stderr);
        assert_eq!(ran.code, Some(0), "{said}");
    };
    converges(after);
    if after == UP {
        converges(PLAN);
    }
    let doubled = doubled(&rig.world());
    assert!(doubled.is_empty(), "{about}: {doubled:?}");
    if after == UNDO {
        assert_eq!(left(&rig), Vec::<String>::new(), "{about}");
    }
    converges(&down);
    assert_eq!(left(&rig), Vec::<String>::new(), "{about}");
}

/// What bears a mark of ours, but for secrets, which can be had back for a while, and for Route 53's
/// own history of changes.
fn left(rig: &Rig) -> Vec<String> {
    let world = rig.world();
    let scheduled = |path: &str| {
        let regions = world["regions"].as_object().into_iter().flatten();
        let mut secrets = regions.flat_map(|(_, region)| {
            let secrets = region["secretsmanager"]["secrets"].as_object();
            secrets.into_iter().flatten()
        });
        secrets.any(|(name, secret): (&String, &Value)| {
            path.ends_with(&format!("/secretsmanager/secrets/{name}"))
                && !secret["deletion"].is_null()
        })
    };
    let left = leftovers(&world).into_iter();
    left.filter(|path| !scheduled(path) && !path.starts_with("/route53/changes/"))
        .collect()
}

/// Two at a time: the machine that runs this has two cores.
fn at_once<T: Sync>(all: &[T], each: impl Fn(&T) + Sync) {
    let next = AtomicUsize::new(0);
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while let Some(one) = all.get(next.fetch_add(1, Ordering::SeqCst)) {
                    each(one);
                }
            });
        }
    });
}
