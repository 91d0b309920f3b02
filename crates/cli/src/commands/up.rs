//! `ashore up`: brings the stack to what the manifest says.

use std::fs;
use std::path::Path;

use ashore_engine::drive::Ended;
use ashore_engine::kind::Wait;
use ashore_engine::open::Wish;
use ashore_engine::plan::{Action, Options, Plan, Reason};
use ashore_engine::run::{Outcome, Run};
use ashore_engine::state::State;
use serde::{Deserialize, Serialize};

use crate::args::{Global, Up};
use crate::cloud::Cloud;
use crate::document::Document;
use crate::environment::Environment;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::look::{self, look};
use crate::printer::Printer;
use crate::project::Project;
use crate::render;
use crate::session::{Session, told};

pub(crate) async fn up(
    args: &Up,
    global: &Global,
    environment: &Environment,
    printer: &mut Printer,
) -> Result<Exit, CommandError> {
    let project = Project::read(global, environment)?;
    let lease = project.folder().lock("ashore up")?;
    let contents = lease.load()?;
    let cloud = Cloud::connect(&project, global, environment).await?;
    let mut state = contents.state;
    cloud.pin(&mut state)?;
    let mut session = Session::new(&project, cloud, lease, state, printer);
    session.wait = args.wait.into();
    session.on_failure = args.on_failure.into();
    if args.undo {
        return undo(session, contents.open).await;
    }
    let graph = session.graph().await?;
    let wanted = graph.digest();
    let wish = Wish::Up { wanted: &wanted };
    if let Some(carried) = session.first(contents.open, wish).await? {
        told(&carried, &project)?;
        return done(&mut session).await;
    }
    let plan = match &args.plan {
        Some(file) => load_plan(&environment.folder.join(file), &session.state, &wanted)?,
        None => {
            let options = Options {
                allow_interruption: args.allow.allow_interruption,
            };
            session.plan(&graph, options).await?
        }
    };
    session.printer.say(render::plan::text(&plan));
    session.printer.document(&render::plan::document(&plan));
    if plan.is_empty() {
        keep_records(&mut session, &plan)?;
        return done(&mut session).await;
    }
    if deletes(&plan) {
        let question = "this deletes what is marked with `-`; go on?";
        confirm(session.printer, global, environment, question)?;
    }
    let carried = session.carry_out(plan).await?;
    told(&carried, &project)?;
    done(&mut session).await
}

async fn undo(mut session: Session<'_>, open: Option<Run>) -> Result<Exit, CommandError> {
    let project = session.project;
    if let Some(carried) = session.first(open, Wish::Undo).await?
        && carried.ended != Ended::Over(Outcome::RolledBack)
    {
        told(&carried, project)?;
    }
    let said = "undone: everything is as it was before the run";
    session.printer.answer(said);
    session.printer.document(&Document::Result {
        outcome: Outcome::RolledBack,
        urls: Vec::new(),
    });
    Ok(Exit::Ok)
}

/// Nothing to do, but the state may know less than the cloud told us just now.
fn keep_records(session: &mut Session<'_>, plan: &Plan) -> Result<(), CommandError> {
    if session.state.resources != plan.kept || session.state.serial == 0 {
        session.state.resources.clone_from(&plan.kept);
        session.state.serial += 1;
        session.lease.save(&session.state)?;
    }
    Ok(())
}

/// Everything wanted is there. How it answers is told, and changes nothing.
async fn done(session: &mut Session<'_>) -> Result<Exit, CommandError> {
    let urls = session.project.urls(&session.state);
    for url in &urls {
        session.printer.answer(url);
        if session.wait != Wait::None {
            let look = look(&session.cloud.outside, &session.cloud.clock, url).await;
            session.printer.say(look::text(&look));
            session.printer.document(&Document::Look(look));
        }
    }
    session.printer.document(&Document::Result {
        outcome: Outcome::Converged,
        urls,
    });
    Ok(Exit::Ok)
}

/// Whether the plan takes something away that nothing replaces, or interrupts the service.
fn deletes(plan: &Plan) -> bool {
    plan.steps.values().any(|step| {
        let removed = step.action == Action::Delete && step.reasons.contains(&Reason::Unwanted);
        let interrupts = step.impact > ashore_engine::kind::Impact::Brief(String::new());
        removed || (step.action != Action::Create && interrupts)
    })
}

/// Asks before something is lost. Where nobody can be asked, it is refused.
pub(crate) fn confirm(
    printer: &mut Printer,
    global: &Global,
    environment: &Environment,
    question: &str,
) -> Result<(), CommandError> {
    if global.yes {
        return Ok(());
    }
    if !environment.interactive || global.json {
        return Err(
            CommandError::new("E0701", "this needs a yes, and nobody can be asked")
                .advice("pass --yes")
                .exit(Exit::Refused),
        );
    }
    if printer.ask(question) {
        return Ok(());
    }
    Err(CommandError::new("E0705", "not confirmed").exit(Exit::Refused))
}

/// A plan in a file, with the state that it stands on.
#[derive(Serialize, Deserialize)]
struct SavedPlan {
    format: u32,
    state: String,
    plan: Plan,
}

const PLAN_FORMAT: u32 = 1;

pub(crate) fn save_plan(path: &Path, plan: &Plan, state: &State) -> Result<(), CommandError> {
    let saved = SavedPlan {
        format: PLAN_FORMAT,
        state: digest(state),
        plan: plan.clone(),
    };
    let text = serde_json::to_string_pretty(&saved).unwrap_or_default();
    fs::write(path, text).map_err(|error| {
        CommandError::io(
            "E0608",
            format!("`{}` cannot be written", path.display()),
            &error,
        )
    })
}

fn load_plan(path: &Path, state: &State, wanted: &str) -> Result<Plan, CommandError> {
    let name = path.display();
    let text = fs::read_to_string(path)
        .map_err(|error| CommandError::io("E0609", format!("`{name}` cannot be read"), &error))?;
    let saved: SavedPlan = serde_json::from_str(&text).map_err(|error| {
        CommandError::new("E0610", format!("`{name}` is no plan of this version"))
            .cause(error.to_string())
            .advice("make it again with `ashore plan --out`")
    })?;
    let stale = if saved.format != PLAN_FORMAT {
        Some("another version of ashore wrote it")
    } else if saved.plan.wanted != wanted {
        Some("the manifest has changed since")
    } else if saved.state != digest(state) {
        Some("the stack has changed since")
    } else {
        None
    };
    match stale {
        None => Ok(saved.plan),
        Some(why) => Err(
            CommandError::new("E0706", format!("`{name}` does not fit any more"))
                .cause(why)
                .advice("make it again with `ashore plan --out`")
                .exit(Exit::Refused),
        ),
    }
}

fn digest(state: &State) -> String {
    ashore_engine::document::Document::of(&state.resources).digest()
}
