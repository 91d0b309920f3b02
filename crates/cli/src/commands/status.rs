//! `ashore status`: what is there. Takes no lock and changes nothing.

use ashore_engine::graph::Graph;
use ashore_engine::state::{Ownership, State};
use ashore_engine::survey::survey;

use ashore_providers::aws::secret::vault::Vault;

use crate::args::Global;
use crate::cloud::Cloud;
use crate::document::{Condition, Document, Resource, Status};
use crate::environment::Environment;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::outputs::outputs;
use crate::printer::Printer;
use crate::project::Project;
use crate::render;

pub(crate) async fn status(
    global: &Global,
    environment: &Environment,
    printer: &mut Printer,
) -> Result<Exit, CommandError> {
    let project = Project::read(global, environment)?;
    let contents = project.folder().peek()?;
    let open = contents.open.as_ref();
    let state = open.map_or(contents.state.clone(), |run| run.state(&contents.state));
    let mut resources = Vec::new();
    if !state.resources.is_empty() {
        let cloud = Cloud::connect(&project, global, environment, Vault::default()).await?;
        cloud.pin(&mut state.clone())?;
        let nothing = Graph::default();
        let seen = survey(&cloud.clock, &nothing, &state, &cloud.providers).await;
        let seen = seen.map_err(|errors| {
            let what = format!("{} cannot be read", errors[0].address);
            CommandError::of_failure(&what, &errors[0].source)
        })?;
        for (instance, record) in &state.resources {
            let there = seen.observed.get(instance).is_some_and(Option::is_some);
            resources.push(Resource {
                instance: instance.to_string(),
                kind: record.kind.clone(),
                id: render::id(&record.outputs),
                condition: match (record.ownership, there) {
                    (Ownership::Shared, _) => Condition::Shared,
                    (_, false) => Condition::Missing,
                    (_, true) if record.settled => Condition::There,
                    (_, true) => Condition::Unsettled,
                },
            });
        }
    }
    let status = Status {
        stack: project.stack.to_string(),
        account: state.pins.get("account").cloned(),
        region: state.pins.get("region").cloned(),
        urls: if !serves(&state) {
            Vec::new()
        } else {
            project.urls(&state)
        },
        outputs: outputs(&state),
        unfinished_run: open.map(|run| run.id().to_string()),
        resources,
    };
    if let Some(run) = open {
        printer.say(render::open_run(run));
    }
    printer.answer(render::status::text(&status));
    printer.document(&Document::Status(status));
    Ok(Exit::Ok)
}

/// Whether there is a service. What stays of a stack that was taken down answers nobody.
fn serves(state: &State) -> bool {
    let mut addresses = state.resources.keys().map(|instance| &instance.address);
    addresses.any(|address| address.object().starts_with("services."))
}
