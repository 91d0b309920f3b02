//! One command's work on one stack, under its lock.

use ashore_engine::address::{Instance, RunId};
use ashore_engine::drive::{DriveError, Ended, Stop, World, drive};
use ashore_engine::event::Event;
use ashore_engine::failure::Failure;
use ashore_engine::graph::Graph;
use ashore_engine::journal::Journal;
use ashore_engine::kind::Wait;
use ashore_engine::open::{self, First, Next, Wish};
use ashore_engine::plan::{Options, Plan, check, plan};
use ashore_engine::run::{Entry, Run, Then};
use ashore_engine::state::State;
use ashore_engine::state::folder::{FileJournal, Lease};
use ashore_engine::survey::survey;
use ashore_manifest::lower::{LowerError, lower};

use crate::cloud::Cloud;
use crate::document::Document;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::images;
use crate::printer::Printer;
use crate::project::Project;
use crate::render;
use crate::render::progress::Progress;
use crate::surroundings;

/// What a command works with.
pub(crate) struct Session<'a> {
    pub(crate) project: &'a Project,
    pub(crate) cloud: Cloud,
    pub(crate) lease: Lease,
    pub(crate) state: State,
    pub(crate) printer: &'a mut Printer,
    pub(crate) wait: Wait,
    pub(crate) on_failure: Then,
    stop: Stop,
}

/// How a run ended, and what went wrong on the way.
pub(crate) struct Carried {
    pub(crate) ended: Ended,
    pub(crate) failures: Vec<(Instance, Failure)>,
}

impl<'a> Session<'a> {
    pub(crate) fn new(
        project: &'a Project,
        cloud: Cloud,
        lease: Lease,
        state: State,
        printer: &'a mut Printer,
    ) -> Self {
        Self {
            project,
            cloud,
            lease,
            state,
            printer,
            wait: Wait::default(),
            on_failure: Then::Undo,
            stop: crate::commands::stop_on_signals(),
        }
    }

    /// The graph of the manifest, with what the world adds to it.
    pub(crate) async fn graph(&mut self) -> Result<Graph, CommandError> {
        let printer = &mut *self.printer;
        let say = &mut |line: &str| printer.say(line);
        graph(self.project, &self.cloud, &mut self.state, say).await
    }

    /// The plan that leads to the graph.
    pub(crate) async fn plan(&self, graph: &Graph, options: Options) -> Result<Plan, CommandError> {
        make_plan(&self.cloud, graph, &self.state, options).await
    }

    /// Carries a new plan out.
    pub(crate) async fn carry_out(&mut self, plan: Plan) -> Result<Carried, CommandError> {
        self.lease.save(&self.state)?; // pins and inputs, before anything stands on them
        let id = run_id(&plan, self.cloud.timestamp());
        let begun = Entry::Begun {
            run: id.clone(),
            plan: Box::new(plan.clone()),
            at: self.cloud.timestamp(),
        };
        let mut run = Run::new(id, plan);
        let mut journal = self.lease.begin()?;
        note(&mut journal, &mut run, begun)?;
        self.drive(&mut run, &mut journal, false).await
    }

    /// Does what comes first where an earlier run was not finished. The answer is how that run
    /// ended if this was all that the command wanted.
    pub(crate) async fn first(
        &mut self,
        open: Option<Run>,
        wish: Wish<'_>,
    ) -> Result<Option<Carried>, CommandError> {
        let mut open = open;
        loop {
            let (turn, next) = match open::first(open.as_ref(), &self.state, wish) {
                First::Nothing | First::Tell => return Ok(None),
                First::Close { saved, .. } => {
                    if let Some(run) = open.take().filter(|_| !saved) {
                        self.state = run.state(&self.state);
                    }
                    self.lease.close(&self.state)?;
                    continue;
                }
                First::Refuse(refusal) => {
                    return Err(CommandError::new(refusal.code(), refusal.to_string())
                        .advice(refusal.advice())
                        .exit(Exit::Refused));
                }
                First::Resume(next) => (None, next),
                First::Turn(then, next) => (Some(then), next),
            };
            let Some(run) = open.take() else {
                return Ok(None);
            };
            self.printer.say(render::open_run(&run));
            let carried = self.take_up(run, turn).await?;
            match (&carried.ended, next) {
                (Ended::Over(_), Next::PlanAnew) => return Ok(None),
                _ => return Ok(Some(carried)),
            }
        }
    }

    async fn take_up(&mut self, mut run: Run, turn: Option<Then>) -> Result<Carried, CommandError> {
        let mut journal = self.lease.reopen()?;
        note(
            &mut journal,
            &mut run,
            Entry::Resumed {
                at: self.cloud.timestamp(),
            },
        )?;
        if let Some(then) = turn {
            note(&mut journal, &mut run, Entry::Stopping { then })?;
        }
        self.drive(&mut run, &mut journal, true).await
    }

    async fn drive(
        &mut self,
        run: &mut Run,
        journal: &mut FileJournal,
        resumed: bool,
    ) -> Result<Carried, CommandError> {
        let mut failures = Vec::new();
        let mut progress = Progress::new(self.printer, run.plan());
        progress.show(&Event::RunStarted {
            run: run.id().to_string(),
            steps: run.plan().steps.len(),
            resumed,
        });
        let mut report = |event: &Event| {
            if let Event::Failed { step, failure, .. } | Event::UndoFailed { step, failure } = event
            {
                failures.push((step.clone(), failure.clone()));
            }
            progress.show(event);
        };
        let mut world = World {
            providers: &self.cloud.providers,
            journal,
            clock: &self.cloud.clock,
            report: &mut report,
            stop: &self.stop,
            wait: self.wait,
            on_failure: self.on_failure,
        };
        let ended = drive(run, &mut world).await?;
        progress.finish();
        if let Ended::Over(_) = &ended {
            self.close(run)?;
        }
        Ok(Carried { ended, failures })
    }

    fn close(&mut self, run: &Run) -> Result<(), CommandError> {
        self.state = run.state(&self.state);
        Ok(self.lease.close(&self.state)?)
    }
}

/// Writes an entry that no effect follows, then takes it in.
fn note(journal: &mut FileJournal, run: &mut Run, entry: Entry) -> Result<(), CommandError> {
    journal
        .append(std::slice::from_ref(&entry))
        .map_err(DriveError::Journal)?;
    Ok(run.record(&entry).map_err(DriveError::Illegal)?)
}

/// The state, as an unfinished run has left it so far.
pub(crate) fn so_far(state: State, open: Option<&Run>) -> State {
    open.map_or(state.clone(), |run| run.state(&state))
}

/// The graph of the manifest, with what the world adds to it. What was looked up is pinned in
/// `state`.
pub(crate) async fn graph(
    project: &Project,
    cloud: &Cloud,
    state: &mut State,
    say: &mut dyn FnMut(&str),
) -> Result<Graph, CommandError> {
    let surroundings = surroundings::look_up(cloud, project, state, say).await?;
    lower(&project.manifest, &surroundings).map_err(|error| {
        let (code, advice) = match &error {
            LowerError::PrivateZones(_) => (
                "E0206",
                "list a private subnet in another zone too, or let the load balancer be internet-facing",
            ),
            LowerError::Zones { .. } | LowerError::PublicZones(_) => {
                ("E0206", "lower `azs` or list fewer `subnets` in [network]")
            }
            LowerError::DataZones(_) => (
                "E0206",
                "name subnets of two zones at the least in `existing.subnets`",
            ),
            LowerError::Policies { .. } => (
                "E0207",
                "give the service fewer permissions, put several into one with a wildcard, or keep several \
                 secrets in one",
            ),
            LowerError::Zone(_) | LowerError::Unread(_) | LowerError::Secret(_) => {
                ("E0290", "this is a mistake in ashore: please report it")
            }
        };
        CommandError::new(code, error.to_string())
            .advice(advice)
            .exit(Exit::Failed)
    })
}

/// Tells which services wait for their first image.
pub(crate) fn tell_waiting(project: &Project, cloud: &Cloud, graph: &Graph, printer: &mut Printer) {
    let names = surroundings::names(cloud, project);
    for waiting in images::waiting(project, &names, graph) {
        printer.say(waiting.text());
        printer.document(&Document::Waiting {
            service: waiting.service,
            image: waiting.image,
        });
    }
}

/// The plan that leads from what is there to the graph.
pub(crate) async fn make_plan(
    cloud: &Cloud,
    graph: &Graph,
    state: &State,
    options: Options,
) -> Result<Plan, CommandError> {
    let survey = survey(&cloud.clock, graph, state, &cloud.providers)
        .await
        .map_err(|errors| {
            let first = &errors[0];
            let what = format!("{} cannot be read", first.address);
            let mut told = CommandError::of_failure(&what, &first.source);
            for error in &errors[1..] {
                told.causes
                    .push(format!("{}: {}", error.address, error.source));
            }
            told
        })?;
    let kinds = ashore_providers::kinds();
    let plan = plan(graph, state, &survey, &kinds, options)
        .map_err(|errors| CommandError::of_plan(&errors))?;
    let flaws = check::check(&plan, state, &kinds);
    if flaws.is_empty() {
        return Ok(plan);
    }
    let mut error = CommandError::new("E0291", "the plan contradicts itself")
        .advice("this is a mistake in ashore: please report it with the output of `plan --json`");
    error.causes = flaws.iter().map(ToString::to_string).collect();
    Err(error)
}

/// When it began and a hash of what it does: unique enough for one stack under one lock, and
/// sorted by time.
fn run_id(plan: &Plan, now: jiff::Timestamp) -> RunId {
    let time = now.strftime("%Y%m%dT%H%M%S");
    let seed = format!("{}/{}/{}", plan.wanted, plan.serial, now.as_nanosecond());
    RunId::new(format!(
        "{time}-{}",
        &blake3::hash(seed.as_bytes()).to_hex()[..6]
    ))
}

/// What a command tells after a run.
pub(crate) fn told(carried: &Carried, project: &Project) -> Result<(), CommandError> {
    let exit = Exit::of(&carried.ended);
    if exit == Exit::Ok {
        return Ok(());
    }
    Err(crate::render::failure::of_run(carried, project).exit(exit))
}
