//! What holds of the main job, for every other example too: what is planned is what is done, the calls stay within a
//! budget, and a `kill -9` of any operation leaves nothing that the next command does not mend. What each example is
//! for stands in `tests/clients/test_example_*.py`.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use serde_json::{Value, json};

use crate::hello::{does_what_it_plans, leftovers, requests, tally};
use crate::kills::{dies_at, doubled};
use crate::rig::Rig;

/// An example, with what its reader is to give to it.
struct Example {
    name: &'static str,
    variables: &'static [(&'static str, &'static str)],
    /// What is written in place of what: an image that nobody has to push first, and nothing that stays when the stack
    /// goes, so that whatever is left was forgotten.
    edits: &'static [(&'static str, &'static str)],
    /// What somebody else has before.
    before: fn(&Rig),
    /// So many reads take a `plan` of what is up.
    reads: usize,
}

const EXAMPLES: &[Example] = &[
    Example {
        name: "anzu-fargate",
        variables: &[("REGISTRY_PASSWORD", "theirs to know")],
        edits: &[],
        before: |_| {},
        reads: 40,
    },
    Example {
        name: "django-stack",
        variables: &[],
        edits: &[
            (
                "image = { repository = \"app\", tag = \"${param:revision}\" }",
                "image = \"nginx:1.29\"",
            ),
            ("removal = \"snapshot\"", "removal = \"delete\""),
            ("removal = \"retain\"", "removal = \"delete\""),
            ("log_removal = \"retain\"", ""),
        ],
        before: |_| {},
        reads: 100,
    },
    Example {
        name: "fargate-template",
        variables: &[],
        edits: &[(
            "image = { repository = \"app\", tag = \"latest\" }",
            "image = \"nginx:1.29\"",
        )],
        before: |_| {},
        reads: 70,
    },
    Example {
        name: "task-and-service",
        variables: &[("CONTAINER_VERSION", "nginx:alpine")],
        edits: &[],
        before: parameter,
        reads: 30,
    },
];

/// The example's password, in the parameter store.
fn parameter(rig: &Rig) {
    let parameter = json!({ "Name": "/nginx/password", "Value": "x", "Type": "SecureString" });
    let put = rig.aws("ssm", "AmazonSSM.PutParameter", &parameter);
    assert_eq!(put["Version"], 1, "{put}");
}

const UP: &[&str] = &["up"];
const UNDO: &[&str] = &["up", "--undo"];
const DOWN: &[&str] = &["down", "--yes", "--allow-destroy"];
const PLAN: &[&str] = &["plan", "--detailed-exitcode"];

/// As fast as the minutes of databases and distributions need it.
const SPEED: &str = "1200";

impl Example {
    fn folder(&self) -> PathBuf {
        folder().join(self.name)
    }

    fn rig(&self) -> Rig {
        let manifest = fs::read_to_string(self.folder().join("ashore.toml"));
        let mut manifest = manifest.expect("the example's manifest");
        for (old, new) in self.edits {
            assert!(manifest.contains(old), "{}: {old}", self.name);
            manifest = manifest.replace(old, new);
        }
        let mut rig = Rig::at(SPEED, &manifest);
        copy(&self.folder(), &rig.path(""));
        for (name, value) in self.variables {
            rig.export(name, value);
        }
        (self.before)(&rig);
        rig
    }
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples")
}

/// Everything but the manifest and what somebody has tried there.
fn copy(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).expect("a folder") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().expect("a name");
        if name == ".ashore" || name == "ashore.toml" {
            continue;
        }
        let copied = to.join(name);
        if path.is_dir() {
            fs::create_dir(&copied).expect("the folder is ours");
            copy(&path, &copied);
        } else {
            fs::copy(&path, &copied).expect("the folder is ours");
        }
    }
}

#[test]
fn every_example_is_tried() {
    let mut tried: BTreeSet<String> = EXAMPLES.iter().map(|it| it.name.to_string()).collect();
    // Each of these has its own files here.
    tried.extend(["hello".to_string(), "shop".to_string()]);
    let there = fs::read_dir(folder()).expect("the examples");
    let there = there.map(|it| {
        it.expect("an entry")
            .file_name()
            .to_string_lossy()
            .into_owned()
    });
    assert_eq!(there.collect::<BTreeSet<_>>(), tried);
}

#[test]
fn every_example_does_what_it_plans_with_few_calls_and_leaves_nothing() {
    at_once(EXAMPLES, |example| {
        let rig = example.rig();
        does_what_it_plans(&rig, &["plan"], UP);
        let before = rig.log().len();
        let settled = [PLAN, &["--json"]].concat();
        let plan = rig.ashore(&settled).exits(0).document("plan");
        assert_eq!(requests(&plan), Vec::<String>::new(), "{plan:#}");
        let reads = tally(&rig.log()[before..]).all_reads;
        assert!(reads <= example.reads, "{}: {reads} reads", example.name);
        let preview = [DOWN, &["--dry-run"]].concat();
        does_what_it_plans(&rig, &preview, DOWN);
        assert_eq!(left(&rig), Vec::<String>::new(), "{}", example.name);
    });
}

/// Each operation that an example sends and none before it, in `up` and in `down`: killed once before and once after
/// it takes effect, and followed in turn by each command that could come next.
#[test]
fn every_operation_of_every_example_can_be_killed() {
    let mut seen = BTreeSet::new();
    let mut kills = Vec::new();
    for example in EXAMPLES {
        let rig = example.rig();
        for command in [UP, DOWN] {
            let before = rig.log().len();
            rig.ashore(command).exits(0);
            let operations: BTreeSet<String> = rig.changes(before).into_iter().collect();
            for operation in operations {
                if seen.insert((command, operation.clone())) {
                    kills.push((example, command, operation));
                }
            }
        }
    }
    let places: Vec<_> = kills.iter().enumerate().collect();
    at_once(&places, |(place, (example, command, operation))| {
        for (turn, side) in ["before", "after"].into_iter().enumerate() {
            let afters: &[_] = if *command == UP {
                &[UP, UNDO, DOWN]
            } else {
                &[UP, DOWN]
            };
            let after = afters[(place + turn) % afters.len()];
            survives(example, command, operation, side, after);
        }
    });
}

fn survives(example: &Example, killed: &[&str], operation: &str, side: &str, after: &[&str]) {
    let rig = example.rig();
    if killed == DOWN {
        rig.ashore(UP).exits(0);
    }
    let about = format!(
        "{}: {killed:?}, {side} {operation}, {after:?}",
        example.name
    );
    let (service, name) = operation.split_once(':').expect("service and operation");
    let fault = json!({ "service": service, "operation": name, "mutating_nth": 1 });
    dies_at(&rig, killed, side, fault);
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
    converges(DOWN);
    assert_eq!(left(&rig), Vec::<String>::new(), "{about}");
}

/// What bears a mark of ours, but for secrets, which can be had back for a while.
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
    left.filter(|path| !scheduled(path)).collect()
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
