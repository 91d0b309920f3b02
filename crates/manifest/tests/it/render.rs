//! Diagnostics as the rows of these tests write them.

use std::fmt::Write;
use std::ops::Range;

use ashore_manifest::{Diagnostic, Files, position};

/// One line for each diagnostic, and one below it for each thing it says besides.
pub(crate) fn render(text: &str, diagnostics: &[Diagnostic]) -> String {
    render_files(text, &Files::default(), diagnostics)
}

/// The same where some are in other files.
pub(crate) fn render_files(manifest: &str, files: &Files, diagnostics: &[Diagnostic]) -> String {
    let mut out = String::new();
    for found in diagnostics {
        let text = match &found.file {
            Some(file) => files.get(file).expect("a file that was read"),
            None => manifest,
        };
        let mut place = place(text, &found.span);
        if let Some(file) = &found.file {
            place = format!("{file} {place}");
        }
        line(
            &mut out,
            format_args!(
                "{}[{}] {place}: {}",
                found.severity, found.code, found.message
            ),
        );
        if !found.label.is_empty() {
            line(&mut out, format_args!("  = {}", found.label));
        }
        for (span, label) in &found.related {
            line(
                &mut out,
                format_args!("  also {}: {label}", self::place(text, span)),
            );
        }
        for help in &found.helps {
            line(&mut out, format_args!("  help: {help}"));
        }
        for note in &found.notes {
            line(&mut out, format_args!("  note: {note}"));
        }
    }
    out
}

fn line(out: &mut String, line: std::fmt::Arguments<'_>) {
    writeln!(out, "{line}").expect("a string takes everything");
}

/// Line, column, and the marked text, which shows at once whether the span is right.
fn place(text: &str, span: &Range<usize>) -> String {
    let start = position(text, span.start);
    let marked = text.get(span.clone()).unwrap_or("<not a span of the text>");
    let marked = marked.replace('\n', "\\n");
    let short = if marked.chars().count() > 40 {
        format!("{}…", marked.chars().take(40).collect::<String>())
    } else {
        marked
    };
    format!("{}:{} {{{short}}}", start.line, start.column)
}
