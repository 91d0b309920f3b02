//! `ashore doctor`: what would make the next command fail. Takes no lock and changes nothing.

use crate::args::Global;
use crate::doctor;
use crate::document::Document;
use crate::environment::Environment;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::printer::Printer;
use crate::project::Project;
use crate::render;

pub(crate) async fn doctor(
    global: &Global,
    environment: &Environment,
    printer: &mut Printer,
) -> Result<Exit, CommandError> {
    let project = Project::read(global, environment)?;
    let examined = doctor::examine(&project, global, environment).await?;
    let exit = doctor::exit(&examined.findings);
    printer.answer(render::doctor::text(&examined));
    printer.document(&Document::Doctor(examined));
    Ok(exit)
}
