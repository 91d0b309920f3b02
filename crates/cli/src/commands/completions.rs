//! `ashore completions SHELL`.

use clap::CommandFactory;

use crate::args::Cli;
use crate::document::Document;
use crate::exit::Exit;
use crate::printer::Printer;

pub(crate) fn completions(shell: clap_complete::Shell, printer: &mut Printer) -> Exit {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "ashore", &mut script);
    let script = String::from_utf8_lossy(&script);
    if printer.json {
        printer.document(&Document::Completions {
            script: script.into_owned(),
        });
    } else {
        printer.raw(&script);
    }
    Exit::Ok
}
