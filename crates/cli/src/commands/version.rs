//! `ashore version`.

use crate::document::Document;
use crate::exit::Exit;
use crate::printer::Printer;

pub(crate) fn version(printer: &mut Printer) -> Exit {
    let version = env!("CARGO_PKG_VERSION");
    printer.answer(format!("ashore {version}"));
    printer.document(&Document::Version {
        version: version.to_string(),
        events: ashore_engine::event::VERSION.to_string(),
        state_format: ashore_engine::state::format::VERSION,
    });
    Exit::Ok
}
