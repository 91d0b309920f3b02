//! One mistake in a manifest: what, where, and what to write instead.
//!
//! Data only. How it looks on a terminal is the command line's business.

use std::fmt;

use crate::codes::Code;
use crate::located::Span;

/// One mistake, or one thing worth knowing, with the text it is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Stable name of the rule; `ashore explain` has its longer explanation.
    pub code: Code,
    /// Does it stop the command?
    pub severity: Severity,
    /// One sentence that names the key, with no full stop.
    pub message: String,
    /// The file that the bytes are in, as the manifest names it; none for the manifest itself.
    pub file: Option<String>,
    /// The bytes at fault. Empty where something is missing from the top of the file.
    pub span: Span,
    /// A few words to stand under the marked text.
    pub label: String,
    /// Other places that belong to the mistake, such as the first of two equal hostnames.
    pub related: Vec<(Span, String)>,
    /// What to write instead.
    pub helps: Vec<String>,
    /// Why the rule exists, where the message alone would leave that open.
    pub notes: Vec<String>,
}

/// Whether a diagnostic stops the command.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The manifest cannot be used.
    Error,
    /// It can, but the user should know.
    Warning,
}

impl Diagnostic {
    /// A diagnostic with neither label nor advice; its severity is that of the code.
    pub fn new(code: Code, span: Span, message: impl Into<String>) -> Self {
        Self {
            code,
            severity: code.severity(),
            message: message.into(),
            file: None,
            span,
            label: String::new(),
            related: Vec::new(),
            helps: Vec::new(),
            notes: Vec::new(),
        }
    }

    /// In another file than the manifest.
    pub fn in_file(mut self, file: &str) -> Self {
        self.file = Some(file.to_owned());
        self
    }

    /// With these words under the marked text.
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    /// With one more thing to write instead.
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.helps.push(help.into());
        self
    }

    /// With one more reason.
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    /// With another place that belongs to it.
    pub fn related(mut self, span: Span, label: impl Into<String>) -> Self {
        self.related.push((span, label.into()));
        self
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
        })
    }
}

/// A place as an editor counts it: both numbers start at 1, columns count characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// Line.
    pub line: usize,
    /// Column, in characters.
    pub column: usize,
}

/// Line and column of a byte offset. An offset past the end, or inside a character, counts as the last
/// whole character before it.
pub fn position(text: &str, offset: usize) -> Position {
    let mut end = offset.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let before = &text[..end];
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    Position {
        line: before.matches('\n').count() + 1,
        column: before[line_start..].chars().count() + 1,
    }
}
