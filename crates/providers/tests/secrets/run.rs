//! Whole runs: what the engine makes of secrets, and what it writes down.

use std::fs;
use std::path::Path;
use std::time::Duration;

use ashore_engine::address::RunId;
use ashore_engine::clock::TokioClock;
use ashore_engine::drive::{Ended, Stop, World, drive};
use ashore_engine::event::Event;
use ashore_engine::graph::Graph;
use ashore_engine::input::When;
use ashore_engine::journal::Journal as _;
use ashore_engine::kind::Wait;
use ashore_engine::plan::{Options, Plan, plan};
use ashore_engine::run::{Entry, Outcome, Run, Then};
use ashore_engine::state::folder::Folder;
use ashore_engine::survey::survey;
use ashore_providers::aws::log_group::LogGroup;
use ashore_providers::aws::secret::vault::Vault;
use ashore_providers::aws::tags::Tags;
use ashore_twin::{Action, Fault, Side};

use crate::stage::{Stage, stack};
use crate::{GENERATED, NAME, generated, secret};

/// A stack on a disk.
struct Home {
    folder: tempfile::TempDir,
    runs: usize,
    /// Everything that was told.
    told: String,
}

impl Home {
    fn new() -> Self {
        Self {
            folder: tempfile::tempdir().expect("a folder"),
            runs: 0,
            told: String::new(),
        }
    }

    /// Plans, and carries it out.
    async fn up(&mut self, stage: &Stage, graph: &Graph) -> (Plan, Option<Outcome>) {
        self.runs += 1;
        let lease = Folder::new(self.folder.path(), stack()).lock("up");
        let lease = lease.expect("nobody else is here");
        let state = lease.load().expect("it can be read").state;
        let providers = ashore_providers::aws::providers(&stage.aws);
        let clock = TokioClock::new(jiff::Timestamp::UNIX_EPOCH, 1.0);
        let seen = survey(&clock, graph, &state, &providers).await;
        let seen = seen.expect("it is seen");
        let options = Options {
            allow_interruption: false,
        };
        let kinds = ashore_providers::kinds();
        let plan = plan(graph, &state, &seen, &kinds, options).expect("there is a plan");
        self.told += &format!("{plan:#?}");
        if plan.steps.is_empty() {
            return (plan, None);
        }
        let id = RunId::new(format!("r{}", self.runs));
        let mut run = Run::new(id.clone(), plan.clone());
        let mut journal = lease.begin().expect("a journal");
        let begun = Entry::Begun {
            run: id,
            plan: Box::new(plan.clone()),
            at: jiff::Timestamp::UNIX_EPOCH,
        };
        let appended = journal.append(std::slice::from_ref(&begun));
        appended.expect("it is written");
        run.record(&begun).expect("it is legal");
        let told = &mut self.told;
        let mut world = World {
            providers: &providers,
            journal: &mut journal,
            clock: &clock,
            report: &mut |event: &Event| *told += &format!("{event:#?}"),
            stop: &Stop::default(),
            wait: Wait::Healthy,
            on_failure: Then::Undo,
        };
        let ended = drive(&mut run, &mut world).await.expect("it can be driven");
        let Ended::Over(outcome) = ended else {
            panic!("{ended:?}");
        };
        self.told += &format!("{run:?}");
        self.told += &written(self.folder.path());
        lease.close(&run.state(&state)).expect("it is closed");
        self.told += &written(self.folder.path());
        (plan, Some(outcome))
    }
}

/// All files of a folder.
fn written(folder: &Path) -> String {
    let mut all = String::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            all += &written(&path);
        } else {
            all += &String::from_utf8_lossy(&fs::read(path).expect("a file"));
        }
    }
    all
}

/// Both secrets, and a log group that comes after them.
fn graph() -> Graph {
    let mut graph = Graph::default();
    let logs = LogGroup {
        name: "/ashore/hello".into(),
        retention_days: 30,
        key: None,
        retain: false,
        tags: Tags::default(),
    };
    let logs = graph.add("logs", &logs);
    for (address, spec) in [("registry/secret", secret()), ("session", generated(64))] {
        let secret = graph.add(address, &spec);
        graph.after(&logs, &secret, When::Ready, "to fail after it");
    }
    graph
}

#[tokio::test(start_paused = true)]
async fn a_run_writes_keeps_undoes_and_restores_and_tells_no_value() {
    let mut home = Home::new();
    let stage = Stage::new().await.given("canary-one");
    let (_, outcome) = home.up(&stage, &graph()).await;
    assert_eq!(outcome, Some(Outcome::Converged));
    let made = stage.value(GENERATED).await;
    let (again, _) = home.up(&stage, &graph()).await;
    assert!(again.steps.is_empty(), "{again:#?}");

    // Another value, and a failure after it: the one before is put back.
    let stage = stage.given("canary-two");
    let mut failing = graph();
    failing.add(
        "more/logs",
        &LogGroup {
            name: "/ashore/more".into(),
            retention_days: 0,
            key: None,
            retain: false,
            tags: Tags::default(),
        },
    );
    stage.twin.fault(Fault {
        service: Some("logs".into()),
        operation: Some("CreateLogGroup".into()),
        mutating_nth: None,
        nth: 1,
        times: 1,
        side: Side::Before,
        action: Action::Refuse {
            status: 400,
            code: "InvalidParameterException".into(),
            message: "not today".into(),
        },
    });
    let before = stage.twin.log().len();
    let (_, outcome) = home.up(&stage, &failing).await;
    assert_eq!(outcome, Some(Outcome::RolledBack));
    assert_eq!(stage.value(NAME).await, "canary-one");
    let calls = stage.twin.log().split_off(before);
    let changed = calls.iter().filter(|call| call.mutating && call.applied);
    let changed: Vec<_> = changed.map(|call| call.operation.as_str()).collect();
    assert_eq!(changed, ["PutSecretValue", "UpdateSecretVersionStage"]);

    let stage = stage.given("canary-two");
    let (_, outcome) = home.up(&stage, &graph()).await;
    assert_eq!(outcome, Some(Outcome::Converged));
    assert_eq!(stage.value(NAME).await, "canary-two");

    // Away, and back: what we made up is what it was.
    let bare = Stage {
        aws: stage.aws.clone().with_vault(Vault::default()),
        ..stage
    };
    let (_, outcome) = home.up(&bare, &Graph::default()).await;
    assert_eq!(outcome, Some(Outcome::Converged));
    bare.twin.advance(Duration::from_secs(600));
    let stage = bare.given("canary-two");
    let (_, outcome) = home.up(&stage, &graph()).await;
    assert_eq!(outcome, Some(Outcome::Converged));
    assert_eq!(stage.value(GENERATED).await, made);
    assert_eq!(stage.value(NAME).await, "canary-two");

    assert!(home.told.contains("env:GHCR_TOKEN"));
    for value in ["canary", made.as_str(), &made[8..24]] {
        assert!(!home.told.contains(value), "a value is told");
    }
}
