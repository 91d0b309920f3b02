//! One stack without a history: for tests that look at one plan or one run.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use ashore_engine::address::{RunId, StackName};
use ashore_engine::drive::{DriveError, Ended, Stop, World, drive};
use ashore_engine::event::Event;
use ashore_engine::journal::{Chain, Journal};
use ashore_engine::kind::{Providers, Wait};
use ashore_engine::plan::{Options, Plan, PlanError, plan};
use ashore_engine::run::{Entry, Run, Then};
use ashore_engine::state::State;
use ashore_engine::survey::survey;
use ashore_testkit::clock::ManualClock;
use ashore_testkit::cloud::Cloud;
use ashore_testkit::journal::MemoryJournal;
use ashore_testkit::kinds::{kinds, providers};
use ashore_testkit::manifest::{Piece, graph};

pub(crate) const LONG: Duration = Duration::from_secs(30 * 24 * 3600);

pub(crate) struct Bench {
    pub(crate) clock: ManualClock,
    pub(crate) cloud: Cloud,
    pub(crate) providers: Providers,
    pub(crate) state: State,
    pub(crate) stop: Stop,
    pub(crate) bytes: Rc<RefCell<Vec<u8>>>,
    pub(crate) events: Vec<Event>,
}

impl Bench {
    pub(crate) fn new() -> Self {
        let clock = ManualClock::default();
        clock.advance(Duration::from_secs(3600));
        let cloud = Cloud::new(clock.clone(), 1);
        Self {
            providers: providers(&cloud),
            clock,
            cloud,
            state: State::empty(StackName {
                app: "toy".into(),
                environment: "test".into(),
            }),
            stop: Stop::default(),
            bytes: Rc::default(),
            events: Vec::new(),
        }
    }

    pub(crate) fn plan(&self, pieces: &[Piece], options: Options) -> Result<Plan, Vec<PlanError>> {
        let graph = graph(pieces);
        let reads = survey(&self.clock, &graph, &self.state, &self.providers);
        let surveyed = self.clock.run(LONG, reads);
        let seen = surveyed.expect("reads end").expect("reads succeed");
        plan(&graph, &self.state, &seen, &kinds(), options)
    }

    /// A run that does what leads to these pieces.
    pub(crate) fn begin(&mut self, pieces: &[Piece]) -> Run {
        let options = Options {
            allow_interruption: true,
        };
        let plan = self
            .plan(pieces, options)
            .expect("these pieces can be planned");
        self.bytes.borrow_mut().clear();
        let run = Run::new(RunId::new("run"), plan.clone());
        let begun = Entry::Begun {
            run: RunId::new("run"),
            plan: Box::new(plan),
            at: jiff::Timestamp::UNIX_EPOCH,
        };
        self.journal()
            .append(&[begun])
            .expect("memory does not fail");
        run
    }

    pub(crate) fn journal(&self) -> MemoryJournal {
        let reading = ashore_engine::journal::read(&self.bytes.borrow());
        MemoryJournal {
            bytes: self.bytes.clone(),
            chain: reading
                .map(|reading| reading.chain)
                .unwrap_or_else(|_| Chain::default()),
            cloud: self.cloud.clone(),
            crash: None,
            written: 0,
        }
    }

    pub(crate) fn drive(&mut self, run: &mut Run) -> Result<Ended, DriveError> {
        let mut journal = self.journal();
        let mut events = Vec::new();
        let mut report = |event: &Event| events.push(event.clone());
        let mut world = World {
            providers: &self.providers,
            journal: &mut journal,
            clock: &self.clock,
            report: &mut report,
            stop: &self.stop,
            wait: Wait::Healthy,
            on_failure: Then::Undo,
        };
        let driven = self
            .clock
            .run(LONG, drive(run, &mut world))
            .expect("a run ends");
        self.events.extend(events);
        driven
    }

    /// Leads to these pieces, with nothing going wrong.
    pub(crate) fn settle(&mut self, pieces: &[Piece]) {
        let mut run = self.begin(pieces);
        let ended = self.drive(&mut run).expect("nothing goes wrong");
        let over = Ended::Over(ashore_engine::run::Outcome::Converged);
        assert_eq!(ended, over);
        self.state = run.state(&self.state);
    }
}
