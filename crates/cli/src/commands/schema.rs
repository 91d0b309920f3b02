//! `ashore schema [OF]`.

use crate::args::SchemaOf;
use crate::exit::Exit;
use crate::printer::Printer;

/// The schema is JSON whoever reads it; programs get it on one line.
pub(crate) fn schema(of: SchemaOf, printer: &mut Printer) -> Exit {
    let schema = match of {
        SchemaOf::Manifest => ashore_manifest::json_schema(),
        SchemaOf::TaskDefinition => ashore_manifest::task_definition_schema(),
        SchemaOf::ServiceDefinition => ashore_manifest::service_definition_schema(),
        SchemaOf::Output => crate::document::schema(),
    };
    let text = if printer.json {
        format!("{schema}\n")
    } else {
        format!("{schema:#}\n")
    };
    printer.raw(&text);
    Exit::Ok
}
