//! `ashore up`: brings the stack to what the manifest says.

use std::collections::BTreeMap;

use ashore_engine::drive::Ended;
use ashore_engine::kind::{Impact, Wait};
use ashore_engine::open::Wish;
use ashore_engine::plan::{Action, Options, Plan, Reason};
use ashore_engine::run::{Outcome, Run};

use ashore_providers::aws::secret::vault::Vault;

use super::destroy;
use crate::args::{Global, Up};
use crate::cloud::Cloud;
use crate::document::Document;
use crate::environment::Environment;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::look::{self, look};
use crate::outputs::outputs;
use crate::printer::Printer;
use crate::project::Project;
use crate::render;
use crate::saved_plan;
use crate::session::{Session, tell_waiting, told};
use crate::vault;

pub(crate) async fn up(
    args: &Up,
    global: &Global,
    environment: &Environment,
    printer: &mut Printer,
) -> Result<Exit, CommandError> {
    let project = Project::read(global, environment)?;
    let lease = project.folder().lock("ashore up")?;
    let contents = lease.load()?;
    let vault = match args.undo {
        true => Vault::default(), // values are gone back to by their version
        false => vault::fill(&project, environment)?,
    };
    let cloud = Cloud::connect(&project, global, environment, vault).await?;
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
        tell_waiting(&project, &session.cloud, &graph, session.printer);
        return done(&mut session).await;
    }
    let plan = match &args.plan {
        Some(file) => saved_plan::load(&environment.folder.join(file), &session.state, &wanted)?,
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
        tell_waiting(&project, &session.cloud, &graph, session.printer);
        return done(&mut session).await;
    }
    let allowed = &args.destroy.allow_destroy;
    destroy::consent(session.printer, &plan, allowed, global, environment).await?;
    if deletes(&plan) {
        let question = "this deletes what is marked with `-`; go on?";
        confirm(session.printer, &project, global, environment, question).await?;
    }
    let carried = session.carry_out(plan).await?;
    told(&carried, &project)?;
    tell_waiting(&project, &session.cloud, &graph, session.printer);
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
        outputs: BTreeMap::new(),
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
    let outputs = outputs(&session.state);
    for (name, value) in &outputs {
        session.printer.answer(format!("{name} = {value}"));
    }
    session.printer.document(&Document::Result {
        outcome: Outcome::Converged,
        urls,
        outputs,
    });
    Ok(Exit::Ok)
}

/// Whether the plan takes something away that nothing replaces, or interrupts the service for longer
/// than moments.
fn deletes(plan: &Plan) -> bool {
    plan.steps.values().any(|step| {
        let removed = step.action == Action::Delete
            && step.reasons.contains(&Reason::Unwanted)
            && !render::plan::stays(step);
        let interrupts = matches!(step.impact, Impact::Outage(_) | Impact::DataLoss(_));
        removed || (step.action != Action::Create && interrupts)
    })
}

/// Asks before something is lost. Where nobody can be asked, it is refused. An environment may want
/// the app's name typed; a yes that was given beforehand is then none.
pub(crate) async fn confirm(
    printer: &mut Printer,
    project: &Project,
    global: &Global,
    environment: &Environment,
    question: &str,
) -> Result<(), CommandError> {
    let name = project.stack.app.as_str();
    let typed = project.manifest.guard.type_name;
    if global.yes && !typed {
        return Ok(());
    }
    if !environment.interactive || global.json {
        let error = match typed {
            false => CommandError::new("E0701", "this needs a yes, and nobody can be asked")
                .advice("pass --yes"),
            true => CommandError::new(
                "E0707",
                "this needs the app's name typed, and nobody can be asked",
            )
            .cause(format!(
                "environments.{}.confirm is \"type-name\"",
                project.stack.environment
            ))
            .advice("run it at a terminal; --yes is not enough here"),
        };
        return Err(error.exit(Exit::Refused));
    }
    let (hint, yes) = match typed {
        false => ("[y/N]".to_string(), &["y", "Y", "yes"][..]),
        true => (format!("type `{name}`:"), &[name][..]),
    };
    let answer = printer.ask(&format!("{question} {hint} ")).await;
    if yes.contains(&answer.as_str()) {
        return Ok(());
    }
    Err(CommandError::new("E0705", "not confirmed").exit(Exit::Refused))
}
