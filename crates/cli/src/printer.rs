//! The one place that writes to the terminal.
//!
//! Answers go to stdout, everything on the way there to stderr. With `--json`, stdout has only
//! JSON, one document a line. A reader that went away (a closed pager) stops nothing.

use std::io::Write;

use anstream::{AutoStream, ColorChoice};
use ashore_engine::event::Event;
use serde::Serialize;

use crate::args::{Color, Global};
use crate::document::Document;
use crate::environment::Environment;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::render;

/// Somebody who is told line by line.
type Listener = Box<dyn FnMut(&str)>;

/// Writes.
pub(crate) struct Printer {
    pub(crate) json: bool,
    /// Whether progress may move the cursor.
    pub(crate) live: bool,
    color: ColorChoice,
    failed: bool,
    /// Who gets the lines of `--json`, if not stdout.
    told: Option<Listener>,
}

impl Printer {
    pub(crate) fn new(global: &Global, environment: &Environment) -> Self {
        let color = match global.color {
            Color::Auto => ColorChoice::Auto,
            Color::Always => ColorChoice::Always,
            Color::Never => ColorChoice::Never,
        };
        Self {
            json: global.json,
            live: environment.live && !global.json,
            color,
            failed: false,
            told: None,
        }
    }

    /// One that writes nothing and tells the lines of `--json`.
    pub(crate) fn to(told: impl FnMut(&str) + 'static) -> Self {
        Self {
            json: true,
            live: false,
            color: ColorChoice::Never,
            failed: false,
            told: Some(Box::new(told)),
        }
    }

    /// Part of the answer, for people.
    pub(crate) fn answer(&mut self, text: impl AsRef<str>) {
        if !self.json {
            let _ = writeln!(
                AutoStream::new(std::io::stdout(), self.color),
                "{}",
                text.as_ref()
            );
        }
    }

    /// Text that is the answer in itself, whoever reads it.
    pub(crate) fn raw(&mut self, text: &str) {
        let _ = std::io::stdout().write_all(text.as_bytes());
    }

    /// Said on the way, for people.
    pub(crate) fn say(&mut self, text: impl AsRef<str>) {
        if !self.json {
            let _ = writeln!(
                AutoStream::new(std::io::stderr(), self.color),
                "{}",
                text.as_ref()
            );
        }
    }

    /// A document, for programs.
    pub(crate) fn document(&mut self, document: &Document) {
        self.line(document);
    }

    /// An event, for programs.
    pub(crate) fn event(&mut self, event: &Event) {
        self.line(event);
    }

    fn line(&mut self, line: &impl Serialize) {
        if self.json
            && let Ok(text) = serde_json::to_string(line)
        {
            match &mut self.told {
                Some(told) => told(&text),
                None => {
                    let _ = writeln!(std::io::stdout(), "{text}");
                }
            }
        }
    }

    /// What went wrong.
    pub(crate) fn error(&mut self, error: &CommandError) {
        self.failed = true;
        if self.json {
            self.document(&Document::Error(render::failure::document(error)));
        } else {
            let stream = AutoStream::new(std::io::stderr(), self.color);
            let fancy = !matches!(stream.current_choice(), ColorChoice::Never);
            let text = render::failure::text(error, fancy);
            let mut stream = stream;
            let _ = write!(stream, "{text}");
        }
    }

    /// The end: the error, if it was one, and the last line for programs.
    pub(crate) fn ended(&mut self, done: Result<Exit, CommandError>) -> Exit {
        let exit = done.unwrap_or_else(|error| {
            self.error(&error);
            error.exit
        });
        self.document(&Document::Exit { code: exit.code() });
        exit
    }

    /// Asks somebody for a line. None is an empty one; a signal ends it all.
    pub(crate) async fn ask(&mut self, question: &str) -> String {
        let mut stderr = AutoStream::new(std::io::stderr(), self.color);
        let _ = write!(stderr, "{question}");
        let _ = stderr.flush();
        let read = tokio::task::spawn_blocking(|| {
            let mut line = String::new();
            let read = std::io::stdin().read_line(&mut line);
            read.map(|_| line)
        });
        tokio::select! {
            line = read => match line {
                Ok(Ok(line)) => line.trim().to_string(),
                Ok(Err(_)) | Err(_) => String::new(),
            },
            () = crate::commands::signal() => {
                // The thread that reads cannot be stopped; the process can.
                let _ = writeln!(stderr);
                std::process::exit(i32::from(Exit::Interrupted.code()));
            }
        }
    }
}
