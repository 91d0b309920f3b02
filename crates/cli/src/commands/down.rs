//! `ashore down`: takes the whole stack away.

use std::collections::BTreeMap;

use ashore_engine::graph::Graph;
use ashore_engine::open::Wish;
use ashore_engine::plan::Options;
use ashore_engine::run::Outcome;

use super::destroy;
use super::up::confirm;
use ashore_providers::aws::secret::vault::Vault;

use crate::args::{Down, Global};
use crate::cloud::Cloud;
use crate::document::Document;
use crate::environment::Environment;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::outputs::outputs;
use crate::printer::Printer;
use crate::project::Project;
use crate::render;
use crate::session::{Session, told};

pub(crate) async fn down(
    args: &Down,
    global: &Global,
    environment: &Environment,
    printer: &mut Printer,
) -> Result<Exit, CommandError> {
    let project = Project::read(global, environment)?;
    let lease = project.folder().lock("ashore down")?;
    let contents = lease.load()?;
    if contents.open.is_none() && contents.state.resources.is_empty() {
        return Ok(nothing(printer)); // no need to know who we are
    }
    let cloud = Cloud::connect(&project, global, environment, Vault::default()).await?;
    let mut state = contents.state;
    cloud.pin(&mut state)?;
    let mut session = Session::new(&project, cloud, lease, state, printer);
    if !args.dry_run
        && let Some(carried) = session.first(contents.open, Wish::Down).await?
    {
        told(&carried, &project)?;
    }
    let plan = session.plan(&Graph::default(), Options::default()).await?;
    session.printer.say(render::plan::text(&plan));
    session.printer.document(&render::plan::document(&plan));
    if args.dry_run {
        return Ok(Exit::Ok);
    }
    let allowed = &args.destroy.allow_destroy;
    destroy::consent(session.printer, &plan, allowed, global, environment).await?;
    if !plan.is_empty() {
        let question = format!("this deletes the stack {}; go on?", project.stack);
        confirm(session.printer, &project, global, environment, &question).await?;
    }
    let kept = render::plan::kept(&plan);
    let staying = render::plan::staying(&plan).map(|(step, planned)| {
        let id = planned.outputs.as_ref().map(render::id).unwrap_or_default();
        format!("{step} stays, as the manifest says: {id}")
    });
    let staying: Vec<String> = staying.collect();
    let carried = session.carry_out(plan).await?;
    told(&carried, &project)?;
    session.printer.answer(match kept {
        None => format!("{} is gone", project.stack),
        Some(kept) => format!("{} is gone, but for what stays\n{kept}", project.stack),
    });
    for line in staying {
        session.printer.answer(line);
    }
    session.printer.document(&Document::Result {
        outcome: Outcome::Converged,
        urls: Vec::new(),
        outputs: outputs(&session.state),
    });
    Ok(Exit::Ok)
}

fn nothing(printer: &mut Printer) -> Exit {
    printer.answer("nothing to do: the stack has no resources");
    printer.document(&Document::Result {
        outcome: Outcome::Converged,
        urls: Vec::new(),
        outputs: BTreeMap::new(),
    });
    Exit::Ok
}
