//! What went wrong: the code, the place in the manifest, why, what state the world is in, and what
//! to do next.

use std::fmt::Write as _;

use ashore_engine::address::Instance;
use ashore_engine::drive::{Ended, Suspension};
use ashore_engine::failure::{Class, Failure};
use ashore_engine::run::Outcome;
use ashore_manifest::{Diagnostic, Files, Severity, Span, position};
use miette::{
    GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteDiagnostic, NamedSource, Report,
};

use crate::document::{self, Mistake};
use crate::error::{CommandError, Mistakes};
use crate::project::Project;
use crate::session::Carried;

/// An error, for people.
pub(crate) fn text(error: &CommandError, fancy: bool) -> String {
    if let Some(Mistakes {
        file,
        text,
        files,
        diagnostics,
    }) = &error.mistakes
    {
        let shown = self::diagnostics(file, text, files, diagnostics, fancy);
        return format!("{shown}error: {}; {}\n", error.message, error.state);
    }
    let mut text = format!("error[{}] {}\n", error.code, error.message);
    let mut labelled = |label: &str, lines: &[String]| {
        for (index, line) in lines.iter().enumerate() {
            let label = if index == 0 { label } else { "" };
            let _ = writeln!(text, "  {label:<8} {line}");
        }
    };
    labelled("why", &error.causes);
    labelled("state", std::slice::from_ref(&error.state));
    labelled("next", &error.advice);
    text
}

/// An error, for programs.
pub(crate) fn document(error: &CommandError) -> document::Error {
    let mistakes = error.mistakes.as_ref();
    document::Error {
        code: error.code.clone(),
        message: error.message.clone(),
        causes: error.causes.clone(),
        state: error.state.clone(),
        advice: error.advice.clone(),
        diagnostics: mistakes
            .map(|mistakes| {
                diagnostic_documents(&mistakes.text, &mistakes.files, &mistakes.diagnostics)
            })
            .unwrap_or_default(),
    }
}

/// Mistakes shown in the text that they are in.
pub(crate) fn diagnostics(
    file: &str,
    text: &str,
    files: &Files,
    diagnostics: &[Diagnostic],
    fancy: bool,
) -> String {
    let theme = if fancy {
        GraphicalTheme::unicode()
    } else {
        GraphicalTheme::unicode_nocolor()
    };
    let handler = GraphicalReportHandler::new_themed(theme)
        .with_width(100)
        .with_break_words(false);
    let mut shown = String::new();
    for diagnostic in diagnostics {
        let report = match &diagnostic.file {
            Some(other) => report(other, files.get(other).unwrap_or_default(), diagnostic),
            None => report(file, text, diagnostic),
        };
        let _ = handler.render_report(&mut shown, report.as_ref());
        shown.push('\n');
    }
    shown
}

fn report(file: &str, text: &str, diagnostic: &Diagnostic) -> Report {
    let label = |span: &Span, label: &str| {
        let label = (!label.is_empty()).then(|| label.to_string());
        LabeledSpan::new(label, span.start, span.len())
    };
    let related = diagnostic
        .related
        .iter()
        .map(|(span, text)| label(span, text));
    let mut labels = vec![label(&diagnostic.span, &diagnostic.label)];
    labels.extend(related);
    let mut shown = MietteDiagnostic::new(diagnostic.message.clone())
        .with_code(diagnostic.code.id())
        .with_severity(match diagnostic.severity {
            Severity::Error => miette::Severity::Error,
            Severity::Warning => miette::Severity::Warning,
        })
        .with_labels(labels);
    let help: Vec<&str> = diagnostic
        .helps
        .iter()
        .chain(&diagnostic.notes)
        .map(String::as_str)
        .collect();
    if !help.is_empty() {
        shown = shown.with_help(help.join("\n"));
    }
    Report::new(shown).with_source_code(NamedSource::new(file, text.to_string()))
}

/// Mistakes, for programs.
pub(crate) fn diagnostic_documents(
    text: &str,
    files: &Files,
    diagnostics: &[Diagnostic],
) -> Vec<Mistake> {
    let document = |diagnostic: &Diagnostic| {
        let text = match &diagnostic.file {
            Some(other) => files.get(other).unwrap_or_default(),
            None => text,
        };
        let at = position(text, diagnostic.span.start);
        Mistake {
            code: diagnostic.code.id().to_string(),
            severity: diagnostic.severity.to_string(),
            message: diagnostic.message.clone(),
            file: diagnostic.file.clone(),
            line: at.line,
            column: at.column,
            helps: diagnostic.helps.clone(),
            notes: diagnostic.notes.clone(),
        }
    };
    diagnostics.iter().map(document).collect()
}

/// What to tell of a run that did not get where it was to go.
pub(crate) fn of_run(carried: &Carried, project: &Project) -> CommandError {
    let (code, message) = headline(carried);
    let mut error = CommandError::new(code, message).state(left(&carried.ended));
    for (step, failure) in &carried.failures {
        error
            .causes
            .push(format!("{step}{}: {failure}", place(step, project)));
        error.causes.extend(
            failure
                .request_id
                .iter()
                .map(|id| format!("  request {id}")),
        );
        error
            .causes
            .extend(failure.evidence.iter().map(|line| format!("  | {line}")));
        for advice in &failure.advice {
            if !error.advice.contains(advice) {
                error.advice.push(advice.clone());
            }
        }
    }
    error.advice.push(next(&carried.ended).to_string());
    error
}

fn headline(carried: &Carried) -> (&'static str, String) {
    let first = carried.failures.first();
    let step = first.map_or_else(|| "the run".to_string(), |(step, _)| step.to_string());
    match &carried.ended {
        Ended::Over(Outcome::RolledBack) => (
            code(first),
            format!("{step} failed, and everything was put back"),
        ),
        Ended::Over(Outcome::Stuck) => (
            "E0310",
            format!("{step} failed, and not everything could be put back"),
        ),
        Ended::Over(Outcome::LeftBehind) => (
            "E0311",
            format!("all else is done, but {step} could not be deleted"),
        ),
        Ended::Over(_) => (code(first), format!("{step} failed")),
        Ended::Suspended(Suspension::Interrupted) => ("E0320", "interrupted".to_string()),
        Ended::Suspended(Suspension::Credentials(failure)) => (
            "E0401",
            format!("the credentials do not count any more: {failure}"),
        ),
        Ended::Suspended(Suspension::Blind(step, failure)) => (
            "E0321",
            format!("what the last request of {step} has left cannot be found out: {failure}"),
        ),
    }
}

fn code(first: Option<&(Instance, Failure)>) -> &'static str {
    match first.map(|(_, failure)| failure.class) {
        Some(Class::Exists) => "E0201",
        Some(Class::Quota) => "E0302",
        Some(Class::Capacity) => "E0303",
        Some(Class::Denied) => "E0402",
        Some(Class::Dependency) => "E0304",
        Some(Class::Throttled) => "E0404",
        Some(Class::Unsent | Class::Unknown) => "E0403",
        _ => "E0301",
    }
}

/// Where in the manifest the step comes from.
fn place(step: &Instance, project: &Project) -> String {
    let object = step.address.object();
    let mut tasks = project.manifest.tasks();
    match tasks.find(|task| task.path() == object) {
        Some(service) => {
            let at = position(&project.text, service.name.span().start);
            format!(" ({}:{})", project.file, at.line)
        }
        None => String::new(),
    }
}

fn left(ended: &Ended) -> &'static str {
    match ended {
        Ended::Over(Outcome::RolledBack) => "everything is as it was before the run",
        Ended::Over(Outcome::Stuck) => {
            "what could not be put back is named above; all else is as it was before"
        }
        Ended::Over(Outcome::LeftBehind) => {
            "all else is as wanted; what is left behind is in the state and will be deleted by \
             the next `ashore up` or `ashore down`"
        }
        Ended::Over(_) => "what was made stays and is in the state",
        Ended::Suspended(_) => {
            "what was in flight was seen through and written down; nothing is lost"
        }
    }
}

fn next(ended: &Ended) -> &'static str {
    match ended {
        Ended::Over(Outcome::RolledBack) => "mend the cause, then `ashore up` again",
        Ended::Over(Outcome::Stuck) => {
            "mend the cause, then `ashore up` or `ashore down`: both go on from what is there"
        }
        Ended::Over(_) => "mend the cause, then the same command again",
        Ended::Suspended(_) => {
            "the same command goes on where it stopped; `ashore up --undo` puts everything back"
        }
    }
}
