//! `ashore check`: the manifest alone, with no look at the cloud.

use ashore_manifest::Manifest;
use ashore_manifest::model::Section;

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
        parts(&project.manifest),
    ));
    printer.document(&Document::Check {
        stack: project.stack.to_string(),
        warnings: render::failure::diagnostic_documents(&project.text, &project.files, warnings),
    });
    Ok(Exit::Ok)
}

/// What runs in tasks, by section; no workers and no jobs are not worth a word.
fn parts(manifest: &Manifest) -> String {
    let words = [
        (Section::Services, "service"),
        (Section::Workers, "worker"),
        (Section::Jobs, "job"),
    ];
    let of = |section| manifest.tasks().filter(|it| it.section == section).count();
    let counted = words
        .map(|(section, word)| (section, of(section), word))
        .into_iter();
    let told = counted.filter(|(section, count, _)| *count > 0 || *section == Section::Services);
    let told: Vec<String> = told
        .map(|(_, count, word)| render::count(count, word))
        .collect();
    told.join(", ")
}
