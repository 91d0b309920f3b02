//! One stack, its cloud, its state and its journal; and the command that works on them.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::time::Duration;

use ashore_engine::address::{RunId, StackName};
use ashore_engine::clock::Clock;
use ashore_engine::drive::{DriveError, Ended, Stop, World, drive};
use ashore_engine::graph::Graph;
use ashore_engine::journal::{Chain, Journal, read, replay};
use ashore_engine::kind::{Kinds, Providers, Wait};
use ashore_engine::open::{self, First, Next};
use ashore_engine::plan::{Options, Plan, plan};
use ashore_engine::run::{Entry, Mode, Outcome, Run, Then};
use ashore_engine::state::State;
use ashore_engine::survey::survey;

use super::laws::{self, Before};
use super::{Breach, History};
use crate::clock::ManualClock;
use crate::cloud::Cloud;
use crate::fault::{Fault, Tamper};
use crate::journal::{Crash, MemoryJournal};
use crate::kinds::{kinds, providers};
use crate::manifest::{self, Piece};

/// One command, and what goes wrong during it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Act {
    /// What is wanted.
    pub wish: Wish,
    /// Which requests go wrong.
    pub faults: Vec<Fault>,
    /// Which reads go wrong.
    pub read_faults: Vec<Fault>,
    /// What others do meanwhile.
    pub tampers: Vec<Tamper>,
    /// Where the process dies.
    pub crash: Option<Crash>,
    /// Whether everything stays as it is after a failure.
    pub keep: bool,
}

impl Act {
    /// A command during which nothing goes wrong.
    pub fn new(wish: Wish) -> Self {
        Self {
            wish,
            faults: Vec::new(),
            read_faults: Vec::new(),
            tampers: Vec::new(),
            crash: None,
            keep: false,
        }
    }

    pub(super) fn is_calm(&self) -> bool {
        self.faults.is_empty() && self.read_faults.is_empty() && self.tampers.is_empty()
    }
}

/// What a command wants.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Wish {
    /// These pieces.
    Up(Vec<Piece>),
    /// Nothing of it.
    Down,
    /// What was there before the open run.
    Undo,
}

/// What came about while a history was played.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Tally {
    /// How the runs ended.
    pub outcomes: BTreeMap<String, u32>,
    /// How often a process died.
    pub crashes: u32,
    /// How often a run paused.
    pub pauses: u32,
    /// How often no plan could be made.
    pub refused: u32,
    /// How many mutating requests the cloud received.
    pub requests: u32,
    /// How many entries the journals held.
    pub entries: usize,
    /// Entries written by each act.
    pub written: Vec<usize>,
    /// Mutating requests of each act.
    pub sent: Vec<u32>,
    /// A digest of every journal, in order.
    pub trace: String,
}

/// How one process ended.
enum Turn {
    /// The command has what it wanted.
    Enough,
    /// It died.
    Dead,
    /// No plan can be made, or nothing can be done.
    Refused,
}

/// One stack and everything about it.
pub struct Session {
    pub(super) clock: ManualClock,
    pub(super) cloud: Cloud,
    kinds: Kinds,
    providers: Providers,
    pub(super) state: State,
    /// The open journal; empty if none is.
    bytes: Rc<RefCell<Vec<u8>>>,
    runs: u32,
    pub(super) before: Option<Before>,
    /// Names of what others have meddled with since the open run began.
    pub(super) meddled: BTreeSet<String>,
    /// Whether anything went wrong since the open run began.
    pub(super) calm: bool,
    /// Names of what others have deleted in this history.
    pub(super) lost: BTreeSet<String>,
    wanted: Vec<Piece>,
    foreign: BTreeMap<String, String>,
    tally: Tally,
    budget: u32,
    /// What happened, line by line, for whoever has to find out what broke.
    pub(super) story: Vec<String>,
}

/// A year: no run may take longer, and none should come near.
const FOR_EVER: Duration = Duration::from_secs(365 * 24 * 3600);
/// How often one command may pause and be called again, or turn from one run to the next.
const TURNS_MAX: u32 = 40;

impl Session {
    pub(super) fn new(history: &History) -> Self {
        let clock = ManualClock::default();
        // Foreign objects have been there for long.
        clock.advance(Duration::from_secs(24 * 3600));
        let cloud = Cloud::new(clock.clone(), history.seed);
        for (shape, name) in &history.foreign {
            cloud.foreign(shape.name, name, 7);
        }
        Self {
            kinds: kinds(),
            providers: providers(&cloud),
            state: State::empty(StackName {
                app: "toy".into(),
                environment: "test".into(),
            }),
            bytes: Rc::default(),
            runs: 0,
            before: None,
            meddled: BTreeSet::new(),
            calm: true,
            lost: BTreeSet::new(),
            wanted: Vec::new(),
            foreign: cloud.picture(),
            tally: Tally::default(),
            budget: TURNS_MAX,
            story: Vec::new(),
            clock,
            cloud,
        }
    }

    /// One act, to its end or its crash.
    pub(super) fn play(&mut self, act: &Act) -> Result<(), Breach> {
        self.cloud
            .script(&act.faults, &act.read_faults, &act.tampers);
        self.calm &= act.is_calm();
        for tamper in &act.tampers {
            self.meddled.insert(tamper.name.clone());
            if tamper.what == crate::fault::Meddling::Deletes {
                self.lost.insert(tamper.name.clone());
            }
        }
        if let Wish::Up(pieces) = &act.wish {
            self.wanted.clone_from(pieces);
        }
        if act.wish == Wish::Down {
            self.wanted.clear();
        }
        self.budget = TURNS_MAX;
        let mut written = 0;
        let turn = self.command(act, &mut written)?;
        self.tally.written.push(written);
        self.tally.sent.push(self.cloud.requests());
        match turn {
            Turn::Enough => {}
            Turn::Refused => {
                self.tally.refused += 1;
                self.story.push("the command is refused".into());
            }
            Turn::Dead => {
                self.story.push("the process dies".into());
                self.tally.crashes += 1;
                self.calm = false;
                self.cloud.hang_up();
                self.clock.advance(Duration::from_secs(5));
            }
        }
        laws::no_breach(&self.cloud)
    }

    /// The command as a CLI would run it.
    fn command(&mut self, act: &Act, written: &mut usize) -> Result<Turn, Breach> {
        let graph = match &act.wish {
            Wish::Up(pieces) => manifest::graph(pieces),
            Wish::Down | Wish::Undo => Graph::default(),
        };
        let digest = graph.digest();
        loop {
            if self.budget == 0 {
                return Err(Breach("the command never comes to an end".into()));
            }
            self.budget -= 1;
            let open = self.open()?;
            let wish = match &act.wish {
                Wish::Up(_) => open::Wish::Up { wanted: &digest },
                Wish::Down => open::Wish::Down,
                Wish::Undo => open::Wish::Undo,
            };
            let first = open::first(open.as_ref(), &self.state, wish);
            let (next, turned) = match (first, open) {
                (First::Nothing, None) if act.wish == Wish::Undo => return Ok(Turn::Refused),
                (First::Nothing, None) => match self.begin(&graph, act, written)? {
                    Some(turn) => return Ok(turn),
                    None => (Next::Enough, None),
                },
                (First::Close { outcome, saved }, Some(run)) => {
                    self.close(&run, outcome, saved)?;
                    continue;
                }
                (First::Resume(next), Some(_)) => (next, None),
                (First::Turn(then, next), Some(_)) => (next, Some(then)),
                (First::Refuse(_), _) => return Ok(Turn::Refused),
                (first, open) => {
                    let what = format!("{first:?} with {:?}", open.map(|run| run.mode().clone()));
                    return Err(Breach(what));
                }
            };
            match self.carry_on(act, written, turned)? {
                None => return Ok(Turn::Dead),
                Some(Ended::Over(_)) if next == Next::Enough => return Ok(Turn::Enough),
                Some(Ended::Over(_)) => {}
                Some(Ended::Suspended(why)) => {
                    self.story.push(format!("the run pauses: {why}"));
                    self.tally.pauses += 1;
                    self.clock.advance(Duration::from_secs(60));
                }
            }
        }
    }

    /// Plans, and begins the journal. Answers with a turn if nothing is left to do.
    fn begin(
        &mut self,
        graph: &Graph,
        act: &Act,
        written: &mut usize,
    ) -> Result<Option<Turn>, Breach> {
        // A survey that begins while reads are still stale would plan from the past.
        self.clock.advance(Duration::from_secs(5));
        self.before = Some(Before::of(&self.cloud, &self.state));
        self.meddled = act
            .tampers
            .iter()
            .map(|tamper| tamper.name.clone())
            .collect();
        self.calm = act.is_calm();
        let Some(plan) = self.plan(graph)? else {
            return Ok(Some(Turn::Refused));
        };
        if plan.is_empty() && plan.kept == self.state.resources {
            return Ok(Some(Turn::Enough));
        }
        self.runs += 1;
        let id = RunId::new(format!("run-{}", self.runs));
        let begun = Entry::Begun {
            run: id,
            plan: Box::new(plan),
            at: self.clock.timestamp(),
        };
        let mut journal = self.journal(act, *written, Chain::default());
        let appended = journal.append(&[begun]);
        *written = journal.written;
        Ok(appended.is_err().then_some(Turn::Dead))
    }

    /// A plan, if one can be made and the reads get through.
    pub(super) fn plan(&mut self, graph: &Graph) -> Result<Option<Plan>, Breach> {
        let reads = survey(&self.clock, graph, &self.state, &self.providers);
        let seen = self.clock.run(FOR_EVER, reads);
        let Ok(Ok(seen)) = seen else { return Ok(None) };
        let options = Options {
            allow_interruption: true,
        };
        let planned = plan(graph, &self.state, &seen, &self.kinds, options);
        let again = plan(graph, &self.state, &seen, &self.kinds, options);
        laws::same_plan(planned.as_ref().ok(), again.as_ref().ok())?;
        let Ok(planned) = planned else {
            return Ok(None);
        };
        laws::sound(&planned, &self.state, &self.kinds)?;
        Ok(Some(planned))
    }

    /// The open run, if one is. The torn end of a journal is cut off.
    fn open(&self) -> Result<Option<Run>, Breach> {
        let mut bytes = self.bytes.borrow_mut();
        let reading = read(&bytes).map_err(|error| Breach(format!("{error}: {error:?}")))?;
        bytes.truncate(usize::try_from(reading.whole).unwrap_or(usize::MAX));
        replay(&reading.entries).map_err(|error| Breach(format!("{error}: {error:?}")))
    }

    fn journal(&self, act: &Act, written: usize, chain: Chain) -> MemoryJournal {
        MemoryJournal {
            bytes: self.bytes.clone(),
            chain,
            cloud: self.cloud.clone(),
            crash: act.crash,
            written,
        }
    }

    /// Carries the open run on. None if the process dies.
    fn carry_on(
        &mut self,
        act: &Act,
        written: &mut usize,
        turned: Option<Then>,
    ) -> Result<Option<Ended>, Breach> {
        let Some(mut run) = self.open()? else {
            return Ok(None);
        };
        let reading = read(&self.bytes.borrow()).map_err(|error| Breach(error.to_string()))?;
        let mut journal = self.journal(act, *written, reading.chain);
        let mut entries = Vec::new();
        if reading.entries.len() > 1 {
            let at = self.clock.timestamp();
            entries.push(Entry::Resumed { at });
        }
        entries.extend(turned.map(|then| Entry::Stopping { then }));
        for entry in &entries {
            if journal.append(std::slice::from_ref(entry)).is_err() {
                *written = journal.written;
                return Ok(None);
            }
            run.record(entry)
                .map_err(|error| Breach(error.to_string()))?;
        }
        let stop = Stop::default();
        let mut report = |_: &ashore_engine::event::Event| {};
        let mut world = World {
            providers: &self.providers,
            journal: &mut journal,
            clock: &self.clock,
            report: &mut report,
            stop: &stop,
            wait: Wait::Healthy,
            on_failure: if act.keep { Then::Keep } else { Then::Undo },
        };
        let driven = self.clock.run(FOR_EVER, drive(&mut run, &mut world));
        *written = journal.written;
        match driven {
            Err(stalled) => Err(Breach(format!("{stalled}: {:?}", tail(&run)))),
            Ok(Err(DriveError::Journal(_))) => Ok(None),
            Ok(Err(error)) => Err(Breach(format!("{error}: {error:?}"))),
            Ok(Ok(ended)) => {
                laws::replays(&self.bytes.borrow(), &run)?;
                if let Mode::Ended(outcome) = run.mode() {
                    let outcome = *outcome;
                    if act.crash.is_some_and(|crash| crash.at == *written) {
                        return Ok(None); // it dies before the state is saved
                    }
                    self.close(&run, outcome, false)?;
                }
                Ok(Some(ended))
            }
        }
    }

    /// Saves the state and closes the journal.
    fn close(&mut self, run: &Run, outcome: Outcome, saved: bool) -> Result<(), Breach> {
        if !saved {
            self.state = run.state(&self.state);
        }
        let bytes = std::mem::take(&mut *self.bytes.borrow_mut());
        let reading = read(&bytes).map_err(|error| Breach(error.to_string()))?;
        self.story
            .push(format!("run {} ended {outcome:?}:", self.runs));
        self.story.extend(reading.entries.iter().map(told));
        self.tally.entries += reading.entries.len();
        self.tally.trace = blake3::hash(&[self.tally.trace.as_bytes(), &bytes].concat())
            .to_hex()
            .to_string();
        *self
            .tally
            .outcomes
            .entry(format!("{outcome:?}"))
            .or_default() += 1;
        laws::after_run(self, run, outcome, &reading.entries)
    }

    /// The last wish again with nothing going wrong, then everything down.
    pub(super) fn calm_end(&mut self) -> Result<Tally, Breach> {
        let graph = manifest::graph(&self.wanted);
        self.play(&Act::new(Wish::Up(self.wanted.clone())))?;
        // A second one: the first may have had to see an older run through.
        self.play(&Act::new(Wish::Up(self.wanted.clone())))?;
        if let Some(plan) = self.plan(&graph)? {
            laws::nothing_left_to_do(&plan)?;
        }
        self.play(&Act::new(Wish::Down))?;
        laws::as_before(&self.foreign, &self.cloud)?;
        self.tally.requests = u32::try_from(self.cloud.log().len()).unwrap_or(u32::MAX);
        Ok(self.tally.clone())
    }
}

/// An entry in a line.
fn told(entry: &Entry) -> String {
    let value = serde_json::to_value(entry).unwrap_or_default();
    let word = |name: &str| value[name].as_str().unwrap_or_default().to_string();
    let failure = value["failure"]["code"].as_str().unwrap_or_default();
    let requests = value["requests"].as_array().map(|all| {
        let operation = |request: &serde_json::Value| request["operation"].to_string();
        all.iter().map(operation).collect::<Vec<_>>().join(" ")
    });
    let requests = requests.unwrap_or_default();
    let line = [
        word("entry"),
        word("step"),
        word("operation"),
        failure.into(),
        requests,
    ];
    format!("  {}", line.join(" ").trim_end())
}

fn tail(run: &Run) -> Vec<String> {
    let at = |(instance, progress): (_, &ashore_engine::run::Progress)| {
        let undo = progress.undo.as_ref().map(|undo| undo.stage);
        format!("{instance}: {:?} undo {undo:?}", progress.stage)
    };
    run.steps().iter().map(at).collect()
}
