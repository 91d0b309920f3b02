//! `ashore check`: the manifest alone, with no look at the cloud.

use crate::args::Global;
use crate::document::Document;
use crate::environment::Environment;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::printer::Printer;
use crate::project::Project;
use crate::render;

pub(crate) fn check(
    global: &Global,
    environment: &Environment,
    printer: &mut Printer,
) -> Result<Exit, CommandError> {
    let project = Project::read(global, environment)?;
    let warnings = &project.manifest.warnings;
    if !warnings.is_empty() {
        printer.say(render::failure::diagnostics(
            &project.file,
            &project.text,
            &project.files,
            warnings,
            true,
        ));
    }
    printer.answer(format!(
        "{}: {} with {} is right",
        project.file,
        project.stack,
        render::count(project.manifest.services.len(), "service"),
    ));
    printer.document(&Document::Check {
        stack: project.stack.to_string(),
        warnings: render::failure::diagnostic_documents(&project.text, &project.files, warnings),
    });
    Ok(Exit::Ok)
}
