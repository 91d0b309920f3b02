//! `ashore version`.

use serde_json::json;

use crate::exit::Exit;
use crate::printer::Printer;

pub(crate) fn version(printer: &mut Printer) -> Exit {
    let version = env!("CARGO_PKG_VERSION");
    printer.answer(format!("ashore {version}"));
    printer.document(&json!({
        "type": "version",
        "version": version,
        "events": ashore_engine::event::VERSION,
        "state_format": ashore_engine::state::format::VERSION,
    }));
    Exit::Ok
}
