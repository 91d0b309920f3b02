//! `ashore schema`.

use crate::exit::Exit;
use crate::printer::Printer;

/// The schema is JSON whoever reads it; programs get it on one line.
pub(crate) fn schema(printer: &mut Printer) -> Exit {
    let schema = ashore_manifest::json_schema();
    if printer.json {
        printer.document(&schema);
    } else {
        printer.raw(&format!("{schema:#}\n"));
    }
    Exit::Ok
}
