//! Raw definitions: a task definition and a service definition in JSON, as the AWS CLI takes them.
//!
//! `json` reads the text with the place of every value, `shapes` knows the members, `check` compares the two
//! and puts values in place of `${…}`. What the two definitions mean together is for `validate/raw.rs`.

mod check;
mod json;
mod schema;
mod shapes;

pub(crate) use check::{Placeholder, Read, read};
pub(crate) use json::{Json, Node};
pub use schema::{service_definition_schema, task_definition_schema};
pub(crate) use shapes::Definition;
