//! `ashore plan`: what `up` would do. Takes no lock and changes nothing.

use ashore_engine::plan::Options;

use crate::args::{Global, Plan};
use crate::cloud::Cloud;
use crate::environment::Environment;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::printer::Printer;
use crate::project::Project;
use crate::render;
use crate::session::{graph, make_plan, so_far, tell_waiting};
use crate::vault;

pub(crate) async fn plan(
    args: &Plan,
    global: &Global,
    environment: &Environment,
    printer: &mut Printer,
) -> Result<Exit, CommandError> {
    let project = Project::read(global, environment)?;
    let contents = project.folder().peek()?;
    let cloud = Cloud::connect(
        &project,
        global,
        environment,
        vault::fill(&project, environment)?,
    )
    .await?;
    let mut state = so_far(contents.state, contents.open.as_ref());
    cloud.pin(&mut state)?;
    let graph = graph(&project, &cloud, &mut state, &mut |line| printer.say(line)).await?;
    let options = Options {
        allow_interruption: args.allow.allow_interruption,
    };
    let plan = make_plan(&cloud, &graph, &state, options).await?;
    if let Some(open) = &contents.open {
        printer.say(render::open_run(open));
    }
    if let Some(out) = &args.out {
        if contents.open.is_some() {
            return Err(
                CommandError::new("E0702", "a run is not finished, so no plan is saved")
                    .advice("finish it with `ashore up`, or undo it with `ashore up --undo`")
                    .exit(Exit::Refused),
            );
        }
        crate::saved_plan::save(&environment.folder.join(out), &plan, &state)?;
        printer.say(format!(
            "wrote {}; apply it with `up --plan`",
            out.display()
        ));
    }
    printer.answer(render::plan::text(&plan));
    printer.document(&render::plan::document(&plan));
    tell_waiting(&project, &cloud, &graph, printer);
    Ok(match plan.is_empty() || !args.detailed_exitcode {
        true => Exit::Ok,
        false => Exit::Changes,
    })
}
